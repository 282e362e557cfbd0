// The values of typed integer expressions: exact wherever the result dtype holds them, right modulo
// 2^64 elsewhere, and reported under Overflow::check exactly where they do not fit.
#include "catch.hpp"
#include "typing/ranges.hpp"
#include "typing/typed.hpp"

using namespace tightloop;
using namespace tightloop::typing_test;

namespace {

struct BinaryCase {
  std::string_view text;
  Op op;
};

constexpr BinaryCase kBinary[] = {
    {"a + b", Op::add},
    {"a - b", Op::subtract},
    {"a * b", Op::multiply},
    {"a // b", Op::floor_divide},
    {"a % b", Op::mod},
    {"minimum(a, b)", Op::minimum},
    {"maximum(a, b)", Op::maximum},
    {"fmin(a, b)", Op::minimum},
    {"absdiff(a, b)", Op::absdiff},
    {"abs(a - b)", Op::absdiff},
    {"a & b", Op::bit_and},
    {"a | b", Op::bit_or},
    {"a ^ b", Op::bit_xor},
    {"a << b", Op::shift_left},
    {"a >> b", Op::shift_right},
    {"a ** b", Op::pow},
};

/// Values of a dtype worth trying: the ends, their neighbours and small numbers.
std::vector<Scalar> samples(DType t) {
  if (is_bool(t)) return {Scalar::of(false), Scalar::of(true)};
  const Range r = range_of(t);
  std::vector<Scalar> out;
  for (int128 v :
       {r.lo, r.lo + 1, r.lo / 2, int128{-3}, int128{-2}, int128{-1}, int128{0}, int128{1},
        int128{2}, int128{3}, int128{7}, int128{64}, r.hi / 2 + 1, r.hi - 1, r.hi}) {
    if (range_of(t).contains(Range{v, v})) out.push_back(typing::make_integer(t, v));
  }
  return out;
}

/// The value modulo 2^n in the dtype.
int128 wrapped(int128 v, DType t) {
  return typing::integer_value(typing::make_integer(t, v));
}

/// The power modulo 2^64: the saturated model cannot tell.
int128 power_modulo(int128 base, int128 exponent) {
  std::uint64_t r = 1;
  auto b = static_cast<std::uint64_t>(base);
  for (auto e = static_cast<std::uint64_t>(exponent); e != 0; e >>= 1) {
    if ((e & 1) != 0) r *= b;
    b *= b;
  }
  return r;
}

int128 shift_modulo(int128 x, int128 n) {
  if (n < 0 || n >= 64) return 0;
  return static_cast<std::uint64_t>(x) << static_cast<int>(n);
}

/// What the lowest 64 bits of the exact result are.
int128 modulo(Op op, int128 x, int128 y) {
  if (op == Op::pow && y >= 0) return power_modulo(x, y);
  if (op == Op::shift_left) return shift_modulo(x, y);
  if (op == Op::multiply) {
    return static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(y);
  }
  return model(op, x, y);
}

struct Tally {
  int values = 0;
  int wrong = 0;
  int out_of_range = 0;
  int wrong_reports = 0;
  std::string first;
};

void note(Tally& t, std::string_view what, std::string_view text, DType a, DType b, int128 x,
          int128 y) {
  if (!t.first.empty()) return;
  t.first = std::string(what) + ": " + std::string(text) + " of " + std::string(name(a)) + " " +
            to_string(x) + ", " + std::string(name(b)) + " " + to_string(y);
}

void check_pair(Tally& tally, const BinaryCase& c, DType a, DType b, Overflow overflow) {
  const ir::TypedGraph g = type_text(c.text, {{"a", a}, {"b", b}}, exact_policy(overflow));
  const ir::TypedNode& node = result_of(g);
  // A base to an exponent that may be negative is a float64.
  if (!typing::is_integral(node.dtype)) return;
  for (const Scalar& x : samples(a)) {
    for (const Scalar& y : samples(b)) {
      const int128 xv = typing::integer_value(x), yv = typing::integer_value(y);
      const Evaluation e = run(g, {{x}, {y}});
      const int128 got = typing::integer_value(e.results[0][0]);
      const int128 exact = model(c.op, xv, yv);
      const bool fits = range_of(node.dtype).contains(Range{exact, exact});
      ++tally.values;
      if (!node.range.contains(Range{got, got})) {
        ++tally.out_of_range;
        note(tally, "out of range", c.text, a, b, xv, yv);
      }
      if (overflow == Overflow::check && e.overflow == fits) {
        ++tally.wrong_reports;
        note(tally, "report", c.text, a, b, xv, yv);
      }
      if (overflow == Overflow::check && !fits) continue;
      const int128 expected = fits ? exact : wrapped(modulo(c.op, xv, yv), node.dtype);
      if (got != expected) {
        ++tally.wrong;
        note(tally, "value", c.text, a, b, xv, yv);
      }
    }
  }
}

}  // namespace

