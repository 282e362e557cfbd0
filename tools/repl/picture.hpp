// Images of expressions: in the terminal, or with 8 bits for a file.
#pragma once

#include <string>

#include "repl/terminal.hpp"
#include "repl/workspace.hpp"

namespace tightloop::tool {

/// Returns an expression of shape (h, w), (h, w, 3) or (h, w, 4) as lines of text that fit the
/// terminal: half blocks in its colours, or characters of different weight where it has none.
/// A pixel is the mean of a square block. Values from 0 to 255 for uint8, else from the least to
/// the greatest. Throws Error.
std::string picture(const BoundText& expression, const ResultType& type, const Workspace& workspace,
                    const Terminal& terminal);

/// Returns the expression as uint8, by the same scale, for an image file. Throws Error.
Array as_image(const BoundText& expression, const ResultType& type, const Workspace& workspace);

}  // namespace tightloop::tool
