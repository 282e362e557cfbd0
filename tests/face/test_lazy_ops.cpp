// Every row of the op table and every operator: the template gives the steps expected and the graph
// of the same text.
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "lang/parser.hpp"
#include "steps.hpp"
#include "tightloop/lazy.hpp"

namespace tl = tightloop;
using tl::Op;
using tl::detail::flatten;
using tl::detail::Step;

namespace {

constexpr std::string_view kNames[] = {"x0", "x1", "x2"};

std::string text_of(const tl::ir::Graph& graph) {
  return tl::ir::to_text(graph, graph.results.at(0), 100'000);
}

template <class E>
std::string text_of(const E& expression) {
  const auto flat = flatten(expression);
  const tl::ir::Graph graph = graph_from_steps(flat.steps, flat.leaf_count);
  CHECK(graph.inputs().size() == flat.leaf_count);
  return text_of(graph);
}

std::string parsed(std::string_view text) {
  return text_of(tl::lang::parse(text, kNames));
}

bool same(const Step& a, const Step& b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

struct Inputs {
  std::vector<float> a = std::vector<float>(6);
  std::vector<float> b = std::vector<float>(6);
  std::vector<bool> unused;
  std::array<std::int8_t, 6> c{};
};

Step leaf(std::uint8_t i) {
  Step s;
  s.leaf = i;
  return s;
}

Step operation(Op op) {
  Step s;
  s.op = op;
  return s;
}

Step reduction(Op op, std::vector<int> axes, bool all, bool keepdims) {
  Step s;
  s.op = op;
  s.all_axes = all ? 1 : 0;
  s.keepdims = keepdims ? 1 : 0;
  for (int axis : axes) s.axes[s.axis_count++] = static_cast<std::int8_t>(axis);
  return s;
}

template <class Flat>
void check_elementwise(const Flat& flat, Op op) {
  const std::size_t arity = flat.steps.size() - 1;
  CHECK(arity == tl::info(op).arity);
  CHECK(flat.leaf_count == arity);
  for (std::size_t i = 0; i < arity; ++i) {
    CHECK(same(flat.steps[i], leaf(static_cast<std::uint8_t>(i))));
  }
  CHECK(same(flat.steps[arity], operation(op)));
}

}  // namespace

TEST_CASE("face: every element-wise row of the op table is a lazy function") {
  const Inputs in;
  const auto x = tl::lazy(in.a);
  const auto y = tl::lazy(in.b);
  const auto z = tl::lazy(in.c);
  int rows = 0;
#define CALL_1(id) tl::id(x)
#define CALL_2(id) tl::id(x, y)
#define CALL_3(id) tl::id(x, y, z)
#define ARGUMENTS_1 "(x0)"
#define ARGUMENTS_2 "(x0, x1)"
#define ARGUMENTS_3 "(x0, x1, x2)"
#define CHECK_elementwise(id, arity)                                                            \
  {                                                                                             \
    INFO(#id);                                                                                  \
    check_elementwise(flatten(CALL_##arity(id)), Op::id);                                       \
    const std::string name(tl::info(Op::id).names.substr(0, tl::info(Op::id).names.find(' '))); \
    CHECK(text_of(CALL_##arity(id)) == parsed(name + ARGUMENTS_##arity));                       \
    ++rows;                                                                                     \
  }
#define CHECK_reduction(id, arity)
#define TIGHTLOOP_OP(id, names, arity, kind, type_rule, range_rule, properties, lowering, ulp, \
                     doc)                                                                      \
  CHECK_##kind(id, arity)
#include "tightloop/ops.def"
#undef TIGHTLOOP_OP
#undef CHECK_reduction
#undef CHECK_elementwise
  CHECK(rows > 60);
}

TEST_CASE("face: every reduction of the op table takes axes and keepdims") {
  const Inputs in;
  const auto x = tl::lazy(in.a);
  int rows = 0;
#define CHECK_elementwise(id, arity)
#define CHECK_reduction(id, arity)                                                         \
  {                                                                                        \
    INFO(#id);                                                                             \
    const Op op = Op::id;                                                                  \
    const std::string name(tl::info(op).names.substr(0, tl::info(op).names.find(' ')));    \
    CHECK(same(flatten(tl::id(x)).steps[1], reduction(op, {}, true, false)));              \
    CHECK(same(flatten(tl::id(x, tl::axis(-2, -1))).steps[1],                              \
               reduction(op, {-2, -1}, false, false)));                                    \
    CHECK(same(flatten(tl::id(x, tl::axis(0), tl::keepdims)).steps[1],                     \
               reduction(op, {0}, false, true)));                                          \
    CHECK(same(flatten(tl::id(x, tl::keepdims)).steps[1], reduction(op, {}, true, true))); \
    CHECK(same(flatten(tl::id(x, tl::axis())).steps[1], reduction(op, {}, false, false))); \
    CHECK(text_of(tl::id(x)) == parsed(name + "(x0)"));                                    \
    CHECK(text_of(tl::id(x, tl::axis(-2, -1))) == parsed(name + "(x0, axis=(-2, -1))"));   \
    CHECK(text_of(tl::id(x, tl::axis(1), tl::keepdims)) ==                                 \
          parsed(name + "(x0, axis=1, keepdims=True)"));                                   \
    CHECK(text_of(tl::id(x, tl::keepdims)) == parsed(name + "(x0, keepdims=True)"));       \
    ++rows;                                                                                \
  }
#define TIGHTLOOP_OP(id, names, arity, kind, type_rule, range_rule, properties, lowering, ulp, \
                     doc)                                                                      \
  CHECK_##kind(id, arity)
#include "tightloop/ops.def"
#undef TIGHTLOOP_OP
#undef CHECK_reduction
#undef CHECK_elementwise
  CHECK(rows >= 8);
}

TEST_CASE("face: operators of lazy expressions are those of the text") {
  const Inputs in;
  const auto x = tl::lazy(in.a);
  const auto y = tl::lazy(in.c);
  CHECK(text_of(x + y) == parsed("x0 + x1"));
  CHECK(text_of(x - y) == parsed("x0 - x1"));
  CHECK(text_of(x * y) == parsed("x0 * x1"));
  CHECK(text_of(x / y) == parsed("x0 / x1"));
  CHECK(text_of(x % y) == parsed("x0 % x1"));
  CHECK(text_of(x < y) == parsed("x0 < x1"));
  CHECK(text_of(x <= y) == parsed("x0 <= x1"));
  CHECK(text_of(x > y) == parsed("x0 > x1"));
  CHECK(text_of(x >= y) == parsed("x0 >= x1"));
  CHECK(text_of(x == y) == parsed("x0 == x1"));
  CHECK(text_of(x != y) == parsed("x0 != x1"));
  CHECK(text_of(x && y) == parsed("x0 and x1"));
  CHECK(text_of(x || y) == parsed("x0 or x1"));
  CHECK(text_of(x & y) == parsed("x0 & x1"));
  CHECK(text_of(x | y) == parsed("x0 | x1"));
  CHECK(text_of(x ^ y) == parsed("x0 ^ x1"));
  CHECK(text_of(x << y) == parsed("x0 << x1"));
  CHECK(text_of(x >> y) == parsed("x0 >> x1"));
  CHECK(text_of(-x) == parsed("-x0"));
  CHECK(text_of(+x) == parsed("+x0"));
  CHECK(text_of(!x) == parsed("not x0"));
  CHECK(text_of(~y) == parsed("~x0"));
}

TEST_CASE("face: compound expressions equal their text") {
  const Inputs in;
  const auto x = tl::lazy(in.a);
  const auto y = tl::lazy(in.b);
  const auto z = tl::lazy(in.c);
  CHECK(text_of(tl::sum(tl::abs(x - y))) == parsed("sum(abs(x0 - x1))"));
  CHECK(text_of(tl::sum(tl::abs(x - y), tl::axis(-2, -1))) ==
        parsed("sum(abs(x0 - x1), axis=(-2,-1))"));
  CHECK(text_of(tl::where(x > 0, x, -y) * 2.5) == parsed("where(x0 > 0, x0, -x1) * 2.5"));
  CHECK(text_of(tl::clip(x, -1, 1.0) + true) == parsed("clip(x0, -1, 1.0) + True"));
  CHECK(text_of(tl::fma(2, x, 1)) == parsed("fma(2, x0, 1)"));
  CHECK(text_of(tl::where(true, 1, x)) == parsed("where(True, 1, x0)"));
  CHECK(text_of(1 - x) == parsed("1 - x0"));
  CHECK(text_of(3 < x) == parsed("3 < x0"));
  CHECK(text_of(tl::pow(x, 2)) == parsed("x0**2"));
  CHECK(text_of(tl::astype(x + y, tl::float16)) == parsed("astype(x0 + x1, 'float16')"));
  CHECK(text_of(tl::saturate(x, tl::uint8)) == parsed("saturate(x0, 'uint8')"));
  CHECK(text_of((x - tl::mean(x, tl::axis(0), tl::keepdims)) / y) ==
        parsed("(x0 - mean(x0, axis=0, keepdims=True)) / x1"));
  CHECK(text_of(tl::sum(z * x * x) + tl::sum(y)) == parsed("sum(x0 * x1 * x1) + sum(x2)"));
}

TEST_CASE("face: lazy functions leave other operands alone") {
  using namespace tightloop;
  CHECK(std::is_same_v<decltype(std::abs(-1)), int>);
  CHECK(abs(-3) == 3);
  CHECK(floor(2.5) == 2.0);
  CHECK(fmin(1.0, 2.0) == 1.0);
  CHECK(Dims{1, 2} == Dims{1, 2});
  CHECK(float16 == DType::float16);
  const std::complex<double> z(3, 4);
  CHECK(real(z) == 3);
  CHECK(abs(z) == 5);
}
