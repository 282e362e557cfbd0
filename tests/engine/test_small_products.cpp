// Products of small matrices: every dtype and odd sizes against element by element arithmetic; the
// same bits where factors have to be packed, interpreted, and for threads and vector widths.
#include <cmath>
#include <cstring>
#include <memory>

#include "api/front.hpp"
#include "base/thread_pool.hpp"
#include "catch.hpp"
#include "contraction_oracle.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;
using contraction_test::expected;
using contraction_test::fill;
using contraction_test::number_at;
using fuzz::Random;

namespace {

constexpr tl::DType kAll[] = {tl::bool_,   tl::int8,      tl::int16,     tl::int32,
                              tl::int64,   tl::uint8,     tl::uint16,    tl::uint32,
                              tl::uint64,  tl::float16,   tl::bfloat16,  tl::float32,
                              tl::float64, tl::complex64, tl::complex128};

tl::Array filled(Random& random, tl::DType t, const tl::Dims& shape) {
  tl::Array out(t, shape);
  fill(random, out.view(), 64);
  return out;
}

bool same_bytes(const tl::Array& a, const tl::Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(),
                     static_cast<std::size_t>(a.size()) * itemsize(a.dtype())) == 0;
}

/// Whole numbers to the word, others within a few roundings of the sum of magnitudes.
bool agrees(const tl::Array& got, const std::vector<contraction_test::Expected>& want,
            std::int64_t depth) {
  const std::vector<std::int64_t> extents(got.shape().begin(), got.shape().end());
  std::vector<std::int64_t> index(extents.size(), 0);
  const bool single = got.dtype() == tl::float32 || got.dtype() == tl::complex64;
  const long double unit = std::ldexp(1.0L, single ? -24 : -53);
  std::size_t i = 0;
  do {
    const auto n = number_at(got.view(), index);
    const auto& e = want[i++];
    if (is_integer(got.dtype()) ? n.word != e.sum.word
                                : !(std::hypot(n.re - e.sum.re, n.im - e.sum.im) <=
                                    4 * static_cast<long double>(depth + 2) * unit * e.magnitude)) {
      return false;
    }
  } while (contraction_test::next_index(index, extents));
  return true;
}

}  // namespace

TEST_CASE("engine: stacks of small matrix products of every dtype and size") {
  Random random(71);
  for (tl::DType t : kAll) {
    for (std::int64_t m : {1, 2, 3, 4, 5, 9}) {
      for (std::int64_t n : {2, 3, 4, 7, 17}) {
        const std::int64_t k = 2 + random.below(7);
        const tl::Array a = filled(random, t, {3, m, k}), b = filled(random, t, {3, k, n});
        tl::Dims shape;
        const auto want = expected({"bik", "bkj"}, "bij", {a.view(), b.view()}, shape);
        tl::Options options;
        options.overflow = tl::Overflow::wrap;
        const tl::Array got = tl::evaluate("a @ b", {{"a", a}, {"b", b}}, options);
        INFO(name(t) << ": " << m << " x " << k << " x " << n);
        REQUIRE(got.shape() == shape);
        CHECK(agrees(got, want, k));
      }
    }
  }
}

TEST_CASE("engine: small products have the same bits whether or not factors are packed") {
  Random random(72);
  for (tl::DType t : {tl::int16, tl::float16, tl::float32, tl::float64, tl::complex64}) {
    for (std::int64_t side : {2, 3, 4, 8, 16}) {
      const tl::Array a = filled(random, t, {5, side, side}),
                      b = filled(random, t, {5, side, side});
      const tl::Array turned = tl::evaluate("einsum('bij->bji', b)", {{"b", b}});
      const auto of = [&](const char* text) {
        return tl::evaluate(text, {{"a", a}, {"b", b}, {"t", turned}});
      };
      INFO(name(t) << " of side " << side);
      const tl::Array want = of("a @ b");
      CHECK(same_bytes(want, of("einsum('bij,bkj->bik', a, t)")));
      CHECK(same_bytes(want, of("(-(-a)) @ b")));
      CHECK(same_bytes(want, of("a[::-1][::-1] @ b")));
      CHECK(same_bytes(of("(a @ b)[1]"), of("a[1] @ b[1]")));
      CHECK(same_bytes(of("a @ b[2]"), of("einsum('bij,kj->bik', a, t[2])")));
    }
  }
}

TEST_CASE("engine: small products, interpreted, threaded and of every vector width",
          "[concurrent]") {
  Random random(73);
  tl::base::ThreadPool pool(3);
  std::vector<std::unique_ptr<tl::exec::EngineCore>> engines;
  if (tl::cache_info().backend == "jit") {
    for (const char* target : {"", "x86-64-v4", "x86-64-v3", "x86-64-v2"}) {
      try {
        engines.push_back(
            std::make_unique<tl::exec::EngineCore>(tl::exec::EngineCore::Kind::jit, target));
      } catch (const tl::Error&) {
        continue;  // not a width of this host
      }
    }
    engines.push_back(std::make_unique<tl::exec::EngineCore>(
        std::make_unique<tl::exec::KernelCache>("", "", tl::exec::CompileTime::background, 16),
        false));
  }
  for (tl::DType t : {tl::uint8, tl::int32, tl::uint64, tl::float16, tl::float32, tl::float64,
                      tl::complex64, tl::complex128}) {
    for (const tl::Dims& sides : {tl::Dims{4, 4, 4}, tl::Dims{3, 3, 3}, tl::Dims{9, 5, 6},
                                  tl::Dims{1, 8, 12}, tl::Dims{300, 3, 3}}) {
      const tl::Array a = filled(random, t, {2000 / sides[0], sides[0], sides[1]});
      const tl::Array b = filled(random, t, {2000 / sides[0], sides[1], sides[2]});
      tl::Options options;
      options.overflow = tl::Overflow::wrap;
      options.executor = &pool;
      options.threads = 1;
      const tl::Array want = tl::evaluate("a @ b", {{"a", a}, {"b", b}}, options);
      options.threads = 3;
      INFO(name(t) << " " << sides[0] << " x " << sides[1] << " x " << sides[2]);
      CHECK(same_bytes(want, tl::evaluate("a @ b", {{"a", a}, {"b", b}}, options)));
      for (const auto& engine : engines) {
        const auto got = tl::detail::evaluate_with(*engine, "a @ b", {{"a", a}, {"b", b}}, options);
        CHECK(same_bytes(want, got[0]));
      }
    }
  }
}
