// Contractions against element by element arithmetic: every dtype, layouts, sizes around the tiles,
// stacks, einsum; the same bits for threads and vector widths; stages and memory.
#include <cmath>
#include <cstring>

#include "api/front.hpp"
#include "base/thread_pool.hpp"
#include "catch.hpp"
#include "contraction_oracle.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;
using contraction_test::Expected;
using contraction_test::expected;
using contraction_test::fill;
using contraction_test::Number;
using contraction_test::number_at;
using fuzz::Random;
using fuzz::RandomArray;

namespace {

RandomArray operand(Random& random, tl::DType t, const tl::Dims& shape, bool plain, int bits = 64) {
  RandomArray out = fuzz::random_array(random, t, shape, plain);
  fill(random, out.view, bits);
  return out;
}

/// Relative to the sum of magnitudes: float32 sums run through blocks of 256, all else is at least
/// as accurate. Products without a sum keep half types, rounded once.
long double allowed(tl::DType t, const Expected& e, std::int64_t depth) {
  const bool single = t == tl::float32 || t == tl::complex64;
  if (is_half(t)) return std::ldexp(1.0L, t == tl::float16 ? -11 : -8) * e.magnitude * 1.001L;
  const long double unit = std::ldexp(1.0L, single ? -24 : -53);
  const auto terms = static_cast<long double>(std::min<std::int64_t>(depth, 256) + depth / 256 + 4);
  return (is_complex(t) ? 4 : 1) * terms * unit * e.magnitude;
}

/// Compares a result in C order with the oracle; returns what differs, or nothing.
std::string difference(const tl::Array& got, const std::vector<Expected>& want,
                       const tl::Dims& shape, std::int64_t depth) {
  if (!(got.shape() == shape)) return "another shape";
  std::vector<std::int64_t> extents(shape.begin(), shape.end()), index(extents.size(), 0);
  if (want.empty()) return "";
  std::size_t i = 0;
  do {
    const Number n = number_at(got.view(), index);
    const Expected& e = want[i++];
    if (is_integer(got.dtype())) {
      if (n.word != e.sum.word) return "element " + std::to_string(i - 1);
      continue;
    }
    const long double off = std::hypot(n.re - e.sum.re, n.im - e.sum.im);
    if (!(off <= allowed(got.dtype(), e, depth))) {
      return "element " + std::to_string(i - 1) + " by " + std::to_string(static_cast<double>(off));
    }
  } while (contraction_test::next_index(index, extents));
  return "";
}

constexpr tl::DType kAll[] = {tl::bool_,   tl::int8,      tl::int16,     tl::int32,
                              tl::int64,   tl::uint8,     tl::uint16,    tl::uint32,
                              tl::uint64,  tl::float16,   tl::bfloat16,  tl::float32,
                              tl::float64, tl::complex64, tl::complex128};

/// Integers of any values: sums modulo 2^64.
tl::Options wrapping() {
  tl::Options options;
  options.overflow = tl::Overflow::wrap;
  return options;
}

bool same_bytes(const tl::Array& a, const tl::Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(),
                     static_cast<std::size_t>(a.size()) * itemsize(a.dtype())) == 0;
}

void check_matmul(Random& random, tl::DType s, tl::DType t, std::int64_t m, std::int64_t n,
                  std::int64_t k, bool plain) {
  const RandomArray a = operand(random, s, {m, k}, plain);
  const RandomArray b = operand(random, t, {k, n}, plain);
  const tl::Array got = tl::evaluate("a @ b", {{"a", a.view}, {"b", b.view}}, wrapping());
  tl::Dims shape;
  const auto want = expected({"ik", "kj"}, "ij", {a.view, b.view}, shape);
  INFO(name(s) << " (" << m << ", " << k << ") @ " << name(t) << " (" << k << ", " << n << ")");
  CHECK(difference(got, want, shape, k) == "");
}

}  // namespace

