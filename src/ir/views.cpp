// Views of strided layouts: slicing, transposition, reshape without a copy, broadcasting. Indexing
// follows Python and NumPy.
#include <algorithm>
#include <optional>

#include "ir/extents.hpp"
#include "ir/shapes.hpp"

namespace tightloop::ir {
namespace {

bool multiply(std::int64_t a, std::int64_t b, std::int64_t& out) {
  return !__builtin_mul_overflow(a, b, &out);
}

/// One range item, with Python's defaults and clamping: the first index, the step and the count.
struct Slice {
  std::int64_t first = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};

std::int64_t clamp_index(std::int64_t i, std::int64_t extent, std::int64_t low, std::int64_t high) {
  if (i < 0) i += extent;  // extent >= 0 > i, so this cannot overflow
  return std::clamp(i, low, high);
}

Slice resolve_slice(const SliceItem& item, std::int64_t extent, Span span) {
  const std::int64_t step = item.step.value_or(1);
  if (step == 0) throw Error(ErrorCode::value, "a slice step cannot be zero", span);
  const bool forward = step > 0;
  const std::int64_t low = forward ? 0 : -1;
  const std::int64_t high = forward ? extent : extent - 1;
  const std::int64_t start =
      item.start ? clamp_index(*item.start, extent, low, high) : (forward ? low : high);
  const std::int64_t stop =
      item.stop ? clamp_index(*item.stop, extent, low, high) : (forward ? high : low);
  const std::int64_t distance = forward ? stop - start : start - stop;
  if (distance <= 0) return {start, step, 0};
  const std::uint64_t size =
      forward ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
  const auto gaps = (static_cast<std::uint64_t>(distance) - 1) / size;
  return {start, step, static_cast<std::int64_t>(gaps) + 1};
}

std::int64_t resolve_index(const SliceItem& item, std::int64_t extent, int axis, Span span) {
  const std::int64_t i = item.start.value_or(0);
  if (i < -extent || i >= extent) {
    shape_error("index " + std::to_string(i) + " is out of bounds for axis " +
                    std::to_string(axis) + " with size " + std::to_string(extent),
                span);
  }
  return i < 0 ? i + extent : i;
}

std::int64_t stride_product(std::int64_t a, std::int64_t b, Span span) {
  std::int64_t out = 0;
  if (!multiply(a, b, out)) shape_error("a stride of this view passes 63 bits", span);
  return out;
}

/// Counts the axes that the items of a subscript consume.
int indexed_axes(const ViewSpec& spec, int rank, Span span) {
  int axes = 0;
  int ellipses = 0;
  for (const SliceItem& item : spec.items) {
    if (item.kind == SliceItem::Kind::ellipsis) ++ellipses;
    const bool takes = item.kind == SliceItem::Kind::index || item.kind == SliceItem::Kind::range;
    if (takes) ++axes;
  }
  if (ellipses > 1) shape_error("a subscript has more than one '...'", span);
  if (axes > rank) {
    shape_error("too many indices: the array has " + std::to_string(rank) +
                    (rank == 1 ? " axis" : " axes") + ", but " + std::to_string(axes) +
                    " are indexed",
                span);
  }
  return axes;
}

class Subscript {
 public:
  Subscript(const Layout& from, Span span) : from_(from), span_(span) { out_.offset = from.offset; }

  Layout apply(const ViewSpec& spec) {
    const int rank = from_.shape.size();
    const int spare = rank - indexed_axes(spec, rank, span_);
    bool spared = false;
    for (const SliceItem& item : spec.items) {
      if (item.kind == SliceItem::Kind::ellipsis) {
        keep(spare);
        spared = true;
      } else {
        take(item);
      }
    }
    if (!spared) keep(spare);
    return out_;
  }

 private:
  void keep(int count) {
    for (int i = 0; i < count; ++i, ++axis_) push(from_.shape[axis_], from_.strides[axis_]);
  }
  void push(std::int64_t extent, std::int64_t stride) {
    out_.shape.push_back(extent);
    out_.strides.push_back(stride);
  }
  void take(const SliceItem& item) {
    if (item.kind == SliceItem::Kind::new_axis) return push(1, 0);
    const std::int64_t extent = from_.shape[axis_];
    const std::int64_t stride = from_.strides[axis_];
    if (item.kind == SliceItem::Kind::index) {
      advance(resolve_index(item, extent, axis_, span_), stride);
    } else {
      const Slice s = resolve_slice(item, extent, span_);
      // One element needs no stride, and none needs no address.
      if (s.count > 0) advance(s.first, stride);
      push(s.count, s.count > 1 ? stride_product(stride, s.step, span_) : stride);
    }
    ++axis_;
  }
  void advance(std::int64_t index, std::int64_t stride) {
    if (__builtin_add_overflow(out_.offset, stride_product(index, stride, span_), &out_.offset)) {
      shape_error("the offset of this view passes 63 bits", span_);
    }
  }

