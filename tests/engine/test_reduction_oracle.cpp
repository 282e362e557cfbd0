// Every reduction against plain loops over its elements, in long double: every dtype, layouts of
// every kind, axes, options.
#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "../fuzz/random_arrays.hpp"
#include "catch.hpp"
#include "tightloop/tightloop.hpp"
#include "types/half.hpp"

namespace tl = tightloop;

namespace {

using tl::DType;
using Real = long double;  // holds every element, 64-bit integers too
using Number = std::complex<Real>;
constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real kInf = std::numeric_limits<Real>::infinity();

Number number_at(const tl::Array& a, std::int64_t i) {
  const auto at = [&](auto* p) { return Number(static_cast<Real>(p[i])); };
  switch (a.dtype()) {
    case DType::bool_: return a.data<bool>()[i] ? 1 : 0;
    case DType::int8: return at(a.data<std::int8_t>());
    case DType::int16: return at(a.data<std::int16_t>());
    case DType::int32: return at(a.data<std::int32_t>());
    case DType::int64: return at(a.data<std::int64_t>());
    case DType::uint8: return at(a.data<std::uint8_t>());
    case DType::uint16: return at(a.data<std::uint16_t>());
    case DType::uint32: return at(a.data<std::uint32_t>());
    case DType::uint64: return at(a.data<std::uint64_t>());
    case DType::float16: return static_cast<Real>(tl::to_double(a.data<tl::float16_t>()[i]));
    case DType::bfloat16: return static_cast<Real>(tl::to_double(a.data<tl::bfloat16_t>()[i]));
    case DType::float8_e4m3fn:
      return static_cast<Real>(tl::to_double(a.data<tl::float8_e4m3fn_t>()[i]));
    case DType::float8_e5m2:
      return static_cast<Real>(tl::to_double(a.data<tl::float8_e5m2_t>()[i]));
    case DType::float32: return at(a.data<float>());
    case DType::float64: return at(a.data<double>());
    case DType::complex64: return Number(a.data<std::complex<float>>()[i]);
    case DType::complex128: return Number(a.data<std::complex<double>>()[i]);
  }
  return 0;
}

bool is_nan(Number z) {
  return std::isnan(z.real()) || std::isnan(z.imag());
}

/// The elements of each output, in C order, and which of them count.
struct Group {
  std::vector<Number> x;
  std::vector<bool> counts;

  std::vector<Number> counted() const {
    std::vector<Number> out;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (counts[i]) out.push_back(x[i]);
    }
    return out;
  }
};

std::vector<Group> groups_of(const tl::Array& x, const tl::Array& mask, std::uint32_t axes) {
  std::int64_t outputs = 1;
  const tl::Dims shape = x.shape();
  for (int d = 0; d < shape.size(); ++d) outputs *= (axes >> d & 1) != 0 ? 1 : shape[d];
  std::vector<Group> groups(static_cast<std::size_t>(outputs));
  for (std::int64_t i = 0; i < x.size(); ++i) {
    std::int64_t rest = i, group = 0, step = 1;
    for (int d = shape.size(); d-- > 0; rest /= shape[d]) {
      if ((axes >> d & 1) != 0) continue;
      group += rest % shape[d] * step;
      step *= shape[d];
    }
    Group& g = groups[static_cast<std::size_t>(group)];
    g.x.push_back(number_at(x, i));
    g.counts.push_back(mask.data<bool>()[i]);
  }
  return groups;
}

/// What a result is near, and the magnitude that its errors are relative to.
struct Near {
  Number value;
  Real size = 0;
};

Near total(const std::vector<Number>& x) {
  Near sum;
  for (const Number& v : x) {
    sum.value += v;
    sum.size += std::abs(v);
  }
  return sum;
}

/// Elements are float64 before anything is taken from them, as NumPy's are.
Near variance(std::vector<Number> x, Real ddof) {
  for (Number& v : x) {
    v = {static_cast<Real>(static_cast<double>(v.real())),
         static_cast<Real>(static_cast<double>(v.imag()))};
  }
  // Exact for elements of like size: the mean of integers near 2^64 has no digits after the point.
  const Number origin = x.empty() || !std::isfinite(std::abs(x[0])) ? Number{} : x[0];
  for (Number& v : x) v -= origin;
  const auto n = static_cast<Real>(x.size());
  const Number mean = total(x).value / n;
  Real sum = 0;
  for (const Number& v : x) sum += std::norm(v - mean);
  const Real divisor = std::max(n - ddof, Real{0});
  if (!std::isfinite(sum) && !x.empty()) return {kNan, 0};
  return {sum / divisor, sum / divisor};
}