TEST_CASE("engine: matrix products of every dtype, around the sizes of tiles") {
  Random random(31);
  for (tl::DType t : kAll) {
    for (std::int64_t m : {1, 3, 4, 12, 13, 25, 49}) {
      for (std::int64_t n : {1, 4, 8, 16, 17, 33, 65}) check_matmul(random, t, t, m, n, 7, m == 13);
    }
    for (std::int64_t k : {1, 2, 4, 255, 256, 257, 515})
      check_matmul(random, t, t, 14, 35, k, false);
  }
}

TEST_CASE("engine: matrix products of every pair of dtypes") {
  Random random(32);
  for (tl::DType s : kAll) {
    for (tl::DType t : kAll) {
      check_matmul(random, s, t, 5, 19, 6, true);
      check_matmul(random, s, t, 18, 5, 20, false);
    }
  }
}

TEST_CASE("engine: matrix products keep the dtypes of sums of products") {
  const tl::Array u8(tl::uint8, {16, 16}), i8(tl::int8, {16, 16}), f16(tl::float16, {16, 16});
  const tl::Array f32(tl::float32, {16, 16}), c64(tl::complex64, {16, 16});
  const auto dtype = [](const tl::Array& a, const tl::Array& b, tl::Promotion p) {
    tl::Options options;
    options.promotion = p;
    return tl::evaluate("a @ b", {{"a", a}, {"b", b}}, options).dtype();
  };
  CHECK(dtype(u8, u8, tl::Promotion::exact) == tl::uint64);
  CHECK(dtype(u8, i8, tl::Promotion::exact) == tl::int64);
  CHECK(dtype(f16, f16, tl::Promotion::exact) == tl::float32);
  CHECK(dtype(f16, f32, tl::Promotion::exact) == tl::float32);
  CHECK(dtype(f32, c64, tl::Promotion::exact) == tl::complex64);
  CHECK(dtype(u8, u8, tl::Promotion::numpy) == tl::uint8);
  CHECK(dtype(u8, i8, tl::Promotion::numpy) == tl::int16);
  CHECK(dtype(f16, f16, tl::Promotion::numpy) == tl::float16);
}

TEST_CASE("engine: NumPy's promotion wraps sums of products to the operands' dtype") {
  Random random(33);
  const RandomArray a = operand(random, tl::int8, {20, 30}, true);
  const RandomArray b = operand(random, tl::int8, {30, 20}, true);
  tl::Options options;
  options.promotion = tl::Promotion::numpy;
  const tl::Array got = tl::evaluate("a @ b", {{"a", a.view}, {"b", b.view}}, options);
  tl::Dims shape;
  const auto want = expected({"ik", "kj"}, "ij", {a.view, b.view}, shape);
  REQUIRE(got.dtype() == tl::int8);
  const auto* bytes = static_cast<const std::int8_t*>(got.data());
  for (std::size_t i = 0; i < want.size(); ++i) {
    CHECK(bytes[i] == static_cast<std::int8_t>(want[i].sum.word));
  }
}

