// Hash-consing, folding and merging of conversions while a typed graph grows.
#include "typing/builder.hpp"

#include <algorithm>
#include <cmath>

#include "typing/fold.hpp"
#include "typing/promotion.hpp"
#include "typing/scalars.hpp"
#include "typing/simplify.hpp"

namespace tightloop::typing {
namespace {

/// A node of the source graph becomes a few typed nodes; this many in total is a clear error.
constexpr std::size_t kMaxTypedNodes = 8 * ir::kMaxNodes;

std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
  h ^= v + 0x9e3779b97f4a7c15u + (h << 6) + (h >> 2);
  h *= 0xff51afd7ed558ccdu;
  return h ^ (h >> 32);
}

std::uint64_t hash_scalar(const Scalar& s) {
  std::uint64_t words[2];
  std::memcpy(words, s.bytes, sizeof words);
  return mix(mix(static_cast<std::uint64_t>(s.dtype), words[0]), words[1]);
}

bool same(const ir::TypedNode& a, const ir::TypedNode& b) {
  return a.op == b.op && a.dtype == b.dtype && a.nargs == b.nargs && a.weak == b.weak &&
         a.may_wrap == b.may_wrap && a.must_fit == b.must_fit && a.args == b.args &&
         a.attr == b.attr && a.range == b.range;
}

bool is_plain(const Scalar& value) {
  return visit_scalar(value, [](auto v) {
    using T = decltype(v);
    if constexpr (is_complex_v<T>) {
      return std::isnormal(v.real()) && std::isnormal(v.imag());
    } else if constexpr (std::is_floating_point_v<T>) {
      return std::isnormal(v);
    } else {
      return true;
    }
  });
}

/// True where an operation on constants may signal an event: it has to run when somebody asks.
bool may_signal(const ir::TypedNode& n, std::span<const Scalar> x, const Scalar& value) {
  const auto zero = [](const Scalar& s) {
    return convert_scalar(s, DType::bool_) == Scalar::of(false);
  };
  if (n.op == Op::cast) {
    if (is_integral(x[0].dtype) || is_bool(n.dtype) || zero(x[0])) return false;
    return is_integer(n.dtype) || !is_plain(value);
  }
  if (is_integer(n.dtype)) {
    return n.op == Op::floor_divide || n.op == Op::mod || n.op == Op::fmod
               ? zero(x[1])
               : n.op == Op::pow && zero(x[0]);
  }
  return !is_plain(value);
}

/// True where every value of dtype `from` (of that range, for integers) has an equal one in `to`.
bool converts_exactly(DType from, const Range& range, DType to) {
  if (is_integral(from)) {
    if (is_bool(to)) return is_bool(from);
    if (is_integral(to)) return range_of(to).contains(range);
    const int128 limit = largest_exact_integer(to);
    return -limit <= range.lo && range.hi <= limit;
  }
  return !is_integral(to) && promote(from, to) == to;
}

}  // namespace

const Scalar* Builder::constant_of(NodeId id) const {
  const ir::TypedNode& n = nodes_[id];
  return n.op == Op::constant ? &constants_[n.attr] : nullptr;
}

std::uint64_t Builder::hash(const ir::TypedNode& n) const {
  std::uint64_t h = mix(static_cast<std::uint64_t>(n.op), static_cast<std::uint64_t>(n.dtype));
  h = mix(h, (n.weak ? 1u : 0u) | (n.may_wrap ? 2u : 0u) | (n.must_fit ? 4u : 0u) |
                 (std::uint64_t{n.attr} << 3));
  for (NodeId a : n.args) h = mix(h, a);
  h = mix(h, static_cast<std::uint64_t>(n.range.lo));
  return mix(h, static_cast<std::uint64_t>(n.range.hi));
}