TEST_CASE("typing: exact integers of every pair of dtypes have the exact value") {
  for (Overflow overflow : {Overflow::wrap, Overflow::check}) {
    for (const BinaryCase& c : kBinary) {
      Tally tally;
      for (DType a : kIntegral) {
        for (DType b : kIntegral) check_pair(tally, c, a, b, overflow);
      }
      CAPTURE(c.text, overflow == Overflow::check, tally.first);
      CHECK(tally.values > 1000);
      CHECK(tally.wrong == 0);
      CHECK(tally.out_of_range == 0);
      CHECK(tally.wrong_reports == 0);
    }
  }
}

TEST_CASE("typing: unary integers have the exact value") {
  for (Overflow overflow : {Overflow::wrap, Overflow::check}) {
    for (const BinaryCase& c :
         {BinaryCase{"-a", Op::negative}, BinaryCase{"abs(a)", Op::abs},
          BinaryCase{"sign(a)", Op::sign}, BinaryCase{"square(a)", Op::square},
          BinaryCase{"a*a", Op::square}, BinaryCase{"a**2", Op::square}}) {
      for (DType a : kIntegral) {
        const ir::TypedGraph g = type_text(c.text, {{"a", a}}, exact_policy(overflow));
        const ir::TypedNode& node = result_of(g);
        for (const Scalar& x : samples(a)) {
          const int128 xv = typing::integer_value(x);
          const Evaluation e = run(g, {{x}});
          const int128 got = typing::integer_value(e.results[0][0]);
          const int128 exact = model(c.op, xv, 0);
          const bool fits = range_of(node.dtype).contains(Range{exact, exact});
          CAPTURE(c.text, name(a), to_string(xv));
          if (overflow == Overflow::check) CHECK(e.overflow != fits);
          if (overflow == Overflow::wrap || fits) {
            const std::uint64_t low = static_cast<std::uint64_t>(xv);
            const int128 low_bits = c.op == Op::square ? int128{low * low} : exact;
            CHECK(got == (fits ? exact : wrapped(low_bits, node.dtype)));
          }
          CHECK(node.range.contains(Range{got, got}));
        }
      }
    }
  }
}

