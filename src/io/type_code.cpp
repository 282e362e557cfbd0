// The table of codes.
#include "io/type_code.hpp"

#include <bit>

namespace tightloop::io {
namespace {

struct Row {
  std::string_view code;
  DType dtype;
};
constexpr Row kRows[kDTypeCount] = {
    {"b1", DType::bool_},   {"i1", DType::int8},      {"i2", DType::int16},
    {"i4", DType::int32},   {"i8", DType::int64},     {"u1", DType::uint8},
    {"u2", DType::uint16},  {"u4", DType::uint32},    {"u8", DType::uint64},
    {"f2", DType::float16}, {"V2", DType::bfloat16},  {"f4", DType::float32},
    {"f8", DType::float64}, {"c8", DType::complex64}, {"c16", DType::complex128},
};

}  // namespace

const char kNativeMark = std::endian::native == std::endian::little ? '<' : '>';

std::optional<TypeCode> parse_type_code(std::string_view text) {
  char mark = '=';
  if (!text.empty() && std::string_view("<>=|").find(text.front()) != std::string_view::npos) {
    mark = text.front();
    text.remove_prefix(1);
  }
  for (const Row& row : kRows) {
    if (row.code != text) continue;
    const bool swapped = (mark == '<' || mark == '>') && mark != kNativeMark;
    return TypeCode{row.dtype,
                    swapped && itemsize(row.dtype) > 1 ? ByteOrder::swapped : ByteOrder::native,
                    mark != '|'};
  }
  return std::nullopt;
}

std::string type_code(DType dtype) {
  const std::string mark(1, itemsize(dtype) == 1 ? '|' : kNativeMark);
  for (const Row& row : kRows) {
    if (row.dtype == dtype) return mark + std::string(row.code);
  }
  return mark;
}

}  // namespace tightloop::io