NodeId Builder::add(ir::TypedNode node) {
  node.origin = origin_;
  const std::uint64_t h = hash(node);
  const auto [first, last] = index_.equal_range(h);
  for (auto it = first; it != last; ++it) {
    if (same(nodes_[it->second], node)) return it->second;
  }
  if (nodes_.size() >= kMaxTypedNodes) {
    throw Error(ErrorCode::limit,
                "the expression needs more than " + std::to_string(kMaxTypedNodes) +
                    " operations once its conversions are written out",
                span_);
  }
  const auto id = static_cast<NodeId>(nodes_.size());
  nodes_.push_back(node);
  index_.emplace(h, id);
  return id;
}

NodeId Builder::leaf(Op op, DType dtype, std::uint32_t attr, bool weak,
                     std::optional<Range> range) {
  ir::TypedNode n;
  n.op = op;
  n.dtype = dtype;
  n.attr = attr;
  n.weak = weak;
  if (is_integral(dtype)) n.range = range.value_or(range_of(dtype));
  return add(n);
}

NodeId Builder::view(NodeId x, std::uint32_t attr) {
  ir::TypedNode n;
  n.op = Op::view;
  n.dtype = nodes_[x].dtype;
  n.range = nodes_[x].range;
  n.nargs = 1;
  n.args[0] = x;
  n.attr = attr;
  return add(n);
}

NodeId Builder::align(NodeId x, NodeId other, std::uint32_t contract, bool is_right) {
  ir::TypedNode n;
  n.op = Op::align;
  n.dtype = nodes_[x].dtype;
  n.range = nodes_[x].range;
  n.nargs = other == kNoNode ? 1 : 2;
  n.args[0] = x;
  n.args[1] = other;
  n.attr = 2 * contract + (is_right ? 1 : 0);
  return add(n);
}

NodeId Builder::reduce(Op op, DType dtype, NodeId x, std::uint32_t attr, bool may_wrap) {
  ir::TypedNode n;
  n.op = op;
  n.dtype = dtype;
  const bool keeps_range = op == Op::min || op == Op::max;
  if (is_integral(dtype)) n.range = keeps_range ? nodes_[x].range : range_of(dtype);
  n.nargs = 1;
  n.args[0] = x;
  n.attr = attr;
  n.may_wrap = may_wrap;
  return add(n);
}

NodeId Builder::constant(const Scalar& value, DType dtype, const Range& range) {
  const std::uint64_t h = hash_scalar(value);
  const auto [first, last] = constant_index_.equal_range(h);
  std::uint32_t at = 0;
  const auto found = std::find_if(
      first, last, [&](const auto& entry) { return constants_[entry.second] == value; });
  if (found != last) {
    at = found->second;
  } else {
    at = static_cast<std::uint32_t>(constants_.size());
    constants_.push_back(value);
    constant_index_.emplace(h, at);
  }
  ir::TypedNode n;
  n.op = Op::constant;
  n.dtype = dtype;
  n.attr = at;
  n.weak = true;
  n.range = range;
  return add(n);
}

NodeId Builder::integer(DType dtype, int128 value) {
  const Scalar s = make_integer(dtype, value);
  const int128 held = integer_value(s);
  return constant(s, dtype, {held, held});
}

NodeId Builder::real(DType dtype, double value) {
  return constant(make_float(dtype, value), dtype, {});
}

NodeId Builder::make(Op op, DType dtype, std::initializer_list<NodeId> args, const Range& range,
                     bool may_wrap) {
  ir::TypedNode n;
  n.op = op;
  n.dtype = dtype;
  if (is_integral(dtype)) n.range = is_bool(dtype) ? range_of(dtype) : range;
  n.may_wrap = may_wrap;
  n.weak = op != Op::extent;
  for (NodeId a : args) {
    n.args[n.nargs++] = a;
    n.weak = n.weak && nodes_[a].weak;
  }
  if (const auto id = folded(n)) return *id;
  if (const auto id = simplified(n)) return *id;
  return add(n);
}

