// Corners of NumPy's rules: einsum's dtypes and extents of 1, reductions of nothing and of scalars,
// integer scalars in where, destinations without elements.
#include <cmath>
#include <complex>

#include "api/front.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

const Options& by_numpy() {
  static const Options options = [] {
    Options o;
    o.promotion = Promotion::numpy;
    return o;
  }();
  return options;
}

/// Evaluates in the JIT and in the reference engine, which have to agree in dtype and first
/// element.
Array evaluate_both(const std::string& text, const std::vector<Binding>& vars,
                    const Options& options = {}) {
  static exec::EngineCore jit(exec::EngineCore::Kind::jit);
  static exec::EngineCore reference(exec::EngineCore::Kind::reference);
  INFO(text);
  const Array want = detail::evaluate_with(reference, text, Bindings(vars), options)[0];
  Array got = detail::evaluate_with(jit, text, Bindings(vars), options)[0];
  REQUIRE(got.dtype() == want.dtype());
  REQUIRE(got.shape() == want.shape());
  if (!is_complex(got.dtype()) && got.size() == 1) {
    const double x = got.item<double>(), y = want.item<double>();
    CHECK(((std::isnan(x) && std::isnan(y)) || (x == y && std::signbit(x) == std::signbit(y))));
  }
  return got;
}

void is(const std::string& text, const std::vector<Binding>& vars, DType dtype, double value,
        const Options& options = by_numpy()) {
  INFO(text);
  const Array got = evaluate_both(text, vars, options);
  CHECK(got.dtype() == dtype);
  const double x = got.item<double>();
  CHECK((std::isnan(value) ? std::isnan(x) : x == value && std::signbit(x) == std::signbit(value)));
}

}  // namespace

TEST_CASE("engine: NumPy's einsum keeps the dtype of its operands") {
  const std::vector<std::uint8_t> u{200, 200}, one{200}, flags{1, 1};
  const std::vector<std::int32_t> i{-3, 5};
  const std::vector<float> f{2, 3};
  const ArrayView c(reinterpret_cast<const bool*>(flags.data()), Dims{2});
  const std::vector<Binding> vars{{"u", u}, {"s", one}, {"i", i}, {"f", f}, {"c", c}};
  is("einsum('i->', u)", vars, uint8, 144);
  is("einsum('i->', u)", vars, uint64, 400, {});
  is("einsum(',i->', s[0], u)", vars, uint8, 128);
  is("einsum('i,i,i->', u, u, u)", vars, uint8, 0);
  is("einsum('i->', c)", vars, bool_, 1);
  is("einsum(',i->', c[0], c)", vars, bool_, 1);
  is("einsum('i,j->', c, u)", vars, uint8, 32);
  // Parts of it are no results: only the whole is cut to the dtype that all operands promote to.
  is("einsum('i,j->', u, i)", vars, int32, 800);
  is("einsum('i,j->', u, f)", vars, float32, 2000);
  is("einsum('i,j,k->', u, u, i)", vars, int32, 320000);
  is("einsum('i->', u) + einsum('i->', i)", vars, int32, 146);
}

TEST_CASE("engine: einsum broadcasts extents of 1") {
  const std::vector<double> m{1, 2}, k{1, 2, 3, 4, 5, 6};
  const ArrayView column(m.data(), Dims{2, 1}), table(k.data(), Dims{3, 2});
  const std::vector<Binding> vars{{"m", column}, {"k", table}};
  const Array product = evaluate_both("einsum('ij,jk->ik', m, k)", vars);
  CHECK(product.shape() == Dims{2, 2});
  const double want[] = {9, 12, 18, 24};
  for (int i = 0; i < 4; ++i) CHECK(product.data<double>()[i] == want[i]);
  is("sum(einsum('ij,kj->ikj', k, m))", vars, float64, 63, {});
  is("einsum('ij,ij->', k, m[:1])", vars, float64, 21, {});
  is("einsum('ij,j,ik->', k, m[0], m[:1])", vars, float64, 21, {});
  CHECK_THROWS_AS(evaluate("einsum('ii->', m)", Bindings(vars)), Error);
  CHECK_THROWS_AS(evaluate("einsum('i,i->', m[:, 0], k[:, 0])", Bindings(vars)), Error);
}

TEST_CASE("engine: einsum of large matrices with an axis of 1 is that of the repeated one") {
  std::vector<double> x(64), y(64 * 64);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<double>(i % 17) - 8;
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i % 5);
  const std::vector<Binding> vars{{"x", ArrayView(x.data(), Dims{64, 1})},
                                  {"y", ArrayView(y.data(), Dims{64, 64})}};
  const std::string difference =
      "max(abs(einsum('ij,jk->ik', x, y) - broadcast_to(x, (64, 64)) @ y))";
  is(difference, vars, float64, 0, {});
}

