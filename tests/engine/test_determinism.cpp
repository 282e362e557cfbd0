// The same bits from any number of threads and any vector width.
#include <cstring>

#include "../fuzz/random_arrays.hpp"
#include "catch.hpp"
#include "front.hpp"
#include "run/thread_pool.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

bool same_bytes(const tl::Array& a, const tl::Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(),
                     static_cast<std::size_t>(a.size()) * itemsize(a.dtype())) == 0;
}

/// Finite values of very different size, so that every order of summation gives other bits.
fuzz::RandomArray ill_conditioned(fuzz::Random& random, tl::DType t, const tl::Dims& shape) {
  fuzz::RandomArray out = fuzz::random_array(random, t, shape, true);
  auto* bytes = out.memory.get();
  const auto count = static_cast<std::size_t>(out.view.size());
  for (std::size_t i = 0; i < count; ++i) {
    const double v =
        std::ldexp(static_cast<double>(random.below(2001) - 1000), random.below(24) - 12) / 1024;
    if (t == tl::float64) std::memcpy(bytes + 8 * i, &v, 8);
    const auto f = static_cast<float>(v);
    if (t == tl::float32) std::memcpy(bytes + 4 * i, &f, 4);
    if (t == tl::complex128)
      std::memcpy(bytes + 16 * i, &v, 8), std::memcpy(bytes + 16 * i + 8, &v, 8);
    if (t == tl::complex64)
      std::memcpy(bytes + 8 * i, &f, 4), std::memcpy(bytes + 8 * i + 4, &f, 4);
    if (is_half(t)) bytes[2 * i + 1] &= 0xbf;  // no infinities or NaN
  }
  return out;
}

const char* const kReductions[] = {"sum(x)",
                                   "mean(x)",
                                   "prod(x)",
                                   "sum(x, axis=0)",
                                   "mean(x, axis=1)",
                                   "sum(x.T, axis=0)",
                                   "prod(x, axis=-1)",
                                   "sum(x[:, ::2])",
                                   "sum(x - mean(x))",
                                   "sum(x[::-1] * x, axis=0, keepdims=True)",
                                   "any(x)",
                                   "all(x, axis=0)",
                                   "count_nonzero(x, axis=1)",
                                   "var(x)",
                                   "var(x, axis=0)",
                                   "std(x, axis=1, ddof=1)",
                                   "var(x[:, ::-2])",
                                   "nanvar(x, axis=0)",
                                   "nanstd(x)",
                                   "var(x, where=abs(x) < 1)",
                                   "norm(x)",
                                   "norm(x.T, axis=0)",
                                   "nansum(x, axis=1)",
                                   "nanprod(x)",
                                   "nanmean(x, axis=0)",
                                   "sum(x, where=abs(x) > 1, initial=2)"};
const char* const kExtremes[] = {"min(x)",
                                 "max(x, axis=0)",
                                 "max(x, axis=1)",
                                 "argmin(x)",
                                 "argmax(round(x), axis=0)",
                                 "argmin(round(x), axis=1)",
                                 "argmax(round(x).T)",
                                 "argmin(x[::-1, ::-1])",
                                 "nanargmin(x, axis=1)",
                                 "nanargmax(x)",
                                 "nanmax(x)",
                                 "ptp(x, axis=0)",
                                 "logsumexp(x, axis=1)"};

}  // namespace

TEST_CASE("engine: the same bits from 1, 2, 3 and 7 threads") {
  fuzz::Random random(5);
  tl::run::ThreadPool pool(7);
  for (tl::DType t :
       {tl::float16, tl::bfloat16, tl::float32, tl::float64, tl::complex64, tl::complex128}) {
    for (const tl::Dims& shape : {tl::Dims{3, 400001}, tl::Dims{20011, 37}, tl::Dims{1500, 700}}) {
      const auto x = ill_conditioned(random, t, shape);
      const auto check = [&](const char* text) {
        tl::Options options;
        options.executor = &pool;
        options.threads = 1;
        const tl::Array one = tl::evaluate(text, {{"x", x.view}}, options);
        for (int threads : {2, 3, 7}) {
          options.threads = threads;
          INFO(text << " of " << name(t) << " with " << threads << " threads");
          CHECK(same_bytes(one, tl::evaluate(text, {{"x", x.view}}, options)));
        }
      };
      for (const char* text : kReductions) check(text);
      if (!is_complex(t)) {
        for (const char* text : kExtremes) check(text);
      }
    }
  }
}

