// Stages that run tile by tile: the same bits as one step at a time and from any number of threads,
// over every dtype and layout; memory and passes of named expressions as they are evaluated.
#include <cstring>
#include <string>
#include <utility>

#include "../fuzz/random_arrays.hpp"
#include "../plan/named_expressions.hpp"
#include "../streaming/memory_streams.hpp"
#include "base/thread_pool.hpp"
#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

/// An expression, and the same with its reductions evaluated one by one.
struct Case {
  const char* whole;
  std::vector<std::pair<const char*, const char*>> steps;
  const char* last;
  bool reals_only = true;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> list{
      {"e = exp(x - max(x, axis=-1, keepdims=True)); e / sum(e, axis=-1, keepdims=True)",
       {{"m", "max(x, axis=-1, keepdims=True)"}, {"s", "sum(exp(x - m), axis=-1, keepdims=True)"}},
       "exp(x - m) / s"},
      {"m = mean(x, axis=-1, keepdims=True); d = x - m; d / sqrt(mean(d * d, axis=-1, "
       "keepdims=True) + 1)",
       {{"m", "mean(x, axis=-1, keepdims=True)"},
        {"v", "mean((x - m) * (x - m), axis=-1, keepdims=True)"}},
       "(x - m) / sqrt(v + 1)"},
      {"m = min(x, axis=-1, keepdims=True); (x - m) * 2 - max(x, axis=-1, keepdims=True)",
       {{"m", "min(x, axis=-1, keepdims=True)"}, {"n", "max(x, axis=-1, keepdims=True)"}},
       "(x - m) * 2 - n"},
      {"d = x - mean(x, axis=-1, keepdims=True); d * mean(d * d, axis=-1, keepdims=True)",
       {{"m", "mean(x, axis=-1, keepdims=True)"},
        {"v", "mean((x - m) * (x - m), axis=-1, keepdims=True)"}},
       "(x - m) * v",
       false},
      {"x[:, ::-1] * sum(x, axis=-1, keepdims=True)",
       {{"s", "sum(x, axis=-1, keepdims=True)"}},
       "x[:, ::-1] * s",
       false},
      {"s = sum(x, axis=-1); n = sum(x * s[:, None], axis=-1); n + s",
       {{"s", "sum(x, axis=-1)"}, {"n", "sum(x * s[:, None], axis=-1)"}},
       "n + s",
       false},
      {"x.T - max(x, axis=-1)", {{"m", "max(x, axis=-1)"}}, "x.T - m"},
      {"any(x > min(x, axis=1, keepdims=True), axis=1)",
       {{"m", "min(x, axis=1, keepdims=True)"}},
       "any(x > m, axis=1)"},
  };
  return list;
}

/// Integers of any values: sums modulo 2^64.
tl::Options wrapping() {
  tl::Options options;
  options.overflow = tl::Overflow::wrap;
  return options;
}

tl::Array step_by_step(const Case& c, const tl::ArrayView& x) {
  std::vector<std::pair<const char*, tl::Array>> values;
  const auto bindings = [&] {
    std::vector<tl::Binding> out{{"x", x}};
    for (const auto& [name, value] : values) out.push_back({name, value});
    return out;
  };
  for (const auto& [name, text] : c.steps) {
    tl::Array value = tl::evaluate(text, bindings(), wrapping());
    values.emplace_back(name, std::move(value));
  }
  return tl::evaluate(c.last, bindings(), wrapping());
}

}  // namespace

