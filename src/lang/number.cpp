// Number literals (The Python Language Reference, 2.4.4 - 2.4.6).
#include "lang/number.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "ir/wide_constant.hpp"
#include "lang/lexer.hpp"

namespace tightloop::lang {
namespace {

constexpr std::size_t kMaxLength = 1000;

bool is_decimal(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

[[noreturn]] void invalid(std::string_view text, Span span) {
  std::size_t digits = 0;
  while (digits < text.size() && (is_decimal(text[digits]) || text[digits] == '.')) ++digits;
  const bool product = digits > 0 && digits < text.size() && text[digits] != '_' && text[0] != '0';
  std::string hint;
  if (product && text.size() <= 40) {
    hint = "a product needs an operator: " + std::string(text.substr(0, digits)) + "*" +
           std::string(text.substr(digits));
  }
  throw Error(ErrorCode::syntax, "invalid number " + in_quotes(text), span, hint);
}

/// Removes underscores; each must stand between two digits, or after the prefix of a base.
std::string without_underscores(std::string_view text, bool based, Span span) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      digits += text[i];
      continue;
    }
    const auto digit = [&](char c) { return based ? is_hex(c) : is_decimal(c); };
    const bool left = (based && i == 2) || (i > 0 && digit(text[i - 1]));
    const bool right = i + 1 < text.size() && digit(text[i + 1]);
    if (!left || !right) invalid(text, span);
  }
  return digits;
}

BigInteger integer(std::string_view digits, int base, std::string_view text, Span span) {
  const auto value = digits.empty() ? std::nullopt : BigInteger::parse(digits, base);
  if (!value) invalid(text, span);
  return *value;
}

/// Decides what a decimal beyond the range of double rounds to: infinity, or zero.
double out_of_range(std::string_view digits) {
  const std::size_t e = std::min(digits.find_first_of("eE"), digits.size());
  const std::string_view mantissa = digits.substr(0, e);
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return 0;
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  long magnitude = static_cast<long>(point) - static_cast<long>(first);
  std::string_view exponent = digits.substr(std::min(e + 1, digits.size()));
  const bool negative = exponent.starts_with('-');
  if (negative || exponent.starts_with('+')) exponent.remove_prefix(1);
  long value = 0;
  for (char c : exponent) value = std::min(value * 10 + (c - '0'), 1'000'000L);
  magnitude += negative ? -value : value;
  return magnitude > 0 ? std::numeric_limits<double>::infinity() : 0.0;
}

double decimal(std::string_view digits, std::string_view text, Span span) {
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) invalid(text, span);
  return error == std::errc::result_out_of_range ? out_of_range(digits) : value;
}

}  // namespace

Number parse_number(std::string_view text, Span span) {
  if (text.size() > kMaxLength) {
    throw Error(ErrorCode::syntax,
                "a number of " + std::to_string(text.size()) + " characters is too long", span,
                "at most " + std::to_string(kMaxLength) + " are read");
  }
  const char prefix = text.size() > 1 && text[0] == '0' ? static_cast<char>(text[1] | 0x20) : '0';
  const int base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 10;
  std::string digits = without_underscores(text, base != 10, span);
  if (base != 10) return integer(std::string_view(digits).substr(2), base, text, span);
  if (digits.find_first_not_of("0123456789") == std::string::npos) {
    if (digits[0] == '0' && digits.find_first_not_of('0') != std::string::npos) {
      throw Error(ErrorCode::syntax, "the integer " + in_quotes(text) + " has leading zeros", span,
                  "octal numbers start with 0o");
    }
    return integer(digits, 10, text, span);
  }
  const bool imaginary = digits.back() == 'j' || digits.back() == 'J';
  if (imaginary) digits.pop_back();
  const double value = decimal(digits, text, span);
  if (imaginary) return Scalar::of(std::complex<double>(0, value));
  return Scalar::of(value);
}

ir::NodeId add_number(ir::Graph& graph, const Number& value, Span span) {
  if (const auto* whole = std::get_if<BigInteger>(&value)) {
    return ir::add_integer(graph, *whole, span);
  }
  return graph.constant(std::get<Scalar>(value), span);
}

std::optional<ir::NodeId> negated(ir::Graph& graph, ir::NodeId literal, Span span) {
  if (graph[literal].op != Op::constant) return std::nullopt;
  if (const auto value = ir::integer_of(graph, literal)) {
    return ir::add_integer(graph, -*value, span);
  }
  const Scalar s = graph.constants()[graph[literal].attr];
  if (s.dtype == DType::float64) return graph.constant(Scalar::of(-s.as<double>()), span);
  if (s.dtype == DType::complex128) {
    return graph.constant(Scalar::of(-s.as<std::complex<double>>()), span);
  }
  return std::nullopt;
}

}  // namespace tightloop::lang
