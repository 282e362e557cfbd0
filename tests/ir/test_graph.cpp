// The untyped graph: hash-consing, limits, refusal of malformed nodes, and bounded printing.
#include <limits>
#include <string>

#include "catch.hpp"
#include "ir/graph.hpp"

using namespace tightloop;
using ir::Graph;
using ir::NodeId;
using ir::ReduceSpec;
using ir::SliceItem;
using ir::ViewSpec;

namespace {

ErrorCode code_of(const auto& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.code();
  }
  FAIL("no error");
  return ErrorCode::internal;
}

ViewSpec index(std::int64_t i) {
  ViewSpec spec;
  spec.items.push_back({SliceItem::Kind::index, i, {}, {}});
  return spec;
}

}  // namespace

TEST_CASE("ir: equal nodes are one node") {
  Graph g;
  const NodeId a = g.variable("a", {0, 1});
  const NodeId b = g.variable("b", {4, 5});
  CHECK(a != b);
  CHECK(g.variable("a", {9, 10}) == a);
  CHECK(g.span(a) == Span{0, 1});
  const NodeId d = g.binary(Op::subtract, a, b);
  CHECK(g.binary(Op::subtract, a, b) == d);
  CHECK(g.binary(Op::subtract, b, a) != d);
  CHECK(g.binary(Op::add, a, b) != g.binary(Op::add, b, a));  // not reordered
  CHECK(g.unary(Op::abs, d) == g.unary(Op::abs, d));
  CHECK(g.ternary(Op::where, a, b, d) == g.ternary(Op::where, a, b, d));
  CHECK(g.convert(Op::astype, a, float16) == g.convert(Op::astype, a, float16));
  CHECK(g.convert(Op::astype, a, float16) != g.convert(Op::saturate, a, float16));
  CHECK(g.convert(Op::astype, a, float16) != g.convert(Op::astype, a, float32));
  CHECK(g.inputs() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("ir: equal attributes are one attribute") {
  Graph g;
  const NodeId a = g.variable("a");
  const NodeId b = g.variable("b");
  CHECK(g.constant(Scalar::of(std::int64_t{1})) == g.constant(Scalar::of(std::int64_t{1})));
  CHECK(g.constant(Scalar::of(1.0)) != g.constant(Scalar::of(std::int64_t{1})));
  CHECK(g.constant(Scalar::of(0.0)) != g.constant(Scalar::of(-0.0)));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(g.constant(Scalar::of(nan)) == g.constant(Scalar::of(nan)));
  CHECK(g.constants().size() == 5);

  const ReduceSpec rows{false, false, {0}};
  CHECK(g.reduce(Op::sum, a, rows) == g.reduce(Op::sum, a, rows));
  CHECK(g.reduce(Op::sum, a, rows) != g.reduce(Op::sum, b, rows));
  CHECK(g.reduce(Op::sum, a, rows) != g.reduce(Op::max, a, rows));
  CHECK(g.reduce(Op::sum, a, {}) != g.reduce(Op::sum, a, {false, false, {}}));
  CHECK(g.reduce(Op::sum, a, {true, false, {3}}) == g.reduce(Op::sum, a, {}));
  CHECK(g.reduces().size() == 3);

  CHECK(g.view(a, index(0)) == g.view(a, index(0)));
  CHECK(g.view(a, index(0)) != g.view(a, index(-1)));
  ViewSpec open;
  open.items.push_back({});
  ViewSpec zero = open;
  zero.items[0].start = 0;
  CHECK(g.view(a, open) != g.view(a, zero));
  ViewSpec transposed{ViewSpec::Kind::transpose, zero.items, {}};
  CHECK(g.view(a, transposed) == g.view(a, {ViewSpec::Kind::transpose, {}, {}}));
  CHECK(g.views().size() == 5);
}

TEST_CASE("ir: operands precede their users") {
  Graph g;
  NodeId x = g.variable("a");
  for (int i = 0; i < 1000; ++i) {
    x = g.binary(Op::add, x, g.constant(Scalar::of(std::int64_t{i % 7})));
  }
  for (NodeId id = 0; id < g.nodes().size(); ++id) {
    for (int i = 0; i < g[id].nargs; ++i) CHECK(g[id].args[static_cast<std::size_t>(i)] < id);
  }
}

TEST_CASE("ir: limits of the graph") {
  SECTION("nodes") {
    Graph g;
    NodeId x = g.variable("a");
    for (std::size_t i = 1; i < ir::kMaxNodes; ++i) x = g.unary(Op::abs, x);
    CHECK(g.nodes().size() == ir::kMaxNodes);
    CHECK(code_of([&] { g.unary(Op::abs, x, {3, 4}); }) == ErrorCode::limit);
    CHECK(g.nodes().size() == ir::kMaxNodes);
    CHECK(g.variable("a") == 0);
  }
  SECTION("inputs") {
    Graph g;
    for (std::size_t i = 0; i < ir::kMaxInputs; ++i) g.variable("v" + std::to_string(i));
    CHECK(code_of([&] { g.variable("one more"); }) == ErrorCode::limit);
    CHECK(code_of([&] { g.variable("one more"); }) == ErrorCode::limit);
    CHECK(g.variable("v7") == 7);
    CHECK(g.inputs().size() == ir::kMaxInputs);
  }
}

TEST_CASE("ir: malformed nodes are our own bug") {
  Graph g;
  const NodeId a = g.variable("a");
  const auto internal = ErrorCode::internal;
  CHECK(code_of([&] { g.unary(Op::add, a); }) == internal);
  CHECK(code_of([&] { g.unary(Op::abs, a + 1); }) == internal);
  CHECK(code_of([&] { g.unary(Op::sum, a); }) == internal);
  CHECK(code_of([&] { g.binary(Op::abs, a, a); }) == internal);
  CHECK(code_of([&] { g.binary(Op::add, a, ir::kNoNode); }) == internal);
  CHECK(code_of([&] { g.ternary(Op::add, a, a, a); }) == internal);
  CHECK(code_of([&] { g.reduce(Op::abs, a, {}); }) == internal);
  CHECK(code_of([&] { g.convert(Op::cast, a, int8); }) == internal);
  CHECK(code_of([&] { g.unary(Op::variable, a); }) == internal);
}

TEST_CASE("ir: a copied graph keeps consing") {
  Graph g;
  const NodeId a = g.variable("a");
  const NodeId n = g.unary(Op::negative, a);
  Graph copy = g;
  CHECK(copy.unary(Op::negative, a) == n);
  CHECK(copy.unary(Op::abs, a) == n + 1);
  CHECK(g.nodes().size() == 2);
}

TEST_CASE("ir: text is bounded however large the tree") {
  Graph g;
  NodeId twice = g.variable("a");
  for (int i = 0; i < 60; ++i) twice = g.binary(Op::multiply, twice, twice);
  NodeId left = g.variable("a");
  NodeId right = left;
  for (int i = 0; i < 20'000; ++i) {
    left = g.binary(Op::subtract, left, g.variable("b"));
    right = g.binary(Op::subtract, g.variable("b"), right);
  }
  for (const NodeId id : {twice, left, right}) {
    for (const std::size_t limit : {0U, 1U, 10U, 200U, 5000U}) {
      const std::string text = to_text(g, id, limit);
      CAPTURE(limit, text);
      CHECK(text.size() <= std::max<std::size_t>(limit, 3));
      CHECK(text.ends_with("..."));
    }
  }
  CHECK(to_text(g, left, std::string::npos).size() == 1 + 4 * 20'000);
  CHECK(to_text(g, g.variable("a"), 1) == "a");
}

TEST_CASE("ir: text of constants that have no literal") {
  Graph g;
  const auto text = [&](auto value) { return to_text(g, g.constant(Scalar::of(value))); };
  CHECK(text(std::int8_t{-5}) == "int8(-5)");
  CHECK(text(std::uint16_t{500}) == "uint16(500)");
  CHECK(text(1.5F) == "float32(1.5)");
  CHECK(text(std::complex<float>(0, 2)) == "complex64(2j)");
  CHECK(text(std::complex<double>(1, -2)) == "complex(1.0, -2.0)");
  CHECK(text(std::complex<double>(-0.0, -2)) == "-2j");
  CHECK(text(true) == "True");
  CHECK(text(1e22) == "1e+22");
  CHECK(text(5.0) == "5.0");
  CHECK(text(-0.0) == "-0.0");
  CHECK(text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(text(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}
