// The report for people: what the data are, a table of costs, a table of damage, times and advice.
#include <algorithm>
#include <cmath>
#include <utility>

#include "number_text.hpp"
#include "precision/report.hpp"
#include "quantities.hpp"
#include "summary.hpp"

namespace tightloop::tool {
namespace {

constexpr std::size_t kColumns = 100;

/// Cells of a table: the first column to the left, the others to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : lines_{std::move(header)} {}
  void add(std::vector<std::string> cells) { lines_.push_back(std::move(cells)); }

  std::string text() const {
    std::vector<std::size_t> width(lines_.front().size(), 0);
    for (const auto& line : lines_) {
      for (std::size_t i = 0; i < line.size(); ++i) width[i] = std::max(width[i], line[i].size());
    }
    std::string out;
    for (const auto& line : lines_) {
      std::string row;
      for (std::size_t i = 0; i < line.size(); ++i) {
        const std::string space(width[i] - line[i].size(), ' ');
        row += i == 0 ? line[i] + space : "  " + space + line[i];
      }
      out += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
  }

 private:
  std::vector<std::vector<std::string>> lines_;
};

/// One line of a text that may have several, and no longer than fits.
std::string shown(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  std::string out;
  for (char c : text) out += c == '\n' ? ' ' : c;
  return out.size() > kLongest ? out.substr(0, kLongest - 3) + "..." : out;
}

std::string data_text(const Datum& file, const Extent& extent) {
  const ArrayView& array = file.array;
  const std::uint64_t bytes = static_cast<std::uint64_t>(extent.values) * itemsize(array.dtype());
  std::string out = file.name + " = " + file.spec + ": " + std::string(name(array.dtype())) + " " +
                    shape_text(array.shape()) + ", " + count_text(extent.values) + " values, " +
                    bytes_text(bytes);
  if (extent.finite() > 0) {
    out += "; from " + number_text(extent.least) + " to " + number_text(extent.greatest);
    if (extent.smallest_magnitude > 0) {
      out += ", smallest magnitude " + number_text(extent.smallest_magnitude);
    }
  }
  out += "; " + count_text(extent.zero) + " zeros, " + count_text(extent.nan) + " NaN, " +
         count_text(extent.infinite) + " infinities";
  return wrapped(out, kColumns);
}

std::string head_text(const PrecisionReport& report) {
  std::string out;
  for (std::size_t i = 0; i < report.files.size(); ++i) {
    out += data_text(report.files[i], report.extents[i]);
  }
  const Reference& r = report.reference;
  std::string line = "expression " + shown(report.expression) + ": " +
                     std::string(name(r.result.dtype)) + " " + shape_text(r.result.shape) +
                     " of the data as they are";
  if (r.finite > 0) line += ", from " + number_text(r.least) + " to " + number_text(r.greatest);
  if (r.finite < r.values) {
    line += "; " + count_text(r.values - r.finite) + " results are not finite and not compared";
  }
  return out + wrapped(line, kColumns);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  return number_text(100 * static_cast<double>(part) / static_cast<double>(whole)) + "%";
}

std::string speed_up(double base, double seconds) {
  if (seconds <= 0 || base <= 0) return "-";
  return number_text(base / seconds) + "x";
}

double seconds_of(const PrecisionReport& report, DType dtype) {
  for (const Row& row : report.rows) {
    if (row.storage.dtype == dtype) return row.seconds;
  }
  return -1;
}

std::string cost_text(const PrecisionReport& report) {
  Table table({"stored as", "bytes", "of now", "time", "speed", "MSE", "PSNR dB", "max abs err",
               "max rel err"});
  const double base = seconds_of(report, DType::float64);
  for (const Row& row : report.rows) {
    if (!row.storage.fits()) continue;
    const Losses& l = row.losses;
    table.add({std::string(name(row.storage.dtype)), bytes_text(row.bytes),
               percent(row.bytes, report.bytes), seconds_text(row.seconds),
               speed_up(base, row.seconds), number_text(l.mse), number_text(l.psnr),
               number_text(l.max_absolute), number_text(l.max_relative)});
  }
  return table.text();
}

std::string damage_text(const PrecisionReport& report) {
  const auto unharmed = [](const Row& row) {
    const Losses& l = row.losses;
    return !row.storage.fits() ||
           (l.overflow | l.underflow | l.subnormal | l.result_overflow | l.lost) == 0;
  };
  if (std::all_of(report.rows.begin(), report.rows.end(), unharmed)) {
    return "Nothing overflows, becomes zero or subnormal, or loses all digits.\n";
  }
  Table table({"", "overflow", "become zero", "subnormal", "result overflows", "all digits lost"});
  for (const Row& row : report.rows) {
    if (unharmed(row)) continue;
    const Losses& l = row.losses;
    table.add({std::string(name(row.storage.dtype)), count_text(l.overflow),
               count_text(l.underflow), count_text(l.subnormal), count_text(l.result_overflow),
               count_text(l.lost)});
  }
  return table.text();
}

/// As many digits as the numbers need to be used again.
std::string exactly(double value) {
  return real_text(value, DType::float64);
}

/// Where each dtype errs most; dtypes that do so in one place are named together.
std::string worst_text(const PrecisionReport& report) {
  std::vector<std::pair<std::string, std::string>> places;  // and the dtypes
  for (const Row& row : report.rows) {
    if (!row.storage.fits() || !(row.losses.max_absolute > 0) || row.losses.worst.empty()) continue;
    const std::string place = shape_text(row.losses.worst);
    auto at = std::find_if(places.begin(), places.end(),
                           [&](const auto& known) { return known.first == place; });
    if (at == places.end()) at = places.insert(at, {place, ""});
    at->second += (at->second.empty() ? "" : ", ") + std::string(name(row.storage.dtype));
  }
  std::string out;
  for (const auto& [place, dtypes] : places) {
    out += (out.empty() ? "Largest error: at " : "; at ") + place + " of " + dtypes;
  }
  return out.empty() ? out : wrapped(out, kColumns);
}

/// What cannot be seen in the tables: how integers stand for values, and what does not fit.
std::string notes_text(const PrecisionReport& report) {
  std::string out;
  for (const Row& row : report.rows) {
    const std::string dtype(name(row.storage.dtype));
    if (!row.storage.fits()) {
      out += wrapped(dtype + " does not fit: " + row.storage.unfit, kColumns);
    } else if (row.storage.scaled()) {
      std::string line = dtype + " q:";
      for (std::size_t i = 0; i < report.files.size(); ++i) {
        line += (i == 0 ? " " : "; ") + coding_text(row.storage.codings[i], report.files[i].name);
      }
      out += wrapped(line, kColumns);
    }
  }
  const char* peak = report.peak_given ? " (as given)" : " (largest minus smallest exact result)";
  out += "PSNR: peak " + number_text(report.peak) + peak + "\n";
  return out;
}

std::string sample_text(const PrecisionReport& report) {
  const TimedSample& sample = report.sample;
  if (sample.repeats == 0) return "Times: none; " + sample.description + "\n";
  return wrapped("Times: " + sample.description + " (" + count_text(sample.values) + " values) " +
                     (sample.evicted ? "in memory, out of the caches" : "in memory") +
                     ", median of " + std::to_string(sample.repeats) + ", " +
                     std::to_string(sample.threads) +
                     (sample.threads == 1 ? " thread" : " threads"),
                 kColumns);
}

std::string memory_text(const PrecisionReport& report) {
  return "Memory: " + bytes_text(report.peak_resident) + " at most in this process\n";
}

std::string speeds_text(const PrecisionReport& report) {
  if (report.speeds.empty()) return "";
  const std::string& first = report.files.front().name;
  Table table({first == "x" ? "expression" : "expression, x = " + first, "float64", "float32", "",
               "float16", ""});
  for (const Speed& speed : report.speeds) {
    const double* s = speed.seconds;
    table.add({speed.expression, seconds_text(s[0]), seconds_text(s[1]), speed_up(s[0], s[1]),
               seconds_text(s[2]), speed_up(s[0], s[2])});
  }
  return "\n" + table.text();
}

}  // namespace

std::string coding_text(const Coding& coding, const std::string& variable) {
  if (coding.kind == Coding::Kind::plain) return variable + " = q";
  const std::string sign = coding.offset < 0 ? " - " : " + ";
  if (coding.kind == Coding::Kind::shifted) {
    std::string digits;
    for (char c : coding.offset_text) digits += c >= '0' && c <= '9' ? std::string(1, c) : "";
    return variable + " = q" + sign + digits;
  }
  return variable + " = " + exactly(coding.scale) + " q" + sign +
         exactly(std::fabs(coding.offset)) + " in " + std::string(name(coding.restored));
}

std::string report_text(const PrecisionReport& report) {
  std::string out = head_text(report) + "\n" + cost_text(report) + "\n" + damage_text(report) +
                    "\n" + worst_text(report) + notes_text(report) + sample_text(report) +
                    memory_text(report) + speeds_text(report);
  if (report.recommendation) {
    const std::string line =
        (report.recommendation->dtype ? "Recommended: " : "No recommendation: ") +
        report.recommendation->reason;
    out += "\n" + wrapped(line, kColumns);
  }
  return out;
}

}  // namespace tightloop::tool
