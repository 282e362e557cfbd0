// A vector as a line of block characters, as wide as the terminal.
#pragma once

#include <string>

#include "repl/terminal.hpp"
#include "repl/workspace.hpp"

namespace tightloop::tool {

/// Draws a vector of real numbers that has elements: for each column of the terminal the range from
/// the smallest to the largest of the elements that fall into it, with the extremes of all and the
/// first and last index beside the axes. What is not finite is left out.
std::string line_plot(const BoundText& expression, const ResultType& type,
                      const Workspace& workspace, const Terminal& terminal);

}  // namespace tightloop::tool
