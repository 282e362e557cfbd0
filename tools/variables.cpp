// Numbers and files of the command line.
#include "variables.hpp"

#include <charconv>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>

#include "tightloop/source.hpp"

namespace tightloop::tool {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Takes digits with single underscores between them, appending the digits to `out`.
bool take_digits(std::string_view& text, std::string& out, bool (*accepts)(char) = is_digit) {
  if (text.empty() || !accepts(text.front())) return false;
  while (!text.empty()) {
    if (text.size() > 1 && text[0] == '_' && accepts(text[1])) text.remove_prefix(1);
    if (!accepts(text.front())) break;
    out += text.front();
    text.remove_prefix(1);
  }
  return true;
}

bool take(std::string_view& text, std::string_view word) {
  if (text.substr(0, word.size()) != word) return false;
  text.remove_prefix(word.size());
  return true;
}

/// Returns a number as it is named in a message.
std::string shown(std::string_view number) {
  constexpr std::size_t kLongest = 40;
  return std::string(number.substr(0, kLongest)) + (number.size() > kLongest ? "..." : "");
}

/// Takes one unsigned real: digits, fraction, exponent, or inf or nan.
std::optional<double> take_real(std::string_view& text) {
  if (take(text, "infinity") || take(text, "inf")) return std::numeric_limits<double>::infinity();
  if (take(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  std::string plain;
  bool digits = take_digits(text, plain);
  if (take(text, ".")) {
    plain += '.';
    digits = take_digits(text, plain) || digits;
  }
  if (!digits) return std::nullopt;
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    std::string_view rest = text.substr(1);
    std::string exponent = "e";
    if (!rest.empty() && (rest.front() == '+' || rest.front() == '-')) {
      exponent += rest.front();
      rest.remove_prefix(1);
    }
    if (take_digits(rest, exponent)) {
      plain += exponent;
      text = rest;
    }
  }
  const double value = std::strtod(plain.c_str(), nullptr);
  if (std::isinf(value)) {
    throw UsageError("the number " + shown(plain) +
                     " does not fit float64; write inf for infinity");
  }
  return value;
}

/// Reads a signed integer, decimal or hexadecimal, that is the whole text.
std::optional<Arg> parse_integer(std::string_view text) {
  const std::string_view whole = text;
  const bool negative = take(text, "-");
  if (!negative) take(text, "+");
  std::string digits;
  const bool hexadecimal = take(text, "0x") || take(text, "0X");
  if (!take_digits(text, digits, hexadecimal ? is_hex_digit : is_digit) || !text.empty()) {
    return std::nullopt;
  }
  std::uint64_t size = 0;
  const auto read =
      std::from_chars(digits.data(), digits.data() + digits.size(), size, hexadecimal ? 16 : 10);
  constexpr std::uint64_t kHalf = std::uint64_t{1} << 63;
  if (read.ec != std::errc{} || (negative && size > kHalf)) {
    throw UsageError("the integer " + shown(whole) + " does not fit 64 bits");
  }
  if (negative) return Arg(static_cast<std::int64_t>(0 - size));
  if (size < kHalf) return Arg(static_cast<std::int64_t>(size));
  return Arg(size);
}

/// Reads a real, an imaginary, or the sum of both, that is the whole text.
std::optional<Arg> parse_floating(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '(' && text.back() == ')';
  if (bracketed) text = text.substr(1, text.size() - 2);
  double parts[2] = {0, 0};
  bool complex = false;
  for (int i = 0; i < 2; ++i) {
    const bool negative = take(text, "-");
    if (!negative && !take(text, "+") && i == 1) return std::nullopt;
    const std::optional<double> size = take_real(text);
    if (!size) return std::nullopt;
    complex = take(text, "j");
    if (i == 1 && !complex) return std::nullopt;
    parts[complex ? 1 : 0] = negative ? -*size : *size;
    if (text.empty() || complex) break;
  }
  if (!text.empty() || (bracketed && !complex)) return std::nullopt;
  if (complex) return Arg(std::complex<double>(parts[0], parts[1]));
  return Arg(parts[0]);
}

}  // namespace

std::optional<Arg> parse_number(std::string_view text) {
  if (text == "True") return Arg(true);
  if (text == "False") return Arg(false);
  if (std::optional<Arg> integer = parse_integer(text)) return integer;
  return parse_floating(text);
}

bool names_standard_input(const std::string& text) {
  return text == "-" || text.starts_with("-:");
}

bool names_source(const std::string& text) {
  if (text == "-" || text.find_first_of("/:*?[") != std::string::npos) return true;
  const std::string extension = std::filesystem::path(text).extension().string();
  std::error_code failed;
  return (extension.size() > 1 && !is_digit(extension[1])) || std::filesystem::exists(text, failed);
}

std::vector<Binding> bind_variables(const std::vector<NamedText>& variables,
                                    std::vector<Array>& arrays) {
  std::vector<Binding> bindings;
  bool input_is_taken = false;
  for (const NamedText& variable : variables) {
    if (const std::optional<Arg> number = parse_number(variable.text)) {
      bindings.push_back({variable.name, *number});
      continue;
    }
    if (!names_source(variable.text)) {
      throw UsageError("'" + variable.name + "=" + variable.text +
                       "': neither a number nor an existing file");
    }
    if (names_standard_input(variable.text)) {
      if (input_is_taken) throw UsageError("standard input, '-', can be read only once");
      input_is_taken = true;
    }
    arrays.push_back(load(variable.text));
    bindings.push_back({variable.name, arrays.back()});
  }
  return bindings;
}

}  // namespace tightloop::tool
