// The layout of printed arrays. Column widths follow from the elements that are shown alone.
#include "summary.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "number_text.hpp"

namespace tightloop::tool {
namespace {

constexpr std::int64_t kThreshold = 1000;  // more elements than these are summarised
constexpr std::size_t kLineWidth = 75;

/// What is between the elements and before the first line.
struct Frame {
  std::string separator;
  std::size_t indent = 0;
  std::size_t width = kLineWidth;
};

/// Walks over what is shown. It recurses by axis, so at most kMaxRank deep.
class Layout {
 public:
  /// `shown` holds shown_extent() elements along each axis of an array of that shape.
  Layout(const ArrayView& shown, const Dims& shape, Frame frame, int precision)
      : view_(shown),
        shape_(shape),
        frame_(std::move(frame)),
        columns_(shown.dtype(), addresses(), precision) {}

  std::string text() {
    block(0, static_cast<const std::byte*>(view_.data()));
    return std::move(out_);
  }

 private:
  std::vector<const std::byte*> addresses() const {
    std::vector<const std::byte*> out{static_cast<const std::byte*>(view_.data())};
    for (int axis = 0; axis < view_.ndim(); ++axis) {
      std::vector<const std::byte*> next;
      for (const std::byte* base : out) {
        for (std::int64_t i = 0; i < view_.shape()[axis]; ++i) {
          next.push_back(base + i * view_.strides()[axis]);
        }
      }
      out = std::move(next);
    }
    return out;
  }

  bool cut_before(int axis, std::int64_t i) const {
    return i == kShownEdge && view_.shape()[axis] < shape_[axis];
  }

  std::string indent(int axis) const {
    return std::string(frame_.indent + static_cast<std::size_t>(axis) + 1, ' ');
  }

  void block(int axis, const std::byte* at) {
    const int rest = view_.ndim() - axis;
    if (rest == 1) return row(axis, at);
    std::string between = frame_.separator.substr(0, frame_.separator.find(' '));
    between += std::string(static_cast<std::size_t>(rest - 1), '\n') + indent(axis);
    out_ += '[';
    for (std::int64_t i = 0; i < view_.shape()[axis]; ++i) {
      if (i > 0) out_ += between;
      if (cut_before(axis, i)) out_ += "..." + between;
      block(axis + 1, at + i * view_.strides()[axis]);
    }
    out_ += ']';
  }

  void row(int axis, const std::byte* at) {
    const std::string indent = this->indent(axis);
    // One column for each bracket that closes.
    const std::size_t most = frame_.width - static_cast<std::size_t>(axis) - 1;
    std::string line = indent;
    std::string text;
    const auto add = [&](const std::string& word) {
      if (line.size() + word.size() > most && line.size() > indent.size()) {
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
        line = indent;
      }
      line += word;
    };
    for (std::int64_t i = 0; i < view_.shape()[axis]; ++i) {
      if (i > 0) line += frame_.separator;
      if (cut_before(axis, i)) {
        add("...");
        line += frame_.separator;
      }
      add(columns_.text(at + i * view_.strides()[axis]));
    }
    text += line;
    out_ += '[' + text.substr(indent.size()) + ']';
  }

  const ArrayView view_;
  const Dims shape_;
  const Frame frame_;
  const ElementColumns columns_;
  std::string out_;
};

std::int64_t count(const Dims& shape) {
  std::int64_t n = 1;
  for (std::int64_t extent : shape) n *= extent;
  return n;
}

/// Copies what is shown of an array.
Array shown_of(const ArrayView& view) {
  Dims extents = view.shape();
  for (std::int64_t& extent : extents) extent = shown_extent(view.shape(), extent);
  const auto* from = static_cast<const std::byte*>(view.data());
  Array out(view.dtype(), extents);
  Dims at;
  for (int axis = 0; axis < extents.size(); ++axis) at.push_back(0);
  const std::size_t size = itemsize(view.dtype());
  auto* to = static_cast<std::byte*>(out.data());
  for (std::int64_t i = 0; i < out.size(); ++i, to += size) {
    std::int64_t offset = 0;
    for (int axis = 0; axis < at.size(); ++axis) {
      const std::int64_t cut = view.shape()[axis] - extents[axis];
      offset += (at[axis] + (cut > 0 && at[axis] >= kShownEdge ? cut : 0)) * view.strides()[axis];
    }
    std::copy_n(from + offset, size, to);
    for (int axis = at.size() - 1; axis >= 0 && ++at[axis] == extents[axis]; --axis) at[axis] = 0;
  }
  return out;
}

bool is_implied(DType type) {
  return type == DType::bool_ || type == DType::int64 || type == DType::float64 ||
         type == DType::complex128;
}

}  // namespace

std::string shape_text(const Dims& shape) {
  std::string out = "(";
  for (int i = 0; i < shape.size(); ++i) out += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return out + (shape.size() == 1 ? ",)" : ")");
}

std::int64_t shown_extent(const Dims& shape, std::int64_t extent) {
  return count(shape) > kThreshold ? std::min(extent, 2 * kShownEdge) : extent;
}

std::string array_text(const Array& array) {
  const ArrayView view = array.view();
  if (view.ndim() == 0) return element_text(view.dtype(), view.data());
  const std::string out = std::string(name(view.dtype())) + " " + shape_text(view.shape()) + "\n";
  if (view.size() == 0) return out + "[]";
  const Array shown = shown_of(view);
  return out + Layout(shown, view.shape(), {" "}, kPrintPrecision).text();
}

std::string array_repr(const ArrayView& shown, const Dims& shape, int precision) {
  static constexpr std::string_view kPrefix = "array(";
  if (shape.empty()) return element_text(shown.dtype(), shown.data());
  const std::int64_t size = count(shape);
  std::string out(kPrefix);
  if (size == 0) {
    out += "[]";
  } else {
    out += Layout(shown, shape, {", ", kPrefix.size(), kLineWidth - 1}, precision).text();
  }
  std::string extras;
  if ((size == 0 && shape.size() > 1) || size > kThreshold) extras = "shape=" + shape_text(shape);
  if (size == 0 || !is_implied(shown.dtype())) {
    extras += (extras.empty() ? "dtype=" : ", dtype=") + std::string(name(shown.dtype()));
  }
  if (extras.empty()) return out + ")";
  out += ',';
  const std::size_t last = out.size() - (out.rfind('\n') + 1);
  if (last + extras.size() + 2 > kLineWidth) {
    out += '\n' + std::string(kPrefix.size(), ' ');
  } else {
    out += ' ';
  }
  return out + extras + ")";
}

}  // namespace tightloop::tool
