// Format strings of Arrow's C data interface.
#include "api/capi/arrow_types.hpp"

#include <cstring>
#include <string_view>

namespace tightloop::capi {
namespace {

/// Types without a dtype, by how their format begins; longer beginnings first.
struct Named {
  std::string_view begin;
  std::string_view name;
  std::string_view hint;
};
constexpr std::string_view kNumbers = "cast the column to a type of numbers first";
constexpr std::string_view kChildren = "export one column of numbers";
constexpr Named kNamed[] = {
    {"+ld", "lists", kChildren},
    {"+vl", "list views", kChildren},
    {"+vL", "large list views", kChildren},
    {"+l", "lists", kChildren},
    {"+L", "large lists", kChildren},
    {"+w", "fixed-size lists", kChildren},
    {"+s", "structs (a table, a record batch)", kChildren},
    {"+m", "maps", kChildren},
    {"+u", "unions", kChildren},
    {"+r", "run-end encoded values", "decode the column first"},
    {"vu", "text views", kNumbers},
    {"vz", "binary views", kNumbers},
    {"n", "nulls alone", kNumbers},
    {"u", "text", kNumbers},
    {"U", "large text", kNumbers},
    {"z", "binary values", kNumbers},
    {"Z", "large binary values", kNumbers},
    {"w:", "fixed-size binary values", kNumbers},
    {"d:", "decimals", "cast the column to float64 first"},
    {"td", "dates", "cast the column to int32 or int64 first"},
    {"tt", "times of day", "cast the column to int32 or int64 first"},
    {"ts", "timestamps", "cast the column to int64 first"},
    {"tD", "durations", "cast the column to int64 first"},
    {"ti", "intervals", kNumbers},
};

[[noreturn]] void refuse(const std::string& what, std::string_view hint) {
  throw Error(ErrorCode::type, "a column of " + what + " is refused", {}, std::string(hint));
}

/// Reads the pairs of the metadata: a count, then keys and values, each after its length. Returns
/// the value of a key, or nothing.
std::string metadata_of(const char* metadata, std::string_view key) {
  if (metadata == nullptr) return {};
  const auto number = [&metadata] {
    std::int32_t value = 0;
    std::memcpy(&value, metadata, sizeof value);
    metadata += sizeof value;
    return value < 0 ? 0 : value;
  };
  for (std::int32_t pairs = number(); pairs > 0; --pairs) {
    const auto key_length = static_cast<std::size_t>(number());
    const std::string_view found(metadata, key_length);
    metadata += key_length;
    const auto value_length = static_cast<std::size_t>(number());
    if (found == key) return std::string(metadata, value_length);
    metadata += value_length;
  }
  return {};
}

}  // namespace

DType dtype_of_arrow(const ArrowSchema& schema) {
  const std::string_view format = schema.format == nullptr ? "" : schema.format;
  const std::string extension = metadata_of(schema.metadata, "ARROW:extension:name");
  if (!extension.empty()) {
    refuse("the extension type '" + extension + "'", "export its storage");
  }
  if (schema.dictionary != nullptr) {
    refuse("dictionary-encoded values", "decode the column first (dictionary_decode)");
  }
  for (const DType t : kDTypes) {
    if (!format.empty() && info(t).arrow == format) return t;
  }
  for (const Named& n : kNamed) {
    if (format.starts_with(n.begin)) refuse(std::string(n.name), n.hint);
  }
  refuse("the unknown format '" + std::string(format) + "'", kNumbers);
}

const char* arrow_format_of(DType dtype) {
  if (info(dtype).arrow[0] != 0) return info(dtype).arrow;
  throw Error(ErrorCode::type, "Arrow has no columns of " + std::string(name(dtype)), {},
              is_half(dtype) ? "evaluate float32(x)" : "evaluate real(x) and imag(x)");
}

}  // namespace tightloop::capi
