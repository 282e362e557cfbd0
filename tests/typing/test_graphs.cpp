// The shape of typed graphs: sharing, conversions that merge or vanish, dead nodes, destinations,
// origins, and the verifier.
#include "catch.hpp"
#include "ir/shapes.hpp"
#include "typing/typed.hpp"

using namespace tightloop;
using namespace tightloop::typing_test;

namespace {

const std::vector<Variable> kVariables = {
    {"a", DType::uint8}, {"b", DType::uint8}, {"h", DType::float16},   {"x", DType::float32},
    {"l", DType::int64}, {"t", DType::bool_}, {"z", DType::complex64}, {"f", DType::float64, true}};

ir::TypedGraph exact(std::string_view text) {
  return type_text(text, kVariables, exact_policy());
}

int count(const ir::TypedGraph& g, Op op) {
  return static_cast<int>(std::count_if(g.nodes.begin(), g.nodes.end(),
                                        [&](const ir::TypedNode& n) { return n.op == op; }));
}

ir::TypedGraph stored_as(std::string_view text, DType to, Casting casting) {
  const typing::DestinationType destination[] = {{to, casting}};
  return type_text(text, kVariables, exact_policy(), destination);
}

}  // namespace

TEST_CASE("typing: integers are cast straight from the leaf") {
  const ir::TypedGraph g = exact("(a + b) * (a + b) * a");
  for (const ir::TypedNode& n : g.nodes) {
    if (n.op == Op::cast) CHECK(g.nodes[n.args[0]].op != Op::cast);
  }
  CHECK(count(exact("minimum(a*b, 9) + astype(a*b, 'uint16')"), Op::multiply) == 1);
  CHECK(exact("astype(astype(a, 'int32'), 'uint8')").nodes.size() == 1);
  CHECK(exact("astype(astype(x, 'float64'), 'float32')").nodes.size() == 1);
  CHECK(count(exact("astype(astype(a, 'float32'), 'float64')"), Op::cast) == 1);
  CHECK(count(exact("astype(astype(l, 'float32'), 'float64')"), Op::cast) == 2);
}

TEST_CASE("typing: absolute differences and squares stay narrow") {
  for (std::string_view text : {"abs(a - b)", "d = a - b; abs(d)", "absdiff(a, b)"}) {
    const ir::TypedGraph g = exact(text);
    CAPTURE(text);
    CHECK(g.nodes.size() == 3);
    CHECK(result_of(g).op == Op::absdiff);
  }
  const ir::TypedGraph g = exact("sum((a - b)**2)");
  for (const ir::TypedNode& n : g.nodes) CHECK((n.op == Op::sum || itemsize(n.dtype) <= 2));
  CHECK(result_of(exact("abs(x - h)")).op == Op::abs);
}

TEST_CASE("typing: value-safe identities") {
  for (std::string_view text :
       {"a + 0",  "0 + a",         "a - 0",  "a * 1",   "1 * a",   "a // 1",   "a ** 1",
        "a | 0",  "a ^ 0",         "a << 0", "a >> 0",  "+a",      "floor(a)", "real(a)",
        "abs(a)", "minimum(a, a)", "a & a",  "conj(x)", "real(x)", "+x"}) {
    CAPTURE(text);
    CHECK(exact(text).nodes.size() == 1);
  }
  CHECK(exact("not not t").nodes.size() == 1);
  CHECK(exact("t and True").nodes.size() == 1);
  // Floats keep what could change a sign of zero or a NaN.
  CHECK(exact("x + 0").nodes.size() == 3);
  CHECK(exact("x * 0").nodes.size() == 3);
  CHECK(exact("x - x").nodes.size() == 2);
  // Nothing whose shape comes from an operand turns into a constant.
  CHECK(count(exact("l - l"), Op::variable) == 1);
  CHECK(count(exact("a * 0"), Op::variable) == 1);
}

TEST_CASE("typing: equal nodes are one, dead ones are gone, inputs stay") {
  const ir::TypedGraph g = exact("sin(x) * sin(x) + cos(x)");
  CHECK(count(g, Op::sin) == 1);
  const ir::TypedGraph dead = exact("d = exp(x); a");
  CHECK(dead.nodes.size() == 1);
  CHECK(dead.nodes[0].op == Op::variable);
  CHECK(dead.inputs.size() == dead.source.inputs().size());
  CHECK(dead.inputs[dead.nodes[0].attr].name == "a");
  const ir::TypedGraph many = exact("d = a - b; mean(d*d), max(abs(d)), d");
  CHECK(many.results.size() == 3);
  CHECK(count(many, Op::absdiff) == 1);
}