TEST_CASE("typing: integers compare exactly whatever their dtypes") {
  struct Case {
    std::string_view text;
    bool (*holds)(int128, int128);
  };
  const Case cases[] = {
      {"a < b", [](int128 x, int128 y) { return x < y; }},
      {"a <= b", [](int128 x, int128 y) { return x <= y; }},
      {"a > b", [](int128 x, int128 y) { return x > y; }},
      {"a >= b", [](int128 x, int128 y) { return x >= y; }},
      {"a == b", [](int128 x, int128 y) { return x == y; }},
      {"a != b", [](int128 x, int128 y) { return x != y; }},
  };
  int wrong = 0;
  for (const auto& policy : {exact_policy(), numpy_policy()}) {
    for (const Case& c : cases) {
      for (DType a : kIntegral) {
        for (DType b : kIntegral) {
          const ir::TypedGraph g = type_text(c.text, {{"a", a}, {"b", b}}, policy);
          for (const Scalar& x : samples(a)) {
            for (const Scalar& y : samples(b)) {
              const bool got = run(g, {{x}, {y}}).results[0][0].as<bool>();
              wrong += got != c.holds(typing::integer_value(x), typing::integer_value(y));
            }
          }
        }
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("typing: where and clip select exactly across 64-bit types") {
  for (Overflow overflow : {Overflow::wrap, Overflow::check}) {
    int wrong = 0;
    for (DType a : kIntegral) {
      for (DType b : kIntegral) {
        const std::vector<Variable> v = {{"c", DType::bool_}, {"a", a}, {"b", b}};
        const ir::TypedGraph w = type_text("where(c, a, b)", v, exact_policy(overflow));
        const ir::TypedGraph k = type_text("clip(a, b, a)", v, exact_policy(overflow));
        const DType t = result_of(w).dtype;
        for (const Scalar& x : samples(a)) {
          for (const Scalar& y : samples(b)) {
            const int128 xv = typing::integer_value(x), yv = typing::integer_value(y);
            for (bool c : {false, true}) {
              const Evaluation e = run(w, {{Scalar::of(c)}, {x}, {y}});
              const int128 exact = c ? xv : yv;
              const bool fits = range_of(t).contains(Range{exact, exact});
              if (overflow == Overflow::check) wrong += e.overflow == fits;
              if (overflow == Overflow::wrap || fits) {
                wrong += typing::integer_value(e.results[0][0]) != wrapped(exact, t);
              }
            }
            const Evaluation e = run(k, {{x}, {y}});
            wrong += e.overflow;
            wrong += typing::integer_value(e.results[0][0]) != std::min(std::max(xv, yv), xv);
          }
        }
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("typing: literals are exact beyond 64 bits") {
  const auto value = [](std::string_view text) {
    const ir::TypedGraph g = type_text(text, {}, exact_policy());
    return typing::integer_value(run(g, {}).results[0][0]);
  };
  CHECK(value("2**70 // 2**60") == 1024);
  CHECK(value("2**64 - 1 - (2**64 - 3)") == 2);
  CHECK(value("~5") == -6);
  CHECK(value("-7 // 2") == -4);
  CHECK(value("-7 % 3") == 2);
  CHECK(value("1 // 0") == 0);
  CHECK(value("clip(2**80, 0, 255)") == 255);
  CHECK(value("1 << 63") == int128{1} << 63);
  CHECK(value("5 & ~1") == 4);
  CHECK(value("where(2**64, 1, 0)") == 1);
  const auto truth = [](std::string_view text, DType a, int128 v) {
    const ir::TypedGraph g = type_text(text, {{"a", a}}, exact_policy());
    return run(g, {{typing::make_integer(a, v)}}).results[0][0].as<bool>();
  };
  CHECK(truth("a < 2**70", DType::uint64, range_of(DType::uint64).hi));
  CHECK(truth("a > -2**70", DType::int64, range_of(DType::int64).lo));
  CHECK_FALSE(truth("a == 2**64", DType::uint64, 0));
  CHECK_THROWS_AS(type_text("2**70", {}, exact_policy()), Error);
  const ir::TypedGraph f = type_text("a * 2**70", {{"a", DType::float64}}, exact_policy());
  CHECK(run(f, {{Scalar::of(1.0)}}).results[0][0].as<double>() == 1180591620717411303424.0);
  const ir::TypedGraph s = type_text("a >> 2**70", {{"a", DType::int8}}, exact_policy());
  CHECK(typing::integer_value(run(s, {{Scalar::of(std::int8_t{-5})}}).results[0][0]) == -1);
}

TEST_CASE("typing: numpy integers wrap in the promoted dtype") {
  for (Overflow overflow : {Overflow::wrap, Overflow::check}) {
    for (const BinaryCase& c : kBinary) {
      if (c.op == Op::absdiff) continue;
      int wrong = 0, reports = 0;
      for (DType a : kIntegral.subspan(1)) {
        for (DType b : kIntegral.subspan(1)) {
          const DType t = typing::promote(a, b);
          const bool bitwise = c.op == Op::bit_and || c.op == Op::bit_or || c.op == Op::bit_xor ||
                               c.op == Op::shift_left || c.op == Op::shift_right;
          if (!is_integer(t)) {
            if (bitwise) {
              CHECK_THROWS_AS(type_text(c.text, {{"a", a}, {"b", b}}, numpy_policy(overflow)),
                              Error);
            }
            continue;
          }
          const ir::TypedGraph g = type_text(c.text, {{"a", a}, {"b", b}}, numpy_policy(overflow));
          REQUIRE(result_of(g).dtype == t);
          for (const Scalar& x : samples(a)) {
            for (const Scalar& y : samples(b)) {
              const int128 xv = typing::integer_value(x), yv = typing::integer_value(y);
              const int128 exact = model(c.op, xv, yv);
              const bool fits = range_of(t).contains(Range{exact, exact});
              const Evaluation e = run(g, {{x}, {y}});
              if (overflow == Overflow::check) reports += e.overflow == fits;
              if (overflow == Overflow::check && !fits) continue;
              const bool past = yv < 0 || yv >= 8 * static_cast<int>(itemsize(t));
              int128 expected = wrapped(modulo(c.op, xv, yv), t);
              if (c.op == Op::shift_left && past) expected = 0;
              wrong += typing::integer_value(e.results[0][0]) != expected;
            }
          }
        }
      }
      CAPTURE(c.text, overflow == Overflow::check);
      CHECK(wrong == 0);
      CHECK(reports == 0);
    }
  }
}

TEST_CASE("typing: numpy unary integers keep their dtype") {
  for (DType a : kIntegral.subspan(1)) {
    for (const BinaryCase& c : {BinaryCase{"-a", Op::negative}, BinaryCase{"abs(a)", Op::abs},
                                BinaryCase{"sign(a)", Op::sign},
                                BinaryCase{"square(a)", Op::square}, BinaryCase{"a**3", Op::pow}}) {
      for (Overflow overflow : {Overflow::wrap, Overflow::check}) {
        const ir::TypedGraph g = type_text(c.text, {{"a", a}}, numpy_policy(overflow));
        CAPTURE(c.text, name(a));
        REQUIRE(result_of(g).dtype == a);
        for (const Scalar& x : samples(a)) {
          const int128 xv = typing::integer_value(x);
          const int128 exact = model(c.op, xv, 3);
          const bool fits = range_of(a).contains(Range{exact, exact});
          const Evaluation e = run(g, {{x}});
          if (overflow == Overflow::check) CHECK(e.overflow != fits);
          const int128 low =
              c.op == Op::square ? modulo(Op::multiply, xv, xv) : modulo(c.op, xv, 3);
          CHECK(typing::integer_value(e.results[0][0]) == wrapped(low, a));
        }
      }
    }
  }
}

TEST_CASE("typing: checked sums of 64-bit integers notice overflow exactly") {
  const auto total = [](DType t, std::vector<int128> elements) {
    std::vector<Scalar> x;
    for (int128 v : elements) x.push_back(typing::make_integer(t, v));
    const ir::TypedGraph g = type_text("sum(a)", {{"a", t}}, exact_policy(Overflow::check));
    const Evaluation e = run(g, {x});
    return std::pair(e.overflow, typing::integer_value(e.results[0][0]));
  };
  const int128 lo = range_of(DType::int64).lo, hi = range_of(DType::int64).hi;
  const int128 most = range_of(DType::uint64).hi;
  CHECK(total(DType::int64, {hi, 1, -1}) == std::pair(false, hi));
  CHECK(total(DType::int64, {lo, -1, 1}) == std::pair(false, lo));
  CHECK(total(DType::int64, {hi, lo, hi, lo}) == std::pair(false, int128{-2}));
  CHECK(total(DType::int64, {hi, 1}).first);
  CHECK(total(DType::int64, {lo, -1}).first);
  CHECK(total(DType::int64, {hi, hi, hi}).first);
  CHECK(total(DType::uint64, {most - 5, 5}) == std::pair(false, most));
  CHECK(total(DType::uint64, {most, 1}).first);
  CHECK(total(DType::uint64, {most, most, most}).first);
  const ir::TypedGraph plain =
      type_text("sum(a)", {{"a", DType::int32}}, exact_policy(Overflow::check));
  CHECK(plain.nodes.size() == 2);
}
