// The dtype tables: promotion of every pair of dtypes in both modes, casts, and language.md 2.1 row
// by row.
#include "catch.hpp"
#include "typing/typed.hpp"

using namespace tightloop;
using namespace tightloop::typing_test;

namespace {

// One letter per dtype, in the order of DType, as NumPy's type codes ('g' is bfloat16).
constexpr std::string_view kCodes = "?bhiqBHIQegfdFD";

using Table = std::string_view[15];

// numpy.promote_types, with bfloat16 as another float16.
constexpr Table kNumpyPromotion = {
    "?bhiqBHIQegfdFD", "bbhiqhiqdegfdFD", "hhhiqhiqdfffdFD", "iiiiqiiqdddddDD", "qqqqqqqqdddddDD",
    "BhhiqBHIQegfdFD", "HiiiqHHIQfffdFD", "IqqqqIIIQddddDD", "QddddQQQQddddDD", "eefddefddeffdFD",
    "ggfddgfddfgfdFD", "fffddffddfffdFD", "dddddddddddddDD", "FFFDDFFDDFFFDFD", "DDDDDDDDDDDDDDD",
};

// Exact promotion: the narrowest dtype of the interval of the result.
constexpr Table kExactAdd = {
    "BhiqqHIQQegfdFD", "hhiqqhiqqegfdFD", "iiiqqiiqqfffdFD", "qqqqqqqqqddddDD", "qqqqqqqqqddddDD",
    "HhiqqHIQQegfdFD", "IiiqqIIQQfffdFD", "QqqqqQQQQddddDD", "QqqqqQQQQddddDD", "eefddefddeffdFD",
    "ggfddgfddfgfdFD", "fffddffddfffdFD", "dddddddddddddDD", "FFFDDFFDDFFFDFD", "DDDDDDDDDDDDDDD",
};
constexpr Table kExactSubtract = {
    "bhiqqhiqqegfdFD", "hhiqqhiqqegfdFD", "iiiqqiiqqfffdFD", "qqqqqqqqqddddDD", "qqqqqqqqqddddDD",
    "hhiqqhiqqegfdFD", "iiiqqiiqqfffdFD", "qqqqqqqqqddddDD", "qqqqqqqqqddddDD", "eefddefddeffdFD",
    "ggfddgfddfgfdFD", "fffddffddfffdFD", "dddddddddddddDD", "FFFDDFFDDFFFDFD", "DDDDDDDDDDDDDDD",
};
constexpr Table kExactMultiply = {
    "BbhiqBHIQegfdFD", "bhiqqhiqqegfdFD", "hiiqqiiqqfffdFD", "iqqqqqqqqddddDD", "qqqqqqqqqddddDD",
    "BhiqqHIQQegfdFD", "HiiqqIIQQfffdFD", "IqqqqQQQQddddDD", "QqqqqQQQQddddDD", "eefddefddeffdFD",
    "ggfddgfddfgfdFD", "fffddffddfffdFD", "dddddddddddddDD", "FFFDDFFDDFFFDFD", "DDDDDDDDDDDDDDD",
};

// numpy.can_cast.
constexpr Table kSafe = {
    "xxxxxxxxxxxxxxx", ".xxxx....xxxxxx", "..xxx......xxxx", "...xx.......x.x", "....x.......x.x",
    "..xxxxxxxxxxxxx", "...xx.xxx..xxxx", "....x..xx...x.x", "........x...x.x", ".........x.xxxx",
    "..........xxxxx", "...........xxxx", "............x.x", ".............xx", "..............x",
};
constexpr Table kSameKind = {
    "xxxxxxxxxxxxxxx", ".xxxx....xxxxxx", ".xxxx....xxxxxx", ".xxxx....xxxxxx", ".xxxx....xxxxxx",
    ".xxxxxxxxxxxxxx", ".xxxxxxxxxxxxxx", ".xxxxxxxxxxxxxx", ".xxxxxxxxxxxxxx", ".........xxxxxx",
    ".........xxxxxx", ".........xxxxxx", ".........xxxxxx", ".............xx", ".............xx",
};

DType decode(char code) {
  return kAllDTypes[kCodes.find(code)];
}

void check_table(std::string_view text, const Table& table, const typing::Policy& policy) {
  for (std::size_t i = 0; i < 15; ++i) {
    for (std::size_t j = 0; j < 15; ++j) {
      const DType a = kAllDTypes[i], b = kAllDTypes[j];
      const std::string pair =
          std::string(text) + " of " + std::string(name(a)) + ", " + std::string(name(b));
      CAPTURE(pair);
      CHECK(name(dtype_of_text(text, {{"a", a}, {"b", b}}, policy)) == name(decode(table[i][j])));
    }
  }
}

struct Row {
  std::string_view text;
  DType exact;
  DType numpy;
};

// a, b: uint8.
constexpr Row kBytes[] = {
    {"a + b", DType::uint16, DType::uint8},
    {"a - b", DType::int16, DType::uint8},
    {"a * b", DType::uint16, DType::uint8},
    {"abs(a - b)", DType::uint8, DType::uint8},
    {"absdiff(a, b)", DType::uint8, DType::uint8},
    {"(a - b)**2", DType::uint16, DType::uint8},
    {"(a - b)*(a - b)", DType::uint16, DType::uint8},
    {"square(a - b)", DType::uint16, DType::uint8},
    {"d = a - b; d*d", DType::uint16, DType::uint8},
    {"a // 2", DType::uint8, DType::uint8},
    {"a // b", DType::uint8, DType::uint8},
    {"a % 10", DType::uint8, DType::uint8},
    {"a / b", DType::float64, DType::float64},
    {"a > b", DType::bool_, DType::bool_},
    {"a < 1000", DType::bool_, DType::bool_},
    {"sum(abs(a - b))", DType::uint64, DType::uint64},
    {"sum(a - b)", DType::int64, DType::uint64},
    {"prod(a)", DType::uint64, DType::uint64},
    {"mean(a)", DType::float64, DType::float64},
    {"max(a)", DType::uint8, DType::uint8},
    {"count_nonzero(a)", DType::int64, DType::int64},
    {"any(a)", DType::bool_, DType::bool_},
    {"-a", DType::int16, DType::uint8},
    {"~a", DType::uint8, DType::uint8},
    {"a & 15", DType::uint8, DType::uint8},
    {"a | b", DType::uint8, DType::uint8},
    {"a << 3", DType::uint16, DType::uint8},
    {"a >> 3", DType::uint8, DType::uint8},
    {"a**2", DType::uint16, DType::uint8},
    {"a**3", DType::uint32, DType::uint8},
    {"a**0", DType::uint8, DType::uint8},
    {"a**0.5", DType::float64, DType::float64},
    {"sqrt(a)", DType::float64, DType::float16},
    {"floor(a)", DType::uint8, DType::uint8},
    {"sign(a)", DType::uint8, DType::uint8},
    {"minimum(a, 5)", DType::uint8, DType::uint8},
    {"clip(a, 3, 200)", DType::uint8, DType::uint8},
    {"where(a > b, a, b)", DType::uint8, DType::uint8},
    {"where(a > b, 1, 0)", DType::uint8, DType::int64},
    {"where(a > b, 1.0, 0)", DType::float64, DType::float64},
    {"a * 0.5", DType::float64, DType::float64},
    {"a + 2j", DType::complex128, DType::complex128},
    {"astype(a, 'int32') + 1", DType::int64, DType::int32},
    {"saturate(a, 'int8')", DType::int8, DType::int8},
    {"isnan(a)", DType::bool_, DType::bool_},
    {"imag(a)", DType::uint8, DType::uint8},
    {"fma(a, b, 1)", DType::uint16, DType::uint8},
};

// i: int8, l: int64, u: uint64, t: bool.
constexpr Row kIntegers[] = {
    {"abs(i)", DType::uint8, DType::int8},
    {"-i", DType::int16, DType::int8},
    {"square(i)", DType::uint16, DType::int8},
    {"sign(i)", DType::int8, DType::int8},
    {"~i", DType::int8, DType::int8},
    {"i & 1", DType::uint8, DType::int8},
    {"i + l", DType::int64, DType::int64},
    {"u + l", DType::int64, DType::float64},
    {"u + u", DType::uint64, DType::uint64},
    {"u - u", DType::int64, DType::uint64},
    {"minimum(u, l)", DType::int64, DType::float64},
    {"maximum(u, l)", DType::uint64, DType::float64},
    {"where(t, u, l)", DType::int64, DType::float64},
    {"u % l", DType::int64, DType::float64},
    {"l % u", DType::uint64, DType::float64},
    {"l**u", DType::int64, DType::float64},
    {"abs(l)", DType::uint64, DType::int64},
    {"abs(l - i)", DType::uint64, DType::int64},
    {"t + t", DType::uint8, DType::bool_},
    {"t * t", DType::uint8, DType::bool_},
    {"t + 1", DType::uint8, DType::int64},
    {"t & t", DType::bool_, DType::bool_},
    {"~t", DType::bool_, DType::bool_},
    {"t << t", DType::uint8, DType::int8},
    {"t // t", DType::uint8, DType::int8},
    {"t % t", DType::uint8, DType::int8},
    {"t**t", DType::uint8, DType::int8},
    {"square(t)", DType::uint8, DType::int8},
    {"t / t", DType::float64, DType::float64},
    {"sqrt(t)", DType::float64, DType::float16},
    {"minimum(t, t)", DType::bool_, DType::bool_},
    {"maximum(t, i)", DType::uint8, DType::int8},
    {"clip(t, t, t)", DType::bool_, DType::bool_},
    {"abs(t)", DType::bool_, DType::bool_},
    {"sum(t)", DType::uint64, DType::int64},
    {"sum(i)", DType::int64, DType::int64},
    {"prod(t)", DType::uint64, DType::int64},
    {"mean(t)", DType::float64, DType::float64},
    {"min(t)", DType::bool_, DType::bool_},
    {"hypot(i, i)", DType::float64, DType::float16},
    {"hypot(i, l)", DType::float64, DType::float64},
    {"atan2(i, astype(i, 'int16'))", DType::float64, DType::float32},
};

// h: float16, g: bfloat16, x: float32, d: float64, z: complex64, i: int8, k: int16, l: int64.
constexpr Row kFloats[] = {
    {"h + h", DType::float16, DType::float16},
    {"h + g", DType::float32, DType::float32},
    {"g + g", DType::bfloat16, DType::bfloat16},
    {"h + 1", DType::float16, DType::float16},
    {"h * 0.1", DType::float16, DType::float16},
    {"h + True", DType::float16, DType::float16},
    {"h + i", DType::float16, DType::float16},
    {"g + i", DType::bfloat16, DType::bfloat16},
    {"h + k", DType::float32, DType::float32},
    {"x + k", DType::float32, DType::float32},
    {"x + l", DType::float64, DType::float64},
    {"x * 0.5", DType::float32, DType::float32},
    {"x + 7", DType::float32, DType::float32},
    {"x / 3", DType::float32, DType::float32},
    {"h / i", DType::float16, DType::float16},
    {"h + 1j", DType::complex64, DType::complex64},
    {"x + 1j", DType::complex64, DType::complex64},
    {"d + 1j", DType::complex128, DType::complex128},
    {"l * 1.5", DType::float64, DType::float64},
    {"i * 1j", DType::complex128, DType::complex128},
    {"z + i", DType::complex64, DType::complex64},
    {"z + l", DType::complex128, DType::complex128},
    {"z * 2.5", DType::complex64, DType::complex64},
    {"abs(z)", DType::float32, DType::float32},
    {"real(z)", DType::float32, DType::float32},
    {"imag(x)", DType::float32, DType::float32},
    {"z**3", DType::complex64, DType::complex64},
    {"z**-2", DType::complex64, DType::complex64},
    {"sqrt(h)", DType::float16, DType::float16},
    {"h > 1", DType::bool_, DType::bool_},
    {"sum(h)", DType::float32, DType::float16},
    {"prod(g)", DType::float32, DType::bfloat16},
    {"mean(h)", DType::float32, DType::float16},
    {"sum(x)", DType::float32, DType::float32},
    {"mean(x)", DType::float32, DType::float32},
    {"sum(d)", DType::float64, DType::float64},
    {"sum(z)", DType::complex64, DType::complex64},
    {"mean(z)", DType::complex64, DType::complex64},
    {"max(h)", DType::float16, DType::float16},
    {"minimum(h, 2)", DType::float16, DType::float16},
    {"where(x > 0, h, 0.5)", DType::float16, DType::float16},
    {"astype(h, 'float64') * x", DType::float64, DType::float64},
    {"float16(d)", DType::float16, DType::float16},
    {"saturate(d, 'float16')", DType::float16, DType::float16},
    {"x**2", DType::float32, DType::float32},
    {"h**0.5", DType::float16, DType::float16},
    {"x // 2", DType::float32, DType::float32},
    {"absdiff(h, x)", DType::float32, DType::float32},
};

// Weak operands alone. n: an integer of 8 bits, f: a float.
constexpr Row kWeak[] = {
    {"1 + 1", DType::uint8, DType::int64},     {"300", DType::uint16, DType::int64},
    {"-1", DType::int8, DType::int64},         {"~5", DType::int8, DType::int64},
    {"1 / 2", DType::float64, DType::float64}, {"2 ** -1", DType::float64, DType::float64},
    {"2 ** 10", DType::uint16, DType::int64},  {"n + 1", DType::uint16, DType::int64},
    {"True", DType::bool_, DType::bool_},      {"True + True", DType::uint8, DType::int64},
    {"2.5", DType::float64, DType::float64},   {"2j", DType::complex128, DType::complex128},
    {"n * f", DType::float64, DType::float64}, {"sqrt(2)", DType::float64, DType::float64},
    {"sum(1)", DType::uint64, DType::int64},   {"0xffffffffffffffff", DType::uint64, DType::uint64},
    {"~n", DType::int16, DType::int64},
};

template <std::size_t N>
void check_rows(const Row (&rows)[N], const std::vector<Variable>& variables) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(name(dtype_of_text(row.text, variables, exact_policy())) == name(row.exact));
    CHECK(name(dtype_of_text(row.text, variables, numpy_policy())) == name(row.numpy));
  }
}

}  // namespace

