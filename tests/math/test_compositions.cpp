// Rows that are composed of others, against MPFR: within the error that the table states, in the
// engine's own vector lanes.
#include <algorithm>

#include "catch.hpp"
#include "exact.hpp"
#include "samples.hpp"
#include "tightloop/tightloop.hpp"

namespace tightloop::math {
namespace {

template <class T>
void check_composition(Op op) {
  constexpr std::uint64_t kSeed = 977;
  std::vector<T> xs = landmarks<T>();
  const std::vector<T> more = random_arguments<T>(4000, kSeed);
  xs.insert(xs.end(), more.begin(), more.end());
  const std::string call(info(op).names.substr(0, info(op).names.find(' ')));
  const Array got = evaluate(call + "(x)", {{"x", xs}});
  Exact exact;
  double worst = 0;
  T at = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double error = exact.ulps(op, xs[i], T(0), got.values<T>()[i]);
    if (error > worst) {
      worst = error;
      at = xs[i];
    }
  }
  CAPTURE(call, sizeof(T), kSeed, at);
  CHECK(worst <= info(op).max_ulp);
}

}  // namespace

TEST_CASE("math: compositions of one real operand against MPFR") {
  for (const Op op : {Op::rsqrt, Op::sinc, Op::sigmoid, Op::deg2rad, Op::rad2deg}) {
    check_composition<float>(op);
    check_composition<double>(op);
  }
}

}  // namespace tightloop::math
