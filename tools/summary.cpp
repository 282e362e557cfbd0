// The layout of printed arrays. Column widths follow from the elements that are shown alone.
#include "summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "number_text.hpp"

namespace tightloop::tool {
namespace {

constexpr std::int64_t kThreshold = 1000;  // more elements than these are summarised
constexpr std::int64_t kEdge = 3;          // what a summary shows at each end of an axis
constexpr std::size_t kLineWidth = 75;
constexpr int kPrecision = 8;

/// Writes a column of reals at one width, the points aligned; decides between positional and
/// scientific notation for all of them.
class RealColumn {
 public:
  RealColumn(const std::vector<double>& values, DType type, bool always_sign)
      : type_(type), always_sign_(always_sign) {
    double largest = 0;
    double smallest = HUGE_VAL;
    for (double value : values) {
      const double size = std::fabs(value);
      if (!std::isfinite(value) || size == 0) continue;
      largest = std::max(largest, size);
      smallest = std::min(smallest, size);
    }
    scientific_ = largest > 0 && (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000.0);
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
    const Parts parts = split(value);
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
    Parts parts;
    parts.whole = std::signbit(value) ? "-" : always_sign_ ? "+" : "";
    Decimal decimal = shortest(value, type_);
    // Places after the first digit that the precision leaves: 4 at least, as what is smaller than
    // 1e-4 is written in scientific notation.
    const int places = scientific_ ? kPrecision : kPrecision + decimal.exponent;
    if (static_cast<int>(decimal.digits.size()) - 1 > places) {
      decimal = rounded(value, places);
    }
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
  bool scientific_ = false;
  std::size_t left_ = 0;
  std::size_t right_ = 0;
  std::size_t tail_ = 0;
};

/// Writes the elements of one array, all of the same width.
class ElementColumns {
 public:
  ElementColumns(DType type, const std::vector<const std::byte*>& elements)
      : type_(type),
        first_(reals(elements, 0), real_type(), false),
        second_(is_complex(type) ? reals(elements, itemsize(real_type())) : std::vector<double>{},
                real_type(), true) {
    if (is_float(type) || is_complex(type)) return;
    for (const std::byte* element : elements) {
      width_ = std::max(width_, whole_text(type, element).size());
    }
  }

  std::string text(const std::byte* element) const {
    if (is_float(type_)) return first_.text(load_real(type_, element));
    if (!is_complex(type_)) {
      const std::string plain = whole_text(type_, element);
      return std::string(width_ - plain.size(), ' ') + plain;
    }
    std::string imaginary = second_.text(load_real(real_type(), element + itemsize(real_type())));
    imaginary.insert(imaginary.find_last_not_of(' ') + 1, 1, 'j');
    return first_.text(load_real(real_type(), element)) + imaginary;
  }

 private:
  DType real_type() const { return is_complex(type_) ? part_type(type_) : type_; }
  std::vector<double> reals(const std::vector<const std::byte*>& elements,
                            std::size_t offset) const {
    std::vector<double> out;
    if (!is_float(type_) && !is_complex(type_)) return out;
    for (const std::byte* element : elements) {
      out.push_back(load_real(real_type(), element + offset));
    }
    return out;
  }

  DType type_;
  RealColumn first_;
  RealColumn second_;
  std::size_t width_ = 0;
};

/// Walks over what is shown. It recurses by axis, so at most kMaxRank deep.
class Layout {
 public:
  explicit Layout(const ArrayView& view)
      : view_(view), shortened_(view.size() > kThreshold), columns_(view.dtype(), shown(view)) {}

  std::string text() {
    block(0, static_cast<const std::byte*>(view_.data()));
    return std::move(out_);
  }

 private:
  std::vector<const std::byte*> shown(const ArrayView& view) const {
    std::vector<const std::byte*> out{static_cast<const std::byte*>(view.data())};
    for (int axis = 0; axis < view.ndim(); ++axis) {
      std::vector<const std::byte*> next;
      for (const std::byte* base : out) {
        for (std::int64_t i : positions(view.shape()[axis])) {
          if (i >= 0) next.push_back(base + i * view.strides()[axis]);
        }
      }
      out = std::move(next);
    }
    return out;
  }

  /// The indices shown along an axis; -1 stands for the ellipsis.
  std::vector<std::int64_t> positions(std::int64_t extent) const {
    std::vector<std::int64_t> out;
    const bool cut = shortened_ && extent > 2 * kEdge;
    for (std::int64_t i = 0; i < extent; ++i) {
      if (cut && i == kEdge) {
        out.push_back(-1);
        i = extent - kEdge;
      }
      out.push_back(i);
    }
    return out;
  }

  void block(int axis, const std::byte* at) {
    const int rest = view_.ndim() - axis;
    if (rest == 1) return row(axis, at);
    const auto indent = static_cast<std::size_t>(axis) + 1;
    out_ += '[';
    bool first = true;
    for (std::int64_t i : positions(view_.shape()[axis])) {
      if (!first) out_.append(static_cast<std::size_t>(rest - 1), '\n').append(indent, ' ');
      first = false;
      if (i < 0) {
        out_ += "...";
      } else {
        block(axis + 1, at + i * view_.strides()[axis]);
      }
    }
    out_ += ']';
  }

  void row(int axis, const std::byte* at) {
    const std::string indent(static_cast<std::size_t>(axis) + 1, ' ');
    const std::size_t most = kLineWidth - indent.size();  // one column for each bracket that closes
    std::string line = indent;
    std::string text;
    for (std::int64_t i : positions(view_.shape()[axis])) {
      const std::string word = i < 0 ? "..." : columns_.text(at + i * view_.strides()[axis]);
      if (line.size() + word.size() > most && line.size() > indent.size()) {
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
        line = indent;
      }
      line += word + ' ';
    }
    line.pop_back();
    text += line;
    out_ += '[' + text.substr(indent.size()) + ']';
  }

  const ArrayView view_;
  const bool shortened_;
  const ElementColumns columns_;
  std::string out_;
};

}  // namespace

std::string array_text(const Array& array) {
  const ArrayView view = array.view();
  if (view.ndim() == 0) return element_text(view.dtype(), view.data());
  std::string out(name(view.dtype()));
  out += " (";
  for (int i = 0; i < view.ndim(); ++i) {
    out += std::to_string(view.shape()[i]);
    if (i + 1 < view.ndim()) out += ", ";
  }
  out += view.ndim() == 1 ? ",)\n" : ")\n";
  return out + (view.size() == 0 ? "[]" : Layout(view).text());
}

}  // namespace tightloop::tool
