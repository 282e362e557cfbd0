// Every row of the op table with every dtype: it types to a graph that verifies, or is refused with
// an error that names the operation and the dtype.
#include <random>

#include "catch.hpp"
#include "typing/typed.hpp"

using namespace tightloop;
using namespace tightloop::typing_test;

namespace {

const std::vector<typing::Policy> kPolicies = {exact_policy(),
                                               exact_policy(Overflow::check),
                                               numpy_policy(),
                                               numpy_policy(Overflow::check),
                                               {Promotion::exact, Fp::fast, Overflow::wrap}};

ir::Graph call(Op op, std::size_t variables) {
  ir::Graph g;
  std::vector<ir::NodeId> x;
  for (std::size_t i = 0; i < variables; ++i) {
    x.push_back(g.variable(std::string(1, static_cast<char>('a' + i)), {i, i + 1}));
  }
  const Span whole{0, 10};
  if (is_reduction(op)) {
    g.results = {g.reduce(op, x[0], {}, whole)};
  } else if (variables == 1) {
    g.results = {g.unary(op, x[0], whole)};
  } else if (variables == 2) {
    g.results = {g.binary(op, x[0], x[1], whole)};
  } else {
    g.results = {g.ternary(op, x[0], x[1], x[2], whole)};
  }
  return g;
}

/// Types op of these operands; returns false where that is an error, which has to be a good one.
bool types(Op op, const std::vector<typing::VariableType>& operands, const typing::Policy& policy) {
  try {
    const ir::TypedGraph g = typing::resolve(call(op, operands.size()), operands, policy);
    ir::verify(g);
    REQUIRE(!ir::to_string(g).empty());
    return true;
  } catch (const Error& e) {
    const std::string message = e.what();
    CAPTURE(id(op), message);
    CHECK((e.code() == ErrorCode::type || e.code() == ErrorCode::value));
    CHECK(e.span().end == 10);
    bool names_operand = false;
    for (const auto& t : operands) {
      names_operand = names_operand || message.find(name(t.dtype)) != std::string::npos;
    }
    CHECK(names_operand);
    return false;
  }
}

bool takes_only_integers(Op op) {
  const TypeRule rule = info(op).type_rule;
  return rule == TypeRule::bits || rule == TypeRule::shift || rule == TypeRule::invert ||
         rule == TypeRule::count_bits;
}

}  // namespace

TEST_CASE("typing: every operation of one dtype") {
  for (const typing::Policy& policy : kPolicies) {
    const bool numpy = policy.promotion == Promotion::numpy;
    for (int i = 0; i < kTableOps; ++i) {
      const Op op = static_cast<Op>(i);
      for (DType t : kAllDTypes) {
        CAPTURE(id(op), name(t), numpy);
        const std::vector<typing::VariableType> operands(info(op).arity, {t, false});
        bool expected = true;
        if (is_complex(t)) expected = info(op).accepts_complex || info(op).complex_by_parts;
        if (takes_only_integers(op) && !typing::is_integral(t)) expected = false;
        const bool refused_bool = op == Op::subtract || op == Op::negative || op == Op::positive ||
                                  op == Op::sign || op == Op::ptp;
        if (numpy && is_bool(t) && refused_bool) expected = false;
        CHECK(types(op, operands, policy) == expected);
        // Weak operands promote as Python scalars in both modes.
        const std::vector<typing::VariableType> weak(info(op).arity, {t, true});
        if (is_bool(t) || is_integer(t) || t == DType::float64 || t == DType::complex128) {
          const bool refused = numpy && is_bool(t) && op == Op::ptp;
          CHECK(types(op, weak, policy) == (!refused && (expected || is_bool(t))));
        }
      }
    }
  }
}

