// Printing and parsing are inverse on random graphs, and no parenthesis printed can be spared.
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "lang/same_graph.hpp"

using namespace tightloop;
using ir::Graph;
using ir::NodeId;
using lang_test::parse;
using lang_test::same;

namespace {

class RandomGraph {
 public:
  explicit RandomGraph(std::uint64_t seed) : random_(seed) {}

  Graph make(int operations) {
    for (std::string_view v : lang_test::kVariables) pool_.push_back(graph_.variable(v));
    for (int i = 0; i < operations; ++i) pool_.push_back(node());
    graph_.results = {pool_.back()};
    return std::move(graph_);
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  // Recent nodes more often, so that expressions grow deep.
  NodeId operand() {
    const std::size_t recent = std::min<std::size_t>(pool_.size(), 4);
    return below(2) == 0 ? pool_[pool_.size() - 1 - below(recent)] : pool_[below(pool_.size())];
  }
  std::int64_t small() { return static_cast<std::int64_t>(below(9)) - 4; }

  Scalar scalar() {
    switch (below(9)) {
      case 0: return Scalar::of(below(2) == 0);
      case 1: return Scalar::of(std::numeric_limits<std::int64_t>::min());
      case 2: return Scalar::of((std::uint64_t{1} << 63) + below(10));
      case 3: return Scalar::of(static_cast<double>(small()) / 7);
      case 4: return Scalar::of(static_cast<double>(small()) * 1e25);
      case 5: return Scalar::of(-std::numeric_limits<double>::infinity());
      case 6: return Scalar::of(std::numeric_limits<double>::quiet_NaN());
      case 7: return Scalar::of(std::complex<double>(static_cast<double>(below(2)), -0.5));
      default: return Scalar::of(small());
    }
  }

  ir::ViewSpec view() {
    ir::ViewSpec spec;
    spec.kind = static_cast<ir::ViewSpec::Kind>(below(4));
    if (spec.kind == ir::ViewSpec::Kind::reshape) spec.dims = {2, -1};
    if (spec.kind == ir::ViewSpec::Kind::broadcast_to) spec.dims.assign(below(3), 5);
    const bool ellipsis = below(2) == 0;
    for (std::size_t i = below(4); i > 0 && spec.kind == ir::ViewSpec::Kind::slice; --i) {
      ir::SliceItem item;
      item.kind = static_cast<ir::SliceItem::Kind>(below(3));
      if (item.kind == ir::SliceItem::Kind::index || below(2) == 0) item.start = small();
      if (item.kind != ir::SliceItem::Kind::range) item.stop.reset();
      if (item.kind == ir::SliceItem::Kind::new_axis) item.start.reset();
      if (item.kind == ir::SliceItem::Kind::range && below(2) == 0) item.stop = small();
      if (item.kind == ir::SliceItem::Kind::range && below(3) == 0) item.step = -2;
      spec.items.push_back(item);
    }
    if (ellipsis && spec.kind == ir::ViewSpec::Kind::slice) {
      spec.items.push_back({ir::SliceItem::Kind::ellipsis, {}, {}, {}});
    }
    return spec;
  }

  NodeId node() {
    switch (below(8)) {
      case 0: return graph_.constant(scalar());
      case 1: return graph_.view(operand(), view());
      case 2:
        return graph_.convert(static_cast<Op>(static_cast<std::size_t>(Op::astype) + below(3)),
                              operand(), static_cast<DType>(below(kDTypeCount)));
      default: break;
    }
    const Op op = static_cast<Op>(below(static_cast<std::size_t>(kTableOps)));
    if (is_reduction(op)) {
      ir::ReduceSpec spec{below(2) == 0, below(2) == 0, {}};
      for (std::size_t i = below(4); i > 0 && !spec.all; --i) spec.axes.push_back(small());
      if (info(op).takes_ddof) spec.ddof = static_cast<double>(small()) / 2;
      const bool masked = info(op).takes_where && below(3) == 0;
      const bool seeded = info(op).takes_initial && below(3) == 0;
      const NodeId x = operand();
      const NodeId mask = masked ? operand() : ir::kNoNode;
      return graph_.reduce(op, x, spec, {}, mask, seeded ? operand() : ir::kNoNode);
    }
    if (info(op).arity == 1) return graph_.unary(op, operand());
    if (info(op).arity == 2) return graph_.binary(op, operand(), operand());
    return graph_.ternary(op, operand(), operand(), operand());
  }

  std::mt19937_64 random_;
  Graph graph_;
  std::vector<NodeId> pool_;
};

/// Removes the pair of parentheses that opens at `open`.
std::string without_pair(std::string text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) {
      text[i] = ' ';
      text[open] = ' ';
      return text;
    }
  }
  return text;
}

/// True for the parentheses of a tuple of integers, which belong to a literal.
bool is_tuple(const std::string& text, std::size_t open) {
  const std::size_t close = text.find_first_not_of("-0123456789, ", open + 1);
  const std::string inside = text.substr(open + 1, close - open - 1);
  return text[close] == ')' && (inside.empty() || inside.find(',') != std::string::npos);
}

bool needed(const std::string& text, std::size_t open, const Graph& graph) {
  try {
    return !same(parse(without_pair(text, open)), graph);
  } catch (const Error&) {
    return true;
  }
}

}  // namespace

TEST_CASE("lang: printed graphs read back as the same graph") {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    const Graph made = RandomGraph(seed).make(static_cast<int>(3 + seed % 12));
    const std::string text = to_text(made, made.results[0], 20'000);
    if (text.ends_with("...")) continue;
    CAPTURE(seed, text);
    // Parsing leaves out what the result does not reach; parsing again must change nothing.
    const Graph graph = parse(text);
    REQUIRE(to_text(graph, graph.results[0], 20'000) == text);
    REQUIRE(same(parse(text), graph));
    std::size_t reached = 0;
    std::vector<bool> seen(made.nodes().size());
    std::vector<NodeId> stack = made.results;
    while (!stack.empty()) {
      const NodeId id = stack.back();
      stack.pop_back();
      if (seen[id]) continue;
      seen[id] = true;
      ++reached;
      for (std::size_t i = 0; i < made[id].nargs; ++i) stack.push_back(made[id].args[i]);
    }
    REQUIRE(graph.nodes().size() == reached);
  }
}

TEST_CASE("lang: printed parentheses are all needed") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    const Graph made = RandomGraph(seed).make(8);
    const std::string text = to_text(made, made.results[0], 400);
    if (text.ends_with("...")) continue;
    const Graph graph = parse(text);
    for (std::size_t i = 0; i < text.size(); ++i) {
      CAPTURE(seed, text, i);
      if (text[i] == '(' && !is_tuple(text, i)) REQUIRE(needed(text, i, graph));
    }
  }
}
