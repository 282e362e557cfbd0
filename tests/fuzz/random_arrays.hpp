// Random arrays for the differential tests: every dtype, values at the edges of each, and every
// kind of layout.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <type_traits>
#include <vector>

#include "tightloop/array.hpp"

namespace fuzz {

using tightloop::ArrayView;
using tightloop::ByteOrder;
using tightloop::Dims;
using tightloop::DType;

/// A source of randomness with the few shapes of draw that the generators need.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t bits() { return engine_(); }
  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(n)); }
  bool chance(int percent) { return below(100) < percent; }
  template <class T>
  T pick(std::initializer_list<T> list) {
    return list.begin()[below(static_cast<int>(list.size()))];
  }

 private:
  std::mt19937_64 engine_;
};

/// Writes one random element of a dtype in native byte order.
inline void write_element(Random& random, DType t, unsigned char* out) {
  const auto put = [&]<class T>(T v) {
    static_assert(!std::is_pointer_v<T>);
    std::memcpy(out, &v, sizeof v);
  };
  const auto real = [&]() -> double {
    switch (random.below(12)) {
      case 0: return 0.0;
      case 1: return -0.0;
      case 2: return random.chance(50) ? 1.0 : -1.0;
      case 3: return random.chance(30) ? NAN : (random.chance(50) ? INFINITY : -INFINITY);
      case 4: return static_cast<double>(random.below(41) - 20);
      case 5:
        return std::ldexp(static_cast<double>(random.below(2000) - 1000), random.below(60) - 40);
      default: return (static_cast<double>(random.below(200001)) - 100000) / 16384.0;
    }
  };
  if (is_bool(t)) return put(static_cast<std::uint8_t>(random.below(2)));
  if (is_integer(t)) {
    std::uint64_t v = random.bits();
    switch (random.below(8)) {
      case 0: v = 0; break;
      case 1: v = static_cast<std::uint64_t>(-1); break;
      case 2: v = std::uint64_t{1} << (8 * itemsize(t) - 1); break;        // most negative
      case 3: v = (std::uint64_t{1} << (8 * itemsize(t) - 1)) - 1; break;  // largest signed
      case 4:
      case 5: v = static_cast<std::uint64_t>(random.below(17) - 8); break;
      default: break;
    }
    std::memcpy(out, &v, itemsize(t));
    return;
  }
  switch (t) {
    case DType::float16: {  // any finite pattern of moderate size, or a special one
      const int exponent = random.chance(85) ? 10 + random.below(10) : random.below(32);
      return put(static_cast<std::uint16_t>((random.below(2) << 15) | (exponent << 10) |
                                            random.below(1024)));
    }
    case DType::bfloat16: {
      const int exponent = random.chance(85) ? 120 + random.below(14) : random.below(256);
      return put(static_cast<std::uint16_t>((random.below(2) << 15) | (exponent << 7) |
                                            random.below(128)));
    }
    case DType::float8_e4m3fn:
    case DType::float8_e5m2: return put(static_cast<std::uint8_t>(random.below(256)));
    case DType::float32: return put(static_cast<float>(real()));
    case DType::float64: return put(real());
    case DType::complex64: {
      const auto part = static_cast<float>(real());
      return put(std::complex<float>(part, static_cast<float>(real())));
    }
    default: {
      const double part = real();
      return put(std::complex<double>(part, real()));
    }
  }
}

/// Memory of exactly the bytes that a view spans (so that sanitizers and guard checks see any step
/// outside), and the view.
struct RandomArray {
  std::unique_ptr<unsigned char[]> memory;
  std::size_t bytes = 0;
  ArrayView view;
};

/// Makes an array of that shape in a random layout: C order, any axis order, gaps, negative and
/// zero strides, odd addresses, the other byte order.
inline RandomArray random_array(Random& random, DType t, const Dims& shape, bool plain = false) {
  const int rank = shape.size();
  const auto item = static_cast<std::int64_t>(itemsize(t));
  std::vector<int> order(static_cast<std::size_t>(rank));
  for (int i = 0; i < rank; ++i) order[static_cast<std::size_t>(i)] = i;
  if (!plain && random.chance(30)) {
    for (int i = rank - 1; i > 0; --i) {
      std::swap(order[static_cast<std::size_t>(i)],
                order[static_cast<std::size_t>(random.below(i + 1))]);
    }
  }
  Dims strides;
  for (int i = 0; i < rank; ++i) strides.push_back(0);
  std::int64_t step = item, low = 0, high = item;
  const bool odd = !plain && random.chance(20);
  for (int i = rank - 1; i >= 0; --i) {
    const int axis = order[static_cast<std::size_t>(i)];
    if (!plain && random.chance(15)) step *= 1 + random.below(3);
    if (odd && random.chance(30)) step += 1;
    std::int64_t s = step;
    if (!plain && random.chance(10)) s = 0;
    if (!plain && random.chance(15)) s = -s;
    strides[axis] = s;
    const std::int64_t reach = (shape[axis] > 0 ? shape[axis] - 1 : 0) * s;
    (reach < 0 ? low : high) += reach;
    if (s != 0) step = step * (shape[axis] > 0 ? shape[axis] : 1);
  }
  RandomArray out;
  const std::int64_t bytes = high - low;
  const std::int64_t lead = odd ? 1 + random.below(7) : 0;
  out.bytes = static_cast<std::size_t>(bytes + lead);
  out.memory.reset(new unsigned char[out.bytes]());
  unsigned char* base = out.memory.get() + lead;
  unsigned char element[16];
  for (std::int64_t at = 0; at < bytes; at += item) {
    write_element(random, t, element);
    std::memcpy(base + at, element, static_cast<std::size_t>(std::min(item, bytes - at)));
  }
  const ByteOrder bo = !plain && random.chance(10) ? ByteOrder::swapped : ByteOrder::native;
  out.view = ArrayView(static_cast<const void*>(base - low), t, shape, strides, bo);
  return out;
}

}  // namespace fuzz