Near root(Near x) {
  return {std::sqrt(x.value.real()), std::sqrt(x.size)};
}

Near norm(const std::vector<Number>& x) {
  Real sum = 0;
  for (const Number& v : x) sum += std::norm(v);
  return root({sum, sum});
}

Real extreme(const std::vector<Number>& x, bool least, Real start) {
  Real found = start;
  for (const Number& v : x) {
    if (std::isnan(v.real()) || std::isnan(found)) {
      found = kNan;
    } else if (least ? v.real() < found : found < v.real()) {
      found = v.real();
    }
  }
  return found;
}

Near log_sum_exp(const std::vector<Number>& x) {
  const Real largest = extreme(x, false, -kInf);
  if (!std::isfinite(largest)) return {largest, 0};
  Real sum = 0;
  for (const Number& v : x) sum += std::exp(v.real() - largest);
  return {std::log(sum) + largest, std::fabs(std::log(sum)) + std::fabs(largest) + 1};
}

std::int64_t position(const std::vector<Number>& x, bool least, bool skip_nan) {
  std::int64_t best = -1;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Real v = x[i].real();
    if (skip_nan && std::isnan(v)) continue;
    const Real b = best < 0 ? kNan : x[static_cast<std::size_t>(best)].real();
    const bool better = best < 0 || (least ? v < b : b < v) || (std::isnan(v) && !std::isnan(b));
    if (better) best = static_cast<std::int64_t>(i);
  }
  return best;
}

struct Case {
  std::string call;  ///< "var(x, ddof=1"; axes and ")" follow
  bool complex = true;
  std::function<Near(const Group&)> want;
};

std::vector<Number> no_nan(std::vector<Number> x) {
  std::erase_if(x, is_nan);
  return x;
}

const std::vector<Case>& cases() {
  const auto count = [](std::int64_t n) { return Near{static_cast<Real>(n), 0}; };
  static const std::vector<Case> all = {
      {"sum(x", true, [](const Group& g) { return total(g.x); }},
      {"sum(x, where=m", true, [](const Group& g) { return total(g.counted()); }},
      {"sum(x, where=m, initial=3", true,
       [](const Group& g) {
         const Near t = total(g.counted());
         return Near{t.value + Real{3}, t.size + 3};
       }},
      {"nansum(x", true, [](const Group& g) { return total(no_nan(g.x)); }},
      {"mean(x, where=m", true,
       [](const Group& g) {
         const Near t = total(g.counted());
         const auto n = static_cast<Real>(g.counted().size());
         return n == 0 ? Near{kNan, 0} : Near{t.value / n, t.size / n};
       }},
      {"nanmean(x", true,
       [](const Group& g) {
         const Near t = total(no_nan(g.x));
         const auto n = static_cast<Real>(no_nan(g.x).size());
         return n == 0 ? Near{kNan, 0} : Near{t.value / n, t.size / n};
       }},
      {"var(x", true, [](const Group& g) { return variance(g.x, 0); }},
      {"var(x, ddof=1", true, [](const Group& g) { return variance(g.x, 1); }},
      {"std(x, correction=0.5", true, [](const Group& g) { return root(variance(g.x, 0.5)); }},
      {"var(x, where=m, ddof=1", true, [](const Group& g) { return variance(g.counted(), 1); }},
      {"nanvar(x", true, [](const Group& g) { return variance(no_nan(g.x), 0); }},
      {"nanstd(x, ddof=1", true, [](const Group& g) { return root(variance(no_nan(g.x), 1)); }},
      {"norm(x", true, [](const Group& g) { return norm(g.x); }},
      {"norm(x, where=m", true, [](const Group& g) { return norm(g.counted()); }},
      {"min(x", false,
       [](const Group& g) {
         return Near{extreme(g.x, true, kInf), 0};
       }},
      {"max(x, initial=5", false,
       [](const Group& g) {
         return Near{extreme(g.x, false, 5), 0};
       }},
      {"min(x, where=m, initial=-3", false,
       [](const Group& g) {
         return Near{extreme(g.counted(), true, -3), 0};
       }},
      {"max(x, where=m, initial=-70000", false,
       [](const Group& g) {
         return Near{extreme(g.counted(), false, -70000), 0};
       }},
      {"nanmin(x", false,
       [](const Group& g) {
         const auto x = no_nan(g.x);
         return Near{x.empty() ? kNan : extreme(x, true, kInf), 0};
       }},
      {"nanmax(x, where=m, initial=-1", false,
       [](const Group& g) {
         return Near{extreme(no_nan(g.counted()), false, -1), 0};
       }},
      {"ptp(x", false,
       [](const Group& g) {
         const Real high = extreme(g.x, false, -kInf), low = extreme(g.x, true, kInf);
         return Near{high - low, 0};
       }},
      {"logsumexp(x", false, [](const Group& g) { return log_sum_exp(g.x); }},
      {"argmin(x", false, [count](const Group& g) { return count(position(g.x, true, false)); }},
      {"argmax(x", false, [count](const Group& g) { return count(position(g.x, false, false)); }},
      {"nanargmin(x", false, [count](const Group& g) { return count(position(g.x, true, true)); }},
      {"nanargmax(x", false, [count](const Group& g) { return count(position(g.x, false, true)); }},
      {"count_nonzero(x, where=m", true,
       [count](const Group& g) {
         const auto x = g.counted();
         return count(std::count_if(x.begin(), x.end(), [](Number v) { return v != Real{0}; }));
       }},
      {"any(x, where=m", true,
       [count](const Group& g) {
         const auto x = g.counted();
         return count(std::any_of(x.begin(), x.end(), [](Number v) { return v != Real{0}; }));
       }},
      {"all(x, where=m", true,
       [count](const Group& g) {
         const auto x = g.counted();
         return count(std::all_of(x.begin(), x.end(), [](Number v) { return v != Real{0}; }));
       }},
  };
  return all;
}

