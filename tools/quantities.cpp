// Digits, units, and lines wrapped to a width.
#include "quantities.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>

namespace tightloop::tool {
namespace {

std::string digits_of(double value, const char* format) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

/// Three significant digits without an exponent, of a value in 1 to 1000.
std::string three_digits(double value) {
  return digits_of(value, value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f");
}

/// In the first unit, each 1000 times the one before, that leaves less than 1000.
std::string with_unit(double value, std::span<const char* const> units) {
  while (value >= 999.5 && units.size() > 1) {
    value /= 1000;
    units = units.subspan(1);
  }
  return three_digits(value) + " " + units.front();
}

}  // namespace

std::string count_text(std::int64_t count) {
  std::string out = std::to_string(count);
  const std::ptrdiff_t first = count < 0 ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > first; at -= 3) {
    out.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return out;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "-";
  constexpr double kWhole = 1e6;
  if (value == std::trunc(value) && std::fabs(value) < kWhole) return digits_of(value, "%.0f");
  return digits_of(value, "%.3g");
}

std::string bytes_text(double bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 999.5) return digits_of(bytes, "%.0f B");
  return with_unit(bytes, kUnits);
}

std::string seconds_text(double seconds) {
  static constexpr const char* kUnits[] = {"ns", "us", "ms", "s"};
  return seconds < 0 ? "-" : with_unit(seconds * 1e9, kUnits);
}

std::string wrapped(const std::string& text, std::size_t width) {
  const std::string margin = "  ";  // of all lines but the first
  std::string out;
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      out += line + "\n";
      line = margin + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
    at = end + 1;
  }
  return line.empty() ? out : out + line + "\n";
}

}  // namespace tightloop::tool
