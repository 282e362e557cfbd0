// SplitMix64 over the numbers of the elements.
#include "repl/random_elements.hpp"

#include <cmath>
#include <cstring>

namespace tightloop::tool {
namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
  return z ^ z >> 31;
}

class Stream {
 public:
  // The seed is mixed, so that streams of neighbouring seeds do not run through each other.
  explicit Stream(std::uint64_t seed) : state_(mix(seed + kStep)) {}
  std::uint64_t next() { return mix(state_ += kStep); }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;
  std::uint64_t state_;
};

template <class T, class Draw>
void fill(Array& array, std::int64_t count, const std::atomic<bool>* stop, Draw&& draw) {
  auto* to = static_cast<std::byte*>(array.data());
  for (std::int64_t i = 0; i < count; ++i, to += sizeof(T)) {
    if (i % kStopElements == 0) check_stop(stop);
    const T value = draw();
    std::memcpy(to, &value, sizeof value);
  }
}

/// Returns the bits of n / 2^digits, n below 2^digits, in a 16-bit float whose significand has so
/// many digits.
std::uint16_t half_bits(std::uint32_t n, int digits, int bias) {
  if (n == 0) return 0;
  const int width = 32 - __builtin_clz(n);
  const auto fraction = n << (digits - width) & ((1U << (digits - 1)) - 1);
  return static_cast<std::uint16_t>(
      static_cast<unsigned>(bias + width - 1 - digits) << (digits - 1) | fraction);
}

}  // namespace

void check_stop(const std::atomic<bool>* stop) {
  if (stop != nullptr && *stop) throw Error(ErrorCode::stopped, "stopped");
}

void fill_random(Array& array, std::uint64_t seed, const std::atomic<bool>* stop) {
  constexpr double kTiny64 = 0x1p-53;
  constexpr float kTiny32 = 0x1p-24F;
  Stream stream(seed);
  const auto real64 = [&] { return static_cast<double>(stream.next() >> 11) * kTiny64; };
  const auto real32 = [&] { return static_cast<float>(stream.next() >> 40) * kTiny32; };
  const auto half = [&](int digits, int bias) {
    return half_bits(static_cast<std::uint32_t>(stream.next() >> (64 - digits)), digits, bias);
  };
  const std::int64_t n = array.size();
  switch (array.dtype()) {
    case DType::bool_:
      fill<std::uint8_t>(array, n, stop,
                         [&] { return static_cast<std::uint8_t>(stream.next() >> 63); });
      break;
    case DType::int8:
    case DType::uint8:
      fill<std::uint8_t>(array, n, stop,
                         [&] { return static_cast<std::uint8_t>(stream.next() >> 56); });
      break;
    case DType::int16:
    case DType::uint16:
      fill<std::uint16_t>(array, n, stop,
                          [&] { return static_cast<std::uint16_t>(stream.next() >> 48); });
      break;
    case DType::int32:
    case DType::uint32:
      fill<std::uint32_t>(array, n, stop,
                          [&] { return static_cast<std::uint32_t>(stream.next() >> 32); });
      break;
    case DType::int64:
    case DType::uint64: fill<std::uint64_t>(array, n, stop, [&] { return stream.next(); }); break;
    case DType::float16: fill<std::uint16_t>(array, n, stop, [&] { return half(11, 15); }); break;
    case DType::bfloat16: fill<std::uint16_t>(array, n, stop, [&] { return half(8, 127); }); break;
    case DType::float32: fill<float>(array, n, stop, real32); break;
    case DType::float64: fill<double>(array, n, stop, real64); break;
    case DType::complex64: fill<float>(array, 2 * n, stop, real32); break;
    case DType::complex128: fill<double>(array, 2 * n, stop, real64); break;
  }
}

}  // namespace tightloop::tool
