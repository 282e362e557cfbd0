// Rows of cells become columns of numbers: a header, the columns that were asked for, their dtype.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/file_error.hpp"
#include "io/formats/text_cells.hpp"
#include "io/formats/text_columns.hpp"
#include "types/dtype_text.hpp"

namespace tightloop::io {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16;
constexpr std::size_t kLongestLine = std::size_t{1} << 24;
constexpr const char* kNotClosed = "has a quote that is not closed";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // what some programs begin UTF-8 with

bool is_whole_number(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// True where a float64 read from the text of an integer is that integer.
bool is_exact(std::string_view text, double value) {
  char digits[400];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, 0);
  const bool signs = text.front() == '+' || text.front() == '-';
  std::string_view wanted = text.substr(signs ? 1 : 0);
  std::string_view got(digits, static_cast<std::size_t>(end.ptr - digits));
  if (got.front() == '-') got.remove_prefix(1);
  wanted.remove_prefix(std::min(wanted.find_first_not_of('0'), wanted.size() - 1));
  return got == wanted;
}

/// Takes lines, one by one, and keeps their elements.
class TableReader {
 public:
  TableReader(const std::string& path, std::string_view detail, const CellRule& rule)
      : path_(path), detail_(detail), rule_(rule) {}

  /// Takes the next line of the file; a row goes on where a quoted cell holds the line's end.
  void line(std::string_view text) {
    ++lines_;
    const bool goes_on = open_;
    if (!goes_on) line_ = lines_;
    if (lines_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    const QuoteEnd quote = quote_at_end(text, open_);
    if (quote == QuoteEnd::mistaken) fail(kNotClosed);
    open_ = quote == QuoteEnd::open;
    if (goes_on || open_) {
      if (goes_on) row_ += '\n';
      row_ += text;
      if (row_.size() > kLongestLine) fail(kNotClosed);
      if (open_) return;
      text = row_;
    }
    cut(text);
    row_.clear();
  }

  /// Hears that no line follows.
  void end() {
    if (open_) fail(kNotClosed);
  }

  Array array() {
    if (!resolved_) resolve();
    Dims shape = Dims::of(rows_);
    if (columns_.size() > 1) shape.push_back(static_cast<std::int64_t>(columns_.size()));
    Array out(dtype_, shape);
    if (!bytes_.empty()) std::memcpy(out.data(), bytes_.data(), bytes_.size());
    return out;
  }

  static std::string size_for(std::uint64_t bytes) {
    return std::to_string((bytes >> 20) + 1) + " MB";  // of 2^20 bytes, as sizes are typed
  }

  /// Numbers are held up to three times while the table grows, and while it becomes an array.
  void check_memory(const ReadingLimits& limits, std::uint64_t consumed, const ByteStream& stream) {
    constexpr std::uint64_t kTimes = 3;
    const std::uint64_t held = kTimes * bytes_.size();
    if (held <= limits.memory) return;
    std::string enough = "more than " + size_for(held + limits.beside);
    if (stream.rewindable()) {
      // Rows that follow may have shorter numbers than those before.
      const double rest = static_cast<double>(stream.size()) / static_cast<double>(consumed);
      const double all = static_cast<double>(held) * std::max(rest, 1.0) * 1.1;
      enough = size_for(static_cast<std::uint64_t>(all) + limits.beside);
    }
    throw Error(ErrorCode::memory,
                in_quotes(path_) + " is a table of text, which is held as a whole: it needs " +
                    enough + " of memory, but only " + size_for(limits.memory + limits.beside) +
                    " are allowed",
                {}, "allow more memory, or convert it to .npy first");
  }

  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const {
    throw_file_error(path_, "line " + std::to_string(line_) + " " + what, hint);
  }

 private:
  void cut(std::string_view text) {
    if (const std::string wrong = split_cells(text, rule_, cells_); !wrong.empty()) {
      fail(wrong, "decimal commas: tr ',' . < FILE | tightloop 'sum(x)' x=-:csv");
    }
    if (cells_.empty()) return;
    if (width_ == 0) {
      width_ = cells_.size();
      if (is_header()) {
        names_ = cells_;
        return;
      }
    }
    if (!resolved_) resolve();
    row();
  }

  /// True where no cell is a number: a row of data has at least one, or it is refused.
  bool is_header() const {
    bool names = false;
    for (const std::string& cell : cells_) {
      std::vector<std::byte> unused;
      if (append_text_element(DType::complex128, cell, unused)) return false;
      const bool printable = std::none_of(cell.begin(), cell.end(), [](char c) {
        return (c >= 0 && c < ' ' && c != '\n' && c != '\r') || c == 0x7f;
      });
      if (!printable) return false;
      if (!is_missing(cell) && !is_number_like(cell)) names = true;
    }
    return names;
  }

  /// "1.5.2" and "1e400" are mistaken numbers, not names.
  static bool is_number_like(std::string_view cell) {
    const std::size_t sign = cell.starts_with('-') || cell.starts_with('+') ? 1 : 0;
    return cell.size() > sign && cell[sign] >= '0' && cell[sign] <= '9';
  }

  /// Finds what stands after the file's name: columns, a dtype, or both.
  void resolve() {
    resolved_ = true;
    std::string_view what = detail_;
    if (!choose(what)) {
      const std::size_t cut = what.rfind(':');
      const auto dtype = types::dtype_of_text(what.substr(cut + 1));
      const bool all = cut == std::string_view::npos;
      // A letter is rather a column that is not there than a type code.
      if (!dtype || what.size() - (all ? 0 : cut + 1) < 2 || (!all && !choose(what.substr(0, cut))))
        unknown(what);
      dtype_ = *dtype;
      guessed_ = false;
    }
    if (columns_.empty()) choose_all();
  }

  /// Chooses the columns of a list: names, or numbers from 0. An empty list is no choice.
  bool choose(std::string_view list) {
    if (list.empty()) return true;
    if (const auto whole = column(list)) {  // a name may hold a comma
      columns_ = {*whole};
      return true;
    }
    std::vector<std::size_t> found;
    for (bool more = true; more;) {
      const std::size_t cut = list.find(',');
      const auto one = column(trimmed(list.substr(0, cut)));
      if (!one) return false;
      found.push_back(*one);
      more = cut != std::string_view::npos;
      if (more) list.remove_prefix(cut + 1);
    }
    columns_ = found;
    return true;
  }

  void choose_all() {
    columns_.clear();
    for (std::size_t i = 0; i < width_; ++i) columns_.push_back(i);
  }

  std::optional<std::size_t> column(std::string_view name) const {
    const auto at = std::find(names_.begin(), names_.end(), name);
    if (at != names_.end()) return static_cast<std::size_t>(at - names_.begin());
    std::size_t number = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool whole = read.ec == std::errc{} && read.ptr == name.data() + name.size();
    if (!whole || number >= width_) return std::nullopt;
    return number;
  }

  [[noreturn]] void unknown(std::string_view what) const {
    std::string hint = "columns are numbered from 0: " + spec() + ":0";
    for (std::size_t i = 0; i < std::min<std::size_t>(names_.size(), 8); ++i) {
      hint = (i == 0 ? "the columns are " : hint + ", ") + in_quotes(names_[i]);
    }
    throw_file_error(path_, in_quotes(what) + " is neither a column nor an element type",
                     hint + (names_.size() > 8 ? ", ..." : ""));
  }

  void row() {
    if (cells_.size() != width_ && !(rows_ == 0 && !names_.empty() && detail_.empty())) {
      fail("has " + std::to_string(cells_.size()) + " columns, the " +
           (rows_ == 0 ? "header has " : "rows before have ") + std::to_string(width_));
    }
    if (cells_.size() != width_) {  // a header in which a name has a space
      width_ = cells_.size();
      choose_all();
    }
    for (const std::size_t at : columns_) element(cells_[at], at);
    ++rows_;
  }

  void element(const std::string& text, std::size_t column) {
    const bool missing = is_missing(text);
    if (missing && !is_float(dtype_) && !is_complex(dtype_)) {
      fail("has an empty column; " + std::string(name(dtype_)) + " has no NaN");
    }
    if (!append_text_element(dtype_, missing ? "nan" : text, bytes_)) {
      fail("has " + in_quotes(text) + ", which is no " + std::string(name(dtype_)) + " number",
           other_columns(column));
    }
    if (guessed_ && is_whole_number(text)) {
      double value = 0;
      std::memcpy(&value, bytes_.data() + (bytes_.size() - sizeof value), sizeof value);
      if (!is_exact(text, value)) {
        std::vector<std::byte> unused;
        const bool is_signed = append_text_element(DType::int64, text, unused);
        const bool held = is_signed || append_text_element(DType::uint64, text, unused);
        fail("has " + in_quotes(text) + ", which float64 would round",
             held ? "name a dtype: " + spec() + (is_signed ? ":int64" : ":uint64")
                  : "no integer dtype holds it; " + spec() + ":float64 rounds it");
      }
    }
    if (static_cast<std::int64_t>(bytes_.size() / itemsize(dtype_)) > kMostTextElements) {
      fail("passes " + std::to_string(kMostTextElements) + " numbers, the most that are read");
    }
  }

  /// Returns the file as it is named on a command line.
  std::string spec() const { return path_ == kStandardInput ? "-:csv" : path_; }

  /// Says how to read the columns that are numbers.
  std::string other_columns(std::size_t column) const {
    for (std::size_t i = 0; i < cells_.size() && cells_.size() > 1; ++i) {
      std::vector<std::byte> unused;
      if (i == column || !append_text_element(dtype_, cells_[i], unused)) continue;
      const bool named = i < names_.size() && !names_[i].empty();
      return "choose columns: " + spec() + ":" + (named ? names_[i] : std::to_string(i));
    }
    return rows_ == 0 && names_.empty() ? "a line of names is one where no cell is a number" : "";
  }

  const std::string& path_;
  std::string_view detail_;
  CellRule rule_;
  std::vector<std::string> cells_;
  std::vector<std::string> names_;
  std::vector<std::size_t> columns_;
  bool resolved_ = false;
  bool guessed_ = true;
  DType dtype_ = DType::float64;
  std::vector<std::byte> bytes_;
  std::int64_t lines_ = 0;  // that were read
  std::int64_t line_ = 0;   // where the row begins
  bool open_ = false;       // a quoted cell has not ended
  std::string row_;         // a row of several lines, as far as it was read
  std::int64_t rows_ = 0;
  std::size_t width_ = 0;
};

}  // namespace

Array read_text_columns(ByteStream& stream, const std::string& path, std::string_view detail,
                        bool tabs, const ReadingLimits& limits) {
  std::uint64_t consumed = 0;
  TableReader table(path, detail, {tabs});
  std::string pending;  // a line whose end has not been read yet
  std::string block(kBlock, '\0');
  for (;;) {
    const std::size_t got = stream.read(block.data(), block.size());
    std::string_view rest(block.data(), got);
    for (std::size_t cut = rest.find('\n'); cut != std::string_view::npos; cut = rest.find('\n')) {
      pending += rest.substr(0, cut);
      table.line(pending);
      pending.clear();
      rest.remove_prefix(cut + 1);
    }
    pending += rest;
    consumed += got;
    table.check_memory(limits, consumed, stream);
    if (pending.size() > kLongestLine) table.fail("is followed by a line of 16 MiB");
    if (got < block.size()) break;
  }
  table.line(pending);
  table.end();
  return table.array();
}

}  // namespace tightloop::io