TEST_CASE("engine: what has no axes is reduced along its first or last") {
  const std::vector<double> one{5};
  const std::vector<Binding> vars{{"z", ArrayView(one.data(), Dims{})}};
  for (const char* axis : {"0", "-1"}) {
    for (const char* f : {"sum", "prod", "min", "max", "mean", "norm", "nansum", "nanmean"}) {
      is(std::string(f) + "(z, axis=" + axis + ")", vars, float64, 5, {});
    }
    for (const char* f : {"var", "nanvar", "ptp"}) {
      is(std::string(f) + "(z, axis=" + axis + ")", vars, float64, 0, {});
    }
    is("argmax(z, axis=" + std::string(axis) + ")", vars, int64, 0, {});
    is("any(z, axis=" + std::string(axis) + ")", vars, bool_, 1, {});
    is("sum(z, axis=" + std::string(axis) + ", keepdims=True)", vars, float64, 5, {});
  }
  CHECK_THROWS_AS(evaluate("sum(z, axis=1)", Bindings(vars)), Error);
  CHECK_THROWS_AS(evaluate("sum(z, axis=-2)", Bindings(vars)), Error);
  CHECK_THROWS_AS(evaluate("sum(z, axis=(0, -1))", Bindings(vars)), Error);
}

TEST_CASE("engine: the sum of nothing from -0 is -0") {
  const std::vector<double> none, some{0, -0.0}, one{1};
  const std::vector<std::uint8_t> no{0};
  const std::vector<std::complex<double>> nothing;
  const ArrayView mask(reinterpret_cast<const bool*>(no.data()), Dims{1});
  const std::vector<Binding> vars{
      {"n", ArrayView(none.data(), Dims{0})},   {"s", some}, {"x", one}, {"m", mask}, {"z", -0.0},
      {"c", ArrayView(nothing.data(), Dims{0})}};
  is("sum(n, initial=-0.0)", vars, float64, -0.0);
  is("sum(n, initial=z)", vars, float64, -0.0);
  is("sum(n)", vars, float64, 0);
  is("sum(n, initial=0.0)", vars, float64, 0);
  is("sum(s, initial=-0.0)", vars, float64, 0);
  is("sum(x, initial=-0.0)", vars, float64, 1);
  is("sum(x, where=m, initial=-0.0)", vars, float64, -0.0);
  is("nansum(x * nan, initial=-0.0)", vars, float64, 0);
  is("sum(float32(n), initial=-0.0)", vars, float32, -0.0);
  is("sum(int8(n), initial=-0.0)", vars, float64, -0.0);
  const auto z =
      evaluate("sum(c, initial=complex(-0.0, -0.0))", Bindings(vars)).item<std::complex<double>>();
  CHECK((std::signbit(z.real()) && std::signbit(z.imag())));
}

TEST_CASE("engine: nanvar of too few elements is NaN, var infinite") {
  const std::vector<double> x{NAN, 1, 2};
  const std::vector<Binding> vars{{"x", x}};
  for (const Options& options : {Options(), by_numpy()}) {
    is("nanvar(x, ddof=1)", vars, float64, 0.5, options);
    is("nanvar(x, ddof=2)", vars, float64, NAN, options);
    is("nanstd(x, ddof=3)", vars, float64, NAN, options);
    is("nanstd(x[:1])", vars, float64, NAN, options);
    is("var(x[1:], ddof=2)", vars, float64, INFINITY, options);
  }
}

TEST_CASE("engine: NumPy's where makes integer scalars fit") {
  const std::vector<std::uint8_t> u{200, 3};
  const std::vector<Binding> vars{{"u", u}, {"k", 300}};
  is("where(u > 100, -1, u)[0]", vars, uint8, 255);
  is("where(u > 100, u, 300)[1]", vars, uint8, 44);
  is("where(u > 100, u, k)[1]", vars, uint8, 44);
  is("where(u > 100, -1, u)[0]", vars, int16, -1, {});
  CHECK_THROWS_AS(evaluate("where(u > 100, 2**70, u)", Bindings(vars), by_numpy()), Error);
}

