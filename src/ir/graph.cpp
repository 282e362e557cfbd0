// Hash-consing of the untyped graph: every equal node, constant, reduction and view exists once.
#include "ir/graph.hpp"

#include <chrono>
#include <cstring>
#include <exception>
#include <random>
#include <utility>

namespace tightloop::ir {
namespace {

/// Stirs a word into a hash; the finalizer is that of SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  std::uint64_t z = (hash ^ word) + 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

// A secret start value: a text cannot be made to put all its nodes into one bucket.
std::uint64_t seed() {
  static const std::uint64_t value = [] {
    auto clock =
        static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    try {
      std::random_device device;
      return mix(mix(clock, device()), device());
    } catch (const std::exception&) {
      return mix(0, clock);
    }
  }();
  return value;
}

std::uint64_t mix(std::uint64_t hash, const std::optional<std::int64_t>& v) {
  return mix(mix(hash, v.has_value() ? 1U : 0U), static_cast<std::uint64_t>(v.value_or(0)));
}

std::uint64_t mix(std::uint64_t hash, const std::vector<std::int64_t>& list) {
  hash = mix(hash, list.size());
  for (std::int64_t v : list) hash = mix(hash, static_cast<std::uint64_t>(v));
  return hash;
}

std::uint64_t hash_of(const Scalar& s) {
  std::uint64_t words[2];
  std::memcpy(words, s.bytes, sizeof words);
  return mix(mix(mix(seed(), static_cast<std::uint64_t>(s.dtype)), words[0]), words[1]);
}

std::uint64_t hash_of(const ReduceSpec& spec) {
  const std::uint64_t flags = (spec.all ? 1U : 0U) | (spec.keepdims ? 2U : 0U) |
                              (spec.where ? 4U : 0U) | (spec.initial ? 8U : 0U);
  std::uint64_t ddof = 0;
  std::memcpy(&ddof, &spec.ddof, sizeof ddof);
  return mix(mix(mix(seed(), flags), ddof), spec.axes);
}

std::uint64_t hash_of(const ViewSpec& spec) {
  std::uint64_t hash = mix(seed(), static_cast<std::uint64_t>(spec.kind));
  for (const SliceItem& item : spec.items) {
    hash = mix(hash, static_cast<std::uint64_t>(item.kind));
    hash = mix(mix(mix(hash, item.start), item.stop), item.step);
  }
  return mix(hash, spec.dims);
}

std::uint64_t hash_of(const ContractSpec& spec) {
  std::uint64_t hash = mix(seed(), static_cast<std::uint64_t>(spec.kind));
  for (const std::string* labels : {&spec.left, &spec.right, &spec.out}) {
    hash = mix(hash, std::hash<std::string>{}(*labels));
  }
  return mix(mix(hash, spec.operands), spec.sum);
}

std::uint64_t hash_of(const Node& node) {
  std::uint64_t hash = mix(seed(), static_cast<std::uint64_t>(node.op));
  hash = mix(hash, node.args[0] | (static_cast<std::uint64_t>(node.args[1]) << 32));
  return mix(hash, node.args[2] | (static_cast<std::uint64_t>(node.attr) << 32));
}

void require(bool holds, Op op) {
  if (!holds) {
    throw Error(ErrorCode::internal, "a malformed '" + std::string(id(op)) + "' node was added");
  }
}

int arity(Op op) {
  if (op == Op::call) return 2;  // full_scale; three are rescued(x, y, y)
  return in_table(op) && !is_reduction(op) ? info(op).arity : 0;
}

}  // namespace

template <class T>
std::uint32_t Graph::intern(std::vector<T>& table, T value) {
  const std::uint64_t hash = hash_of(value);
  // One index serves all tables: an entry of another table only counts if this one agrees.
  const auto [first, last] = side_index_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (it->second < table.size() && table[it->second] == value) return it->second;
  }
  const auto at = static_cast<std::uint32_t>(table.size());
  table.push_back(std::move(value));
  side_index_.emplace(hash, at);
  return at;
}

NodeId Graph::add(Node node, Span span) {
  for (int i = 0; i < node.nargs; ++i) {
    require(node.args[static_cast<std::size_t>(i)] < nodes_.size(), node.op);
  }
  const std::uint64_t hash = hash_of(node);
  const auto [first, last] = index_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (nodes_[it->second] == node) return it->second;
  }
  if (nodes_.size() >= kMaxNodes) {
    throw Error(ErrorCode::limit,
                "the expression has more than " + std::to_string(kMaxNodes) + " operations", span);
  }
  const auto at = static_cast<NodeId>(nodes_.size());
  nodes_.push_back(node);
  spans_.push_back(span);
  index_.emplace(hash, at);
  return at;
}