TEST_CASE("engine: transposed operands by any number of threads are those of a copy") {
  fuzz::Random random(7);
  tl::run::ThreadPool pool(7);
  for (tl::DType t : {tl::uint8, tl::float16, tl::float32, tl::float64, tl::complex128}) {
    for (const tl::Dims& shape : {tl::Dims{3, 60001}, tl::Dims{90, 3001}, tl::Dims{503, 300}}) {
      const auto x = ill_conditioned(random, t, shape);
      const auto y = ill_conditioned(random, t, {shape[1], shape[0]});
      tl::Array turned(t, shape);
      for (std::int64_t i = 0; i < shape[0]; ++i) {
        for (std::int64_t j = 0; j < shape[1]; ++j) {
          const auto size = static_cast<std::int64_t>(itemsize(t));
          std::memcpy(static_cast<char*>(turned.data()) + (i * shape[1] + j) * size,
                      y.memory.get() + (j * shape[0] + i) * size, itemsize(t));
        }
      }
      const tl::Array want = tl::evaluate("x * y", {{"x", x.view}, {"y", turned}});
      for (int threads : {1, 2, 7}) {
        tl::Options options;
        options.executor = &pool;
        options.threads = threads;
        INFO(name(t) << " with " << threads << " threads");
        CHECK(same_bytes(want, tl::evaluate("x * y.T", {{"x", x.view}, {"y", y.view}}, options)));
      }
    }
  }
}

TEST_CASE("engine: the same bits for every vector width") {
  if (tl::cache_info().backend != "jit") return;
  fuzz::Random random(6);
  std::vector<std::unique_ptr<tl::run::EngineCore>> engines;
  for (const char* target : {"", "x86-64-v3", "x86-64-v2"}) {
    try {
      engines.push_back(
          std::make_unique<tl::run::EngineCore>(tl::run::EngineCore::Kind::jit, target));
    } catch (const tl::Error&) {
      continue;  // not a width of this host
    }
  }
  for (tl::DType t :
       {tl::float16, tl::bfloat16, tl::float32, tl::float64, tl::complex64, tl::complex128}) {
    for (const tl::Dims& shape : {tl::Dims{7, 5003}, tl::Dims{300, 37}, tl::Dims{3, 5}}) {
      const auto x = ill_conditioned(random, t, shape);
      const auto check = [&](const char* text) {
        const auto want = tl::detail::evaluate_with(*engines[0], text, {{"x", x.view}}, {});
        for (std::size_t e = 1; e < engines.size(); ++e) {
          const auto got = tl::detail::evaluate_with(*engines[e], text, {{"x", x.view}}, {});
          INFO(text << " of " << name(t) << ", engine " << e);
          CHECK(same_bytes(want[0], got[0]));
        }
      };
      for (const char* text : kReductions) check(text);
      if (!is_complex(t)) {
        for (const char* text : kExtremes) check(text);
      }
    }
  }
}

TEST_CASE("engine: where a result is written does not decide how it is summed") {
  fuzz::Random random(9);
  INFO("seed 9");
  for (const tl::Dims& shape : {tl::Dims{11, 33, 9}, tl::Dims{7, 100, 3}, tl::Dims{70, 2, 15},
                                tl::Dims{5, 9, 40}, tl::Dims{3, 20, 1000}}) {
    const auto x = ill_conditioned(random, tl::float64, shape);
    for (const char* call : {"sum", "var", "prod", "mean"}) {
      for (const char* axis : {"-1", "0", "1"}) {
        const std::string text = std::string(call) + "(x, axis=" + axis + ")";
        INFO(text);
        const tl::Array want = tl::evaluate(text, {{"x", x.view}});
        tl::Array flipped(want.dtype(), tl::Dims{want.shape()[1], want.shape()[0]});
        const tl::Dims strides{flipped.view().strides()[1], flipped.view().strides()[0]};
        const tl::ArrayView out(flipped.data(), want.dtype(), want.shape(), strides);
        tl::evaluate_into(out, text, {{"x", x.view}});
        CHECK(same_bytes(tl::Array::copy_of(out), want));
      }
    }
  }
}