TEST_CASE("typing: nodes know the text they come from") {
  const ir::TypedGraph g = exact("sqrt(a + b) * 2");
  for (std::size_t i = 0; i < g.nodes.size(); ++i) {
    const auto id = static_cast<ir::NodeId>(i);
    CHECK(g.nodes[i].origin != ir::kNoNode);
    if (g.nodes[i].op == Op::add) {
      CHECK(g.text(id) == "a + b");
      CHECK(g.span(id).begin == 5);
    }
    if (g.nodes[i].op == Op::sqrt) CHECK(g.text(id) == "sqrt(a + b)");
  }
  const std::string printed = ir::to_string(exact("abs(a - b) + 7, h*0.5"));
  CAPTURE(printed);
  CHECK(printed.find("absdiff %0, %1") != std::string::npos);
  CHECK(printed.find("uint8 [0, 255]") != std::string::npos);
  CHECK(printed.find("float16 in float32") != std::string::npos);
  CHECK(printed.find("-> result 2") != std::string::npos);
}

TEST_CASE("typing: destinations convert under the casting rule") {
  CHECK(result_of(stored_as("x*2", DType::float16, Casting::same_kind)).op == Op::round_half);
  CHECK(result_of(stored_as("h*2", DType::float16, Casting::no)).op == Op::multiply);
  CHECK(result_of(stored_as("h*2", DType::float32, Casting::safe)).dtype == DType::float32);
  CHECK(result_of(stored_as("a + b", DType::uint8, Casting::same_kind)).dtype == DType::uint8);
  CHECK(result_of(stored_as("x", DType::int8, Casting::unsafe)).op == Op::cast);
  CHECK(result_of(stored_as("z", DType::float16, Casting::unsafe)).op == Op::round_half);
  CHECK(result_of(stored_as("a", DType::bool_, Casting::unsafe)).dtype == DType::bool_);
  CHECK(result_of(stored_as("300", DType::int16, Casting::safe)).dtype == DType::int16);
  CHECK(result_of(stored_as("5", DType::int8, Casting::safe)).dtype == DType::int8);
  CHECK(result_of(stored_as("2.5", DType::float16, Casting::same_kind)).dtype == DType::float16);
  CHECK(result_of(stored_as("f", DType::float32, Casting::safe)).dtype == DType::float32);
  for (DType from : kAllDTypes) {
    for (DType to : kAllDTypes) {
      for (Casting casting : {Casting::no, Casting::safe, Casting::same_kind, Casting::unsafe}) {
        const typing::DestinationType destination[] = {{to, casting}};
        const std::vector<Variable> v = {{"a", from}};
        CAPTURE(name(from), name(to));
        if (typing::can_cast(from, to, casting)) {
          CHECK(result_of(type_text("a", v, exact_policy(), destination)).dtype == to);
        } else {
          CHECK_THROWS_AS(type_text("a", v, exact_policy(), destination), Error);
        }
      }
    }
  }
  try {
    stored_as("x * 1.5", DType::uint8, Casting::same_kind);
    CHECK(false);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::type);
    CHECK(std::string(e.what()).find(
              "cannot cast the result from float32 to uint8 under casting 'same_kind'") == 0);
    CHECK(!e.hint().empty());
  }
  CHECK_THROWS_AS(stored_as("-5", DType::uint8, Casting::same_kind), Error);
  CHECK_THROWS_AS(stored_as("300", DType::uint8, Casting::safe), Error);
  CHECK_THROWS_AS(stored_as("2.5", DType::int8, Casting::same_kind), Error);
}

TEST_CASE("typing: the verifier rejects broken graphs") {
  const ir::TypedGraph good = exact("abs(l) + a, sqrt(x), t and a, sum(a)");
  ir::verify(good);
  const auto broken = [&](auto change) {
    ir::TypedGraph g = good;
    change(g);
    try {
      ir::verify(g);
    } catch (const Error& e) {
      return e.code() == ErrorCode::internal;
    }
    return false;
  };
  const auto at = [](ir::TypedGraph& g, Op op) -> ir::TypedNode& {
    return *std::find_if(g.nodes.begin(), g.nodes.end(),
                         [&](const ir::TypedNode& n) { return n.op == op; });
  };
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::add).dtype = DType::float32; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::add).nargs = 1; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::add).range = {1, 0}; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::add).range = {-1, 1}; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::abs).dtype = DType::int64; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::sum).dtype = DType::uint8; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::sum).op = Op::mean; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::sum).attr = 9; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::sqrt).args[0] = 1000; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::logical_and).args[0] = 0; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::variable).attr = 99; }));
  CHECK(broken([&](ir::TypedGraph& g) { g.results[0] = 10000; }));
  CHECK(broken([&](ir::TypedGraph& g) { at(g, Op::sqrt).origin = 10000; }));
}

TEST_CASE("typing: long graphs type in linear time without recursion") {
  ir::Graph g;
  ir::NodeId x = g.variable("x");
  for (int i = 0; i < 20000; ++i) {
    x = g.unary(Op::sin, g.binary(Op::add, x, g.constant(Scalar::of(i * 0.5))));
  }
  g.results = {x};
  const std::vector<typing::VariableType> v = {{DType::float32, false}};
  const ir::TypedGraph typed = typing::resolve(std::move(g), v, exact_policy());
  ir::verify(typed);
  CHECK(typed.nodes.size() > 40000);
  CHECK(ir::infer_shapes(typed, std::vector<Dims>{Dims{5}}).back() == Dims{5});
}