void Graph::place(NodeId first, Span span) {
  for (std::size_t i = first; i < spans_.size(); ++i) spans_[i] = span;
}

NodeId Graph::variable(std::string_view name, Span span) {
  auto [it, fresh] =
      input_index_.try_emplace(std::string(name), static_cast<std::uint32_t>(inputs_.size()));
  if (fresh) {
    if (inputs_.size() >= kMaxInputs) {
      input_index_.erase(it);
      throw Error(ErrorCode::limit,
                  "the expression uses more than " + std::to_string(kMaxInputs) + " variables",
                  span);
    }
    inputs_.emplace_back(name);
  }
  return add({.op = Op::variable, .attr = it->second}, span);
}

NodeId Graph::constant(const Scalar& value, Span span) {
  return add({.op = Op::constant, .attr = intern(constants_, value)}, span);
}

NodeId Graph::unary(Op op, NodeId x, Span span) {
  require(arity(op) == 1, op);
  return add({.op = op, .nargs = 1, .args = {x, kNoNode, kNoNode}}, span);
}

NodeId Graph::binary(Op op, NodeId x, NodeId y, Span span) {
  require(arity(op) == 2, op);
  return add({.op = op, .nargs = 2, .args = {x, y, kNoNode}}, span);
}

NodeId Graph::ternary(Op op, NodeId x, NodeId y, NodeId z, Span span) {
  require(arity(op) == 3 || op == Op::call, op);
  return add({.op = op, .nargs = 3, .args = {x, y, z}}, span);
}

NodeId Graph::reduce(Op op, NodeId x, ReduceSpec spec, Span span, NodeId where, NodeId initial) {
  require(is_reduction(op) && info(op).arity == 1, op);
  if (spec.all) spec.axes.clear();
  spec.where = where != kNoNode;
  spec.initial = initial != kNoNode;
  if (spec.ddof == 0) spec.ddof = 0;  // not -0, which has other bits and the same meaning
  Node node{.op = op, .nargs = 1, .args = {x, kNoNode, kNoNode}};
  if (spec.where) node.args[node.nargs++] = where;
  if (spec.initial) node.args[node.nargs++] = initial;
  node.attr = intern(reduces_, std::move(spec));
  return add(node, span);
}

NodeId Graph::view(NodeId x, ViewSpec spec, Span span) {
  if (spec.kind != ViewSpec::Kind::slice) spec.items.clear();
  const bool has_dims = spec.kind != ViewSpec::Kind::slice && spec.kind != ViewSpec::Kind::rank;
  if (!has_dims) spec.dims.clear();
  const std::uint32_t attr = intern(views_, std::move(spec));
  return add({.op = Op::view, .nargs = 1, .args = {x, kNoNode, kNoNode}, .attr = attr}, span);
}

NodeId Graph::convert(Op op, NodeId x, DType target, Span span) {
  require(is_conversion(op), op);
  return add({.op = op,
              .nargs = 1,
              .args = {x, kNoNode, kNoNode},
              .attr = static_cast<std::uint32_t>(target)},
             span);
}

NodeId Graph::extent(NodeId x, ReduceSpec axes, Span span) {
  const NodeId counted = reduce(Op::count_nonzero, x, std::move(axes), span);
  return add({.op = Op::extent, .nargs = 1, .args = {counted, kNoNode, kNoNode}}, span);
}

NodeId Graph::contract(ContractSpec spec, NodeId x, NodeId y, Span span) {
  require(y != kNoNode || spec.kind == ContractSpec::Kind::labels, Op::contract);
  ReduceSpec sum;
  sum.all = spec.kind == ContractSpec::Kind::vdot;
  if (!sum.all) sum.axes = summed_axes(spec);
  spec.sum = intern(reduces_, std::move(sum));
  spec.operands = y == kNoNode ? 1 : 2;
  const std::uint8_t nargs = spec.operands;
  const std::uint32_t attr = intern(contracts_, std::move(spec));
  return add({.op = Op::contract, .nargs = nargs, .args = {x, y, kNoNode}, .attr = attr}, span);
}

}  // namespace tightloop::ir
