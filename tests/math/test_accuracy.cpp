// Sampled accuracy of every leaf against MPFR: within what the long run of bench/accuracy.cpp
// measured, which is within what the op table promises.
#include "catch.hpp"
#include "error_meter.hpp"
#include "math/measured_ulp.hpp"
#include "samples.hpp"

namespace tightloop::math {
namespace {

template <class T>
Worst sampled(Op op, const std::vector<int>& widths) {
  const Samples<T> s = suite_samples<T>();
  const T* second = info(op).arity == 2 ? s.ys.data() : nullptr;
  std::vector<T> first, got(s.xs.size());
  ErrorMeter meter(op);
  for (const int lanes : widths) {
    apply_leaf(op, lanes, s.xs.data(), second, got.data(), s.xs.size());
    for (std::size_t i = 0; i < s.xs.size(); ++i) {
      if (!first.empty() && bits_of(first[i]) == bits_of(got[i])) continue;
      meter.show(s.xs[i], second == nullptr ? T(0) : s.ys[i], got[i]);
    }
    if (first.empty()) first = got;
  }
  return meter.worst();
}

template <class T>
void check_accuracy(Op op, double measured) {
  const std::vector<int> widths = host_lanes(dtype_of<T>);
  const auto check = [&](const std::vector<int>& some, double bound) {
    const Worst worst = sampled<T>(op, some);
    CAPTURE(std::string(id(op)), std::string(name(dtype_of<T>)), some, kSuiteSeed);
    CAPTURE(worst.x, worst.y, worst.got);
    CHECK(worst.ulps <= bound);
  };
  check({1}, info(op).max_ulp);  // the C library's
  if (widths.size() > 1) check({widths.begin() + 1, widths.end()}, measured);
}

}  // namespace

TEST_CASE("math: sampled accuracy against MPFR is within what was measured") {
  for (const Op op : math_ops()) {
    const MeasuredUlp* measured = measured_ulp(op);
    INFO(std::string(id(op)));
    REQUIRE(measured != nullptr);
    CHECK(measured->f32 <= info(op).max_ulp);
    CHECK(measured->f64 <= info(op).max_ulp);
    check_accuracy<float>(op, measured->f32);
    check_accuracy<double>(op, measured->f64);
  }
}

}  // namespace tightloop::math
