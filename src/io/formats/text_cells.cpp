// Quotes as RFC 4180 has them; separators are found outside of them.
#include "io/formats/text_cells.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tightloop::io {
namespace {

constexpr std::string_view kSpace = " \t\r\v\f";

/// Returns where the comment begins, and which separators stand outside quotes before it.
struct Seen {
  std::size_t end = 0;
  bool comma = false;
  bool semicolon = false;
  bool tab = false;
  bool open = false;         // a quote is not closed
  bool begins_cell = false;  // and stands at the beginning of its cell
};

Seen look(std::string_view line) {
  Seen out;
  bool blank = true;  // nothing of the cell has come
  for (out.end = 0; out.end < line.size(); ++out.end) {
    const char c = line[out.end];
    if (c == '"') {
      out.open = !out.open;
      const bool twice = out.open && out.end > 0 && line[out.end - 1] == '"';
      if (out.open && !twice) out.begins_cell = blank;
      blank = false;
    }
    if (out.open) continue;
    if (c == '#' && !line.substr(out.end).starts_with("#N/A")) break;
    out.comma = out.comma || c == ',';
    out.semicolon = out.semicolon || c == ';';
    out.tab = out.tab || c == '\t';
    const bool separates = c == ',' || c == ';' || c == '\t';
    blank = separates || (blank && kSpace.find(c) != std::string_view::npos);
  }
  return out;
}

/// Returns what follows the quote that closes a cell; none where it does not close.
std::optional<std::string_view> after_quote(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '"') continue;
    if (i + 1 == line.size() || line[i + 1] != '"') return line.substr(i + 1);
    ++i;
  }
  return std::nullopt;
}

/// Takes the cell before the next separator; false where it was the last.
bool take_cell(std::string_view& line, std::string_view separators, std::string_view& cell) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (quoted || separators.find(line[i]) == std::string_view::npos) continue;
    cell = line.substr(0, i);
    line.remove_prefix(i + 1);
    return true;
  }
  cell = line;
  return false;
}

/// Returns a cell without its quotes.
std::string unquoted(std::string_view cell) {
  if (cell.size() < 2 || cell.front() != '"' || cell.back() != '"') return std::string(cell);
  std::string out;
  cell = cell.substr(1, cell.size() - 2);
  for (std::size_t i = 0; i < cell.size(); ++i) {
    out += cell[i];
    if (cell[i] == '"' && i + 1 < cell.size() && cell[i + 1] == '"') ++i;
  }
  return out;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

QuoteEnd quote_at_end(std::string_view line, bool open) {
  if (open) {
    const auto rest = after_quote(line);
    if (!rest) return QuoteEnd::open;
    const bool ends = rest->empty() || kSpace.find(rest->front()) != std::string_view::npos ||
                      std::string_view(",;#").find(rest->front()) != std::string_view::npos;
    if (!ends) return QuoteEnd::mistaken;
    line = *rest;
  }
  const Seen seen = look(line);
  if (!seen.open) return QuoteEnd::closed;
  return seen.begins_cell ? QuoteEnd::open : QuoteEnd::mistaken;
}

std::string split_cells(std::string_view line, const CellRule& rule,
                        std::vector<std::string>& cells) {
  cells.clear();
  const Seen seen = look(line);
  if (seen.open) return "has a quote that is not closed";
  // "1,5;2,5" is not four numbers.
  if (seen.comma && seen.semicolon) return "has both commas and semicolons";
  line = line.substr(0, seen.end);
  const std::string_view content = trimmed(line);
  if (content.empty()) return {};
  const bool tabs = rule.tabs && seen.tab && !seen.comma && !seen.semicolon;
  const bool spaces = !seen.comma && !seen.semicolon && !tabs;
  const std::string_view separators = seen.comma       ? ","
                                      : seen.semicolon ? ";"
                                      : tabs           ? "\t"
                                                       : kSpace;
  // A tab at either end stands beside an empty cell.
  line = tabs ? line.substr(0, line.find_last_not_of("\r") + 1) : content;
  for (bool more = true; more;) {
    std::string_view cell;
    more = take_cell(line, separators, cell);
    cells.push_back(unquoted(trimmed(cell)));
    if (spaces) line = trimmed(line);
  }
  return {};
}

bool is_missing(std::string_view cell) {
  constexpr std::string_view kMissing[] = {"",     "NA",   "N/A",  "#N/A", "<NA>",
                                           "NULL", "null", "None", "n/a"};
  return std::find(std::begin(kMissing), std::end(kMissing), cell) != std::end(kMissing);
}

}  // namespace tightloop::io
