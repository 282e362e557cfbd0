// Quantities as people read them: counts, sizes, times and errors.
#pragma once

#include <cstdint>
#include <string>

#include "tightloop/array.hpp"

namespace tightloop::tool {

/// Returns "1,234,567".
std::string count_text(std::int64_t count);
/// Returns three digits, or as many as a whole number below 10^6 has: "0.00123", "1.2e-09", "255",
/// "inf"; "-" for NaN.
std::string number_text(double value);
/// Returns "999 B", "2.19 GB"; powers of 1000. Not for negative numbers.
std::string bytes_text(double bytes);
inline std::string bytes_text(std::uint64_t bytes) {
  return bytes_text(static_cast<double>(bytes));
}
/// Returns "12.3 ms"; "-" where negative.
std::string seconds_text(double seconds);
/// Breaks a text at spaces into lines of at most `width` bytes (longer where a word is), the second
/// and later ones indented, each with an end of line.
std::string wrapped(const std::string& text, std::size_t width);

}  // namespace tightloop::tool
