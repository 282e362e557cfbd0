// Intervals as comparisons, which the library counts together.
#include "repl/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "number_text.hpp"
#include "repl/value_range.hpp"

namespace tightloop::tool {
namespace {

constexpr int kBins = 20;

/// The intervals: from each edge up to the next, as numbers of the language. The last one has its
/// end, too.
struct Bins {
  std::vector<std::string> edges;
  std::vector<std::string> labels;  ///< one per interval, all of one width
};

std::string padded(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

/// Writes two columns of numbers with what is between them; a pair of equal ones as one number.
std::vector<std::string> interval_labels(const std::vector<std::string>& first,
                                         const std::vector<std::string>& last,
                                         const std::string& between) {
  std::size_t widths[2] = {0, 0};
  bool pairs = false;
  for (std::size_t i = 0; i < first.size(); ++i) {
    widths[0] = std::max(widths[0], first[i].size());
    widths[1] = std::max(widths[1], last[i].size());
    pairs = pairs || first[i] != last[i];
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < first.size(); ++i) {
    std::string label = padded(first[i], widths[0]);
    if (pairs && first[i] != last[i]) label += between + padded(last[i], widths[1]);
    if (pairs) label.resize(widths[0] + between.size() + widths[1], ' ');
    out.push_back(std::move(label));
  }
  return out;
}

/// Reads an integer or bool as 64 bits, whatever its sign.
std::uint64_t bits_of(const Array& value) {
  if (is_bool(value.dtype())) return value.item<bool>() ? 1 : 0;
  if (is_unsigned_int(value.dtype())) return value.item<std::uint64_t>();
  return static_cast<std::uint64_t>(value.item<std::int64_t>());
}

Bins integer_bins(const ValueRange& range) {
  const std::uint64_t low = bits_of(range.exact_low);
  const std::uint64_t span = bits_of(range.exact_high) - low;
  const std::uint64_t width = span / kBins + 1;
  const bool is_signed = is_signed_int(range.exact_low.dtype());
  const auto text = [&](std::uint64_t offset) {
    const std::uint64_t value = low + offset;
    return is_signed ? std::to_string(static_cast<std::int64_t>(value)) : std::to_string(value);
  };
  Bins out;
  std::vector<std::string> last;
  for (std::uint64_t i = 0; i < kBins && i * width <= span; ++i) {
    out.edges.push_back(text(i * width));
    // As wide as the others, unless that passes 64 bits.
    const std::uint64_t most = (is_signed ? std::uint64_t{1} << 63 : std::uint64_t{0}) - 1 - low;
    last.push_back(text(i * width + std::min(width - 1, most - i * width)));
  }
  out.labels = interval_labels(out.edges, last, " to ");
  out.edges.push_back(last.back());
  return out;
}

std::string shown_edge(const std::string& edge) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", std::strtod(edge.c_str(), nullptr));
  return text;
}

Bins real_bins(const ValueRange& range, DType type) {
  Bins out;
  // Half the range first: the whole may overflow.
  const double half = range.high / 2 - range.low / 2;
  const int bins = half > 0 ? kBins : 1;
  for (int i = 0; i <= bins; ++i) {
    const double edge = i == bins ? range.high : range.low + half * (2.0 * i / bins);
    out.edges.push_back(real_text(edge, i == 0 || i == bins ? type : DType::float64));
  }
  std::vector<std::string> shown;
  for (const std::string& edge : out.edges) shown.push_back(shown_edge(edge));
  out.labels =
      interval_labels({shown.begin(), shown.end() - 1}, {shown.begin() + 1, shown.end()}, " .. ");
  return out;
}

std::string counts_line(const Bins& bins, const std::string& x) {
  std::string out;
  for (std::size_t i = 0; i + 1 < bins.edges.size(); ++i) {
    const bool last = i + 2 == bins.edges.size();
    out += (i == 0 ? "count_nonzero((" : ", count_nonzero((") + x + " >= " + bins.edges[i] +
           ") & (" + x + (last ? " <= " : " < ") + bins.edges[i + 1] + "))";
  }
  return out;
}

std::string bar(double share, int width, bool utf8) {
  const int eighths = static_cast<int>(std::lround(share * width * 8));
  if (!utf8) return std::string(static_cast<std::size_t>((eighths + 7) / 8), '#');
  static constexpr const char* kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  std::string out;
  for (int i = 0; i < eighths / 8; ++i) out += "█";
  return out + kParts[share > 0 && eighths == 0 ? 1 : eighths % 8];
}

}  // namespace

std::string histogram(const BoundText& expression, const ResultType& type,
                      const Workspace& workspace, const Terminal& terminal) {
  const ValueRange range = value_range(expression, type, workspace);
  std::string rest;
  if (range.nans > 0) rest += "  " + std::to_string(range.nans) + " NaN\n";
  if (range.infinities > 0) rest += "  " + std::to_string(range.infinities) + " infinite\n";
  if (range.low > range.high) return rest.empty() ? "  no elements\n" : rest;
  const Bins bins = is_float(type.dtype) ? real_bins(range, type.dtype) : integer_bins(range);
  const std::vector<Array> counts =
      evaluate_about(as_value(expression, type), workspace,
                     [&](const std::string& x) { return counts_line(bins, x); });
  std::int64_t most = 1;
  std::size_t count_width = 0;
  for (const Array& count : counts) {
    most = std::max(most, count.item<std::int64_t>());
    count_width = std::max(count_width, std::to_string(count.item<std::int64_t>()).size());
  }
  const int used = static_cast<int>(bins.labels.front().size() + count_width) + 6;
  const int width = std::clamp(terminal.columns - used, 10, 50);
  std::string out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto count = counts[i].item<std::int64_t>();
    out += "  " + bins.labels[i] + "  " + padded(std::to_string(count), count_width);
    if (count > 0) {
      out +=
          " " + bar(static_cast<double>(count) / static_cast<double>(most), width, terminal.utf8);
    }
    out += '\n';
  }
  return out + rest;
}

}  // namespace tightloop::tool
