// The same bits from any number of threads and any vector width, compiled or interpreted.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <complex>
#include <cstring>

#include "../fuzz/random_arrays.hpp"
#include "api/front.hpp"
#include "base/thread_pool.hpp"
#include "catch.hpp"
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

/// The same but for signs and payloads of NaN, which no rule decides.
bool same_bits(const tl::Array& a, const tl::Array& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  const auto compare = [&]<class T>(std::size_t parts) {
    const T* x = static_cast<const T*>(a.data());
    const T* y = static_cast<const T*>(b.data());
    for (std::size_t i = 0; i < parts * static_cast<std::size_t>(a.size()); ++i) {
      if (std::memcmp(x + i, y + i, sizeof(T)) != 0 && !(std::isnan(x[i]) && std::isnan(y[i])))
        return false;
    }
    return true;
  };
  switch (a.dtype()) {
    case tl::float32: return compare.operator()<float>(1);
    case tl::complex64: return compare.operator()<float>(2);
    case tl::float64: return compare.operator()<double>(1);
    case tl::complex128: return compare.operator()<double>(2);
    case tl::float16:
    case tl::bfloat16: {
      const auto* x = static_cast<const std::uint16_t*>(a.data());
      const auto* y = static_cast<const std::uint16_t*>(b.data());
      const int infinity = a.dtype() == tl::float16 ? 0x7c00 : 0x7f80;
      const auto is_nan = [&](int bits) { return (bits & 0x7fff) > infinity; };
      for (std::int64_t i = 0; i < a.size(); ++i) {
        if (x[i] != y[i] && !(is_nan(x[i]) && is_nan(y[i]))) return false;
      }
      return true;
    }
    default: return same_bytes(a, b);
  }
}

struct Engines {
  tl::exec::EngineCore compiled{tl::exec::EngineCore::Kind::jit};
  tl::exec::EngineCore interpreted{tl::exec::EngineCore::Kind::interpreter};

  /// Evaluates by both, which must agree, in errors too.
  void agree(const std::string& text, tl::BindingsView vars, const tl::Options& options = {}) {
    std::string errors[2];
    std::vector<tl::Array> results[2];
    for (int e = 0; e < 2; ++e) {
      try {
        results[e] =
            tl::detail::evaluate_with(e == 0 ? compiled : interpreted, text, vars, options);
      } catch (const tl::Error& error) {
        errors[e] = error.what();
      }
    }
    INFO(text);
    CHECK(errors[0] == errors[1]);
    for (std::size_t i = 0; i < std::min(results[0].size(), results[1].size()); ++i) {
      CHECK(same_bits(results[0][i], results[1][i]));
    }
  }
};

tl::Options wrapping() {
  tl::Options options;
  options.overflow = tl::Overflow::wrap;
  return options;
}

const tl::DType kAllTypes[] = {tl::bool_,   tl::int8,      tl::int16,     tl::int32,
                               tl::int64,   tl::uint8,     tl::uint16,    tl::uint32,
                               tl::uint64,  tl::float16,   tl::bfloat16,  tl::float32,
                               tl::float64, tl::complex64, tl::complex128};

}  // namespace