Real epsilon(DType t) {
  return is_float(t) || is_complex(t) ? tl::power_of_two(-tl::info(t).fraction_bits) : 0;
}

/// The largest finite value of the float that a part of the dtype is.
Real largest(DType t) {
  return is_float(t) || is_complex(t) ? tl::largest_finite(t) : std::numeric_limits<double>::max();
}

/// `least` is what gets lost where squares or elements are below the smallest normal number.
bool part_agrees(Real got, Real want, Real size, DType t, Real least) {
  if (std::fabs(want) > largest(t)) {  // half a step above, the largest value is the nearest
    const Real step = std::ldexp(epsilon(t), std::ilogb(largest(t)));
    if (std::fabs(got) == largest(t)) return std::fabs(want) <= largest(t) + step / 2;
    if (t == DType::float8_e4m3fn) return std::isnan(got);
    return std::isinf(got) && std::signbit(got) == std::signbit(want);
  }
  if (std::isnan(got) || std::isnan(want)) return std::isnan(got) && std::isnan(want);
  if (!std::isfinite(size) && !std::isinf(want)) return true;  // beside a part that is not finite
  const bool exact = size == 0 || !(is_float(t) || is_complex(t));
  if (exact) return got == want || std::fabs(got - want) <= epsilon(t) * std::fabs(want);
  return std::fabs(got - want) <= size * (4 * epsilon(t) + 1e-14L) + least;
}

const char* const kAxes[] = {"None", "0", "-1", "(0, -1)", "(-2, -1)", "(-1, -2)", "()"};

std::uint32_t mask_of(const std::string& axes, int rank) {
  const auto last = std::uint32_t{1} << (rank - 1);
  if (axes == "None") return (std::uint32_t{1} << rank) - 1;
  if (axes == "()") return 0;
  if (axes == "0") return 1;
  if (axes == "-1") return last;
  if (axes == "(0, -1)") return 1 | last;
  return last | last >> 1;
}

tl::Array copy_of(const tl::ArrayView& view) {
  return tl::evaluate("x", {{"x", view}});
}

/// Sums of integers that pass 64 bits wrap, and squares of infinities are not summed: left out.
bool comparable(const Case& c, DType t) {
  if (is_complex(t) && !c.complex) return false;
  const bool wraps = t == DType::int64 || t == DType::uint64;
  const bool sums = c.call.starts_with("sum") || c.call.starts_with("nansum");
  // No type holds -1 beside all of uint64.
  const bool below = t == DType::uint64 && c.call.find("initial=-") != std::string::npos;
  return !(wraps && sums) && !below;
}