namespace {

struct EinsumCase {
  const char* text;
  std::vector<std::string> terms;
  std::string out;
  std::vector<tl::Dims> shapes;
};

const EinsumCase kCases[] = {
    {"a @ b", {"k", "k"}, "", {{7}, {7}}},
    {"a @ b", {"ik", "k"}, "i", {{5, 7}, {7}}},
    {"a @ b", {"k", "kj"}, "j", {{7}, {7, 5}}},
    {"a @ b", {"bik", "kj"}, "bij", {{3, 6, 9}, {9, 17}}},
    {"a @ b", {"ik", "bkj"}, "bij", {{6, 9}, {3, 9, 17}}},
    {"a @ b", {"bik", "bkj"}, "bij", {{3, 6, 9}, {3, 9, 17}}},
    {"a @ b", {"cbik", "bkj"}, "cbij", {{2, 1, 17, 5}, {3, 5, 6}}},
    {"a @ b", {"bik", "bkj"}, "bij", {{1, 17, 5}, {4, 5, 6}}},
    {"matmul(a, b.T)", {"ik", "jk"}, "ij", {{13, 6}, {17, 6}}},
    {"a.T @ b", {"ki", "kj"}, "ij", {{6, 13}, {6, 17}}},
    {"dot(a, b)", {"xik", "ykj"}, "xiyj", {{2, 3, 5}, {4, 5, 6}}},
    {"dot(a, b)", {"xik", "k"}, "xi", {{2, 3, 5}, {5}}},
    {"dot(a, b)", {"", "ij"}, "ij", {{}, {4, 3}}},
    {"inner(a, b)", {"xik", "jk"}, "xij", {{2, 9, 5}, {16, 5}}},
    {"vdot(a, b)", {"ij", "ij"}, "", {{4, 5}, {4, 5}}},
    {"outer(a, b)", {"i", "j"}, "ij", {{4}, {5}}},
    {"einsum('ij,jk->ik', a, b)", {"ij", "jk"}, "ik", {{9, 5}, {5, 20}}},
    {"einsum('ij,jk', a, b)", {"ij", "jk"}, "ik", {{9, 5}, {5, 20}}},
    {"einsum('ij,jk->ki', a, b)", {"ij", "jk"}, "ki", {{20, 5}, {5, 9}}},
    {"einsum('bij,bjk->bik', a, b)", {"bij", "bjk"}, "bik", {{3, 17, 5}, {3, 5, 6}}},
    {"einsum('...ij,...jk', a, b)", {"bij", "jk"}, "bik", {{3, 17, 5}, {5, 6}}},
    {"einsum('i...,i...->...', a, b)", {"ibc", "ic"}, "bc", {{4, 3, 5}, {4, 5}}},
    {"einsum('ijk,kjm->im', a, b)", {"ijk", "kjm"}, "im", {{17, 3, 4}, {4, 3, 5}}},
    {"einsum('ii,ij->ij', a, b)", {"ii", "ij"}, "ij", {{6, 6}, {6, 5}}},
    {"einsum('iij,jk->ik', a, b)", {"iij", "jk"}, "ik", {{17, 17, 5}, {5, 6}}},
    {"einsum('i,j->ij', a, b)", {"i", "j"}, "ij", {{6}, {5}}},
    {"einsum('ij,jk->k', a, b)", {"ij", "jk"}, "k", {{6, 5}, {5, 7}}},
    {"einsum('ij,ij->', a, b)", {"ij", "ij"}, "", {{6, 5}, {6, 5}}},
    {"einsum('abcd,cdef->abef', a, b)", {"abcd", "cdef"}, "abef", {{3, 4, 2, 5}, {2, 5, 4, 5}}},
    {"einsum('abcd,efcd->eafb', a, b)", {"abcd", "efcd"}, "eafb", {{3, 6, 2, 5}, {2, 5, 2, 5}}},
    {"einsum('ii', a)", {"ii"}, "", {{6, 6}}},
    {"einsum('ii->i', a)", {"ii"}, "i", {{6, 6}}},
    {"einsum('ij->ji', a)", {"ij"}, "ji", {{6, 5}}},
    {"einsum('ijk->j', a)", {"ijk"}, "j", {{3, 6, 5}}},
    {"einsum('ij,jk,kl->il', a, b, c)", {"ij", "jk", "kl"}, "il", {{17, 5}, {5, 6}, {6, 18}}},
    {"einsum('i,ij,j', a, b, c)", {"i", "ij", "j"}, "", {{6}, {6, 5}, {5}}},
    {"einsum('ab,cb,cd,da->', a, b, c, d)",
     {"ab", "cb", "cd", "da"},
     "",
     {{5, 4}, {6, 4}, {6, 3}, {3, 5}}},
};

}  // namespace

TEST_CASE("engine: contractions of all forms and layouts") {
  Random random(34);
  const char* names[] = {"a", "b", "c", "d"};
  for (const EinsumCase& c : kCases) {
    for (tl::DType t : {tl::int8, tl::uint32, tl::int64, tl::float16, tl::float32, tl::float64}) {
      for (int layout = 0; layout < 3; ++layout) {
        const bool outer = std::string_view(c.text).starts_with("outer");
        std::vector<RandomArray> arrays;
        std::vector<tl::ArrayView> views;
        std::vector<tl::Binding> bindings;
        for (std::size_t i = 0; i < c.shapes.size(); ++i) {
          arrays.push_back(operand(random, t, c.shapes[i], layout == 0 || outer, 12));
          views.push_back(arrays.back().view);
          bindings.push_back({names[i], arrays.back().view});
        }
        tl::Dims shape;
        const auto want = expected(c.terms, c.out, views, shape);
        const tl::Array got = tl::evaluate(c.text, bindings);
        INFO(c.text << " of " << name(t) << ", layout " << layout);
        if (is_integer(t) && !is_integer(got.dtype())) continue;
        CHECK(difference(got, want, shape, 300) == "");
      }
    }
  }
}

