// One state type per kind of reduction. Each has add(lane) and finish(result&), which returns
// whether the exact result fits.
#include "exec/reference/accumulators.hpp"

#include <cmath>
#include <complex>
#include <limits>
#include <string>
#include <type_traits>

#include "ops/integer_arithmetic.hpp"
#include "ops/lane_types.hpp"
#include "ops/scalar_ops.hpp"
#include "types/range.hpp"

namespace tightloop::reference {
namespace {

__extension__ using uint128 = unsigned __int128;

template <ops::Integer R>
struct IntegerSum {
  uint128 total = 0;
  template <ops::Exact L>
  void add(L x) {
    total += static_cast<uint128>(x);
  }
  bool finish(R& result) const {
    result = static_cast<R>(total);
    const int128 exact = static_cast<int128>(total);
    return exact == static_cast<int128>(result);
  }
};

// The product modulo 2^64, and its magnitude for as long as that fits: it never shrinks, because
// zeros are set apart.
template <ops::Integer R>
struct IntegerProduct {
  std::uint64_t product = 1;
  std::uint64_t size = 1;
  bool negative = false;
  bool zero = false;
  bool too_large = false;
  template <ops::Exact L>
  void add(L x) {
    product *= ops::modular(x);
    if (x == 0) {
      zero = true;
      return;
    }
    if (x < L{}) negative = !negative;
    const std::uint64_t factor = x < L{} ? 0 - ops::modular(x) : ops::modular(x);
    if (__builtin_mul_overflow(size, factor, &size)) too_large = true;
  }
  bool finish(R& result) const {
    result = static_cast<R>(product);
    if (zero) return true;
    const auto largest = static_cast<std::uint64_t>(std::numeric_limits<R>::max());
    const std::uint64_t lowest = ops::Signed<R> ? largest + 1 : 0;
    return !too_large && size <= (negative ? lowest : largest);
  }
};

// Starts at -0, the identity of IEEE addition; an empty sum is +0.
struct CompensatedSum {
  long double total = -0.0L;
  long double rest = 0;
  void add(long double x) {
    const long double next = total + x;
    rest += std::fabs(total) >= std::fabs(x) ? (total - next) + x : (x - next) + total;
    total = next;
  }
  long double value() const { return std::isfinite(total) && rest != 0 ? total + rest : total; }
};

struct FloatSum {
  CompensatedSum sum;
  bool empty = true;
  template <ops::Float L>
  void add(L x) {
    sum.add(x);
    empty = false;
  }
  bool finish(double& result) const {
    result = empty ? 0.0 : static_cast<double>(sum.value());
    return true;
  }
};

struct ComplexSum {
  FloatSum real, imag;
  template <ops::Complex L>
  void add(L x) {
    real.add(x.real());
    imag.add(x.imag());
  }
  bool finish(std::complex<double>& result) const {
    double re = 0, im = 0;
    real.finish(re);
    imag.finish(im);
    result = {re, im};
    return true;
  }
};

struct FloatProduct {
  long double product = 1;
  template <ops::Float L>
  void add(L x) {
    product *= static_cast<long double>(x);
  }
  bool finish(double& result) const {
    result = static_cast<double>(product);
    return true;
  }
};

// The first factor is taken as it is: 1 times an infinity would make a NaN of its other part.
struct ComplexProduct {
  long double real = 1, imag = 0;
  bool empty = true;
  template <ops::Complex L>
  void add(L x) {
    const long double c = x.real(), d = x.imag();
    if (empty) {
      real = c;
      imag = d;
      empty = false;
      return;
    }
    const long double re = real * c - imag * d;
    imag = real * d + imag * c;
    real = re;
  }
  bool finish(std::complex<double>& result) const {
    result = {static_cast<double>(real), static_cast<double>(imag)};
    return true;
  }
};

template <ops::Real R>
constexpr R highest() {
  return ops::Float<R> ? std::numeric_limits<R>::infinity() : std::numeric_limits<R>::max();
}
template <ops::Real R>
constexpr R lowest() {
  return ops::Float<R> ? -std::numeric_limits<R>::infinity() : std::numeric_limits<R>::lowest();
}

template <Op op, ops::Real R>
struct Extremum {
  R value = op == Op::min ? highest<R>() : lowest<R>();
  void add(R x) {
    value = op == Op::min ? ops::meaning::minimum(value, x) : ops::meaning::maximum(value, x);
  }
  bool finish(R& result) const {
    result = value;
    return true;
  }
};

template <Op op>
struct Quantifier {
  bool value = op == Op::all;
  void add(bool x) { value = op == Op::all ? value && x : value || x; }
  bool finish(bool& result) const {
    result = value;
    return true;
  }
};

// Welford's update (Technometrics 4, 1962), in long double.
struct Spread {
  long double count = 0, mean = 0, deviations = 0;
  template <ops::Float L>
  void add(L x) {
    count += 1;
    const long double away = static_cast<long double>(x) - mean;
    mean += away / count;
    deviations += away * (static_cast<long double>(x) - mean);
  }
  bool finish(double& result) const {
    result = static_cast<double>(deviations);
    return true;
  }
};

// Elements come in C order.
template <Op op, ops::Real L>
struct FirstExtreme {
  L value{};
  std::int64_t index = 0, count = 0;
  void add(L x) {
    const bool better = op == Op::argmin ? x < value : value < x;
    if (count == 0 || better || (is_nan(x) && !is_nan(value))) {
      value = x;
      index = count;
    }
    ++count;
  }
  static bool is_nan(L x) { return !(x == x); }
  bool finish(std::int64_t& result) const {
    result = index;
    return true;
  }
};

template <class State, class L, class R>
Reducer reducer() {
  static_assert(std::is_trivially_copyable_v<State> && alignof(State) <= alignof(max_align_t));
  Reducer r;
  r.state_size = sizeof(State);
  r.reset = [](void* states, std::size_t count) {
    auto* state = static_cast<State*>(states);
    for (std::size_t i = 0; i < count; ++i) state[i] = State{};
  };
  r.fold = [](void* states, const std::uint32_t* slots, const void* lanes, std::size_t count) {
    auto* state = static_cast<State*>(states);
    const auto* in = static_cast<const L*>(lanes);
    for (std::size_t i = 0; i < count; ++i) state[slots[i]].add(in[i]);
  };
  r.finish = [](const void* states, std::size_t index, void* result) {
    return static_cast<const State*>(states)[index].finish(*static_cast<R*>(result));
  };
  return r;
}

template <class L>
Reducer find_sum(Op op, DType result) {
  const bool sum = op == Op::sum;
  if constexpr (ops::Exact<L>) {
    if (result == DType::int64) {
      using R = std::int64_t;
      return sum ? reducer<IntegerSum<R>, L, R>() : reducer<IntegerProduct<R>, L, R>();
    }
    if (result == DType::uint64) {
      using R = std::uint64_t;
      return sum ? reducer<IntegerSum<R>, L, R>() : reducer<IntegerProduct<R>, L, R>();
    }
  } else if constexpr (ops::Float<L>) {
    if (result == DType::float64) {
      return sum ? reducer<FloatSum, L, double>() : reducer<FloatProduct, L, double>();
    }
  } else {
    using R = std::complex<double>;
    if (result == DType::complex128) {
      return sum ? reducer<ComplexSum, L, R>() : reducer<ComplexProduct, L, R>();
    }
  }
  return {};
}

template <class L>
Reducer find(Op op, DType result) {
  if (op == Op::sum || op == Op::prod) return find_sum<L>(op, result);
  if constexpr (ops::Real<L>) {
    if (op == Op::argmin) return reducer<FirstExtreme<Op::argmin, L>, L, std::int64_t>();
    if (op == Op::argmax) return reducer<FirstExtreme<Op::argmax, L>, L, std::int64_t>();
  }
  if constexpr (ops::Float<L>) {
    if (op == Op::var) return reducer<Spread, L, double>();
  }
  if (result != dtype_of<L>) return {};
  if constexpr (ops::Real<L>) {
    if (op == Op::min) return reducer<Extremum<Op::min, L>, L, L>();
    if (op == Op::max) return reducer<Extremum<Op::max, L>, L, L>();
  }
  if constexpr (ops::Bool<L>) {
    if (op == Op::any) return reducer<Quantifier<Op::any>, bool, bool>();
    if (op == Op::all) return reducer<Quantifier<Op::all>, bool, bool>();
  }
  return {};
}

}  // namespace

Reducer find_reducer(Op op, DType operand, DType result) {
  const Reducer found = ops::with_lane(operand, [&]<class L>() { return find<L>(op, result); });
  if (found.fold == nullptr) {
    throw Error(ErrorCode::internal, "no reduction " + std::string(id(op)) + " of " +
                                         std::string(name(operand)) + " to " +
                                         std::string(name(result)));
  }
  return found;
}

}  // namespace tightloop::reference