TEST_CASE("typing: + - * of every pair of dtypes") {
  check_table("a + b", kExactAdd, exact_policy());
  check_table("a - b", kExactSubtract, exact_policy());
  check_table("a * b", kExactMultiply, exact_policy());
  check_table("a + b", kNumpyPromotion, numpy_policy());
}

TEST_CASE("typing: promote and can_cast agree with NumPy's tables") {
  for (std::size_t i = 0; i < 15; ++i) {
    for (std::size_t j = 0; j < 15; ++j) {
      const DType a = kAllDTypes[i], b = kAllDTypes[j];
      CAPTURE(name(a), name(b));
      CHECK(typing::promote(a, b) == decode(kNumpyPromotion[i][j]));
      CHECK(typing::can_cast(a, b, Casting::no) == (i == j));
      CHECK(typing::can_cast(a, b, Casting::safe) == (kSafe[i][j] == 'x'));
      CHECK(typing::can_cast(a, b, Casting::same_kind) == (kSameKind[i][j] == 'x'));
      CHECK(typing::can_cast(a, b, Casting::unsafe));
    }
  }
}

TEST_CASE("typing: dtypes of expressions, row by row") {
  check_rows(kBytes, {{"a", DType::uint8}, {"b", DType::uint8}});
  check_rows(kIntegers,
             {{"i", DType::int8}, {"l", DType::int64}, {"u", DType::uint64}, {"t", DType::bool_}});
  check_rows(kFloats, {{"h", DType::float16},
                       {"g", DType::bfloat16},
                       {"x", DType::float32},
                       {"d", DType::float64},
                       {"z", DType::complex64},
                       {"i", DType::int8},
                       {"k", DType::int16},
                       {"l", DType::int64}});
  check_rows(kWeak, {{"n", DType::uint8, true}, {"f", DType::float64, true}});
}

TEST_CASE("typing: ranges of the promotion table") {
  const std::vector<Variable> v = {{"a", DType::uint8}, {"b", DType::uint8}};
  const auto range = [&](std::string_view text) {
    return result_of(type_text(text, v, exact_policy())).range;
  };
  CHECK(range("a - b") == Range{-255, 255});
  CHECK(range("abs(a - b)") == Range{0, 255});
  CHECK(range("a + b") == Range{0, 510});
  CHECK(range("a * b") == Range{0, 65025});
  CHECK(range("(a - b)**2") == Range{0, 65025});
  CHECK(range("a // 2") == Range{0, 127});
  CHECK(range("a + 1000") == Range{1000, 1255});
  CHECK(range("abs(a - 1000)") == Range{745, 1000});
  CHECK(range("clip(a, 3, 9) * 2") == Range{6, 18});
}
