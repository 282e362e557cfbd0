// Operations of integers that are new to the table, over every pair of special values: fmod,
// popcount, relu, and what floats and integers share.
#include "values.hpp"

using namespace tightloop;
using namespace tightloop::elementwise_test;

namespace {

template <class F>
void for_each_integer(F f) {
  f(std::int8_t{});
  f(std::int16_t{});
  f(std::int32_t{});
  f(std::int64_t{});
  f(std::uint8_t{});
  f(std::uint16_t{});
  f(std::uint32_t{});
  f(std::uint64_t{});
}

Options numpy() {
  Options options;
  options.promotion = Promotion::numpy;
  return options;
}

__extension__ using Wide = __int128;

}  // namespace

TEST_CASE("elementwise: integer fmod truncates") {
  for_each_integer([]<class T>(T) {
    const auto exact = [](T x, T y) { return y == 0 ? T{0} : static_cast<T>(Wide{x} % Wide{y}); };
    const auto values = special_values<T>();
    check_binary("fmod(x, y)", values, values, exact, numpy());
    // In exact promotion the result is as narrow as its range, so it is widened to compare.
    const std::string widened = std::string(std::is_signed_v<T> ? "int64" : "uint64");
    check_binary(widened + "(fmod(x, y))", values, values, [&](T x, T y) {
      using R = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
      return static_cast<R>(exact(x, y));
    });
  });
  const auto i = special_values<std::int64_t>();
  const auto u = special_values<std::uint64_t>();
  check_binary("int64(fmod(x, y))", i, u, [](std::int64_t x, std::uint64_t y) {
    return static_cast<std::int64_t>(y == 0 ? 0 : Wide{x} % Wide{y});
  });
  check_binary("uint64(fmod(x, y))", u, i, [](std::uint64_t x, std::int64_t y) {
    return static_cast<std::uint64_t>(y == 0 ? 0 : Wide{x} % Wide{y});
  });
}

TEST_CASE("elementwise: popcount counts the bits of the magnitude") {
  for_each_integer([]<class T>(T) {
    for (const Options& options : {Options{}, numpy()}) {
      check_unary(
          "popcount(x)", special_values<T>(),
          [](T x) {
            Wide rest = x < 0 ? -Wide{x} : Wide{x};
            std::uint8_t count = 0;
            for (; rest != 0; rest /= 2) count = static_cast<std::uint8_t>(count + rest % 2);
            return count;
          },
          options);
    }
  });
  check_unary("bitwise_count(x > 3)", special_values<std::int16_t>(),
              [](std::int16_t x) { return static_cast<std::uint8_t>(x > 3 ? 1 : 0); });
  CHECK(evaluate("popcount(255)", {}).item<int>() == 8);
  CHECK(evaluate("popcount(-255)", {}).item<int>() == 8);
  CHECK_THROWS_AS(evaluate("popcount(1.5)", {}), Error);
}

TEST_CASE("elementwise: integer reciprocal, relu, ones and copies") {
  for_each_integer([]<class T>(T) {
    const auto values = special_values<T>();
    check_unary("reciprocal(x)", values, [](T x) { return 1.0 / static_cast<double>(x); });
    check_unary(
        "reciprocal(x)", values, [](T x) { return static_cast<T>(x == 0 ? 0 : 1 / Wide{x}); },
        numpy());
    check_unary("ones_like(x)", values, [](T) { return T{1}; });
    check_unary("zeros_like(x)", values, [](T) { return T{0}; });
    check_unary("copy(x)", values, [](T x) { return x; });
    check_unary("nan_to_num(x)", values, [](T x) { return x; });
    using U = std::make_unsigned_t<T>;
    check_unary("relu(x)", values, [](T x) { return static_cast<U>(x < 0 ? T{0} : x); });
    check_unary(
        "relu(x)", values, [](T x) { return x < 0 ? T{0} : x; }, numpy());
    check_unary("angle(x)", values, [](T x) { return x < 0 ? std::acos(-1.0) : 0.0; });
  });
}

TEST_CASE("elementwise: words to float64 are rounded once, wherever the halves meet") {
  std::vector<std::int64_t> values = special_values<std::int64_t>();
  for (int bit = 0; bit < 63; ++bit) {
    for (std::int64_t low : {-2, -1, 0, 1, 2}) {
      for (int below : {53, 54, 32, 31}) {
        const std::int64_t half = bit > below ? std::int64_t{1} << (bit - below) : 0;
        const std::int64_t v = (std::int64_t{1} << bit) + half + low;
        values.insert(values.end(), {v, -v});
      }
    }
  }
  check_unary("astype(x, float64)", values, [](std::int64_t x) { return static_cast<double>(x); });
}
