// Float lanes: where weak constants convert, where half types round, powers, mean and sums; and the
// errors of what has no meaning.
#include <cmath>

#include "catch.hpp"
#include "ir/shapes.hpp"
#include "typing/typed.hpp"

using namespace tightloop;
using namespace tightloop::typing_test;

namespace {

const std::vector<Variable> kVariables = {
    {"h", DType::float16}, {"g", DType::bfloat16},    {"x", DType::float32},
    {"d", DType::float64}, {"z", DType::complex64},   {"i", DType::int8},
    {"t", DType::bool_},   {"n", DType::int64, true}, {"f", DType::float64, true},
    {"u", DType::uint64},  {"a", DType::uint8}};

int count(const ir::TypedGraph& g, Op op) {
  return static_cast<int>(std::count_if(g.nodes.begin(), g.nodes.end(),
                                        [&](const ir::TypedNode& n) { return n.op == op; }));
}

ir::TypedGraph exact(std::string_view text) {
  return type_text(text, kVariables, exact_policy());
}
ir::TypedGraph numpy(std::string_view text) {
  return type_text(text, kVariables, numpy_policy());
}

std::string error_of(std::string_view text, const typing::Policy& policy, ErrorCode code) {
  try {
    type_text(text, kVariables, policy);
  } catch (const Error& e) {
    CHECK(e.code() == code);
    CHECK(e.span().begin < e.span().end);
    return e.what();
  }
  return "no error";
}

float as_float(const ir::TypedGraph& g, const std::vector<std::vector<Scalar>>& inputs) {
  return run(g, inputs).results[0][0].as<float>();
}

}  // namespace

TEST_CASE("typing: half types round where they are stored, or after every operation") {
  CHECK(count(exact("sqrt(h**2) + h*0.1"), Op::round_half) == 0);
  CHECK(as_float(exact("sqrt(h**2)"), {{Scalar::of(300.0f)}}) == 300.0f);
  CHECK(std::isinf(as_float(numpy("sqrt(h**2)"), {{Scalar::of(300.0f)}})));
  CHECK(count(numpy("h*h + h"), Op::round_half) == 2);
  CHECK(count(numpy("h**3"), Op::round_half) == 1);
  CHECK(count(numpy("abs(-minimum(h, h*h))"), Op::round_half) == 1);
  CHECK(count(numpy("where(h > 0, h, -h)"), Op::round_half) == 0);
  CHECK(count(numpy("floor(h) + i"), Op::round_half) == 1);
  CHECK(count(exact("astype(h*h, 'float16')"), Op::round_half) == 1);
  CHECK(count(exact("astype(h, 'float16')"), Op::round_half) == 0);
  CHECK(count(exact("float16(h) + float16(float16(x))"), Op::round_half) == 1);
  // A half constant is rounded only where NumPy rounds it.
  CHECK(as_float(exact("h + 0.1"), {{Scalar::of(0.0f)}}) == 0.1f);
  CHECK(as_float(numpy("h + 0.1"), {{Scalar::of(0.0f)}}) == 0.0999755859375f);
  CHECK(as_float(numpy("g + 0.1"), {{Scalar::of(0.0f)}}) == 0.10009765625f);
}

TEST_CASE("typing: functions are as exact as halves where nothing wider reads them") {
  const std::vector<Variable> v = {
      {"h", DType::float16}, {"b", DType::bfloat16}, {"f", DType::float32}};
  const auto marked = [&](const char* text, const typing::Policy& policy = exact_policy()) {
    const ir::TypedGraph g = type_text(text, v, policy);
    int count = 0;
    for (const ir::TypedNode& n : g.nodes) count += n.half_precision ? 1 : 0;
    return count;
  };
  CHECK(marked("exp(h) + log(h**2)") == 2);
  CHECK(marked("where(h > 0, exp(b), b)") == 1);
  CHECK(marked("max(sin(h))") == 1);
  CHECK(marked("sqrt(h)") == 0);  // an instruction
  CHECK(marked("exp(f)") == 0);
  CHECK(marked("sum(exp(h))") == 0);
  CHECK(marked("float32(exp(h))") == 0);
  CHECK(marked("exp(h) * f") == 0);
  CHECK(marked("exp(h) > 1") == 0);
  CHECK(marked("exp(h), mean(exp(h))") == 0);
  CHECK(marked("exp(sin(h)), sin(h) > 0") == 1);
  CHECK(marked("exp(h)", numpy_policy()) == 0);  // rounded as NumPy does
  CHECK(ir::to_string(type_text("exp(h)", v, exact_policy())).find("precise as float16") !=
        std::string::npos);
}