TEST_CASE("typing: every operation of every pair of dtypes") {
  int typed = 0, refused = 0;
  for (const typing::Policy& policy : {exact_policy(), numpy_policy()}) {
    for (int i = 0; i < kTableOps; ++i) {
      const Op op = static_cast<Op>(i);
      if (info(op).arity != 2) continue;
      for (DType a : kAllDTypes) {
        for (DType b : kAllDTypes) {
          CAPTURE(id(op), name(a), name(b));
          const bool ok = types(op, {{a, false}, {b, false}}, policy);
          ++(ok ? typed : refused);
          const bool complex = is_complex(a) || is_complex(b);
          if (!complex && !takes_only_integers(op) && !is_bool(a) && !is_bool(b)) CHECK(ok);
        }
      }
    }
  }
  CHECK(typed > 8000);
  CHECK(refused > 1000);
}

TEST_CASE("typing: ternary operations of mixed dtypes") {
  for (const typing::Policy& policy : {exact_policy(), numpy_policy()}) {
    for (Op op : {Op::fma, Op::clip, Op::where}) {
      for (DType a : kAllDTypes) {
        for (DType b : kAllDTypes) {
          for (DType c : kAllDTypes) {
            const bool complex = is_complex(a) || is_complex(b) || is_complex(c);
            CAPTURE(id(op), name(a), name(b), name(c));
            const bool ok = types(op, {{a, false}, {b, false}, {c, false}}, policy);
            CHECK(ok == (op != Op::fma || !complex));
          }
        }
      }
    }
  }
}

TEST_CASE("typing: astype and saturate of every pair of dtypes") {
  for (const typing::Policy& policy : {exact_policy(), numpy_policy()}) {
    for (DType from : kAllDTypes) {
      for (DType to : kAllDTypes) {
        CAPTURE(name(from), name(to));
        ir::Graph g;
        g.results = {g.convert(Op::astype, g.variable("a"), to)};
        const std::vector<typing::VariableType> v = {{from, false}};
        const ir::TypedGraph typed = typing::resolve(g, v, policy);
        ir::verify(typed);
        CHECK(result_of(typed).dtype == to);
        ir::Graph s;
        s.results = {s.convert(Op::saturate, s.variable("a"), to, {0, 3})};
        if (is_complex(from) || is_complex(to)) {
          CHECK_THROWS_AS(typing::resolve(s, v, policy), Error);
        } else {
          const ir::TypedGraph clipped = typing::resolve(s, v, policy);
          ir::verify(clipped);
          CHECK(result_of(clipped).dtype == to);
        }
      }
    }
  }
}

TEST_CASE("typing: random expressions verify") {
  const unsigned seed = 20260;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  int typed = 0;
  for (int round = 0; round < 3000; ++round) {
    ir::Graph g;
    std::vector<ir::NodeId> nodes;
    std::vector<typing::VariableType> v;
    for (std::size_t i = 0; i < 4; ++i) {
      nodes.push_back(g.variable(std::string(1, static_cast<char>('a' + i))));
      const bool weak = pick(4) == 0;
      const DType weak_types[] = {DType::bool_, DType::uint8, DType::int64, DType::float64};
      v.push_back({weak ? weak_types[pick(4)] : kAllDTypes[pick(13)], weak});
    }
    nodes.push_back(g.constant(Scalar::of(static_cast<std::int64_t>(pick(7)) - 3)));
    nodes.push_back(g.constant(Scalar::of(0.5)));
    nodes.push_back(g.constant(Scalar::of(std::uint64_t{1} << 63)));
    for (int step = 0; step < 12; ++step) {
      const Op op = static_cast<Op>(pick(kTableOps));
      const auto any = [&] { return nodes[pick(nodes.size())]; };
      if (is_reduction(op)) {
        nodes.push_back(g.reduce(op, any(), {}));
      } else if (info(op).arity == 1) {
        nodes.push_back(g.unary(op, any()));
      } else if (info(op).arity == 2) {
        nodes.push_back(g.binary(op, any(), any()));
      } else {
        nodes.push_back(g.ternary(op, any(), any(), any()));
      }
    }
    g.results = {nodes.back(), nodes[nodes.size() - 2]};
    try {
      const ir::TypedGraph out = typing::resolve(g, v, kPolicies[pick(kPolicies.size())]);
      ir::verify(out);
      ++typed;
    } catch (const Error& e) {
      CHECK(e.code() != ErrorCode::internal);
    }
  }
  CHECK(typed > 300);
}
