// What a dtype is called where only a dtype can stand: in arguments, options and names of files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tightloop/dtype.hpp"

namespace tightloop::types {

/// Reads "float32" and NumPy's other spellings of it: "f4", "<f4" where this machine's byte order
/// is that, "single". None for what names no dtype.
std::optional<DType> dtype_of_text(std::string_view text);

/// Returns what can be named, for hints.
std::string dtype_list();

}  // namespace tightloop::types
