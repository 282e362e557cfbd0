// Sampled accuracy of every leaf against MPFR; bench/accuracy.cpp measures the same at length.
#include "catch.hpp"
#include "exact.hpp"
#include "samples.hpp"

namespace tightloop::math {
namespace {

constexpr std::uint64_t kSeed = 20240607;

template <class T>
void check_accuracy(Op op, std::size_t count) {
  std::vector<T> xs = landmarks<T>();
  std::vector<T> ys = xs;
  for (std::size_t i = 0; i < ys.size(); ++i) ys[i] = xs[(i * 31 + 5) % xs.size()];
  const std::vector<T> more = random_arguments<T>(count, kSeed);
  const std::vector<T> partners = random_arguments<T>(count, kSeed + 1);
  xs.insert(xs.end(), more.begin(), more.end());
  ys.insert(ys.end(), partners.begin(), partners.end());
  const T* second = info(op).arity == 2 ? ys.data() : nullptr;
  Exact exact;
  std::vector<T> last, got(xs.size());
  std::vector<double> ulps(xs.size());
  for (const int lanes : host_lanes(dtype_of<T>)) {
    apply_leaf(op, lanes, xs.data(), second, got.data(), xs.size());
    std::size_t worst = 0;
    for (std::size_t i = 0; i < xs.size(); ++i) {
      if (last.empty() || bits_of(last[i]) != bits_of(got[i])) {
        ulps[i] = exact.ulps(op, xs[i], second == nullptr ? T(0) : ys[i], got[i]);
      }
      if (ulps[i] > ulps[worst]) worst = i;
    }
    last = got;
    CAPTURE(std::string(id(op)), std::string(name(dtype_of<T>)), lanes, kSeed, xs[worst], ys[worst],
            got[worst]);
    CHECK(ulps[worst] <= info(op).max_ulp);
  }
}

}  // namespace

TEST_CASE("math: sampled accuracy against MPFR") {
  for (const Op op : math_ops()) {
    const std::size_t count = op == Op::pow || op == Op::erf || op == Op::atan2 ? 1000 : 3000;
    check_accuracy<float>(op, count);
    check_accuracy<double>(op, count);
  }
}

}  // namespace tightloop::math