TEST_CASE("typing: weak scalars convert once, to the lane they meet") {
  const ir::TypedGraph g = exact("x * (2*pi/3)");
  CHECK(g.nodes.size() == 3);
  CHECK(as_float(g, {{Scalar::of(1.0f)}}) == static_cast<float>(2 * 3.141592653589793 / 3));
  CHECK(result_of(exact("x * (f + n)")).dtype == DType::float32);
  CHECK(count(exact("x * (f + n)"), Op::cast) == 2);  // n to float64, the sum to float32
  const ir::TypedGraph w = exact("f + n");
  CHECK(result_of(w).weak);
  CHECK(result_of(exact("x + f")).dtype == DType::float32);
  CHECK_FALSE(result_of(exact("x + f")).weak);
  CHECK(result_of(exact("astype(f, 'float32') + d")).dtype == DType::float64);
  CHECK(result_of(exact("astype(1, 'float32') * h")).dtype == DType::float32);
}

TEST_CASE("typing: constants fold in their lanes") {
  const auto value = [](std::string_view text) {
    const ir::TypedGraph g = exact(text);
    REQUIRE(result_of(g).op == Op::constant);
    return typing::convert_scalar(g.constants[result_of(g).attr], DType::float64).as<double>();
  };
  CHECK(value("sqrt(2)") == std::sqrt(2.0));
  CHECK(value("exp(1) - e") == std::exp(1.0) - 2.718281828459045);
  CHECK(value("0.1 + 0.2") == 0.1 + 0.2);
  CHECK(value("7 / 2") == 3.5);
  CHECK(value("-7.5 // 2") == -4);
  CHECK(value("-7.5 % 2") == 0.5);
  CHECK(value("7.5 % -2") == -0.5);
  CHECK(value("2 ** 0.5") == std::pow(2.0, 0.5));
  CHECK(value("2 ** -1") == 0.5);
  CHECK(value("astype(300, 'uint8')") == 44);
  CHECK(value("astype(-1.9, 'int8')") == -1);
  CHECK(value("astype(1e30, 'int32')") == 2147483647);
  CHECK(value("astype(nan, 'int32')") == 0);
  CHECK(value("saturate(1e30, 'float16')") == 65504);
  CHECK(value("saturate(-300, 'int8')") == -128);
  CHECK(value("saturate(inf, 'float32')") == 3.4028234663852886e38);
  CHECK(value("float16(2049)") == 2048);
  CHECK(value("abs(3+4j)") == 5);
  CHECK(value("real((1+2j)*(3-1j))") == 5);
  CHECK(value("real((1+1j)**-2 * 2j)") == 1);
  CHECK(value("hypot(3, 4)") == 5);
  CHECK(value("round(2.5)") == 2);
  CHECK(value("fmin(nan, 1)") == 1);
  CHECK(std::isnan(value("minimum(nan, 1)")));
  CHECK(value("isnan(nan)") == 1);
  CHECK(value("signbit(-0.0)") == 1);
  CHECK(value("1 if 2 < 1 else 3") == 3);
  CHECK(value("not 0.0") == 1);
  CHECK(value("copysign(3, -1)") == -3);
  CHECK(value("fma(2, 3, 4)") == 10);
  CHECK(value("fma(2.0, 3, 4)") == 10);
  CHECK(value("clip(5, 0, 3)") == 3);
  CHECK(value("sign(-2.5)") == -1);
}

TEST_CASE("typing: powers") {
  CHECK(result_of(exact("x**2")).op == Op::square);
  CHECK(result_of(exact("x**2.0")).op == Op::square);
  CHECK(exact("x**1").nodes.size() == 1);
  CHECK(result_of(exact("x**-1")).op == Op::divide);
  CHECK(result_of(exact("x**0.5")).op == Op::pow);
  CHECK(result_of(exact("x**9")).op == Op::pow);
  CHECK(result_of(exact("x**f")).op == Op::pow);
  CHECK(result_of(exact("x**-2")).op == Op::pow);
  CHECK(count(exact("x**8"), Op::square) == 3);
  CHECK(count(exact("x**7"), Op::multiply) == 2);
  CHECK(
      result_of(type_text("x**0.5", kVariables, {Promotion::exact, Fp::fast, Overflow::wrap})).op ==
      Op::sqrt);
  CHECK(as_float(exact("x**0"), {{Scalar::of(std::nanf(""))}}) == 1.0f);
  CHECK(as_float(exact("x**7"), {{Scalar::of(2.0f)}}) == 128.0f);
  CHECK(count(exact("z**4"), Op::square) == 2);
  CHECK(result_of(exact("z**-1")).op == Op::divide);
  CHECK(result_of(exact("z**5")).op == Op::pow);
  CHECK(result_of(exact("z**-3")).op == Op::pow);
  CHECK(result_of(exact("z**x")).dtype == DType::complex64);
  CHECK(result_of(exact("x**2j")).dtype == DType::complex64);
  CHECK(result_of(exact("z**0")).dtype == DType::complex64);
}