TEST_CASE("engine: contractions of computed operands, read by later operations") {
  Random random(35);
  const RandomArray a = operand(random, tl::float64, {40, 40}, false);
  const RandomArray b = operand(random, tl::float64, {40, 40}, false);
  const auto value = [](const char* text, const tl::Arg& x, const tl::Arg& y) {
    return tl::evaluate(text, {{"a", x}, {"b", y}});
  };
  const tl::Array difference_of_both = value("a - b", a.view, b.view);
  const tl::Array product = value("a @ b", difference_of_both, b.view);
  CHECK(same_bytes(value("(a - b) @ b", a.view, b.view), product));
  CHECK(same_bytes(value("b - (a - b) @ b", a.view, b.view), value("b - a", product, b.view)));
  CHECK(same_bytes(value("sum((a - b) @ b, axis=0)", a.view, b.view),
                   value("sum(a, axis=0)", product, b.view)));
  const tl::Array scaled = value("(a - mean(a, axis=0)) @ b", a.view, b.view);
  CHECK(same_bytes(scaled, value("a @ b", value("a - mean(a, axis=0)", a.view, b.view), b.view)));
  const tl::Array chain = value("a @ b @ b", a.view, b.view);
  CHECK(same_bytes(chain, value("a @ b", value("a @ b", a.view, b.view), b.view)));
  const auto both = tl::evaluate_all("c = a @ b; c, c + 1", {{"a", a.view}, {"b", b.view}});
  CHECK(same_bytes(both[0], value("a @ b", a.view, b.view)));
  CHECK(same_bytes(both[1], value("a + 1", both[0], b.view)));
}

TEST_CASE("engine: products into the caller's memory of any layout") {
  Random random(36);
  for (tl::DType t : {tl::float32, tl::float64, tl::int16, tl::complex64}) {
    const RandomArray a = operand(random, t, {21, 30}, true, 12);
    const RandomArray b = operand(random, t, {30, 37}, true, 12);
    const tl::Array want = tl::evaluate("a @ b", {{"a", a.view}, {"b", b.view}});
    const auto item = static_cast<std::int64_t>(itemsize(want.dtype()));
    const tl::Dims layouts[] = {{37 * item, item},  {item, 21 * item},  {80 * item, 2 * item},
                                {-37 * item, item}, {40 * item, -item}, {-item, -21 * item}};
    for (const tl::Dims& strides : layouts) {
      for (tl::ByteOrder order : {tl::ByteOrder::native, tl::ByteOrder::swapped}) {
        std::vector<unsigned char> memory(static_cast<std::size_t>(2 * 40 * 80 * item));
        unsigned char* base = memory.data() + 40 * 80 * item;
        const tl::ArrayView out(static_cast<void*>(base), want.dtype(), {21, 37}, strides, order);
        tl::evaluate_into(out, "a @ b", {{"a", a.view}, {"b", b.view}});
        CHECK(same_bytes(tl::evaluate("a", {{"a", out}}), want));
      }
    }
  }
  tl::Array x(tl::float32, {32, 32});
  fill(random, x.view(), 64);
  const tl::Array square = tl::evaluate("x @ x", {{"x", x}});
  tl::evaluate_into(x, "x @ x", {{"x", x}});
  CHECK(same_bytes(x, square));
}

