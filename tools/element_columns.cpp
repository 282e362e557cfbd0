// Widths and notations of printed elements.
#include "element_columns.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "number_text.hpp"

namespace tightloop::tool {

namespace {

/// Decides the notation of numbers from `smallest` to `largest` as NumPy 2.3 and later do, with
/// limits and quotient in the type itself: scientific from one digit more than it holds for
/// certain (at most from 10^8), below 10^-4, or where one is more than 1000 times another.
bool wants_scientific(DType type, double smallest, double largest) {
  if (largest <= 0) return false;
  if (is_half(type)) {
    constexpr double kTinyHalf = 1678 * 0x1p-24;  // 10^-4 as float16
    constexpr double kRatio = 1000.25;            // what rounds to 1000 is no more
    return largest >= 1e3 || smallest < kTinyHalf || largest / smallest > kRatio;
  }
  if (type == DType::float32) {
    const auto least = static_cast<float>(smallest);
    return largest >= 1e6 || least < 1e-4F || static_cast<float>(largest) / least > 1000.0F;
  }
  return largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000.0;
}

}  // namespace

/// Writes a column of reals at one width, the points aligned; decides between positional and
/// scientific notation for all of them.
class ElementColumns::RealColumn {
 public:
  RealColumn(const std::vector<double>& values, DType type, bool always_sign, int precision)
      : type_(type), always_sign_(always_sign), precision_(precision) {
    double largest = 0;
    double smallest = HUGE_VAL;
    for (double value : values) {
      const double size = std::fabs(value);
      if (!std::isfinite(value) || size == 0) continue;
      largest = std::max(largest, size);
      smallest = std::min(smallest, size);
    }
    scientific_ = wants_scientific(type, smallest, largest);
    for (double value : values) {
      if (!std::isfinite(value)) continue;
      const Parts parts = split(value);
      left_ = std::max(left_, parts.whole.size());
      right_ = std::max(right_, parts.fraction.size());
      tail_ = std::max(tail_, parts.exponent.size());
    }
    for (double value : values) {
      if (std::isfinite(value)) continue;
      const std::size_t width = special(value).size();
      const std::size_t after = 1 + right_ + tail_;
      if (width > after) left_ = std::max(left_, width - after);
    }
  }

  std::string text(double value) const {
    std::string out;
    if (!std::isfinite(value)) {
      out = special(value);
      return std::string(left_ + 1 + right_ + tail_ - out.size(), ' ') + out;
    }
    // Of a column in scientific notation all have as many digits, and all are true ones.
    const Parts parts =
        scientific_ ? split(value, rounded(value, static_cast<int>(right_))) : split(value);
    out.assign(left_ - parts.whole.size(), ' ');
    out += parts.whole + '.' + parts.fraction;
    out.append(right_ - parts.fraction.size(), scientific_ ? '0' : ' ');
    if (scientific_) {
      // Exponents of fewer digits get leading zeros.
      out += parts.exponent.substr(0, 2);
      out.append(tail_ - parts.exponent.size(), '0');
      out += parts.exponent.substr(2);
    }
    return out;
  }

 private:
  struct Parts {
    std::string whole;
    std::string fraction;
    std::string exponent;  // "e+05", empty in positional notation
  };

  std::string special(double value) const {
    const char* sign = std::signbit(value) && !std::isnan(value) ? "-" : always_sign_ ? "+" : "";
    return std::string(sign) + (std::isnan(value) ? "nan" : "inf");
  }

  Parts split(double value) const {
    const Decimal decimal = shortest(value, type_);
    // Places after the first digit that the precision leaves.
    const int places = scientific_ ? precision_ : precision_ + decimal.exponent;
    if (static_cast<int>(decimal.digits.size()) - 1 <= places) return split(value, decimal);
    if (places >= 0) return split(value, rounded(value, places));
    // Smaller than the last place that is shown.
    const bool up = places == -1 && std::fabs(value) > 0.5 * std::pow(10.0, -precision_);
    return split(value, up ? Decimal{"1", -precision_} : Decimal{"0", 0});
  }

  Parts split(double value, Decimal decimal) const {
    Parts parts;
    parts.whole = std::signbit(value) ? "-" : always_sign_ ? "+" : "";
    if (scientific_) {
      parts.whole += decimal.digits[0];
      parts.fraction = decimal.digits.substr(1);
      const std::string size = std::to_string(std::abs(decimal.exponent));
      parts.exponent = decimal.exponent < 0 ? "e-" : "e+";
      parts.exponent += size.size() < 2 ? "0" + size : size;
      return parts;
    }
    if (decimal.exponent < 0) {
      parts.whole += '0';
      parts.fraction.assign(static_cast<std::size_t>(-decimal.exponent - 1), '0');
      parts.fraction += decimal.digits;
      return parts;
    }
    const auto count = static_cast<std::size_t>(decimal.exponent) + 1;
    if (decimal.digits.size() < count) decimal.digits.append(count - decimal.digits.size(), '0');
    parts.whole += decimal.digits.substr(0, count);
    parts.fraction = decimal.digits.substr(count);
    return parts;
  }

  DType type_;
  bool always_sign_;
  int precision_;
  bool scientific_ = false;
  std::size_t left_ = 0;
  std::size_t right_ = 0;
  std::size_t tail_ = 0;
};

namespace {

std::vector<double> reals(DType type, const std::vector<const std::byte*>& elements,
                          std::size_t offset) {
  std::vector<double> out;
  for (const std::byte* element : elements) out.push_back(load_real(type, element + offset));
  return out;
}

}  // namespace

ElementColumns::ElementColumns(DType type, const std::vector<const std::byte*>& elements,
                               int precision)
    : type_(type) {
  if (is_float(type)) {
    first_ = std::make_unique<RealColumn>(reals(type, elements, 0), type, false, precision);
  } else if (is_complex(type)) {
    const DType part = part_type(type);
    first_ = std::make_unique<RealColumn>(reals(part, elements, 0), part, false, precision);
    second_ =
        std::make_unique<RealColumn>(reals(part, elements, itemsize(part)), part, true, precision);
  } else {
    if (is_bool(type)) width_ = std::string_view("False").size();  // even where all are True
    for (const std::byte* element : elements) {
      width_ = std::max(width_, whole_text(type, element).size());
    }
  }
}

ElementColumns::~ElementColumns() = default;

std::string ElementColumns::text(const std::byte* element) const {
  if (is_float(type_)) return first_->text(load_real(type_, element));
  if (!is_complex(type_)) {
    const std::string plain = whole_text(type_, element);
    return std::string(width_ - plain.size(), ' ') + plain;
  }
  const DType part = part_type(type_);
  std::string imaginary = second_->text(load_real(part, element + itemsize(part)));
  imaginary.insert(imaginary.find_last_not_of(' ') + 1, 1, 'j');
  return first_->text(load_real(part, element)) + imaginary;
}

}  // namespace tightloop::tool