TEST_CASE("typing: reductions") {
  const ir::TypedGraph mean = exact("mean(h)");
  CHECK(result_of(mean).op == Op::cast);
  CHECK(count(mean, Op::extent) == 1);
  CHECK(count(mean, Op::divide) == 1);
  const std::vector<Scalar> halves = {Scalar::of(1.0f), Scalar::of(2.0f), Scalar::of(4.5f)};
  CHECK(as_float(mean, {halves}) == 2.5f);
  CHECK(result_of(numpy("mean(h)")).op == Op::round_half);
  const std::vector<Scalar> bytes = {Scalar::of(std::uint8_t{255}), Scalar::of(std::uint8_t{254})};
  CHECK(run(exact("mean(a)"), {bytes}).results[0][0].as<double>() == 254.5);
  CHECK(run(exact("sum(a)"), {bytes}).results[0][0].as<std::uint64_t>() == 509);
  CHECK(run(exact("count_nonzero(a - 254)"), {bytes}).results[0][0].as<std::int64_t>() == 1);
  CHECK(run(exact("prod(a)"), {bytes}).results[0][0].as<std::uint64_t>() == 255 * 254);
  CHECK(run(exact("max(a) - min(a)"), {bytes}).results[0][0].as<std::int16_t>() == 1);
  CHECK(result_of(type_text("prod(u)", kVariables, exact_policy(Overflow::check))).may_wrap);
  // Elements of 64 bits are added in two words.
  const ir::TypedGraph wide = exact("mean(u)");
  CHECK(count(wide, Op::sum) == 2);
  for (const ir::TypedNode& n : wide.nodes) CHECK((n.op != Op::sum || is_integer(n.dtype)));
}

TEST_CASE("typing: what integers are not keeps their shape") {
  for (std::string_view text : {"isnan(a)", "isinf(a)", "isfinite(a)", "signbit(a)", "imag(a)",
                                "a**0", "x**0", "imag(x)", "z**0"}) {
    const ir::TypedGraph g = exact(text);
    CAPTURE(text);
    CHECK(count(g, Op::variable) == 1);
    const std::vector<Dims> shapes = ir::infer_shapes(g, std::vector<Dims>{Dims{3, 4}});
    CHECK(shapes[g.results[0]] == Dims{3, 4});
  }
  CHECK(run(exact("isfinite(a)"), {{Scalar::of(std::uint8_t{3})}}).results[0][0].as<bool>());
  CHECK_FALSE(run(exact("isnan(a)"), {{Scalar::of(std::uint8_t{3})}}).results[0][0].as<bool>());
  CHECK(run(exact("signbit(i)"), {{Scalar::of(std::int8_t{-3})}}).results[0][0].as<bool>());
  CHECK(as_float(exact("imag(x)"), {{Scalar::of(INFINITY)}}) == 0.0f);
}

TEST_CASE("typing: errors name the operation and the dtype") {
  const auto e = exact_policy(), n = numpy_policy();
  const ErrorCode type = ErrorCode::type;
  const auto has = [](const std::string& text, std::string_view part) {
    CAPTURE(text, part);
    CHECK(text.find(part) != std::string::npos);
  };
  has(error_of("floor(z)", e, type), "floor is not defined for complex64");
  has(error_of("z // 2", e, type), "floor_divide is not defined for complex64");
  has(error_of("cbrt(z)", e, type), "cbrt is not defined for complex64");
  has(error_of("x & 1", e, type), "bitwise_and is not defined for float32");
  has(error_of("x << 1", e, type), "is not defined for float32");
  has(error_of("~x", e, type), "is not defined for float32");
  has(error_of("saturate(z, 'float32')", e, type), "saturate is not defined for complex64");
  has(error_of("a + 300", n, ErrorCode::value), "Python integer 300 out of bounds for uint8");
  has(error_of("a * -1", n, ErrorCode::value), "Python integer -1 out of bounds for uint8");
  has(error_of("a & ~1", n, ErrorCode::value), "Python integer -2 out of bounds for uint8");
  has(error_of("a ** -1", n, ErrorCode::value), "negative integer powers");
  has(error_of("t - t", n, type), "subtract is not defined for bool");
  has(error_of("-t", n, type), "negative is not defined for bool");
  has(error_of("u & astype(u, 'int64')", n, type), "uint64 and int64");
  CHECK(error_of("a < 300", n, type) == "no error");
  CHECK(error_of("a + 255", n, type) == "no error");
  CHECK(error_of("(200 + 100) < a", n, type) == "no error");
}
