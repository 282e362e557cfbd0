// Number literals: text to the Scalar it stands for.
#pragma once

#include <optional>
#include <string_view>

#include "tightloop/error.hpp"
#include "types/scalar.hpp"

namespace tightloop::lang {

/// Reads a literal of Python's forms: int64 where it fits, else uint64; float64 correctly rounded
/// (past the largest finite value, infinity); complex128 with a suffix j. Throws Error(syntax) for
/// text that is no number or longer than 1000 characters, Error(value) for an integer past 64 bits.
Scalar parse_number(std::string_view text, Span span);

/// Returns minus a literal: of 2**63 the most negative int64, and back. None for a bool. Throws
/// Error(value) where 64 bits do not hold the result.
std::optional<Scalar> negated(const Scalar& literal, Span span);

}  // namespace tightloop::lang
