// Extremes of equal blocks by the library, then two half cells a line.
#include "repl/line_plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "repl/value_range.hpp"

namespace tightloop::tool {
namespace {

/// The elements of one column: none where low > high.
struct Column {
  double low = 1;
  double high = 0;
};

std::vector<Column> columns_of(const BoundText& expression, const ResultType& type,
                               const Workspace& workspace, std::int64_t most) {
  const std::int64_t n = type.shape[0];
  const std::int64_t size = (n + most - 1) / most;
  const std::int64_t blocks = n / size;
  const std::int64_t whole = blocks * size;
  const std::vector<Array> found =
      evaluate_about(as_value(expression, type), workspace, [&](const std::string& x) {
        const auto extremes = [&](const std::string& part) {
          return "min(" + part + ", axis=1, where=isfinite(" + part + "), initial=inf), max(" +
                 part + ", axis=1, where=isfinite(" + part + "), initial=-inf)";
        };
        const std::string end = std::to_string(whole);
        std::string line = "v = float64(" + x + ")\n" +
                           extremes("reshape(v[:" + end + "], (" + std::to_string(blocks) + ", " +
                                    std::to_string(size) + "))");
        if (whole < n) {
          line +=
              ", " + extremes("reshape(v[" + end + ":], (1, " + std::to_string(n - whole) + "))");
        }
        return line;
      });
  std::vector<Column> out;
  for (std::size_t part = 0; part + 1 < found.size(); part += 2) {
    for (std::int64_t i = 0; i < found[part].size(); ++i) {
      out.push_back({found[part].values<double>()[static_cast<std::size_t>(i)],
                     found[part + 1].values<double>()[static_cast<std::size_t>(i)]});
    }
  }
  return out;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

/// The half cells that a column covers, counted from the top.
struct Cover {
  int first = 0;
  int last = -1;
  bool has(int half) const { return first <= half && half <= last; }
};

}  // namespace

std::string line_plot(const BoundText& expression, const ResultType& type,
                      const Workspace& workspace, const Terminal& terminal) {
  constexpr int kMargin = 14;
  const int lines = std::clamp(terminal.rows - 4, 4, 16);
  const std::int64_t width = std::max(terminal.columns - kMargin, 10);
  const std::vector<Column> columns = columns_of(expression, type, workspace, width);
  double low = HUGE_VAL;
  double high = -HUGE_VAL;
  for (const Column& column : columns) {
    if (column.low > column.high) continue;
    low = std::min(low, column.low);
    high = std::max(high, column.high);
  }
  if (low > high) return "  no finite elements\n";
  const double half_range = high / 2 - low / 2;  // the whole may overflow
  const int halves = 2 * lines;
  const auto place = [&](double value) {
    const double share = half_range > 0 ? (value / 2 - low / 2) / half_range : 0.5;
    return std::clamp(static_cast<int>(std::lround((1 - share) * (halves - 1))), 0, halves - 1);
  };
  std::vector<Cover> covers;
  for (const Column& column : columns) {
    Cover cover;
    if (column.low <= column.high) cover = {place(column.high), place(column.low)};
    const Cover* before = covers.empty() ? nullptr : &covers.back();
    // A line has no holes: each column reaches to where the one before it ends.
    if (before != nullptr && before->last >= before->first && cover.last >= cover.first) {
      if (cover.first > before->last + 1) cover.first = before->last + 1;
      if (cover.last < before->first - 1) cover.last = before->first - 1;
    }
    covers.push_back(cover);
  }
  std::string out;
  for (int line = 0; line < lines; ++line) {
    std::string label = line == 0 ? number(high) : line + 1 == lines ? number(low) : "";
    label.insert(0, label.size() < kMargin - 3 ? kMargin - 3 - label.size() : 0, ' ');
    out += label + (terminal.utf8 ? " │" : " |");
    std::string row;
    for (const Cover& cover : covers) {
      const bool top = cover.has(2 * line);
      const bool bottom = cover.has(2 * line + 1);
      if (terminal.utf8) {
        row += top && bottom ? "█" : top ? "▀" : bottom ? "▄" : " ";
      } else {
        row += top && bottom ? '#' : top ? '\'' : bottom ? '.' : ' ';
      }
    }
    row.erase(row.find_last_not_of(' ') + 1);
    out += row + "\n";
  }
  const std::string last = std::to_string(type.shape[0] - 1);
  std::string axis = std::string(kMargin - 1, ' ') + "0";
  const std::size_t end = static_cast<std::size_t>(kMargin) - 1 + covers.size();
  if (end > axis.size() + last.size()) axis.resize(end - last.size(), ' ');
  return out + (end > axis.size() ? axis + last : axis) + "\n";
}

}  // namespace tightloop::tool