TEST_CASE("engine: an empty depth gives zeros, empty sides nothing") {
  const auto of = [](const tl::Dims& a, const tl::Dims& b, tl::DType t) {
    return tl::evaluate("a @ b", {{"a", tl::Array(t, a)}, {"b", tl::Array(t, b)}});
  };
  for (tl::DType t : kAll) {
    const tl::Array zeros = of({20, 0}, {0, 30}, t);
    CHECK(zeros.shape() == tl::Dims{20, 30});
    CHECK(!tl::evaluate("any(z != 0)", {{"z", zeros}}).item<bool>());
    CHECK(of({0, 5}, {5, 30}, t).shape() == tl::Dims{0, 30});
    CHECK(of({4, 20, 5}, {5, 0}, t).shape() == tl::Dims{4, 20, 0});
  }
}

namespace {

/// Values of very different size, so that every order of summation gives other bits.
tl::Array ill_conditioned(Random& random, tl::DType t, const tl::Dims& shape) {
  tl::Array wide(is_complex(t) ? tl::complex128 : tl::float64, shape);
  auto* at = static_cast<double*>(wide.data());
  const std::int64_t count = wide.size() * (is_complex(t) ? 2 : 1);
  for (std::int64_t i = 0; i < count; ++i) {
    at[i] = std::ldexp(static_cast<double>(random.below(2001) - 1000), random.below(12) - 16);
  }
  return tl::evaluate("astype(w, '" + std::string(name(t)) + "')", {{"w", wide}});
}

}  // namespace

TEST_CASE("engine: contractions have the same bits from 1, 2, 3 and 7 threads", "[concurrent]") {
  Random random(37);
  tl::base::ThreadPool pool(7);
  const auto check = [&](const char* text, const tl::Array& a, const tl::Array& b) {
    tl::Options options;
    options.executor = &pool;
    options.threads = 1;
    const tl::Array one = tl::evaluate(text, {{"a", a}, {"b", b}}, options);
    for (int threads : {2, 3, 7}) {
      options.threads = threads;
      INFO(text << " of " << name(a.dtype()) << " with " << threads << " threads");
      CHECK(same_bytes(one, tl::evaluate(text, {{"a", a}, {"b", b}}, options)));
    }
  };
  for (tl::DType t : {tl::float16, tl::float32, tl::float64, tl::complex64, tl::complex128}) {
    check("a @ b", ill_conditioned(random, t, {130, 600}), ill_conditioned(random, t, {600, 150}));
    check("a @ b.T", ill_conditioned(random, t, {200, 300}), ill_conditioned(random, t, {90, 300}));
    check("a @ b", ill_conditioned(random, t, {300, 20, 30}),
          ill_conditioned(random, t, {300, 30, 20}));
    check("a @ b", ill_conditioned(random, t, {1000, 400}), ill_conditioned(random, t, {400}));
  }
}

TEST_CASE("engine: contractions have the same bits for every vector width and layout") {
  if (tl::cache_info().backend != "jit") return;
  Random random(38);
  std::vector<std::unique_ptr<tl::exec::EngineCore>> engines;
  for (const char* target : {"", "x86-64-v4", "x86-64-v3", "x86-64-v2"}) {
    try {
      engines.push_back(
          std::make_unique<tl::exec::EngineCore>(tl::exec::EngineCore::Kind::jit, target));
    } catch (const tl::Error&) {
      continue;  // not a width of this host
    }
  }
  for (tl::DType t : {tl::float16, tl::float32, tl::float64, tl::complex64, tl::complex128}) {
    const tl::Array a = ill_conditioned(random, t, {30, 300});
    const tl::Array b = ill_conditioned(random, t, {300, 37});
    const tl::Array ta = tl::evaluate("a.T", {{"a", a}}), tb = tl::evaluate("b.T", {{"b", b}});
    const tl::Array want = tl::evaluate("a @ b", {{"a", a}, {"b", b}});
    for (auto& engine : engines) {
      const auto get = [&](const char* text, const tl::Array& x, const tl::Array& y) {
        return tl::detail::evaluate_with(*engine, text, {{"a", x}, {"b", y}}, {})[0];
      };
      INFO(name(t));
      CHECK(same_bytes(want, get("a @ b", a, b)));
      CHECK(same_bytes(want, get("a.T @ b", ta, b)));
      CHECK(same_bytes(want, get("a @ b.T", a, tb)));
      CHECK(same_bytes(want, get("einsum('ki,jk->ij', a, b)", ta, tb)));
    }
  }
  for (tl::DType t : kAll) {
    if (!is_integer(t) && !is_bool(t)) continue;
    const RandomArray a = operand(random, t, {19, 270}, true),
                      b = operand(random, t, {270, 37}, true);
    tl::Dims shape;
    const auto want = expected({"ik", "kj"}, "ij", {a.view, b.view}, shape);
    for (auto& engine : engines) {
      const auto got =
          tl::detail::evaluate_with(*engine, "a @ b", {{"a", a.view}, {"b", b.view}}, wrapping());
      INFO(name(t));
      CHECK(difference(got[0], want, shape, 270) == "");
    }
  }
}

