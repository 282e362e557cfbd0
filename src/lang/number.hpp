// Number literals: text to the constant it stands for.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "ir/graph.hpp"
#include "ops/big_integer.hpp"
#include "tightloop/error.hpp"
#include "types/scalar.hpp"

namespace tightloop::lang {

/// An integer of any size, or a float64 or complex128.
using Number = std::variant<BigInteger, Scalar>;

/// Reads a literal of Python's forms: an integer, exactly; float64 correctly rounded (past the
/// largest finite value, infinity); complex128 with a suffix j. Throws Error(syntax) for text that
/// is no number or longer than 1000 characters.
Number parse_number(std::string_view text, Span span);

/// Adds the constant.
ir::NodeId add_number(ir::Graph& graph, const Number& value, Span span);

/// Returns the node that is minus a literal; none where the node is none, or a bool.
std::optional<ir::NodeId> negated(ir::Graph& graph, ir::NodeId literal, Span span);

}  // namespace tightloop::lang