std::optional<NodeId> Builder::folded(const ir::TypedNode& n) {
  if (n.may_wrap && check_) return std::nullopt;  // the wrap has to be reported, so it has to run
  Scalar x[3];
  for (std::size_t i = 0; i < n.nargs; ++i) {
    const Scalar* s = constant_of(n.args[i]);
    if (s == nullptr) return std::nullopt;
    x[i] = *s;
  }
  const auto value = fold(n, std::span<const Scalar>(x, n.nargs));
  if (!value || (report_events_ && may_signal(n, std::span<const Scalar>(x, n.nargs), *value)))
    return std::nullopt;
  Range range = n.range;
  if (is_bool(n.dtype)) range = {integer_value(*value), integer_value(*value)};
  return constant(*value, n.dtype, range);
}

std::optional<NodeId> Builder::simplified(const ir::TypedNode& n) const {
  const auto same_lane = [&](NodeId x) {
    return nodes_[x].dtype == n.dtype && n.range.contains(nodes_[x].range);
  };
  const auto x = simplify(n, nodes_, constants_);
  return x && same_lane(*x) ? x : std::nullopt;
}

NodeId Builder::cast_source(NodeId x) const {
  while (nodes_[x].op == Op::cast) {
    const ir::TypedNode& inner = nodes_[nodes_[x].args[0]];
    if (!converts_exactly(ir::lane_of(inner.dtype), inner.range, ir::lane_of(nodes_[x].dtype))) {
      break;
    }
    x = nodes_[x].args[0];
  }
  return x;
}

NodeId Builder::cast(NodeId x, DType dtype) {
  const DType lane = ir::lane_of(dtype);
  if (ir::lane_of(nodes_[x].dtype) == lane) return x;
  const NodeId source = cast_source(x);
  const bool integers = is_integral(dtype);
  const Range range =
      integers && is_integral(nodes_[x].dtype)
          ? (range_of(dtype).contains(nodes_[x].range) ? nodes_[x].range : range_of(dtype))
          : (integers ? range_of(dtype) : Range{});
  // A value known to lie in a narrower range than its source keeps that knowledge in a node.
  const bool loses = integers && range != nodes_[source].range;
  if (ir::lane_of(nodes_[source].dtype) == lane && !loses) return source;
  return make(Op::cast, dtype, {source}, range);
}

NodeId Builder::convert(NodeId x, DType dtype) {
  if (is_half(dtype)) return round_half(x, dtype);
  if (nodes_[x].dtype == dtype) return x;
  const NodeId source = cast_source(x);
  if (nodes_[source].dtype == dtype) return source;
  const Range range = is_integral(dtype) ? range_of(dtype) : Range{};
  return make(Op::cast, dtype, {source}, range);
}

NodeId Builder::round_half(NodeId x, DType dtype) {
  if (is_complex(nodes_[x].dtype)) x = cast(x, real_part(nodes_[x].dtype));
  const ir::TypedNode& n = nodes_[x];
  const bool rounded = n.op == Op::variable || n.op == Op::round_half;
  if (rounded && n.dtype == dtype) return x;
  return make(Op::round_half, dtype, {cast_source(x)});
}

NodeId Builder::fit(NodeId x, DType dtype) {
  const ir::TypedNode from = nodes_[x];
  if (from.dtype == dtype) return x;
  const bool truth =
      is_bool(dtype) && is_integer(from.dtype) && range_of(dtype).contains(from.range);
  if (truth || converts_exactly(from.dtype, from.range, dtype)) return convert(x, dtype);
  if (is_half(dtype) && is_complex(from.dtype)) return fit(fit(x, real_part(from.dtype)), dtype);
  ir::TypedNode n;
  n.op = is_half(dtype) ? Op::round_half : Op::cast;
  n.dtype = dtype;
  if (is_integral(dtype)) n.range = range_of(dtype);
  n.must_fit = true;
  n.weak = from.weak;
  n.nargs = 1;
  n.args[0] = cast_source(x);
  return add(n);
}

}  // namespace tightloop::typing
