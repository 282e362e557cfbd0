// Subscripts: x[1:, ::2, None, ...].
#pragma once

#include "ir/graph.hpp"
#include "lang/lexer.hpp"

namespace tightloop::lang {

/// Reads a subscript of literals, from '[' to ']'. Throws Error (syntax, type, value, limit).
ir::ViewSpec parse_subscript(TokenStream& tokens);

}  // namespace tightloop::lang
