// NumPy's short names of element types ("<f4", ">u2", "|u1"), as .npy headers spell them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tightloop/array.hpp"

namespace tightloop::io {

/// '<' or '>': the mark of the machine's own byte order.
extern const char kNativeMark;

struct TypeCode {
  DType dtype = DType::float64;
  ByteOrder order = ByteOrder::native;
  bool has_order = false;  ///< false where the mark is '|'
};

/// Reads a code, with or without a mark of the byte order; none where it names no type of ours.
std::optional<TypeCode> parse_type_code(std::string_view text);

/// Returns the code of a type in native byte order; bfloat16, which NumPy lacks, is "<V2".
/// "<V1" stands for any type of a byte that NumPy lacks; it is written and never parsed.
std::string type_code(DType dtype);

}  // namespace tightloop::io