void check(const Case& c, const tl::ArrayView& x, const tl::ArrayView& m, const std::string& axes) {
  const std::string text = c.call + ", axis=" + axes + ")";
  const auto groups = groups_of(copy_of(x), copy_of(m), mask_of(axes, x.ndim()));
  const tl::Array got = tl::evaluate(text, {{"x", x}, {"m", m}});
  REQUIRE(got.size() == static_cast<std::int64_t>(groups.size()));
  for (std::int64_t i = 0; i < got.size(); ++i) {
    const Near want = c.want(groups[static_cast<std::size_t>(i)]);
    const Number value = number_at(got, i);
    const bool root = c.call.find("std") < 4 || c.call.starts_with("norm");
    const Real least = is_half(got.dtype()) || itemsize(got.dtype()) < 8 ? 1e-40L
                       : root                                            ? 1e-150L
                                                                         : 1e-300L;
    const auto agrees = [&](Real is, Real should) {
      return part_agrees(is, should, want.size, got.dtype(), least);
    };
    const bool partial =
        is_complex(got.dtype()) && (is_nan(want.value) || !std::isfinite(want.size));
    const bool good =
        partial ? is_nan(want.value) ? is_nan(value) : true
                : agrees(value.real(), want.value.real()) &&
                      (!is_complex(got.dtype()) || agrees(value.imag(), want.value.imag()));
    if (good) continue;
    UNSCOPED_INFO(text << " of " << name(x.dtype()) << ", output " << i << ": " << value << ", not "
                       << want.value << " +- " << want.size);
    CHECK(false);
    return;
  }
}

// With sanitizers, where every kernel is compiled before it runs, a part of the cases.
#if defined(__SANITIZE_ADDRESS__)
constexpr int kPercent = 30;
#else
constexpr int kPercent = 100;
#endif

}  // namespace

TEST_CASE("engine: reductions of every dtype and layout equal plain loops") {
  fuzz::Random random(31);
  INFO("seed 31");
  for (int i = 0; i < tl::kDTypeCount; ++i) {
    const auto t = static_cast<DType>(i);
    for (const tl::Dims& shape : {tl::Dims{1}, tl::Dims{33}, tl::Dims{130, 5}, tl::Dims{6, 67},
                                  tl::Dims{3, 4, 17}, tl::Dims{2, 1, 40}, tl::Dims{9000}}) {
      const auto x = fuzz::random_array(random, t, shape, random.chance(30));
      const auto m = fuzz::random_array(random, DType::bool_, shape);
      for (const Case& c : cases()) {
        if (!comparable(c, t) || !random.chance(kPercent)) continue;
        for (const char* axes : kAxes) {
          const std::string text = axes;
          const bool pair = text.starts_with("(") && text != "()";
          if (pair && shape.size() < 2) continue;
          if (shape[0] == 9000 && text != "None") continue;
          if (text == "()" && random.chance(70)) continue;
          check(c, x.view, m.view, text);
        }
      }
    }
  }
}

TEST_CASE("engine: the first extreme wins, in C order, however the elements lie") {
  fuzz::Random random(32);
  INFO("seed 32");
  for (DType t : {DType::bool_, DType::int8, DType::uint8, DType::int16, DType::uint16,
                  DType::int32, DType::uint32, DType::int64, DType::uint64, DType::float16,
                  DType::bfloat16, DType::float32, DType::float64}) {
    for (const tl::Dims& shape : {tl::Dims{300, 7}, tl::Dims{7, 300}, tl::Dims{5, 6, 7},
                                  tl::Dims{66000}, tl::Dims{3, 30000}}) {
      // Few values, so that there are many ties, among them zeros of both signs.
      const auto r = fuzz::random_array(random, DType::int32, shape);
      const tl::Array x = tl::evaluate(std::string(name(t)) + "(r % 5 - 2)", {{"r", r.view}});
      const tl::Array m = tl::evaluate("x == x", {{"x", x}});
      for (const Case& c : cases()) {
        if (c.call.find("arg") == std::string::npos || !random.chance(kPercent)) continue;
        const tl::ArrayView v = x.view();
        check(c, v, m.view(), "None");
        check(c, v, m.view(), "-1");
        check(c, v, m.view(), "0");
        tl::Dims reversed = v.strides(), flipped = v.shape();
        std::int64_t offset = 0;
        for (int d = 0; d < v.ndim(); ++d) {
          offset += (v.shape()[d] - 1) * v.strides()[d];
          reversed[d] = -v.strides()[d];
        }
        const auto* last = static_cast<const char*>(v.data()) + offset;
        check(c, tl::ArrayView(last, t, v.shape(), reversed), m.view(), "None");
        for (int d = 0; d < v.ndim(); ++d) {
          flipped[d] = v.shape()[v.ndim() - 1 - d];
          reversed[d] = v.strides()[v.ndim() - 1 - d];
        }
        const tl::ArrayView transposed(v.data(), t, flipped, reversed);
        const tl::Array mask = tl::evaluate("x == x", {{"x", transposed}});
        check(c, transposed, mask.view(), "None");
        check(c, transposed, mask.view(), "0");
      }
    }
  }
}
