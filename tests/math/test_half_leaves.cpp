// Functions of halves: their errors over all arguments, and the leaves that are no more exact than
// halves need.
#include "catch.hpp"
#include "half_errors.hpp"
#include "math/measured_ulp.hpp"

namespace tightloop::math {
namespace {

bool has_half_leaf(Op op) {
  switch (op) {
#define TIGHTLOOP_HALF_LEAF(name) case Op::name:
#include "math/half_leaves.def"
#undef TIGHTLOOP_HALF_LEAF
    return true;
    default: return false;
  }
}

std::vector<Op> half_leaves() {
  std::vector<Op> ops = math_ops();
  std::erase_if(ops, [](Op op) { return !has_half_leaf(op); });
  return ops;
}

std::vector<int> vector_lanes() {
  std::vector<int> lanes = host_lanes(DType::float32);
  if (lanes.size() > 1) lanes.erase(lanes.begin());
  return lanes;
}

template <class H>
void check_all(Op op, double measured) {
  const Worst worst = worst_of_halves<H>(op, vector_lanes().back());
  CAPTURE(std::string(id(op)), std::string(name(dtype_of<H>)), worst.x, worst.got);
  CHECK(worst.ulps <= measured);
}

}  // namespace

TEST_CASE("math: functions of halves are within what was measured over all their arguments") {
  for (const Op op : math_ops()) {
    if (info(op).arity != 1) continue;
    const MeasuredHalfUlp* measured = measured_half_ulp(op);
    INFO(std::string(id(op)));
    REQUIRE(measured != nullptr);
    check_all<float16_t>(op, measured->f16);
    check_all<bfloat16_t>(op, measured->bf16);
  }
}

TEST_CASE("math: what has no leaf for halves takes that of float32") {
  for (const Op op : math_ops()) {
    for (const int lanes : host_lanes(DType::float32)) {
      CAPTURE(std::string(id(op)), lanes);
      const bool same =
          find_leaf(op, DType::float16, lanes) == find_leaf(op, DType::float32, lanes);
      CHECK(same == (lanes == 1 || !has_half_leaf(op)));
      CHECK(find_leaf(op, DType::float16, lanes) == find_leaf(op, DType::bfloat16, lanes));
    }
  }
}

TEST_CASE("math: leaves for halves give the same bits at every width") {
  std::vector<float> xs = landmarks<float>();
  const std::vector<float> more = random_arguments<float>(20000, 9);
  xs.insert(xs.end(), more.begin(), more.end());
  for (const Op op : half_leaves()) {
    std::vector<float> first, got(xs.size());
    for (const int lanes : vector_lanes()) {
      apply_leaf(op, lanes, xs.data(), nullptr, got.data(), xs.size(), DType::float16);
      if (first.empty()) first = got;
      for (std::size_t i = 0; i < xs.size(); ++i) {
        if (bits_of(got[i]) == bits_of(first[i])) continue;
        CAPTURE(std::string(id(op)), lanes, xs[i], got[i], first[i]);
        FAIL_CHECK("other bits");
        break;
      }
    }
  }
}

// Values that are kept in float32 between operations: what follows may cancel.
TEST_CASE("math: leaves for halves are exact to 2^-17 where float32 results are normal") {
  constexpr float kSmallest = std::numeric_limits<float>::min();
  const std::vector<float> xs = random_arguments<float>(20000, 10);
  for (const Op op : half_leaves()) {
    std::vector<float> got(xs.size());
    apply_leaf(op, vector_lanes().back(), xs.data(), nullptr, got.data(), xs.size(),
               DType::float16);
    double worst = 0, at = 0;
    for (std::size_t i = 0; i < xs.size(); ++i) {
      const long double want = wide_value(op, xs[i], 0);
      if (std::isnan(want) || std::isinf(got[i]) || std::fabs(want) < kSmallest) continue;
      const auto error = static_cast<double>(std::fabs((got[i] - want) / want));
      if (error > worst) worst = error, at = xs[i];
    }
    CAPTURE(std::string(id(op)), at);
    CHECK(worst <= 0x1p-17);
  }
}

TEST_CASE("math: special values of the leaves for halves are those of Annex F") {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float tiny = std::numeric_limits<float>::denorm_min();
  const std::vector<float> xs{0.0F, -0.0F, inf, -inf, nan, 1, -1, 3e38F, -3e38F, tiny, -tiny};
  for (const Op op : half_leaves()) {
    const bool grows = op == Op::exp || op == Op::exp2 || op == Op::exp10;
    for (const int lanes : vector_lanes()) {
      std::vector<float> got(xs.size());
      apply_leaf(op, lanes, xs.data(), nullptr, got.data(), xs.size(), DType::bfloat16);
      CAPTURE(std::string(id(op)), lanes);
      const std::vector<float> want =
          grows ? std::vector<float>{1, 1, inf, 0, nan, got[5], got[6], inf, 0, 1, 1}
                : std::vector<float>{-inf, -inf, inf, nan, nan, 0, nan, got[7], nan, got[9], nan};
      for (std::size_t i = 0; i < xs.size(); ++i) {
        CAPTURE(xs[i], got[i]);
        CHECK(bits_of(got[i]) == bits_of(want[i]));
      }
      if (grows) continue;
      CHECK(std::fabs(got[7] / static_cast<float>(wide_value(op, 3e38L, 0)) - 1) < 1e-5F);
      CHECK(std::fabs(got[9] / static_cast<float>(wide_value(op, tiny, 0)) - 1) < 1e-5F);
    }
  }
}

TEST_CASE("math: powers of two have exact logarithms to base 2, for halves too") {
  for (int k = -149; k < 128; ++k) {
    const float x = std::ldexp(1.0F, k), n = static_cast<float>(k);
    float log = 0, power = 0;
    for (const int lanes : vector_lanes()) {
      apply_leaf(Op::log2, lanes, &x, nullptr, &log, 1, DType::float16);
      apply_leaf(Op::exp2, lanes, &n, nullptr, &power, 1, DType::float16);
      CAPTURE(k, lanes);
      CHECK(log == n);
      CHECK(power == x);
    }
  }
}

}  // namespace tightloop::math
