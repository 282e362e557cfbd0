// Arrays of 8-bit floats in every operation that half arrays have: compiled, interpreted and by the
// reference evaluator, at all sizes around a vector and in any layout.
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../fuzz/random_arrays.hpp"
#include "api/front.hpp"
#include "base/background.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"
#include "plan/loop_plan.hpp"
#include "tightloop/print.hpp"
#include "tightloop/tightloop.hpp"
#include "types/half.hpp"

namespace {

using namespace tightloop;
using fuzz::Random;

constexpr DType kBytes[] = {float8_e4m3fn, float8_e5m2};

struct Engines {
  exec::EngineCore compiled{std::make_unique<exec::KernelCache>("", "", exec::CompileTime::first),
                            false};
  exec::EngineCore interpreted{
      std::make_unique<exec::KernelCache>("", "", exec::CompileTime::background, 1 << 30), false};
  exec::EngineCore reference{exec::EngineCore::Kind::reference};
  ~Engines() { base::wait_for_background(); }
};

Array evaluated(exec::EngineCore& engine, const std::string& text, const ArrayView& x,
                const ArrayView& y, const Options& options = {}) {
  const Arg values[] = {x, y};
  const std::vector<detail::Variable> variables = {{"x", &values[0]}, {"y", &values[1]}};
  const auto prepared = detail::prepare({text, {}}, variables, {}, options, engine);
  std::vector<const Arg*> args;
  for (std::uint32_t at : prepared->argument_of_input) args.push_back(variables[at].value);
  return prepared->program->call(args, options).at(0);
}

/// Equal bits, any NaN for any other.
bool same(const Array& a, const Array& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  return visit_dtype(a.dtype(), [&]<class T>() {
    for (std::int64_t i = 0; i < a.size(); ++i) {
      const T p = a.data<T>()[i], q = b.data<T>()[i];
      if (std::memcmp(&p, &q, sizeof p) == 0) continue;
      if constexpr (HalfElement<T>) {
        if (std::isnan(to_float(p)) && std::isnan(to_float(q))) continue;
      } else if constexpr (std::is_floating_point_v<T>) {
        if (std::isnan(p) && std::isnan(q)) continue;
      } else if constexpr (is_complex(dtype_of<T>)) {
        if (std::isnan(p.real()) && std::isnan(q.real()) && p.imag() == q.imag()) continue;
      }
      return false;
    }
    return true;
  });
}

void check(Engines& engines, const std::string& text, const ArrayView& x, const ArrayView& y,
           bool exact, const Options& options = {}) {
  INFO(text << " of " << name(x.dtype()) << " and " << name(y.dtype()));
  const Array got = evaluated(engines.compiled, text, x, y, options);
  CHECK(same(evaluated(engines.interpreted, text, x, y, options), got));
  const Array want = evaluated(engines.reference, text, x, y, options);
  CHECK(want.dtype() == got.dtype());
  if (exact) CHECK(same(want, got));
}

Array all_codes(DType t) {
  Array codes(uint8, {256});
  for (int i = 0; i < 256; ++i) codes.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i);
  return evaluate("bitcast(c, '" + std::string(name(t)) + "')", {{"c", codes}});
}

}  // namespace

TEST_CASE("engine: 8-bit floats in every kind of expression, size and layout") {
  if (cache_info().backend != "jit") return;
  Engines engines;
  Random random(81);
  const char* exact[] = {"x * 2 + y",
                         "x - y",
                         "x / y",
                         "abs(x - y)",
                         "sqrt(abs(x))",
                         "x < y",
                         "maximum(x, y)",
                         "where(x > 0.3, x, y)",
                         "clip(x, -1, 1.5)",
                         "-x",
                         "x + 1000",
                         "x * 0.1",
                         "floor(x)",
                         "isnan(x)",
                         "copysign(x, y)",
                         "x ** 2",
                         "float64(x) + y",
                         "int16(clip(x, -50, 50)) + 1",
                         "bitcast(x, 'uint8')",
                         "bitcast(x, 'int8') + 1",
                         "max(x)",
                         "min(x, axis=-1)",
                         "argmax(x)",
                         "saturate(x * 1000, 'float8_e4m3fn')",
                         "astype(x, 'float8_e5m2')",
                         "astype(x * y, 'float8_e4m3fn')",
                         "float16(x) * y",
                         "any(x)",
                         "complex64(x)"};
  const char* near[] = {"exp(x)",
                        "log(abs(x))",
                        "sum(x)",
                        "sum(abs(x - y), axis=-1)",
                        "mean(x)",
                        "var(x)",
                        "sum(x * y, axis=0)",
                        "tanh(x)",
                        "softmax(x)",
                        "norm(x)"};
  for (DType t : kBytes) {
    for (const Dims& shape : {Dims{1}, Dims{7}, Dims{15}, Dims{16}, Dims{17}, Dims{31}, Dims{33},
                              Dims{64}, Dims{65}, Dims{131}, Dims{5, 67}, Dims{2, 3, 33}}) {
      const auto x = fuzz::random_array(random, t, shape);
      const auto y = fuzz::random_array(random, t, shape);
      for (const char* text : exact) check(engines, text, x.view, y.view, true);
      for (const char* text : near) check(engines, text, x.view, y.view, false);
    }
  }
}

