// The names of dtypes: the canonical ones, other spellings, and which of them are functions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "tightloop/dtype.hpp"

namespace tightloop::lang {

/// Finds the dtype whose name is a function that converts: "float32", "float", "half", ...
std::optional<DType> find_dtype(std::string_view name);

/// Returns all of those names, canonical ones first.
std::vector<std::string_view> dtype_names();

}  // namespace tightloop::lang
