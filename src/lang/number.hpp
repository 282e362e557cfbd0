// Number literals: text to the Scalar it stands for.
#pragma once

#include <string_view>

#include "tightloop/error.hpp"
#include "types/scalar.hpp"

namespace tightloop::lang {

/// Reads a literal of Python's forms: int64 where it fits, else uint64; float64 correctly rounded
/// (past the largest finite value, infinity); complex128 with a suffix j. Throws Error(syntax) for
/// text that is no number or longer than 1000 characters, Error(value) for an integer past 64 bits.
Scalar parse_number(std::string_view text, Span span);

}  // namespace tightloop::lang
