// Canonical names, NumPy's type codes with a byte order, and the names of C and NumPy.
#include "types/dtype_text.hpp"

#include <bit>

namespace tightloop::types {
namespace {

struct Row {
  std::string_view name;
  DType dtype;
};

/// NumPy's letters.
constexpr Row kLetters[] = {
    {"?", DType::bool_},   {"b", DType::int8},    {"h", DType::int16},     {"i", DType::int32},
    {"l", DType::int64},   {"q", DType::int64},   {"B", DType::uint8},     {"H", DType::uint16},
    {"I", DType::uint32},  {"L", DType::uint64},  {"Q", DType::uint64},    {"e", DType::float16},
    {"f", DType::float32}, {"d", DType::float64}, {"F", DType::complex64}, {"D", DType::complex128},
};

constexpr Row kNames[] = {
    {"half", DType::float16},       {"single", DType::float32},    {"double", DType::float64},
    {"float", DType::float64},      {"int", DType::int64},         {"uint", DType::uint64},
    {"complex", DType::complex128}, {"csingle", DType::complex64}, {"cdouble", DType::complex128},
    {"bool_", DType::bool_},        {"byte", DType::int8},         {"ubyte", DType::uint8},
    {"short", DType::int16},        {"ushort", DType::uint16},     {"intc", DType::int32},
    {"uintc", DType::uint32},       {"long", DType::int64},        {"ulong", DType::uint64},
    {"longlong", DType::int64},     {"ulonglong", DType::uint64},  {"intp", DType::int64},
    {"uintp", DType::uint64},       {"bf16", DType::bfloat16},
};

}  // namespace

std::optional<DType> dtype_of_text(std::string_view text) {
  DType dtype{};
  if (parse_dtype(text, dtype)) return dtype;
  for (const Row& row : kNames) {
    if (row.name == text) return row.dtype;
  }
  constexpr char kNative = std::endian::native == std::endian::little ? '<' : '>';
  const bool marked =
      !text.empty() && (text.front() == kNative || text.front() == '=' || text.front() == '|');
  if (marked) text.remove_prefix(1);
  for (const DType t : kDTypes) {
    if (info(t).in_numpy && info(t).npy == text) return t;
  }
  for (const Row& row : kLetters) {
    if (row.name == text) return row.dtype;
  }
  return std::nullopt;
}

std::string dtype_list() {
  std::string out = "the dtypes are ";
  for (const DType t : kDTypes) {
    out += std::string(t == kDTypes[0] ? "" : ", ") + std::string(name(t));
  }
  return out + "; also NumPy's f4, <i2, half, ...";
}

}  // namespace tightloop::types