  const Layout& from_;
  Span span_;
  Layout out_;
  int axis_ = 0;
};

/// Returns the axes of the operand in their new order.
std::vector<int> order_of_axes(const ViewSpec& spec, int rank, Span span) {
  std::vector<int> out;
  if (spec.dims.empty()) {
    for (int i = rank; i-- > 0;) out.push_back(i);
    return out;
  }
  reduced_axes(ReduceSpec{false, false, spec.dims}, rank, span);  // each is there, and once
  if (spec.dims.size() != static_cast<std::size_t>(rank)) {
    shape_error("transpose names " + std::to_string(spec.dims.size()) + " axes of an array of " +
                    std::to_string(rank),
                span, "name all of them, or none to reverse them");
  }
  for (const std::int64_t axis : spec.dims) {
    out.push_back(static_cast<int>(axis < 0 ? axis + rank : axis));
  }
  return out;
}

Layout transposed(const ViewSpec& spec, const Layout& from, Span span) {
  Layout out;
  out.offset = from.offset;
  for (const int axis : order_of_axes(spec, from.shape.size(), span)) {
    out.shape.push_back(from.shape[axis]);
    out.strides.push_back(from.strides[axis]);
  }
  return out;
}

/// Puts axes of extent 1 where the spec says.
Layout expanded(const ViewSpec& spec, const Layout& from, Span span) {
  const int rank = from.shape.size() + static_cast<int>(spec.dims.size());
  if (rank > kMaxRank) {
    throw Error(ErrorCode::limit, "a view of more than " + std::to_string(kMaxRank) + " axes",
                span);
  }
  ReduceSpec axes{false, false, spec.dims};
  const std::uint32_t added = reduced_axes(axes, rank, span);
  Layout out;
  out.offset = from.offset;
  for (int i = 0, next = 0; i < rank; ++i) {
    const bool is_new = (added >> i & 1) != 0;
    out.shape.push_back(is_new ? 1 : from.shape[next]);
    out.strides.push_back(is_new ? 0 : from.strides[next]);
    if (!is_new) ++next;
  }
  return out;
}

Dims dims_of(const std::vector<std::int64_t>& dims, Span span) {
  if (dims.size() > static_cast<std::size_t>(kMaxRank)) {
    throw Error(ErrorCode::limit,
                "a shape of " + std::to_string(dims.size()) + " axes; at most " +
                    std::to_string(kMaxRank) + " are supported",
                span);
  }
  return Dims(std::span<const std::int64_t>(dims));
}

/// Returns the shape a reshape asks for, its -1 filled in.
Dims reshape_target(const ViewSpec& spec, const Dims& from, Span span) {
  Dims to = dims_of(spec.dims, span);
  const auto misfit = [&] {
    shape_error("cannot reshape " + to_string(from) + " to " + to_string(dims_of(spec.dims, span)),
                span);
  };
  const auto count = element_count(from);
  int unknown = -1;
  for (int i = 0; i < to.size(); ++i) {
    if (to[i] >= 0) continue;
    if (to[i] != -1) shape_error("a shape has the negative extent " + std::to_string(to[i]), span);
    if (unknown >= 0) shape_error("a shape has more than one -1", span);
    unknown = i;
    to[i] = 1;
  }
  const auto known = element_count(to);
  if (!count || !known) misfit();
  if (unknown >= 0) {
    if (*known == 0 || *count % *known != 0) misfit();
    to[unknown] = *count / *known;
  } else if (*known != *count) {
    misfit();
  }
  return to;
}

/// Finds strides for `to` over the same elements in C order: groups of axes with equal products
/// must each be one run in memory. Returns none where a copy would be needed.
std::optional<Dims> reshaped_strides(const Layout& from, const Dims& to) {
  Dims shape, strides;
  for (int i = 0; i < from.shape.size(); ++i) {
    if (from.shape[i] == 1) continue;
    shape.push_back(from.shape[i]);
    strides.push_back(from.strides[i]);
  }
  Dims out = to;
  int a = 0, b = 0;
  while (a < shape.size()) {
    int a_end = a + 1, b_end = b + 1;
    std::int64_t old_count = shape[a], new_count = to[b];
    while (old_count != new_count) {
      if (new_count < old_count) {
        new_count *= to[b_end++];
      } else {
        old_count *= shape[a_end++];
      }
    }
    for (int i = a; i + 1 < a_end; ++i) {
      std::int64_t run = 0;
      if (!multiply(strides[i + 1], shape[i + 1], run) || strides[i] != run) return std::nullopt;
    }
    std::int64_t step = strides[a_end - 1];
    for (int i = b_end; i-- > b;) {
      out[i] = step;
      if (i > b && !multiply(step, to[i], step)) return std::nullopt;
    }
    a = a_end;
    b = b_end;
  }
  for (int i = b; i < to.size(); ++i) out[i] = 0;  // what is left has extent 1
  return out;
}

Layout reshaped(const ViewSpec& spec, const Layout& from, Span span) {
  Layout out{reshape_target(spec, from.shape, span), {}, from.offset};
  if (element_count(from.shape) == 0) {
    out.strides = out.shape;
    for (std::int64_t& s : out.strides) s = 0;
    return out;
  }
  const auto strides = reshaped_strides(from, out.shape);
  if (!strides) {
    shape_error("reshape from " + to_string(from.shape) + " to " + to_string(out.shape) +
                    " needs a copy: the elements do not lie in that order",
                span, "reshape the array before the call");
  }
  out.strides = *strides;
  return out;
}

Dims broadcast_target(const ViewSpec& spec, const Dims& from, Span span) {
  const Dims to = dims_of(spec.dims, span);
  for (std::int64_t d : to) {
    if (d < 0) shape_error("a shape has the negative extent " + std::to_string(d), span);
  }
  const auto joined = broadcast(from, to);
  if (!joined || !(*joined == to)) {
    shape_error("cannot broadcast " + to_string(from) + " to " + to_string(to), span);
  }
  require_countable(to, span);
  return to;
}

/// Axes permuted, taken along diagonals and added.
Layout with_axes(const ViewSpec& spec, const Layout& from, Span span) {
  Layout out;
  out.offset = from.offset;
  const auto rank = static_cast<int>(spec.dims.at(0));
  for (int i = 0; i < rank; ++i) {
    out.shape.push_back(1);
    out.strides.push_back(0);
  }
  if (spec.dims.size() != static_cast<std::size_t>(from.shape.size()) + 1) {
    throw Error(ErrorCode::internal, "a view names axes of an operand of another rank", span);
  }
  for (int i = 0; i < from.shape.size(); ++i) {
    const auto axis = static_cast<int>(spec.dims[static_cast<std::size_t>(i) + 1]);
    out.shape[axis] = from.shape[i];
    if (__builtin_add_overflow(out.strides[axis], from.strides[i], &out.strides[axis])) {
      shape_error("a stride of this view passes 63 bits", span);
    }
  }
  return out;
}

/// Checks the rank before the axes of a view are pushed one by one, so that the message has a
/// place.
void check_view_rank(const ViewSpec& spec, int rank, Span span) {
  std::size_t total = static_cast<std::size_t>(rank);
  for (const SliceItem& item : spec.items) {
    if (item.kind == SliceItem::Kind::new_axis) ++total;
    if (item.kind == SliceItem::Kind::index && total > 0) --total;
  }
  if (total > static_cast<std::size_t>(kMaxRank)) {
    throw Error(ErrorCode::limit,
                "a view of " + std::to_string(total) + " axes; at most " +
                    std::to_string(kMaxRank) + " are supported",
                span);
  }
}

}  // namespace

Layout apply_view(const ViewSpec& spec, const Layout& layout, Span span) {
  switch (spec.kind) {
    case ViewSpec::Kind::slice:
      check_view_rank(spec, layout.shape.size(), span);
      return Subscript(layout, span).apply(spec);
    case ViewSpec::Kind::transpose: return transposed(spec, layout, span);
    case ViewSpec::Kind::reshape: return reshaped(spec, layout, span);
    case ViewSpec::Kind::broadcast_to:
      return broadcast_to(layout, broadcast_target(spec, layout.shape, span));
    case ViewSpec::Kind::axes: return with_axes(spec, layout, span);
    case ViewSpec::Kind::expand_dims: return expanded(spec, layout, span);
    case ViewSpec::Kind::rank: return {Dims::of(layout.shape.size()), Dims::of(0), layout.offset};
  }
  throw Error(ErrorCode::internal, "a view of no kind", span);
}

Layout broadcast_to(const Layout& layout, const Dims& shape) {
  Layout out{shape, shape, layout.offset};
  const int shift = shape.size() - layout.shape.size();
  if (shift < 0) throw Error(ErrorCode::internal, "a layout has more axes than its broadcast");
  for (int i = 0; i < shape.size(); ++i) {
    const bool stretched = i < shift || layout.shape[i - shift] != shape[i];
    if (stretched && i >= shift && layout.shape[i - shift] != 1) {
      throw Error(ErrorCode::internal, "a layout does not broadcast to its shape");
    }
    out.strides[i] = stretched ? 0 : layout.strides[i - shift];
  }
  return out;
}

}  // namespace tightloop::ir
