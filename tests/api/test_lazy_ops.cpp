// Every row of the op table and every operator: the template gives the steps expected and the graph
// of the same text.
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "api/steps.hpp"
#include "catch.hpp"
#include "lang/parser.hpp"
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

// What flattening gives, without its type.
struct Flattened {
  std::vector<Step> steps;
  std::size_t leaves = 0;
};

template <class E>
Flattened steps_of(const E& expression) {
  const auto flat = flatten(expression);
  return {std::vector<Step>(flat.steps.begin(), flat.steps.end()), flat.leaf_count};
}

std::string text_of(const Flattened& flat) {
  const tl::ir::Graph graph = tl::detail::graph_from_steps(flat.steps, flat.leaves);
  CHECK(graph.inputs().size() == flat.leaves);
  return text_of(graph);
}

template <tl::detail::LazyExpression E>
std::string text_of(const E& expression) {
  return text_of(steps_of(expression));
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

Step reduction(const std::vector<int>& axes, bool all, bool keepdims) {
  Step s;
  s.all_axes = all ? 1 : 0;
  s.keepdims = keepdims ? 1 : 0;
  for (int axis : axes) s.axes[s.axis_count++] = static_cast<std::int8_t>(axis);
  return s;
}

std::string canonical_name(Op op) {
  const std::string_view names = tl::info(op).names;
  return std::string(names.substr(0, names.find(' ')));
}

struct Row {
  Op op;
  Flattened flat;
};

// The rows' functions called with leaves; reductions with the arguments that follow the operand.
std::vector<Row> elementwise_rows() {
  static const Inputs in;
  const auto x = tl::lazy(in.a);
  const auto y = tl::lazy(in.b);
  const auto z = tl::lazy(in.c);
  std::vector<Row> rows;
#define CALL_1(id) tl::id(x)
#define CALL_2(id) tl::id(x, y)
#define CALL_3(id) tl::id(x, y, z)
#define ADD_elementwise(id, arity) rows.push_back({Op::id, steps_of(CALL_##arity(id))});
#define ADD_reduction(id, arity)
#define TIGHTLOOP_OP(id, names, arity, kind, type_rule, range_rule, properties, lowering, ulp, \
                     doc)                                                                      \
  ADD_##kind(id, arity)
#include "tightloop/ops.def"
#undef TIGHTLOOP_OP
#undef ADD_reduction
#undef ADD_elementwise
  return rows;
}

template <class... Arguments>
std::vector<Row> reduction_rows(const Arguments&... arguments) {
  static const Inputs in;
  const auto x = tl::lazy(in.a);
  std::vector<Row> rows;
#define ADD_elementwise(id, arity)
#define ADD_reduction(id, arity) rows.push_back({Op::id, steps_of(tl::id(x, arguments...))});
#define TIGHTLOOP_OP(id, names, arity, kind, type_rule, range_rule, properties, lowering, ulp, \
                     doc)                                                                      \
  ADD_##kind(id, arity)
#include "tightloop/ops.def"
#undef TIGHTLOOP_OP
#undef ADD_reduction
#undef ADD_elementwise
  return rows;
}

void check_reductions(const std::vector<Row>& rows, const Step& expected, std::string_view rest) {
  int table_rows = 0;
  for (const tl::OpInfo& row : tl::op_table()) {
    table_rows += row.kind == tl::OpKind::reduction ? 1 : 0;
  }
  CHECK(static_cast<int>(rows.size()) == table_rows);
  for (const Row& row : rows) {
    INFO(tl::id(row.op));
    Step step = expected;
    step.op = row.op;
    REQUIRE(row.flat.steps.size() == 2);
    CHECK(same(row.flat.steps[0], leaf(0)));
    CHECK(same(row.flat.steps[1], step));
    CHECK(text_of(row.flat) == parsed(canonical_name(row.op) + "(x0" + std::string(rest) + ")"));
  }
}

}  // namespace

TEST_CASE("api: every element-wise row of the op table is a lazy function") {
  const std::vector<Row> rows = elementwise_rows();
  std::size_t next = 0;
  for (const tl::OpInfo& info : tl::op_table()) {
    if (info.kind != tl::OpKind::elementwise) continue;
    INFO(info.id);
    REQUIRE(next < rows.size());
    const auto& [op, flat] = rows[next++];
    CHECK(tl::id(op) == info.id);
    const std::size_t arity = info.arity;
    REQUIRE(flat.steps.size() == arity + 1);
    CHECK(flat.leaves == arity);
    std::string text = canonical_name(op);
    for (std::size_t i = 0; i < arity; ++i) {
      CHECK(same(flat.steps[i], leaf(static_cast<std::uint8_t>(i))));
      text += (i == 0 ? "(x" : ", x") + std::to_string(i);
    }
    CHECK(same(flat.steps[arity], operation(op)));
    CHECK(text_of(flat) == parsed(text + ")"));
  }
  CHECK(next == rows.size());
}

TEST_CASE("api: every reduction of the op table takes axes and keepdims") {
  check_reductions(reduction_rows(), reduction({}, true, false), "");
  check_reductions(reduction_rows(tl::keepdims), reduction({}, true, true), ", keepdims=True");
  check_reductions(reduction_rows(tl::axis(1)), reduction({1}, false, false), ", axis=1");
  check_reductions(reduction_rows(tl::axis()), reduction({}, false, false), ", axis=()");
  check_reductions(reduction_rows(tl::axis(-2, -1)), reduction({-2, -1}, false, false),
                   ", axis=(-2, -1)");
  check_reductions(reduction_rows(tl::axis(0), tl::keepdims), reduction({0}, false, true),
                   ", axis=0, keepdims=True");
}

TEST_CASE("api: reductions take where, initial and ddof in any order") {
  const Inputs in;
  const auto x = tl::lazy(in.a);
  const auto y = tl::lazy(in.c);
  CHECK(text_of(tl::sum(x, tl::where(x > 0))) == parsed("sum(x0, where=x0 > 0)"));
  CHECK(text_of(tl::max(x, tl::axis(0), tl::where(y), tl::initial(-1))) ==
        parsed("max(x0, axis=0, where=x1, initial=-1)"));
  CHECK(text_of(tl::max(x, tl::initial(tl::min(y)), tl::where(y), tl::keepdims, tl::axis(0))) ==
        parsed("max(x0, axis=0, keepdims=True, where=x1, initial=min(x1))"));
  CHECK(text_of(tl::std(x - y, tl::ddof(1))) == parsed("std(x0 - x1, ddof=1)"));
  CHECK(text_of(tl::nanvar(x, tl::where(y), tl::ddof(-0.5), tl::axis(-1))) ==
        parsed("nanvar(x0, axis=-1, where=x1, ddof=-0.5)"));
  const auto takes = [&](auto option) {
    return requires {
      tl::argmin(x, option);
    };
  };
  CHECK(takes(tl::axis(0)));
  CHECK_FALSE(takes(tl::where(y)));
  CHECK_FALSE(takes(tl::initial(1)));
  CHECK_FALSE(takes(tl::ddof(1)));
  CHECK_FALSE(takes(1));
}

TEST_CASE("api: operators of lazy expressions are those of the text") {
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

TEST_CASE("api: compound expressions equal their text") {
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

TEST_CASE("api: lazy functions leave other operands alone") {
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
