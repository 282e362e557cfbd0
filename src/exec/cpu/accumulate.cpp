// One C++ type for each reduction and dtype: how its slots start, combine and are finalised.
#include "exec/cpu/accumulate.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>

#include "tightloop/error.hpp"

namespace tightloop::exec {
namespace {

struct Sum {
  template <class T>
  static T identity() {
    if constexpr (std::is_floating_point_v<T>)
      return -T{0};
    else if constexpr (std::is_integral_v<T>)
      return T{0};
    else
      return T(-0.0, -0.0);
  }
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    } else {
      return a + b;
    }
  }
};

struct Prod {
  template <class T>
  static T identity() {
    return T(1);
  }
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    } else if constexpr (std::is_floating_point_v<T>) {
      return a * b;
    } else {  // the plain formula, as in the kernels: no recovery of infinities
      return T(a.real() * b.real() - a.imag() * b.imag(),
               a.real() * b.imag() + a.imag() * b.real());
    }
  }
};

template <bool Less>
struct Extreme {
  template <class T>
  static T identity() {
    using L = std::numeric_limits<T>;
    if constexpr (std::is_floating_point_v<T>)
      return Less ? L::infinity() : -L::infinity();
    else
      return Less ? L::max() : L::lowest();
  }
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<T>::quiet_NaN();
      if (a == b) return std::signbit(a) == Less ? a : b;
    }
    return (Less ? a < b : b < a) ? a : b;
  }
};

struct Any {
  template <class T>
  static T identity() {
    return T{0};
  }
  template <class T>
  static T apply(T a, T b) {
    return a | b;
  }
};

struct All {
  template <class T>
  static T identity() {
    return T{1};
  }
  template <class T>
  static T apply(T a, T b) {
    return a & b;
  }
};

/// x + y and what the addition rounds off (Knuth's TwoSum).
struct TwoSum {
  TwoSum(double x, double y) : sum(x + y) {
    const double added = sum - x;
    lost = (x - (sum - added)) + (y - added);
  }
  double sum, lost;
};

/// Chan's pairwise update; a side without elements changes nothing.
struct Deviations {
  template <class T>
  static T identity() {
    return T{0, 0, 0, 0, 0};
  }
  static kernel::Moments apply(const kernel::Moments& a, const kernel::Moments& b) {
    if (b.count == 0) return a;
    if (a.count == 0) return b;
    const double count = a.count + b.count;
    const double delta = (b.origin - a.origin) + (b.offset - a.offset);
    const double moved = delta * (b.count / count);
    const TwoSum within(a.deviations, b.deviations);
    const TwoSum all(within.sum, moved * a.count * delta);
    const double rest = a.rest + b.rest + within.lost + all.lost;
    // What has overflowed stays infinite, also where the means cannot be told any more.
    const bool overflown = within.sum == std::numeric_limits<double>::infinity();
    return {count, a.origin, a.offset + moved, overflown ? within.sum : all.sum, rest};
  }
};

/// The extreme of either sign and its first index. NaN is the most extreme; -0 equals +0.
template <class V, bool Less>
struct First {
  template <class T>
  static T identity() {
    T slot{0, std::numeric_limits<std::int64_t>::max()};
    const V worst = Extreme<Less>::template identity<V>();
    std::memcpy(&slot.value, &worst, sizeof worst);
    return slot;
  }
  static kernel::Position apply(const kernel::Position& a, const kernel::Position& b) {
    V x, y;
    std::memcpy(&x, &a.value, sizeof x);
    std::memcpy(&y, &b.value, sizeof y);
    const bool nan_x = x != x, nan_y = y != y;
    const bool better = nan_y ? !nan_x : (Less ? y < x : x < y);
    const bool same = nan_y ? nan_x : x == y;
    return better || (same && b.index < a.index) ? b : a;
  }
};

template <class F, class T>
void fill(void* slots, std::int64_t count, bool empty) {
  T value = F::template identity<T>();
  if constexpr (std::is_same_v<F, Sum>) {
    if (empty) value = T{};
  }
  // Copies of what is there already: in vectors, whatever the type.
  constexpr std::int64_t kLongest = 512;
  T* const to = static_cast<T*>(slots);
  if (count > 0) to[0] = value;
  for (std::int64_t done = 1, more = 0; done < count; done += more) {
    more = std::min({done, count - done, kLongest});
    std::memcpy(to + done, to, static_cast<std::size_t>(more) * sizeof(T));
  }
}

template <class F, class T>
void combine(void* slots, std::int64_t count, std::int64_t parts, std::int64_t stride) {
  T* base = static_cast<T*>(slots);
  kernel::combine_in_tree(parts, [&](std::int64_t i, std::int64_t j) {
    T* a = base + i * stride;
    const T* b = base + j * stride;
    for (std::int64_t k = 0; k < count; ++k) a[k] = F::apply(a[k], b[k]);
  });
}

/// Calls f with the functor of argmin or argmax over values of that dtype.
template <class F>
void dispatch_position(Op op, DType acc, F&& f) {
  const auto with = [&]<class V>(const V*) {
    kernel::Position* slot = nullptr;
    op == Op::argmin ? f(First<V, true>{}, slot) : f(First<V, false>{}, slot);
  };
  switch (acc) {
    case DType::bool_:
    case DType::uint8: return with(static_cast<std::uint8_t*>(nullptr));
    case DType::int8: return with(static_cast<std::int8_t*>(nullptr));
    case DType::int16: return with(static_cast<std::int16_t*>(nullptr));
    case DType::int32: return with(static_cast<std::int32_t*>(nullptr));
    case DType::int64: return with(static_cast<std::int64_t*>(nullptr));
    case DType::uint16: return with(static_cast<std::uint16_t*>(nullptr));
    case DType::uint32: return with(static_cast<std::uint32_t*>(nullptr));
    case DType::uint64: return with(static_cast<std::uint64_t*>(nullptr));
    case DType::float32: return with(static_cast<float*>(nullptr));
    case DType::float64: return with(static_cast<double*>(nullptr));
    default: throw Error(ErrorCode::internal, "no order of this dtype");
  }
}

