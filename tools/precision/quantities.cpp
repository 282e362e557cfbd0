#include "precision/quantities.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

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

std::string bytes_text(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return three_digits(value) + " " + kUnits[unit];
}

std::string seconds_text(double seconds) {
  static constexpr const char* kUnits[] = {"ns", "us", "ms", "s"};
  if (seconds < 0) return "-";
  double value = seconds * 1e9;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return three_digits(value) + " " + kUnits[unit];
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