TEST_CASE("engine: conversions to 8-bit floats from every dtype round once") {
  if (cache_info().backend != "jit") return;
  Engines engines;
  Random random(82);
  for (DType from : kDTypes) {
    const auto x = fuzz::random_array(random, from, {3000});
    for (DType to : kBytes) {
      const std::string into = "'" + std::string(name(to)) + "'";
      check(engines, "astype(x, " + into + ")", x.view, x.view, true);
      if (!is_complex(from)) check(engines, "saturate(x, " + into + ")", x.view, x.view, true);
    }
  }
  Array x(float64, {4001});
  for (int i = 0; i < 4001; ++i) x.data<double>()[i] = i / 4.0 - 500;
  for (DType to : kBytes) {
    const Array got = evaluate("astype(x, '" + std::string(name(to)) + "')", {{"x", x}});
    for (std::int64_t i = 0; i < x.size(); ++i) {
      const double v = x.data<double>()[i];
      const int want = to == float8_e4m3fn ? round_to_half<float8_e4m3fn_t>(v).bits
                                           : round_to_half<float8_e5m2_t>(v).bits;
      REQUIRE(int{static_cast<const std::uint8_t*>(got.view().data())[i]} == want);
    }
  }
}

TEST_CASE("engine: 8-bit floats past their largest value") {
  const double values[] = {448, 464, 465, -1e9, 61440, HUGE_VAL, NAN};
  const ArrayView v(values, Dims{7});
  const auto text = [&](const char* expression) {
    return to_text(evaluate(expression, {{"v", v}}));
  };
  CHECK(text("float32(float8_e4m3fn(v))") == "[448, 448, nan, -nan, nan, nan, nan]");
  CHECK(text("float32(float8_e5m2(v))") == "[448, 448, 448, -inf, inf, inf, nan]");
  CHECK(text("float32(saturate(v, 'float8_e4m3fn'))") == "[448, 448, 448, -448, 448, 448, nan]");
  CHECK(text("float32(saturate(v, 'float8_e5m2'))") ==
        "[448, 448, 448, -57344, 57344, 57344, nan]");
  Options options;
  options.casting = Casting::same_value;
  Array out(float8_e4m3fn, {1});
  const double large = 1000;
  CHECK_THROWS_AS(evaluate_into(out, "x", {{"x", ArrayView(&large, Dims{1})}}, options), Error);
  options.casting = Casting::saturate;
  evaluate_into(out, "x", {{"x", ArrayView(&large, Dims{1})}}, options);
  CHECK(out.item<double>() == 448);
}

TEST_CASE("engine: 8-bit floats promote as NumPy's and ml_dtypes' do") {
  const auto type = [](const std::string& text) {
    const Array e4 = all_codes(float8_e4m3fn), e5 = all_codes(float8_e5m2);
    return evaluate(text, {{"a", e4}, {"b", e5}}).dtype();
  };
  CHECK(type("a + a") == float8_e4m3fn);
  CHECK(type("b * 0.5") == float8_e5m2);
  CHECK(type("a + 1") == float8_e4m3fn);
  CHECK(type("a + (b > 0)") == float8_e4m3fn);
  CHECK(type("a + uint8(isnan(b))") == float8_e4m3fn);
  CHECK(type("a + int16(isnan(b))") == float32);
  CHECK(type("a + b") == float32);
  CHECK(type("a + float16(b)") == float32);
  CHECK(type("b + bfloat16(b)") == float32);
  CHECK(type("a + float32(b)") == float32);
  CHECK(type("a + float64(b)") == float64);
  CHECK(type("a * 1j") == complex64);
  CHECK(type("sum(a)") == float32);
  CHECK(type("max(a)") == float8_e4m3fn);
}

TEST_CASE("engine: 8-bit floats are elements of arrays, and print") {
  const float8_e4m3fn_t held[] = {{0x38}, {0x7e}, {0x01}, {0xff}};
  const ArrayView view(held, Dims{4});
  CHECK(view.dtype() == float8_e4m3fn);
  CHECK(to_text(Array::copy_of(view)) == "[1, 4.5e+02, 0.002, -nan]");
  CHECK(evaluate("sum(x[:2])", {{"x", view}}).item<float>() == 449);
  CHECK(evaluate("x * 2", {{"x", ArrayView(held, Dims{1})}}).values<float8_e4m3fn_t>()[0].bits ==
        0x40);
}

TEST_CASE("engine: what is too large for an 8-bit float is an overflow event") {
  for (DType t : kBytes) {
    Options options;
    options.raise = EventSet{EventKind::overflow};
    const double large = 1e6;
    const ArrayView x(&large, Dims{1});
    const std::string text = std::string(name(t)) + "(x)";
    CHECK_THROWS_WITH(evaluate(text, {{"x", x}}, options), Catch::Contains("overflow"));
  }
}
