// Arrays as text: elements with the fewest digits that give them back, in nested brackets.
#include "tightloop/print.hpp"

#include <charconv>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "types/half.hpp"

namespace tightloop {
namespace {

constexpr std::int64_t kMostWhole = 1000;  // elements; of more, the edges are shown
constexpr std::int64_t kEdge = 3;

template <class T>
T load(const std::byte* element, bool swapped) {
  unsigned char bytes[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<unsigned char>(element[swapped ? sizeof(T) - 1 - i : i]);
  }
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

template <class T>
void put_number(std::string& out, T value) {
  char buffer[64];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

/// The fewest digits that round to the same half.
template <class T>
void put_half(std::string& out, T half) {
  const double value = to_double(half);
  char buffer[64];
  for (int digits = 1; digits < 6; ++digits) {
    char* const end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits)
            .ptr;
    double back = 0;
    std::from_chars(buffer, end, back);
    if (digits == 5 || value != value || round_to_half<T>(back) == half) {
      out.append(buffer, end);
      return;
    }
  }
}

template <class R>
void put_complex(std::string& out, R re, R im) {
  out += '(';
  put_number(out, re);
  if (!std::signbit(im)) out += '+';
  put_number(out, im);
  out += "j)";
}

void put_element(std::string& out, DType dtype, const std::byte* at, bool swapped) {
  const auto part = [&](auto zero, std::size_t i) {
    return load<decltype(zero)>(at + i * sizeof zero, swapped);
  };
  visit_dtype(dtype, [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>) {
      out += part(std::uint8_t{}, 0) != 0 ? "true" : "false";
    } else if constexpr (is_complex(dtype_of<T>)) {
      put_complex(out, part(typename T::value_type{}, 0), part(typename T::value_type{}, 1));
    } else if constexpr (HalfElement<T>) {
      put_half(out, part(T{}, 0));
    } else if constexpr (std::is_integral_v<T>) {
      put_number(out, +part(T{}, 0));  // no characters
    } else {
      put_number(out, part(T{}, 0));
    }
  });
}

class Printer {
 public:
  explicit Printer(const ArrayView& view) : view_(view), whole_(view.size() <= kMostWhole) {}

  std::string text() {
    put(0, static_cast<const std::byte*>(view_.data()));
    return std::move(out_);
  }

 private:
  void put(int axis, const std::byte* at) {
    if (axis == view_.ndim()) {
      put_element(out_, view_.dtype(), at, view_.byte_order() == ByteOrder::swapped);
      return;
    }
    const std::int64_t extent = view_.shape()[axis];
    const bool cut = !whole_ && extent > 2 * kEdge;
    out_ += '[';
    for (std::int64_t i = 0; i < extent; ++i) {
      if (i > 0) separate(axis);
      if (cut && i == kEdge) {
        out_ += "...";
        separate(axis);
        i = extent - kEdge;
      }
      put(axis + 1, at + i * view_.strides()[axis]);
    }
    out_ += ']';
  }

  /// A blank between numbers; between rows a line's end, and between planes an empty line.
  void separate(int axis) {
    const int below = view_.ndim() - 1 - axis;
    out_ += ',';
    if (below == 0) {
      out_ += ' ';
      return;
    }
    out_.append(static_cast<std::size_t>(below), '\n');
    out_.append(static_cast<std::size_t>(axis) + 1, ' ');
  }

  const ArrayView& view_;
  const bool whole_;
  std::string out_;
};

}  // namespace

std::string to_text(const ArrayView& array) {
  if (array.data() == nullptr && array.size() > 0) {
    throw Error(ErrorCode::value, "a view of nothing cannot be printed");
  }
  return Printer(array).text();
}

}  // namespace tightloop