TEST_CASE("engine: checked products of integers report what does not fit") {
  tl::Options options;
  options.overflow = tl::Overflow::check;
  tl::Array a(tl::int64, {16, 16}), b(tl::int64, {16, 16});
  auto* x = static_cast<std::int64_t*>(a.data());
  auto* y = static_cast<std::int64_t*>(b.data());
  std::fill_n(x, 256, 3);
  std::fill_n(y, 256, 5);
  const tl::Array sum = tl::evaluate("a @ b", {{"a", a}, {"b", b}}, options);
  CHECK(static_cast<const std::int64_t*>(sum.data())[77] == 240);
  x[20] = std::int64_t{1} << 62;
  CHECK_THROWS_AS(tl::evaluate("a @ b", {{"a", a}, {"b", b}}, options), tl::Error);
  CHECK_THROWS_AS(tl::evaluate("a @ b", {{"a", a}, {"b", b}}), tl::Error);
  CHECK_NOTHROW(tl::evaluate("a @ b", {{"a", a}, {"b", b}}, wrapping()));
}

TEST_CASE("engine: products stay within the memory bound") {
  if (tl::cache_info().backend != "jit") return;
  for (tl::DType t : {tl::uint8, tl::float16, tl::float32, tl::float64, tl::complex128}) {
    for (const char* text : {"a @ b", "a.T @ b", "a @ b.T", "(a + b) @ b"}) {
      const tl::Array a(t, {700, 700}), b(t, {700, 700});
      for (int threads : {1, 2}) {
        tl::Stats stats;
        tl::Options options;
        options.stats = &stats;
        options.threads = threads;
        tl::evaluate(text, {{"a", a}, {"b", b}}, options);
        INFO(text << " of " << name(t) << " with " << threads << " threads");
        CHECK(stats.stages == 1);
        CHECK(stats.peak_extra_bytes <= (1u << 20) + 65536u * static_cast<unsigned>(threads));
      }
    }
  }
}

TEST_CASE("engine: contractions that do not fit say which axes") {
  const auto message = [](const char* text, const tl::Dims& a, const tl::Dims& b) {
    try {
      tl::evaluate(text, {{"a", tl::Array(tl::float32, a)}, {"b", tl::Array(tl::float32, b)}});
    } catch (const tl::Error& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  using Catch::Contains;
  CHECK_THAT(message("a @ b", {3, 4}, {5, 6}),
             Contains("(3, 4) and (5, 6) does not fit: axis 1 of the left operand has extent 4, "
                      "axis 0 of the right 5"));
  CHECK_THAT(message("a @ b", {2, 3, 4}, {5, 4, 6}), Contains("do not broadcast"));
  CHECK_THAT(message("a @ 2", {3, 4}, {1}), Contains("a scalar is no matrix"));
  CHECK_THAT(message("einsum('ij,jk', a, b)", {3, 4}, {5, 6}),
             Contains("the axes 'j' differ in extent: 4 and 5"));
  CHECK_THAT(message("einsum('ij,jk', a, b)", {3, 4}, {4}),
             Contains("has 1 axes, but its subscripts 'jk' name 2"));
  CHECK_THAT(message("vdot(a, b)", {3, 4}, {12}), Contains("the shapes must be equal"));
}
