// Codes of dtypes.def with the mark of a byte order.
#include "io/type_code.hpp"

#include <bit>

namespace tightloop::io {
const char kNativeMark = std::endian::native == std::endian::little ? '<' : '>';

std::optional<TypeCode> parse_type_code(std::string_view text) {
  char mark = '=';
  if (!text.empty() && std::string_view("<>=|").find(text.front()) != std::string_view::npos) {
    mark = text.front();
    text.remove_prefix(1);
  }
  if (text == "V1") return std::nullopt;  // a byte of any of several types
  for (const DType t : kDTypes) {
    if (info(t).npy != text) continue;
    const bool swapped = (mark == '<' || mark == '>') && mark != kNativeMark;
    return TypeCode{t, swapped && itemsize(t) > 1 ? ByteOrder::swapped : ByteOrder::native,
                    mark != '|'};
  }
  return std::nullopt;
}

std::string type_code(DType dtype) {
  return (itemsize(dtype) == 1 && info(dtype).in_numpy ? '|' : kNativeMark) +
         std::string(info(dtype).npy);
}

}  // namespace tightloop::io
