// What the key Tab may add to a line. Pure text in and out; line_editor.cpp shows it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "repl/workspace.hpp"

namespace tightloop::tool {

struct Completion {
  std::size_t begin = 0;                ///< of the word, in the line
  std::vector<std::string> candidates;  ///< whole words, sorted, each once
};

/// Completes the word that ends where the line does: commands after ':', files inside quotes and
/// as the last word of :save and :show, options of :set, else variables, functions (with their
/// bracket) and constants.
Completion complete(std::string_view line, const Workspace& workspace);

/// Returns what all candidates begin with.
std::string common_prefix(const std::vector<std::string>& candidates);

}  // namespace tightloop::tool
