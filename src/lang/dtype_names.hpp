// The names of dtypes in the language: the library's own, and Python's.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "tightloop/dtype.hpp"

namespace tightloop::lang {

/// Returns the dtype of a name ("float16", "half", "int"); none for other names.
std::optional<DType> find_dtype(std::string_view name);

/// Returns all names.
std::vector<std::string_view> dtype_names();

}  // namespace tightloop::lang
