// A number and its unit.
#include "byte_size.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "arguments.hpp"

namespace tightloop::tool {
namespace {

/// The power of 1024 that a unit stands for; -1 for what is none.
int power_of(std::string unit) {
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  if (unit.empty() || unit == "B") return 0;
  const std::size_t power = std::string_view("KMGT").find(unit[0]);
  const std::string rest = unit.substr(1);
  if (power == std::string_view::npos || (!rest.empty() && rest != "B" && rest != "IB")) return -1;
  return static_cast<int>(power) + 1;
}

}  // namespace

std::uint64_t parse_byte_size(std::string_view text, std::string_view option) {
  double number = 0;
  const auto read =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  const int power = power_of(
      std::string(read.ptr, static_cast<std::size_t>(text.data() + text.size() - read.ptr)));
  const double bytes = power < 0 ? -1 : std::ldexp(number, 10 * power);
  if (read.ec != std::errc{} || !(bytes >= 0) || !(bytes < 0x1p63)) {
    throw UsageError(std::string(option) + ": '" + std::string(text) +
                     "' is no size; write 256M or 2G");
  }
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace tightloop::tool
