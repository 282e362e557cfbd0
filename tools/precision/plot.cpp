// The picture of a report: above, a histogram of the errors of each dtype over one axis of decades;
// below, bytes per value against the largest error.
#include <algorithm>
#include <cmath>

#include "precision/report.hpp"
#include "precision/svg.hpp"
#include "quantities.hpp"

namespace tightloop::tool {
namespace {

constexpr double kWidth = 860;
constexpr double kLeft = 110;
constexpr double kRight = kWidth - 130;
constexpr double kTop = 76;
constexpr double kBand = 44;  // height of one histogram
constexpr double kScatter = 300;
constexpr double kScatterGap = 110;  // between the pictures: axis, its title and the next title
constexpr double kFoot = 14;         // between an error of 0 and the axis
constexpr double kBottom = kFoot + 54;

constexpr std::string_view kColours[] = {"#4c78a8", "#f58518", "#54a24b", "#e45756", "#2ca6a4",
                                         "#b279a2", "#9d755d", "#d4a017", "#6f7bd9", "#7f7f7f"};

std::vector<const Row*> rows_of(const PrecisionReport& report) {
  std::vector<const Row*> out;
  for (const Row& row : report.rows) {
    if (row.storage.fits() && row.losses.compared > 0) out.push_back(&row);
  }
  return out;
}

std::string_view colour(std::size_t index) {
  return kColours[index % std::size(kColours)];
}

/// The largest absolute error that is tolerated; 0 where the tolerance is another one, or none.
double limit_of(const PrecisionReport& report) {
  const bool drawn = report.tolerance && report.tolerance->kind == ToleranceKind::absolute;
  return drawn && std::isfinite(report.tolerance->value) ? report.tolerance->value : 0;
}

/// The bins that are drawn: the decades that have errors, and the one below them.
struct Axis {
  int first = 0;  ///< index of a decade; -1 is everything below
  int last = 0;
  int lowest = 0;  ///< the exponent of decade 0
  double width() const { return (kRight - kLeft) / (last - first + 1); }
  double left(int bin) const { return kLeft + (bin - first) * width(); }
};

Axis axis_of(const PrecisionReport& report, const std::vector<const Row*>& rows) {
  Axis axis{report.decades.count, 0, report.decades.lowest};
  for (const Row* row : rows) {
    const Losses& l = row->losses;
    if (l.below > 0) axis.first = -1;
    for (int i = 0; i < static_cast<int>(l.histogram.size()); ++i) {
      if (l.histogram[static_cast<std::size_t>(i)] == 0) continue;
      axis.first = std::min(axis.first, i);
      axis.last = std::max(axis.last, i);
    }
  }
  constexpr int kFewest = 6;  // bins
  axis.last = std::clamp(axis.last, kFewest - 1, std::max(kFewest, report.decades.count) - 1);
  axis.first = std::min(axis.first, axis.last - kFewest + 1);
  return axis;
}

std::int64_t bin_of(const Losses& losses, int bin) {
  if (bin < 0) return losses.below;
  const auto at = static_cast<std::size_t>(bin);
  return at < losses.histogram.size() ? losses.histogram[at] : 0;
}

void draw_band(Svg& svg, const Axis& axis, const Row& row, std::size_t index) {
  const Losses& losses = row.losses;
  const double base = kTop + kBand * static_cast<double>(index + 1);
  const double room = kBand - 10;
  svg.line(kLeft, base, kRight, base, "grid");
  svg.text(kLeft - 10, base - 4, Anchor::end, "label", name(row.storage.dtype));
  std::int64_t most = 1;
  for (int bin = axis.first; bin <= axis.last; ++bin) most = std::max(most, bin_of(losses, bin));
  for (int bin = axis.first; bin <= axis.last; ++bin) {
    const std::int64_t count = bin_of(losses, bin);
    if (count == 0) continue;
    const double height =
        std::max(1.0, room * static_cast<double>(count) / static_cast<double>(most));
    svg.rect(axis.left(bin) + 1, base - height, axis.width() - 2, height, colour(index));
  }
  const double exact =
      100 * static_cast<double>(losses.exact) / static_cast<double>(losses.compared);
  svg.text(kRight + 10, base - 4, Anchor::start, "tick", number_text(exact) + "% exact");
}

void draw_histograms(Svg& svg, const PrecisionReport& report, const std::vector<const Row*>& rows) {
  const Axis axis = axis_of(report, rows);
  const double bottom = kTop + kBand * static_cast<double>(rows.size());
  svg.text(kLeft, kTop - 14, Anchor::start, "title",
           "Absolute errors, share of the results per decade");
  for (std::size_t i = 0; i < rows.size(); ++i) draw_band(svg, axis, *rows[i], i);
  svg.line(kLeft, bottom, kRight, bottom, "axis");
  if (const double limit = limit_of(report); limit > 0) {
    const double x = axis.left(0) + (std::log10(limit) - axis.lowest) * axis.width();
    if (x >= kLeft && x <= kRight) svg.line(x, kTop, x, bottom, "limit");
  }
  constexpr double kLabelRoom = 52;
  const int step = std::max(1, static_cast<int>(std::ceil(kLabelRoom / axis.width())));
  for (int bin = std::max(axis.first, 0); bin <= axis.last; bin += step) {
    svg.line(axis.left(bin), bottom, axis.left(bin), bottom + 5, "axis");
    svg.text(axis.left(bin), bottom + 19, Anchor::middle, "tick",
             "1e" + std::to_string(axis.lowest + bin));
  }
  svg.text((kLeft + kRight) / 2, bottom + 40, Anchor::middle, "label", "|stored - exact|");
}

/// A dtype in the lower picture.
struct Point {
  double x;
  double y;
  double label;  ///< its label's y
  std::size_t index;
};

/// Moves the labels of points in one column apart, keeping their order.
void spread(std::vector<Point>& points, double top, double bottom) {
  constexpr double kLine = 16;
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
  for (std::size_t begin = 0; begin < points.size();) {
    std::size_t end = begin + 1;
    while (end < points.size() && points[end].x == points[begin].x) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      points[i].label = std::max(points[i].y, i == begin ? top : points[i - 1].label + kLine);
    }
    double limit = bottom;
    for (std::size_t i = end; i-- > begin;) {
      points[i].label = std::min(points[i].label, limit);
      limit = points[i].label - kLine;
    }
    begin = end;
  }
}

/// The vertical axis of the lower picture: powers of ten, and 0 at the bottom.
struct ErrorAxis {
  double top, zero;
  int lowest, highest;  ///< exponents
  double y(double error) const {
    if (!(error > 0)) return zero;
    const double floor = zero - 40;
    const double share = (std::log10(error) - lowest) / std::max(1, highest - lowest);
    return floor - share * (floor - top);
  }
};

ErrorAxis error_axis(const std::vector<const Row*>& rows, double limit, double top) {
  ErrorAxis axis{top, top + kScatter, 400, -400};
  const auto include = [&](double error) {
    if (!(error > 0)) return;
    axis.lowest = std::min(axis.lowest, static_cast<int>(std::floor(std::log10(error))));
    axis.highest = std::max(axis.highest, static_cast<int>(std::ceil(std::log10(error))));
  };
  for (const Row* row : rows) include(row->losses.max_absolute);
  include(limit);
  if (axis.lowest > axis.highest) axis.lowest = axis.highest = 0;
  return axis;
}

void draw_error_axis(Svg& svg, const ErrorAxis& axis) {
  const int range = std::max(1, axis.highest - axis.lowest);
  const int step = (range + 7) / 8;
  for (int exponent = axis.lowest; exponent <= axis.highest; exponent += step) {
    const double y = axis.y(std::pow(10.0, exponent));
    svg.line(kLeft, y, kRight, y, "grid");
    svg.text(kLeft - 10, y + 4, Anchor::end, "tick", "1e" + std::to_string(exponent));
  }
  svg.line(kLeft, axis.zero, kRight, axis.zero, "grid");
  svg.line(kLeft, axis.zero + kFoot, kRight, axis.zero + kFoot, "axis");
  svg.text(kLeft - 10, axis.zero + 4, Anchor::end, "tick", "0");
}

void draw_scatter(Svg& svg, const PrecisionReport& report, const std::vector<const Row*>& rows,
                  double top) {
  const double limit = limit_of(report);
  const ErrorAxis axis = error_axis(rows, limit, top);
  svg.text(kLeft, top - 18, Anchor::start, "title",
           "Bytes per value against the largest absolute error");
  draw_error_axis(svg, axis);
  if (limit > 0) {
    svg.line(kLeft, axis.y(limit), kRight, axis.y(limit), "limit");
    svg.text(kRight + 10, axis.y(limit) + 4, Anchor::start, "tick",
             "tolerance " + number_text(limit));
  }
  std::vector<Point> points;
  const double column = (kRight - kLeft) / 4;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double power = std::log2(static_cast<double>(itemsize(rows[i]->storage.dtype)));
    const double y = axis.y(rows[i]->losses.max_absolute);
    points.push_back({kLeft + column * (power + 0.35), y, y, i});
  }
  spread(points, top, axis.zero);
  for (const Point& point : points) {
    svg.line(point.x, point.y, point.x + 22, point.label, "axis");
    svg.circle(point.x, point.y, 5, colour(point.index));
    svg.text(point.x + 27, point.label + 4, Anchor::start, "label",
             name(rows[point.index]->storage.dtype));
  }
  for (int power = 0; power < 4; ++power) {
    svg.text(kLeft + column * (power + 0.35), axis.zero + kFoot + 18, Anchor::middle, "tick",
             std::to_string(1 << power));
  }
  svg.text((kLeft + kRight) / 2, axis.zero + kFoot + 38, Anchor::middle, "label",
           "bytes per value");
}

std::string heading(const PrecisionReport& report) {
  constexpr std::size_t kLongest = 90;
  std::string out = report.expression + " of ";
  for (const Datum& file : report.files)
    out += (file.name == report.files.front().name ? "" : ", ") + file.spec;
  if (out.size() <= kLongest) return out;
  std::size_t end = kLongest - 3;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80) --end;  // of UTF-8
  return out.substr(0, end) + "...";
}

}  // namespace

std::string report_svg(const PrecisionReport& report) {
  const std::vector<const Row*> rows = rows_of(report);
  const double bands = kBand * static_cast<double>(rows.size());
  const double scatter = kTop + bands + kScatterGap;
  Svg svg(kWidth, scatter + kScatter + kBottom);
  svg.text(kLeft, 30, Anchor::start, "title", heading(report));
  if (rows.empty()) {
    svg.text(kLeft, kTop, Anchor::start, "label", "There are no finite results to compare.");
    return svg.str();
  }
  draw_histograms(svg, report, rows);
  draw_scatter(svg, report, rows, scatter);
  return svg.str();
}

}  // namespace tightloop::tool