TEST_CASE("engine: a destination without elements may have strides of 0") {
  double memory[1] = {7};
  for (const Dims& shape : {Dims{0, 3}, Dims{3, 0}, Dims{0, 0}}) {
    const ArrayView x(static_cast<const void*>(memory), float64, shape);
    const ArrayView out(static_cast<void*>(memory), float64, shape, Dims{0, 0});
    evaluate_into(out, "x * 2", {{"x", x}});
    CHECK(memory[0] == 7);
  }
  const ArrayView out(static_cast<void*>(memory), float64, Dims{1, 2}, Dims{0, 0});
  CHECK_THROWS_AS(evaluate_into(out, "x", {{"x", 1.0}}), Error);
}

TEST_CASE("engine: NumPy's rint of integers is a float") {
  const std::vector<std::int8_t> b{-128, 5};
  const std::vector<std::uint16_t> h{65535, 5};
  const std::vector<std::int64_t> q{7, 5};
  const std::vector<std::uint8_t> flags{1, 0};
  const ArrayView c(reinterpret_cast<const bool*>(flags.data()), Dims{2});
  const std::vector<Binding> vars{{"b", b}, {"h", h}, {"q", q}, {"c", c}};
  is("rint(b)[0]", vars, float16, -128);
  is("rint(c)[0]", vars, float16, 1);
  is("rint(h)[0]", vars, float32, 65535);
  is("rint(q)[0]", vars, float64, 7);
  is("round(b)[0]", vars, int8, -128);
  is("rint(b)[0]", vars, int8, -128, {});
  is("rint(q * 0.5)[1]", vars, float64, 2);
}

TEST_CASE("engine: closeness of integers does not wrap in NumPy's promotion") {
  const auto check = [](auto lowest, auto highest) {
    using T = decltype(lowest);
    const std::vector<T> x{static_cast<T>(lowest + (std::is_signed_v<T> ? 1 : 0)), 5, lowest};
    const std::vector<T> y{highest, 5, lowest};
    const std::vector<Binding> vars{{"x", x}, {"y", y}};
    for (const Options& options : {by_numpy(), Options{}}) {
      is("isclose(x, y)[0]", vars, bool_, 0, options);
      is("isclose(x, y)[1]", vars, bool_, 1, options);
      is("isclose(x, y)[2]", vars, bool_, 1, options);
      is("allclose(x[1:], y[1:])", vars, bool_, 1, options);
      is("allclose(x, y)", vars, bool_, 0, options);
    }
  };
  check(std::numeric_limits<std::int8_t>::min(), std::numeric_limits<std::int8_t>::max());
  check(std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max());
  check(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
  check(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
  check(std::numeric_limits<std::uint8_t>::min(), std::numeric_limits<std::uint8_t>::max());
  check(std::numeric_limits<std::uint32_t>::min(), std::numeric_limits<std::uint32_t>::max());
  check(std::numeric_limits<std::uint64_t>::min(), std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("engine: nanmin and nanmax skip a NaN that they start from") {
  const double nan = std::nan("");
  const std::vector<double> numbers{nan, 2, 3}, none{nan, nan};
  for (const char* t : {"float16", "bfloat16", "float32", "float64"}) {
    const std::vector<Binding> vars{{"x", numbers}, {"y", none}, {"k", nan}, {"z", 2.5}};
    const auto value = [&](const std::string& call, const char* of) {
      const std::string x = "astype(" + std::string(of) + ", '" + t + "')";
      return evaluate_both(call.substr(0, 7) + x + call.substr(7), vars, by_numpy()).item<double>();
    };
    CHECK(value("nanmin(, initial=nan)", "x") == 2);
    CHECK(value("nanmax(, initial=nan)", "x") == 3);
    CHECK(value("nanmin(, initial=k)", "x") == 2);
    CHECK(value("nanmax(, initial=z)", "x") == 3);
    CHECK(value("nanmin(, initial=z, where=x > 2)", "x") == 2.5);
    CHECK(value("nanmax(, initial=k, where=x < 3)", "x") == 2);
    CHECK(std::isnan(value("nanmin(, initial=nan)", "y")));
    CHECK(std::isnan(value("nanmin(, initial=k, where=y > 2)", "y")));
    CHECK(value("nanmax(, initial=1)", "y") == 1);
  }
}

TEST_CASE("engine: what is like an array does not look at its elements") {
  const std::vector<std::int64_t> i{std::int64_t{1} << 62, 1, 5};
  const std::vector<Binding> vars{{"i", i}};
  CHECK(evaluate_both("zeros_like(i * 4)", vars).shape() == Dims{3});
  CHECK(evaluate_both("sum(ones_like(i * i))", vars).item<int>() == 3);
}