TEST_CASE("engine: tile by tile gives the bits of one step at a time") {
  if (tl::cache_info().backend != "jit") return;
  fuzz::Random random(31);
  INFO("seed 31");
  tl::base::ThreadPool pool(7);
  for (const tl::DType t :
       {tl::float16, tl::bfloat16, tl::float32, tl::float64, tl::int8, tl::uint16, tl::int32,
        tl::uint64, tl::bool_, tl::complex64, tl::complex128}) {
    for (const tl::Dims& shape : {tl::Dims{700, 130}, tl::Dims{40, 9001}, tl::Dims{2500, 7}}) {
      for (const bool plain : {true, false, false}) {
        const auto x = fuzz::random_array(random, t, shape, plain);
        for (const Case& c : cases()) {
          if (is_complex(t) && c.reals_only) continue;
          const tl::Array want = step_by_step(c, x.view);
          for (const int threads : {1, 2, 7}) {
            tl::Options options = wrapping();
            options.executor = &pool;
            options.threads = threads;
            INFO(c.whole << " of " << name(t) << ", " << threads << " threads");
            CHECK(streams::same_bits(want, tl::evaluate(c.whole, {{"x", x.view}}, options)));
          }
        }
      }
    }
  }
}

TEST_CASE("engine: tiles of several common axes") {
  if (tl::cache_info().backend != "jit") return;
  fuzz::Random random(32);
  for (const tl::Dims& shape :
       {tl::Dims{3, 50, 4000}, tl::Dims{70, 2, 3, 900}, tl::Dims{5, 6, 7, 8, 9, 10}}) {
    for (const bool plain : {true, false, false, false, false}) {
      const auto x = fuzz::random_array(random, tl::float32, shape, plain);
      const auto s = tl::evaluate("max(x, axis=-1, keepdims=True)", {{"x", x.view}});
      const auto n = tl::evaluate("sum(x - s, axis=-1, keepdims=True)", {{"x", x.view}, {"s", s}});
      const auto want = tl::evaluate("(x - s) * n", {{"x", x.view}, {"s", s}, {"n", n}});
      const auto got =
          tl::evaluate("d = x - max(x, axis=-1, keepdims=True); d * sum(d, axis=-1, keepdims=True)",
                       {{"x", x.view}});
      CHECK(streams::same_bits(want, got));
      const auto p = tl::evaluate("sum(x, axis=(-1,-2), keepdims=True)", {{"x", x.view}});
      CHECK(streams::same_bits(
          tl::evaluate("x * p - n", {{"x", x.view}, {"p", p}, {"n", n}}),
          tl::evaluate("x * sum(x, axis=(-1,-2), keepdims=True) - sum(x - max(x, "
                       "axis=-1, keepdims=True), axis=-1, keepdims=True)",
                       {{"x", x.view}})));
    }
  }
}

TEST_CASE("engine: passes and memory of named expressions") {
  if (tl::cache_info().backend != "jit") return;
  namespace pt = tl::plan_test;
  std::vector<std::vector<float>> memory;
  std::vector<tl::Binding> bindings;
  for (const pt::Input& in : pt::named_inputs()) {
    std::size_t size = 1;
    for (std::int64_t d : in.shape) size *= static_cast<std::size_t>(d);
    memory.emplace_back(size);
    for (std::size_t i = 0; i < size; ++i) {
      memory.back()[i] = static_cast<float>((i * 7919) % 1009) / 512 - 0.75F;
    }
    bindings.push_back({in.name, tl::ArrayView(memory.back().data(), in.shape)});
  }
  for (const pt::NamedExpression& e : pt::named_expressions()) {
    std::uint64_t reduced = 0;
    for (const tl::plan::Intermediate& mid :
         pt::planned(e.text, pt::named_inputs()).plan.intermediates) {
      std::uint64_t bytes = itemsize(mid.dtype);
      for (std::int64_t d : mid.shape) bytes *= static_cast<std::uint64_t>(d);
      if (mid.tile_bytes == 0) reduced += bytes;
    }
    for (const int threads : {1, 2}) {
      tl::Stats stats;
      tl::Options options;
      options.stats = &stats;
      options.threads = threads;
      tl::evaluate_all(e.text, bindings, options);
      INFO(e.name << ", " << threads << " threads");
      CHECK(stats.stages == e.stages);
      CHECK(stats.peak_extra_bytes <=
            reduced + (1 << 20) + (std::uint64_t{64} << 10) * static_cast<unsigned>(threads));
    }
  }
}
