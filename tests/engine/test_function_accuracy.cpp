// The functions of the table of one operand through the whole pipeline, against MPFR: over all
// float16 and bfloat16 inputs (computed in float32, rounded once), and those that are composed of
// other rows over samples of float32 and float64.
#if __has_include(<mpfr.h>)

#include <string>
#include <vector>

#include "catch.hpp"
#include "math/error_meter.hpp"
#include "math/samples.hpp"
#include "tightloop/evaluate.hpp"
#include "types/half.hpp"

namespace tl = tightloop;

namespace {

template <class H>
constexpr tl::math::Format kFormat = {tl::half_format<H>.fraction_bits + 1,
                                      2 - tl::half_format<H>.bias(), tl::half_format<H>.bias() + 1};

template <class H>
std::vector<H> all_inputs() {
  std::vector<H> xs(1 << 16);
  for (std::size_t i = 0; i < xs.size(); ++i) xs[i].bits = static_cast<std::uint16_t>(i);
  return xs;
}

/// The largest error of a function in units in the last place of H.
template <class H>
tl::math::Worst worst_of(tl::Op op, const std::vector<H>& xs) {
  const std::string_view names = info(op).names;
  const tl::Array y =
      tl::evaluate(std::string(names.substr(0, names.find(' '))) + "(x)", {{"x", xs}});
  REQUIRE(y.dtype() == tl::dtype_of<H>);
  const auto got = y.values<H>();
  tl::math::ErrorMeter meter(op);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    meter.show(to_double(xs[i]), 0, to_double(got[i]), kFormat<H>);
  }
  return meter.worst();
}

/// True for functions that have leaves for halves, or are made of those.
bool may_be_coarse(tl::Op op) {
  switch (op) {
#define TIGHTLOOP_HALF_LEAF(name) case tl::Op::name:
#include "math/half_leaves.def"
#undef TIGHTLOOP_HALF_LEAF
    case tl::Op::sigmoid: return true;
    default: return false;
  }
}

template <class H>
void check_all_functions() {
  const std::vector<H> xs = all_inputs<H>();
  constexpr int extra = 24 - kFormat<H>.digits;
  int functions = 0;
  for (int k = 0; k < tl::kTableOps; ++k) {
    const auto op = static_cast<tl::Op>(k);
    const tl::OpInfo& row = info(op);
    if (row.kind != tl::OpKind::elementwise || row.arity != 1) continue;
    INFO(std::string(row.id));
    // What rounds has an oracle; what has none is exact.
    if (!tl::math::Exact::knows(op)) {
      CHECK(row.max_ulp == 0);
      continue;
    }
    const tl::math::Worst worst = worst_of(op, xs);
    CAPTURE(worst.x, worst.got);
    // Half a unit, and what float32 is off by, which is 2^-extra of a unit of H; or what the leaves
    // for halves are off by, 2^-17 of the value.
    const double rest = std::ldexp(row.max_ulp + 0.5, -extra);
    const double coarse = std::ldexp(1, kFormat<H>.digits - 17);
    CHECK(worst.ulps <= 0.5 + (may_be_coarse(op) ? coarse : rest));
    ++functions;
  }
  CHECK(functions > 30);
}

template <class T>
void check_compositions() {
  const std::vector<T> xs = tl::math::suite_samples<T>().xs;
  for (int k = 0; k < tl::kTableOps; ++k) {
    const auto op = static_cast<tl::Op>(k);
    const tl::OpInfo& row = info(op);
    if (row.lowering != tl::Lowering::composed || row.arity != 1 || row.max_ulp == 0) continue;
    const tl::Array y =
        tl::evaluate(std::string(row.names.substr(0, row.names.find(' '))) + "(x)", {{"x", xs}});
    const auto got = y.values<T>();
    INFO(std::string(row.id));
    REQUIRE(tl::math::Exact::knows(op));
    tl::math::ErrorMeter meter(op);
    for (std::size_t i = 0; i < xs.size(); ++i) meter.show(xs[i], T(0), got[i]);
    CAPTURE(meter.worst().x, meter.worst().got);
    CHECK(meter.worst().ulps <= row.max_ulp);
  }
}

}  // namespace

TEST_CASE("engine: functions composed of others are as accurate as promised") {
  check_compositions<float>();
  check_compositions<double>();
}

TEST_CASE("engine: all float16 inputs of every function are rounded once") {
  check_all_functions<tl::float16_t>();
}

TEST_CASE("engine: all bfloat16 inputs of every function are rounded once") {
  check_all_functions<tl::bfloat16_t>();
}

#endif
