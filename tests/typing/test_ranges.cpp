// Interval arithmetic against brute force over small boxes of operands.
#include "typing/ranges.hpp"

#include "catch.hpp"
#include "typing/typed.hpp"

using namespace tightloop;
using namespace tightloop::typing_test;

namespace {

struct Case {
  Op op;
  bool tight;  ///< the rule promises the hull, not only a bound
};

// x from `least` up, so that pow stays small.
void check_binary(const Case& c, int least, int most, int y_least, int y_most) {
  bool contained = true, hull = true;
  for (int xl = least; xl <= most; ++xl) {
    for (int xh = xl; xh <= most; ++xh) {
      for (int yl = y_least; yl <= y_most; ++yl) {
        for (int yh = yl; yh <= y_most; ++yh) {
          const Range x[] = {{xl, xh}, {yl, yh}};
          const Range r = typing::result_range(info(c.op).range_rule, x);
          const int128 first = model(c.op, xl, yl);
          Range seen{first, first};
          for (int a = xl; a <= xh; ++a) {
            for (int b = yl; b <= yh; ++b) {
              const int128 v = model(c.op, a, b);
              seen = seen.join({v, v});
            }
          }
          contained = contained && r.contains(seen);
          hull = hull && r == seen;
        }
      }
    }
  }
  CAPTURE(id(c.op));
  CHECK(contained);
  if (c.tight) CHECK(hull);
}

}  // namespace

TEST_CASE("typing: ranges of binary operations contain every value") {
  for (const Case& c :
       {Case{Op::add, true}, Case{Op::subtract, true}, Case{Op::multiply, true},
        Case{Op::floor_divide, true}, Case{Op::mod, false}, Case{Op::absdiff, true},
        Case{Op::minimum, true}, Case{Op::maximum, true}, Case{Op::fmin, true},
        Case{Op::fmax, true}, Case{Op::bit_and, false}, Case{Op::bit_or, false},
        Case{Op::bit_xor, false}, Case{Op::shift_left, true}, Case{Op::shift_right, true}}) {
    check_binary(c, -6, 6, -5, 5);
  }
  check_binary({Op::pow, true}, -4, 4, -3, 6);
}

TEST_CASE("typing: ranges of unary operations are the hull") {
  for (Op op : {Op::negative, Op::abs, Op::sign, Op::square}) {
    CAPTURE(id(op));
    for (int lo = -20; lo <= 20; ++lo) {
      for (int hi = lo; hi <= 20; ++hi) {
        const Range x{lo, hi};
        Range seen{model(op, lo, 0), model(op, lo, 0)};
        for (int v = lo; v <= hi; ++v) seen = seen.join({model(op, v, 0), model(op, v, 0)});
        REQUIRE(typing::result_range(info(op).range_rule, {&x, 1}) == seen);
      }
    }
  }
  const Range x{-3, 5};
  CHECK(typing::result_range(RangeRule::invert, {&x, 1}) == Range{-6, 2});
  CHECK(typing::result_range(RangeRule::same, {&x, 1}) == x);
}

TEST_CASE("typing: ranges of ternary operations are the hull") {
  bool clip = true, fma = true;
  for (int xl = -3; xl <= 3; ++xl) {
    for (int xh = xl; xh <= 3; ++xh) {
      for (int yl = -3; yl <= 3; ++yl) {
        for (int yh = yl; yh <= 3; ++yh) {
          for (int zl = -3; zl <= 3; ++zl) {
            const Range r[] = {{xl, xh}, {yl, yh}, {zl, zl + 1}};
            Range clipped{100, -100}, sum{100, -100};
            const auto add = [](Range& seen, int v) {
              seen = {std::min<int128>(seen.lo, v), std::max<int128>(seen.hi, v)};
            };
            for (int a = xl; a <= xh; ++a) {
              for (int b = yl; b <= yh; ++b) {
                for (int c = zl; c <= zl + 1; ++c) {
                  add(clipped, std::min(std::max(a, b), c));
                  add(sum, a * b + c);
                }
              }
            }
            clip = clip && typing::result_range(RangeRule::clip, r) == clipped;
            fma = fma && typing::result_range(RangeRule::fma, r) == sum;
          }
        }
      }
    }
  }
  CHECK(clip);
  CHECK(fma);
}

TEST_CASE("typing: ranges saturate instead of overflowing") {
  const Range all{-(static_cast<int128>(1) << 63), (static_cast<int128>(1) << 64) - 1};
  const Range pair[] = {all, all};
  for (Op op : {Op::add, Op::subtract, Op::multiply, Op::floor_divide, Op::mod, Op::pow,
                Op::absdiff, Op::minimum, Op::maximum, Op::bit_and, Op::bit_or, Op::bit_xor,
                Op::shift_left, Op::shift_right}) {
    CAPTURE(id(op));
    const Range r = typing::result_range(info(op).range_rule, pair);
    CHECK(r.lo <= r.hi);
    CHECK(r.hi <= typing::kHuge);
    CHECK(r.lo >= -typing::kHuge);
  }
  CHECK(typing::fit({0, typing::kHuge}).dtype == DType::uint64);
  CHECK(typing::fit({0, typing::kHuge}).wraps);
  CHECK(typing::fit({-1, typing::kHuge}).dtype == DType::int64);
  CHECK(to_string(typing::kHuge) == "42535295865117307932921825928971026432");
  CHECK(to_string(-typing::kHuge) == "-42535295865117307932921825928971026432");
  CHECK(to_string(0) == "0");
}
