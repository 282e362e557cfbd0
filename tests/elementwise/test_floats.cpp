// Float operations that are exact or composed of others, over every pair of special values.
#include "values.hpp"

using namespace tightloop;
using namespace tightloop::elementwise_test;

namespace {

/// The neighbour of x towards y by counting through the bit patterns in the order of their values.
template <class H>
H next_half(H x, H y) {
  const auto rank = [](H h) { return (h.bits & 0x8000) != 0 ? -(h.bits & 0x7fff) : int{h.bits}; };
  const double a = to_double(x), b = to_double(y);
  if (std::isnan(a) || std::isnan(b))
    return {static_cast<std::uint16_t>(half_format<H>.infinity() | half_format<H>.quiet_bit())};
  if (a == b) return y;
  const int next = rank(x) + (b > a ? 1 : -1);
  const bool negative = next < 0 || (next == 0 && a < 0);
  return {static_cast<std::uint16_t>(std::abs(next) | (negative ? 0x8000 : 0))};
}

template <class T>
T relu(T x) {
  return std::isnan(x) ? x : x > 0 ? x : T{0};
}
template <class T>
T finite(T x) {
  if (std::isnan(x)) return 0;
  const T most = std::numeric_limits<T>::max();
  return std::isinf(x) ? std::copysign(most, x) : x;
}
template <class T>
T heaviside(T x, T h) {
  return std::isnan(x) ? x : x == 0 ? h : x < 0 ? T{0} : T{1};
}

template <class T>
void check_floats() {
  const auto values = special_values<T>();
  check_binary("fmod(x, y)", values, values, [](T x, T y) { return std::fmod(x, y); });
  check_binary("nextafter(x, y)", values, values, [](T x, T y) { return std::nextafter(x, y); });
  check_binary("copysign(x, y)", values, values, [](T x, T y) { return std::copysign(x, y); });
  check_binary("heaviside(x, y)", values, values, heaviside<T>);
  check_binary("complex(x, y)", values, values, [](T x, T y) { return std::complex<T>(x, y); });
  check_unary("relu(x)", values, relu<T>);
  check_unary("nan_to_num(x)", values, finite<T>);
  check_unary("nan_to_num(complex(x, -x))", values,
              [](T x) { return std::complex<T>(finite(x), finite(-x)); });
  check_unary("reciprocal(x)", values, [](T x) { return 1 / x; });
  check_unary("copy(x)", values, [](T x) { return x; });
  check_unary("ones_like(x)", values, [](T) { return T{1}; });
  check_unary("zeros_like(x)", values, [](T) { return T{0}; });
  check_unary("angle(x)", values, [](T x) {
    return std::isnan(x) ? x : std::signbit(x) ? static_cast<T>(std::acos(-1.0)) : T{0};
  });
}

template <class H>
void check_halves() {
  const auto values = special_values<H>();
  const auto rounded = [](double x) { return round_to_half<H>(x); };
  const auto number = [](H h) { return to_double(h); };
  for (const Promotion promotion : {Promotion::exact, Promotion::numpy}) {
    Options options;
    options.promotion = promotion;
    check_binary("nextafter(x, y)", values, values, next_half<H>, options);
    check_binary(
        "fmod(x, y)", values, values,
        [&](H x, H y) { return rounded(std::fmod(number(x), number(y))); }, options);
    check_binary(
        "heaviside(x, y)", values, values,
        [&](H x, H y) { return rounded(heaviside(number(x), number(y))); }, options);
    check_binary(
        "complex(x, y)", values, values,
        [&](H x, H y) { return std::complex<float>(to_float(x), to_float(y)); }, options);
    check_unary(
        "relu(x)", values, [&](H x) { return rounded(relu(number(x))); }, options);
    check_unary(
        "nan_to_num(x)", values,
        [&](H x) {
          const double most = to_double(half_max<H>), v = number(x);
          return rounded(std::isnan(v) ? 0 : std::isinf(v) ? std::copysign(most, v) : v);
        },
        options);
    check_unary(
        "reciprocal(x)", values, [&](H x) { return rounded(1 / number(x)); }, options);
    check_unary(
        "ones_like(x)", values, [&](H) { return rounded(1.0); }, options);
    check_unary(
        "angle(x)", values,
        [&](H x) {
          const double v = number(x);
          return rounded(std::isnan(v) ? v : std::signbit(v) ? std::acos(-1.0) : 0.0);
        },
        options);
  }
}

}  // namespace