TEST_CASE("engine: the same bits from 1, 2, 3 and 7 threads") {
  fuzz::Random random(5);
  tl::base::ThreadPool pool(7);
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
  tl::base::ThreadPool pool(7);
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
  std::vector<std::unique_ptr<tl::exec::EngineCore>> engines;
  for (const char* target : {"", "x86-64-v3", "x86-64-v2"}) {
    try {
      engines.push_back(
          std::make_unique<tl::exec::EngineCore>(tl::exec::EngineCore::Kind::jit, target));
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

TEST_CASE("engine: reductions have the same bits interpreted as compiled") {
  if (tl::cache_info().backend != "jit") return;
  fuzz::Random random(10);
  Engines engines;
  for (tl::DType t : kAllTypes) {
    for (const tl::Dims& shape :
         {tl::Dims{1, 1}, tl::Dims{2, 7}, tl::Dims{8, 9}, tl::Dims{3, 15}, tl::Dims{17, 16},
          tl::Dims{31, 33}, tl::Dims{64, 5}, tl::Dims{5, 63}, tl::Dims{130, 127}, tl::Dims{2, 4099},
          tl::Dims{2500, 3}}) {
      const auto x = is_float(t) || is_complex(t) ? ill_conditioned(random, t, shape)
                                                  : fuzz::random_array(random, t, shape);
      INFO(name(t) << " of " << shape[0] << " x " << shape[1]);
      for (const char* text : kReductions) engines.agree(text, {{"x", x.view}}, wrapping());
      if (is_complex(t)) continue;
      for (const char* text : kExtremes) engines.agree(text, {{"x", x.view}}, wrapping());
    }
  }
}

TEST_CASE("engine: operations and functions have the same bits interpreted as compiled") {
  if (tl::cache_info().backend != "jit") return;
  fuzz::Random random(11);
  Engines engines;
  for (tl::DType t : {tl::bool_, tl::int16, tl::uint64, tl::float16, tl::float32, tl::float64,
                      tl::complex64, tl::complex128}) {
    const auto x = fuzz::random_array(random, t, {3, 67}), y = fuzz::random_array(random, t, {67});
    INFO(name(t));
    for (const tl::OpInfo& row : tl::op_table()) {
      if (row.kind != tl::OpKind::elementwise) continue;
      const std::string call(row.names.substr(0, row.names.find(' ')));
      const std::string arguments = row.arity == 1   ? "(x)"
                                    : row.arity == 2 ? "(x, y)"
                                                     : "(x, y, x[::-1])";
      engines.agree(call + arguments, {{"x", x.view}, {"y", y.view}}, wrapping());
    }
    for (const char* text : {"bitcast(x, 'int64')", "bitcast(x, 'float64')", "bitcast(x, 'uint16')",
                             "bitcast(x, 'float16')", "bitcast(x, 'bfloat16')",
                             "bitcast(x, 'int32')", "bitcast(x, 'float32')", "saturate(x, 'int8')",
                             "astype(x, 'float16') * 3", "x ** 3 - y ** 2", "(x + y) / (x - y)"}) {
      engines.agree(text, {{"x", x.view}, {"y", y.view}}, wrapping());
    }
  }
}

TEST_CASE("engine: matrix products have the same bits interpreted as compiled") {
  if (tl::cache_info().backend != "jit") return;
  fuzz::Random random(12);
  Engines engines;
  for (tl::DType t : kAllTypes) {
    for (const tl::Dims& shape :
         {tl::Dims{3, 4}, tl::Dims{33, 40}, tl::Dims{29, 530}, tl::Dims{70, 257}}) {
      const auto x = is_float(t) || is_complex(t) ? ill_conditioned(random, t, shape)
                                                  : fuzz::random_array(random, t, shape);
      INFO(name(t) << " of " << shape[0] << " x " << shape[1]);
      for (const char* text : {"x @ x.T", "x.T @ x", "x[:, ::-1] @ (x + x).T",
                               "einsum('ij,kj->ki', x, x)", "einsum('ij,ij->j', x, x)"}) {
        engines.agree(text, {{"x", x.view}}, wrapping());
      }
    }
  }
}

TEST_CASE("engine: events are found by the interpreter, too") {
  tl::exec::EngineCore interpreted(tl::exec::EngineCore::Kind::interpreter);
  const std::vector<double> x{1, 0, -4, 1e300};
  std::vector<tl::Event> events;
  tl::Options options;
  options.events = &events;
  tl::detail::evaluate_with(interpreted, "1 / x, sqrt(x), sum(x * 2)", {{"x", x}}, options);
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == tl::EventKind::divide);
  CHECK(events[1].kind == tl::EventKind::invalid);
  options.raise = {tl::EventKind::divide};
  CHECK_THROWS_AS(tl::detail::evaluate_with(interpreted, "1 / x", {{"x", x}}, options), tl::Error);
}

TEST_CASE("engine: without a code generator everything is interpreted, with the same bits") {
  if (tl::cache_info().backend != "jit") return;
  tl::exec::EngineCore without(std::make_unique<tl::exec::KernelCache>(
                                   "no-such-processor", "", tl::exec::CompileTime::first),
                               true);
  fuzz::Random random(13);
  const auto x = ill_conditioned(random, tl::float64, {40, 333});
  for (const char* text : {"sum(x), x @ x.T", "var(x, axis=0)", "sum(exp(x) / 3)"}) {
    const auto want = tl::evaluate_all(text, {{"x", x.view}});
    const auto got = tl::detail::evaluate_with(without, text, {{"x", x.view}}, {});
    CHECK(without.cache_info().backend == "reference");
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(same_bits(want[i], got[i]));
  }
}

TEST_CASE("engine: where no memory may be made executable everything is interpreted") {
  if (tl::cache_info().backend != "jit") return;
  fuzz::Random random(14);
  const auto x = ill_conditioned(random, tl::float64, {40, 333});
  const auto z = ill_conditioned(random, tl::complex128, {5, 33});
  const char* const text = "sum(x), x @ x.T, exp(z), var(x)";
  const auto want = tl::evaluate_all(text, {{"x", x.view}, {"z", z.view}});
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    constexpr int kSetNoExecGain = 65;  // PR_SET_MDWE, of Linux 6.3 and later
    if (prctl(kSetNoExecGain, 1UL, 0UL, 0UL, 0UL) != 0) _exit(0);
    bool same = true;
    try {
      tl::exec::EngineCore engine(
          std::make_unique<tl::exec::KernelCache>("", "", tl::exec::CompileTime::first), true);
      const auto got = tl::detail::evaluate_with(engine, text, {{"x", x.view}, {"z", z.view}}, {});
      for (std::size_t i = 0; i < want.size(); ++i) same = same && same_bits(want[i], got[i]);
      same = same && engine.cache_info().backend == "reference";
    } catch (const tl::Error&) {
      same = false;
    }
    _exit(same ? 0 : 1);
  }
  int status = 1;
  waitpid(pid, &status, 0);
  CHECK(status == 0);
}
