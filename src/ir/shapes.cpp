// Shape inference over a typed graph, axes of reductions, and views of strided layouts.
// Broadcasting and indexing follow NumPy.
#include "ir/shapes.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "ir/operators.hpp"

namespace tightloop::ir {
namespace {

[[noreturn]] void shape_error(const std::string& message, Span span, const std::string& hint = {}) {
  throw Error(ErrorCode::shape, message, span, hint);
}

bool multiply(std::int64_t a, std::int64_t b, std::int64_t& out) {
  return !__builtin_mul_overflow(a, b, &out);
}

/// Returns the product of the extents, or none where it passes 63 bits; any zero extent gives 0.
std::optional<std::int64_t> element_count(const Dims& shape) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  std::int64_t n = 1;
  for (std::int64_t d : shape) {
    if (!multiply(n, d, n)) return std::nullopt;
  }
  return n;
}

void require_countable(const Dims& shape, Span span) {
  if (!element_count(shape)) {
    shape_error("an array of shape " + to_string(shape) + " has more than 2^63 elements", span);
  }
}

/// Returns the shape both broadcast to, or none.
std::optional<Dims> broadcast(const Dims& a, const Dims& b) {
  Dims out = a.size() >= b.size() ? a : b;
  const Dims& small = a.size() >= b.size() ? b : a;
  const int shift = out.size() - small.size();
  for (int i = 0; i < small.size(); ++i) {
    std::int64_t& extent = out[i + shift];
    if (extent == small[i] || small[i] == 1) continue;
    if (extent != 1) return std::nullopt;
    extent = small[i];
  }
  return out;
}

/// The operator or function that the text has where a node comes from.
std::string operation_name(const TypedGraph& graph, NodeId id) {
  const NodeId origin = graph.nodes[id].origin;
  const Op op = origin == kNoNode ? graph.nodes[id].op : graph.source[origin].op;
  if (const Operator* row = find_operator(kInfixOperators, op)) return std::string(row->text);
  if (!in_table(op)) return std::string(tightloop::id(op));
  const std::string_view names = info(op).names;
  return std::string(names.substr(0, names.find(' ')));
}

Dims elementwise_shape(const TypedGraph& graph, NodeId id, const std::vector<Dims>& shapes) {
  const TypedNode& n = graph.nodes[id];
  Dims shape = shapes[n.args[0]];
  for (std::size_t i = 1; i < n.nargs; ++i) {
    const Dims& next = shapes[n.args[i]];
    const auto joined = broadcast(shape, next);
    if (!joined) {
      shape_error("operands of '" + operation_name(graph, id) +
                      "' do not broadcast: " + to_string(shape) + " and " + to_string(next),
                  graph.span(id));
    }
    shape = *joined;
  }
  require_countable(shape, graph.span(id));
  return shape;
}

Dims reduced_shape(const TypedGraph& graph, NodeId id, const Dims& operand) {
  const TypedNode& n = graph.nodes[id];
  const ReduceSpec& spec = graph.reduces[n.attr];
  const std::uint32_t mask = reduced_axes(spec, operand.size(), graph.span(id));
  Dims shape;
  bool nothing = false;
  for (int i = 0; i < operand.size(); ++i) {
    const bool reduced = (mask >> i & 1) != 0;
    if (reduced && operand[i] == 0) nothing = true;
    if (!reduced) shape.push_back(operand[i]);
    if (reduced && spec.keepdims) shape.push_back(1);
  }
  const bool ordering = n.op == Op::min || n.op == Op::max;
  if (nothing && ordering && element_count(shape) != 0) {
    throw Error(ErrorCode::value,
                "'" + operation_name(graph, id) + "' of no elements: the operand has shape " +
                    to_string(operand),
                graph.span(id));
  }
  return shape;
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

Layout transposed(const Layout& from) {
  Layout out;
  out.offset = from.offset;
  for (int i = from.shape.size(); i-- > 0;) {
    out.shape.push_back(from.shape[i]);
    out.strides.push_back(from.strides[i]);
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

/// Returns the shape of a view of a computed value, which has no layout.
Dims viewed_shape(const ViewSpec& spec, const Dims& shape, Span span) {
  if (spec.kind == ViewSpec::Kind::reshape) return reshape_target(spec, shape, span);
  Layout layout{shape, shape, 0};
  for (std::int64_t& s : layout.strides) s = 0;
  return apply_view(spec, layout, span).shape;
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

std::vector<Dims> infer_shapes(const TypedGraph& graph, std::span<const Dims> inputs) {
  if (inputs.size() != graph.inputs.size()) {
    throw Error(ErrorCode::internal, "shape inference got " + std::to_string(inputs.size()) +
                                         " shapes for " + std::to_string(graph.inputs.size()) +
                                         " inputs");
  }
  std::vector<Dims> shapes;
  shapes.reserve(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const TypedNode& n = graph.nodes[i];
    const auto id = static_cast<NodeId>(i);
    if (n.op == Op::variable) {
      shapes.push_back(inputs[n.attr]);
    } else if (n.op == Op::constant || n.op == Op::extent) {
      shapes.push_back({});
    } else if (n.op == Op::view) {
      shapes.push_back(viewed_shape(graph.views[n.attr], shapes[n.args[0]], graph.span(id)));
    } else if (is_reduction(n.op)) {
      shapes.push_back(reduced_shape(graph, id, shapes[n.args[0]]));
    } else {
      shapes.push_back(elementwise_shape(graph, id, shapes));
    }
  }
  return shapes;
}

std::uint32_t reduced_axes(const ReduceSpec& spec, int rank, Span span) {
  if (spec.all) return static_cast<std::uint32_t>((std::uint64_t{1} << rank) - 1);
  std::uint32_t mask = 0;
  for (std::int64_t axis : spec.axes) {
    if (axis < -rank || axis >= rank) {
      shape_error("axis " + std::to_string(axis) + " is out of range for an array of rank " +
                      std::to_string(rank),
                  span);
    }
    const std::uint32_t bit = std::uint32_t{1} << (axis < 0 ? axis + rank : axis);
    if ((mask & bit) != 0) {
      shape_error("axis " + std::to_string(axis) + " is given twice", span);
    }
    mask |= bit;
  }
  return mask;
}

Layout apply_view(const ViewSpec& spec, const Layout& layout, Span span) {
  switch (spec.kind) {
    case ViewSpec::Kind::slice:
      check_view_rank(spec, layout.shape.size(), span);
      return Subscript(layout, span).apply(spec);
    case ViewSpec::Kind::transpose: return transposed(layout);
    case ViewSpec::Kind::reshape: return reshaped(spec, layout, span);
    case ViewSpec::Kind::broadcast_to:
      return broadcast_to(layout, broadcast_target(spec, layout.shape, span));
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

std::string to_string(const Dims& dims) {
  std::string text = "(";
  for (int i = 0; i < dims.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(dims[i]);
  }
  if (dims.size() == 1) text += ",";
  return text + ")";
}

}  // namespace tightloop::ir
