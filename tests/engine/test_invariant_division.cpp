// Division of a row by its own divisor is IEEE division, bit for bit, whatever the magnitudes and
// on every target: the oracle is the compiler's division.
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../fuzz/random_arrays.hpp"
#include "api/front.hpp"
#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

template <class T, class Bits>
T from_bits(Bits bits) {
  T value;
  static_assert(sizeof value == sizeof bits);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <class T>
bool same(T a, T b) {
  return std::isnan(a) ? std::isnan(b) : std::memcmp(&a, &b, sizeof a) == 0;
}

/// Numbers of moderate size, of any size, and at the edges: zeros, subnormals, powers of two and
/// their neighbours, infinities, NaN.
template <class T, class Bits>
T draw(fuzz::Random& random, int mantissa, int bias) {
  const auto sign = static_cast<Bits>(random.below(2)) << (8 * sizeof(Bits) - 1);
  const auto fraction = static_cast<Bits>(random.bits()) & ((Bits{1} << mantissa) - 1);
  const auto moderate = static_cast<Bits>(bias - 20 + random.below(41));
  switch (random.below(12)) {
    case 0: return from_bits<T>(static_cast<Bits>(random.bits()));
    case 1: return from_bits<T>(sign);
    case 2: return from_bits<T>(sign | (moderate << mantissa));
    case 3: return from_bits<T>(sign | (moderate << mantissa) | ((Bits{1} << mantissa) - 1));
    case 4: return random.chance(30) ? from_bits<T>(sign | fraction) : static_cast<T>(3);
    default: return from_bits<T>(sign | (moderate << mantissa) | fraction);
  }
}

template <class T, class Bits>
void check(tl::exec::EngineCore& engine, const std::string& target, int mantissa, int bias,
           bool moderate) {
  const std::int64_t rows = 300, columns = 517;
  fuzz::Random random(77);
  std::vector<T> x(static_cast<std::size_t>(rows * columns)), s(static_cast<std::size_t>(rows));
  for (T& v : x) {
    do v = draw<T, Bits>(random, mantissa, bias);
    while (moderate && !(std::abs(v) > T{1e-6F} && std::abs(v) < T{1e6F}));
  }
  for (T& v : s) v = draw<T, Bits>(random, mantissa, bias);
  const std::vector<tl::Binding> all{{"x", tl::ArrayView(x.data(), {rows, columns})},
                                     {"s", tl::ArrayView(s.data(), {rows, 1})}};
  const auto got = tl::detail::evaluate_with(engine, "x / s, sum(abs(x / 7) > 1)", all, {});
  const T* q = static_cast<const T*>(got[0].data());
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const T want = x[i] / s[i / static_cast<std::size_t>(columns)];
    if (same(q[i], want)) continue;
    if (++wrong > 3) continue;
    FAIL_CHECK(target << ": " << x[i] << " / " << s[i / static_cast<std::size_t>(columns)]
                      << " gave " << q[i] << ", not " << want);
  }
  CHECK(wrong == 0);
  std::int64_t above = 0;
  for (const T v : x) above += std::abs(v / 7) > 1 ? 1 : 0;
  CHECK(*static_cast<const std::uint64_t*>(got[1].data()) == static_cast<std::uint64_t>(above));
}

}  // namespace

TEST_CASE("engine: dividing rows by their own divisors is IEEE division") {
  if (tl::cache_info().backend != "jit") return;
  for (const std::string target : {"", "x86-64-v2", "x86-64-v3", "x86-64-v4"}) {
    std::unique_ptr<tl::exec::EngineCore> engine;
    try {
      engine = std::make_unique<tl::exec::EngineCore>(tl::exec::EngineCore::Kind::jit, target);
    } catch (const tl::Error&) {
      continue;  // not a width of this host
    }
    for (const bool moderate : {true, false}) {
      check<float, std::uint32_t>(*engine, target, 23, 127, moderate);
      check<double, std::uint64_t>(*engine, target, 52, 1023, moderate);
    }
  }
}