TEST_CASE("elementwise: floats and every pair of special values") {
  check_floats<float>();
  check_floats<double>();
}

TEST_CASE("elementwise: halves and every pair of special values") {
  check_halves<float16_t>();
  check_halves<bfloat16_t>();
}

TEST_CASE("elementwise: nextafter of every float16 towards both infinities") {
  std::vector<float16_t> all;
  for (unsigned bits = 0; bits < 0x10000; ++bits) all.push_back({static_cast<std::uint16_t>(bits)});
  check_unary("nextafter(x, inf)", all, [](float16_t x) { return next_half(x, {0x7c00}); });
  check_unary("nextafter(x, -inf)", all, [](float16_t x) { return next_half(x, {0xfc00}); });
  // A value that no float16 is rounds first.
  check_unary("nextafter(x * 1.0625, inf)", std::vector<float16_t>{{0x3c01}}, [](float16_t x) {
    return next_half(round_to_half<float16_t>(to_double(x) * 1.0625), {0x7c00});
  });
}

TEST_CASE("elementwise: float operations of integers give float64") {
  const auto values = special_values<std::int32_t>();
  check_binary("heaviside(x, y)", values, values, [](std::int32_t x, std::int32_t y) {
    return heaviside(double{static_cast<double>(x)}, static_cast<double>(y));
  });
  check_binary("nextafter(x, y)", values, values, [](std::int32_t x, std::int32_t y) {
    return std::nextafter(static_cast<double>(x), static_cast<double>(y));
  });
  check_binary("complex(x, y)", values, values,
               [](std::int32_t x, std::int32_t y) { return std::complex<double>(x, y); });
  check_binary(
      "float_power(x, y)", std::vector<std::int8_t>{2, -2, 5}, std::vector<std::int8_t>{-1, 0, 3},
      [](std::int8_t x, std::int8_t y) { return std::pow(double{static_cast<double>(x)}, y); });
}

TEST_CASE("elementwise: compositions near their limits") {
  struct Case {
    const char* text;
    double x, want;
  };
  const double inf = HUGE_VAL, nan = std::nan("");
  for (const Case& c : std::initializer_list<Case>{{"sinc(x)", 0, 1},
                                                   {"sinc(x)", -0.0, 1},
                                                   {"sinc(x)", 1, 0},
                                                   {"sinc(x)", -7, 0},
                                                   {"sinc(x)", 1e15, 0},
                                                   {"sinc(x)", inf, nan},
                                                   {"sinc(x)", nan, nan},
                                                   {"sigmoid(x)", 0, 0.5},
                                                   {"sigmoid(x)", inf, 1},
                                                   {"sigmoid(x)", -inf, 0},
                                                   {"sigmoid(x)", nan, nan},
                                                   {"rsqrt(x)", 0, inf},
                                                   {"rsqrt(x)", -0.0, -inf},
                                                   {"rsqrt(x)", inf, 0},
                                                   {"rsqrt(x)", -1, nan},
                                                   {"rsqrt(x)", 0.25, 2},
                                                   {"deg2rad(x)", inf, inf},
                                                   {"rad2deg(x)", 1e308, inf},
                                                   {"gelu(x)", 0, 0},
                                                   {"gelu(x)", inf, inf},
                                                   {"gelu(x)", -inf, -0.0},
                                                   {"gelu(x)", nan, nan},
                                                   {"logaddexp(x, x)", -inf, -inf},
                                                   {"logaddexp(x, 0*x)", inf, nan},
                                                   {"logaddexp(x, 1)", -inf, 1},
                                                   {"logaddexp2(x, x)", 3, 4},
                                                   {"logaddexp2(x, -inf)", 7, 7},
                                                   {"float_power(x, 0.5)", 4, 2}}) {
    const double got = evaluate(c.text, {{"x", std::vector<double>{c.x}}}).item<double>();
    INFO(c.text << " at " << c.x << " gave " << got);
    CHECK((got == c.want || (std::isnan(got) && std::isnan(c.want))));
  }
}
