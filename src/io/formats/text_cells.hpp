// One line of a text table as cells: separators, quotes, comments, and what stands for nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tightloop::io {

/// Returns the text without the white space around it.
std::string_view trimmed(std::string_view text);

/// What a line is cut at.
struct CellRule {
  bool tabs = false;  ///< a tab is a separator of its own, so that a cell can be empty
};

/// What the end of a line means to a cell in quotes.
enum class QuoteEnd : std::uint8_t {
  closed,   ///< there is none, or it is complete
  open,     ///< the cell goes on in the next line
  mistaken  ///< a quote that begins no cell, or is followed by more of the cell
};

/// Looks at a line that begins inside a quoted cell (`open`) or outside of one.
QuoteEnd quote_at_end(std::string_view line, bool open);

/// Cuts a line at its commas, or its semicolons, or its tabs where the rule has them, else at white
/// space. What is in double quotes is one cell, a quote in it written twice; '#' begins a comment.
/// No cells for a line without any. Returns what is wrong with the line, or an empty text.
std::string split_cells(std::string_view line, const CellRule& rule,
                        std::vector<std::string>& cells);

/// True for a cell that is empty, or says that its value is not there: NA, N/A, null, ...
bool is_missing(std::string_view cell);

}  // namespace tightloop::io