/// Calls f with the functor of a reduction and a null pointer of its slot type.
template <class F>
void dispatch(const kernel::KernelReduce& r, F&& f) {
  const Op op = r.op;
  const DType acc = r.acc;
  if (op == Op::var) return f(Deviations{}, static_cast<kernel::Moments*>(nullptr));
  if (kernel::is_position(op)) return dispatch_position(op, acc, f);
  const auto with_sum = [&](auto* slot) { op == Op::sum ? f(Sum{}, slot) : f(Prod{}, slot); };
  const auto with_extreme = [&](auto* slot) {
    op == Op::min ? f(Extreme<true>{}, slot) : f(Extreme<false>{}, slot);
  };
  const auto bits = static_cast<std::uint8_t*>(nullptr);
  if (op == Op::sum || op == Op::prod) {
    switch (acc) {
      case DType::int64: return with_sum(static_cast<std::int64_t*>(nullptr));
      case DType::uint64: return with_sum(static_cast<std::uint64_t*>(nullptr));
      case DType::float64: return with_sum(static_cast<double*>(nullptr));
      case DType::complex128: return with_sum(static_cast<std::complex<double>*>(nullptr));
      default: break;
    }
  } else if (acc == DType::bool_) {
    return (op == Op::any || op == Op::max) ? f(Any{}, bits) : f(All{}, bits);
  } else {
    switch (acc) {
      case DType::int8: return with_extreme(static_cast<std::int8_t*>(nullptr));
      case DType::int16: return with_extreme(static_cast<std::int16_t*>(nullptr));
      case DType::int32: return with_extreme(static_cast<std::int32_t*>(nullptr));
      case DType::int64: return with_extreme(static_cast<std::int64_t*>(nullptr));
      case DType::uint8: return with_extreme(static_cast<std::uint8_t*>(nullptr));
      case DType::uint16: return with_extreme(static_cast<std::uint16_t*>(nullptr));
      case DType::uint32: return with_extreme(static_cast<std::uint32_t*>(nullptr));
      case DType::uint64: return with_extreme(static_cast<std::uint64_t*>(nullptr));
      case DType::float32: return with_extreme(static_cast<float*>(nullptr));
      case DType::float64: return with_extreme(static_cast<double*>(nullptr));
      default: break;
    }
  }
  throw Error(ErrorCode::internal, "no accumulator of this dtype");
}

}  // namespace

void fill_identity(const kernel::KernelReduce& r, void* slots, std::int64_t count, bool empty) {
  dispatch(r, [&](auto f, auto* slot) {
    fill<decltype(f), std::remove_pointer_t<decltype(slot)>>(slots, count, empty);
  });
}

void combine_slots(const kernel::KernelReduce& r, void* into, const void* from,
                   std::int64_t count) {
  dispatch(r, [&](auto f, auto* slot) {
    using T = std::remove_pointer_t<decltype(slot)>;
    auto* a = static_cast<T*>(into);
    const auto* b = static_cast<const T*>(from);
    for (std::int64_t k = 0; k < count; ++k) a[k] = decltype(f)::apply(a[k], b[k]);
  });
}

void combine_partials(const kernel::KernelReduce& r, void* slots, std::int64_t count,
                      std::int64_t parts, std::int64_t stride) {
  dispatch(r, [&](auto f, auto* slot) {
    combine<decltype(f), std::remove_pointer_t<decltype(slot)>>(slots, count, parts, stride);
  });
}

void finalise(const kernel::KernelReduce& r, void* slots, std::int64_t count) {
  auto* to = static_cast<char*>(slots);
  if (r.op == Op::var) {
    for (std::int64_t i = 0; i < count; ++i, to += 8) {
      kernel::Moments m;
      std::memcpy(&m, static_cast<char*>(slots) + static_cast<std::size_t>(i) * sizeof m, sizeof m);
      const double value = std::isfinite(m.deviations) ? m.deviations + m.rest : m.deviations;
      std::memcpy(to, &value, sizeof value);
    }
    return;
  }
  if (!kernel::is_position(r.op)) return;
  for (std::int64_t i = 0; i < count; ++i, to += 8) {
    const char* from =
        static_cast<char*>(slots) + static_cast<std::size_t>(i) * sizeof(kernel::Position);
    std::uint64_t word = 0;
    std::memcpy(&word, from + offsetof(kernel::Position, index), 8);
    std::memcpy(to, &word, 8);
  }
}

bool all_finite(const kernel::KernelReduce& r, const void* finalised, std::int64_t count) {
  const bool sum = r.op == Op::sum && (is_float(r.acc) || is_complex(r.acc));
  if (!sum && r.op != Op::var) return true;
  const auto* bytes = static_cast<const char*>(finalised);
  constexpr std::uint64_t kExponent = std::uint64_t{0x7ff} << 52;  // all ones where it is not
  bool finite = true;
  for (std::int64_t i = 0; i < (is_complex(r.acc) ? 2 * count : count); ++i) {
    std::uint64_t bits;
    std::memcpy(&bits, bytes + 8 * i, sizeof bits);
    finite &= (bits & kExponent) != kExponent;
  }
  return finite;
}

}  // namespace tightloop::exec
