// How exact sums, means and deviations of many elements are, against sums in long double with
// compensation; and what integers at the ends of their types give. The case of 1e8 elements is
// hidden: run it by its tag, [long].
#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"
#include "types/half.hpp"

namespace tl = tightloop;

namespace {

using tl::DType;
using Real = long double;

/// Neumaier's sum.
class Sum {
 public:
  void add(Real x) {
    const Real next = total_ + x;
    rest_ += std::fabs(total_) >= std::fabs(x) ? (total_ - next) + x : (x - next) + total_;
    total_ = next;
  }
  Real value() const { return total_ + rest_; }

 private:
  Real total_ = 0, rest_ = 0;
};

struct Exact {
  Real sum = 0, size = 0, variance = 0;
};

template <class Read>
Exact exact(std::int64_t n, Read&& read) {
  Sum sum, size, squares;
  for (std::int64_t i = 0; i < n; ++i) {
    sum.add(read(i));
    size.add(std::fabs(read(i)));
  }
  const Real mean = sum.value() / static_cast<Real>(n);
  for (std::int64_t i = 0; i < n; ++i) squares.add((read(i) - mean) * (read(i) - mean));
  return {sum.value(), size.value(), squares.value() / static_cast<Real>(n)};
}

Real element(const tl::Array& x, std::int64_t i) {
  switch (x.dtype()) {
    case DType::float16: return static_cast<Real>(tl::to_double(x.data<tl::float16_t>()[i]));
    case DType::bfloat16: return static_cast<Real>(tl::to_double(x.data<tl::bfloat16_t>()[i]));
    case DType::float32: return static_cast<Real>(x.data<float>()[i]);
    default: return static_cast<Real>(x.data<double>()[i]);
  }
}

Exact exact(const tl::Array& x) {
  return exact(x.size(), [&](std::int64_t i) { return element(x, i); });
}

/// All positive; or of both signs and of sizes from 1e-4 to 1e4, with a sum far below them.
tl::Array data(DType t, std::int64_t n, bool well_conditioned) {
  tl::Array x(t, {n});
  std::mt19937 random(17);
  for (std::int64_t i = 0; i < n; ++i) {
    const double u = static_cast<double>(random()) * 0x1p-32;
    const double v = well_conditioned ? u : (random() % 2 == 0 ? 1 : -1) * std::pow(10, 8 * u - 4);
    if (t == DType::float16) x.data<tl::float16_t>()[i] = tl::round_to_half<tl::float16_t>(v);
    if (t == DType::bfloat16) x.data<tl::bfloat16_t>()[i] = tl::round_to_half<tl::bfloat16_t>(v);
    if (t == DType::float32) x.data<float>()[i] = static_cast<float>(v);
    if (t == DType::float64) x.data<double>()[i] = v;
  }
  return x;
}

void check_sums(std::int64_t n) {
  for (DType t : {DType::float16, DType::bfloat16, DType::float32}) {
    for (bool good : {true, false}) {
      const tl::Array x = data(t, n, good);
      const Exact want = exact(x);
      const auto count = static_cast<Real>(n);
      const auto sum = static_cast<Real>(tl::evaluate("sum(x)", {{"x", x}}).item<float>());
      const auto mean = static_cast<Real>(tl::evaluate("mean(x)", {{"x", x}}).item<float>());
      INFO(name(t) << (good ? ", well conditioned" : ", of both signs") << ", error of the sum "
                   << std::fabs(sum - want.sum) / want.size << ", of the mean "
                   << std::fabs(mean - want.sum / count) / (want.size / count));
      CHECK(std::fabs(sum - want.sum) <= 1e-7L * want.size);
      CHECK(std::fabs(mean - want.sum / count) <= 1e-7L * want.size / count);
    }
  }
}

/// Mean 1e6 and deviation 1.
template <class T>
std::vector<T> far_from_zero(std::size_t n) {
  std::mt19937 random(18);
  std::normal_distribution<double> normal(1e6, 1);
  std::vector<T> x(n);
  for (T& v : x) v = static_cast<T>(normal(random));
  return x;
}

template <class T>
void check_variance(const std::vector<T>& x, Real room) {
  const auto n = static_cast<std::int64_t>(x.size());
  const Exact want =
      exact(n, [&](std::int64_t i) { return static_cast<Real>(x[static_cast<std::size_t>(i)]); });
  const tl::ArrayView flat(x.data(), {n});
  const tl::ArrayView rows(x.data(), {1, n});
  const tl::ArrayView columns(x.data(), {n, 1});
  const tl::ArrayView half(x.data(), tl::dtype_of<T>, {n / 2},
                           {2 * static_cast<std::int64_t>(sizeof(T))});
  const Exact of_half = exact(
      n / 2, [&](std::int64_t i) { return static_cast<Real>(x[static_cast<std::size_t>(2 * i)]); });
  const auto check = [&](const char* text, const tl::ArrayView& view, Real exactly) {
    const auto got = static_cast<Real>(tl::evaluate(text, {{"x", view}}).item<double>());
    INFO(text << ": relative error " << std::fabs(got - exactly) / exactly);
    CHECK(std::fabs(got - exactly) <= room * exactly);
  };
  check("var(x)", flat, want.variance);
  check("std(x)", flat, std::sqrt(want.variance));
  check("var(x, axis=1)", rows, want.variance);
  check("var(x, axis=0)", columns, want.variance);
  check("var(x, axis=(0, 1), where=x > -1)", rows, want.variance);
  check("nanvar(x)", flat, want.variance);
  check("var(x)", half, of_half.variance);
}

tl::Options with(tl::Promotion promotion, tl::Overflow overflow) {
  tl::Options options;
  options.promotion = promotion;
  options.overflow = overflow;
  return options;
}

}  // namespace

TEST_CASE("engine: sums of narrow floats are within 1e-7 of the sum of magnitudes") {
  check_sums(1'500'000);
}

TEST_CASE("engine: sums of 1e8 narrow floats", "[.][long]") {
  check_sums(100'000'000);
}

TEST_CASE("engine: var and std of data far from zero keep their digits") {
  auto x = far_from_zero<double>(300'000);
  auto f = far_from_zero<float>(300'000);
  check_variance(x, 1e-12L);
  check_variance(f, 1e-7L);
  // An element that is far from all others, wherever it stands.
  for (std::size_t at : {std::size_t{0}, x.size() / 2, x.size() - 1}) {
    const double old = std::exchange(x[at], 0.0);
    const float old_float = std::exchange(f[at], 0.0F);
    check_variance(x, 1e-11L);
    check_variance(f, 1e-7L);
    x[at] = old;
    f[at] = old_float;
  }
  CHECK(tl::evaluate("var(x)", {{"x", std::vector<double>(10'000, 0.1)}}).item<double>() == 0.0);
}

TEST_CASE("engine: columns of one matrix that are far apart each keep their digits") {
  constexpr std::int64_t rows = 1000, columns = 37;
  std::mt19937 random(19);
  std::vector<double> x(rows * columns);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = std::ldexp(1.0, static_cast<int>(i % columns)) + static_cast<double>(random()) * 0x1p-32;
  }
  const tl::ArrayView view(x.data(), {rows, columns});
  const tl::Array got = tl::evaluate("var(x, axis=0)", {{"x", view}});
  for (std::int64_t c = 0; c < columns; ++c) {
    const Exact want = exact(rows, [&](std::int64_t r) {
      return static_cast<Real>(x[static_cast<std::size_t>(r * columns + c)]);
    });
    CHECK(std::fabs(static_cast<Real>(got.data<double>()[c]) - want.variance) <=
          1e-12L * want.variance);
  }
}

TEST_CASE("engine: variances that pass float64 are infinite, and NaN only beside infinities") {
  constexpr double kMax = std::numeric_limits<double>::max();
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const std::int64_t rows : {2, 5, 33, 700, 40001}) {
    for (const std::int64_t columns : {1, 3, 40}) {
      const auto n = static_cast<std::size_t>(rows * columns);
      for (const double least : {-kMax, kMax / 2, 1e200}) {
        // The first element is far from all others, or as they are.
        for (const bool first : {false, true}) {
          std::vector<double> x(n);
          for (std::size_t i = 0; i < n; ++i) {
            const bool low = first ? i < static_cast<std::size_t>(columns)
                                   : (i / static_cast<std::size_t>(columns)) % 2 == 0;
            x[i] = low ? least : kMax;
          }
          const auto expect = [&](double want) {
            for (const char* text : {"var(x)", "var(x, axis=0)", "var(x.T, axis=1)",
                                     "var(x + x * 1j, axis=0)", "var(x, axis=0, ddof=1)"}) {
              const tl::Array got =
                  tl::evaluate(text, {{"x", tl::ArrayView(x.data(), {rows, columns})}});
              INFO(text << ", " << rows << " rows, " << columns << " columns, from " << least);
              for (std::int64_t i = 0; i < got.size(); ++i) {
                const double value = got.data<double>()[i];
                // Beside the column of an infinity all others are as they were.
                REQUIRE((std::isnan(want) && i == 0 ? std::isnan(value) : value == kInf));
              }
            }
          };
          expect(kInf);
          // The root of what passes float64 need not.
          const Exact all = exact(static_cast<std::int64_t>(n), [&](std::int64_t i) {
            return static_cast<Real>(x[static_cast<std::size_t>(i)]);
          });
          const Real root = std::sqrt(all.variance);
          const double got = tl::evaluate("std(x)", {{"x", x}}).item<double>();
          REQUIRE((std::fabs(static_cast<Real>(got) - root) <= 1e-12L * root ||
                   (got == kInf && root > Real{kMax} * (1 - 1e-12L))));
          x[0] = kInf;
          expect(std::nan(""));
          x[0] = kMax;
          x[n - static_cast<std::size_t>(columns)] = -kInf;
          expect(std::nan(""));
        }
      }
    }
  }
}

TEST_CASE("engine: a first element far from all others costs digits, not the variance") {
  for (const std::int64_t rows : {5, 100, 1000, 40001}) {
    for (const std::int64_t columns : {1, 3, 40}) {
      std::vector<double> x(static_cast<std::size_t>(rows * columns), 0.0);
      std::fill_n(x.begin(), columns, 1e154);
      const auto n = static_cast<double>(rows);
      const double want = 1e154 * ((n - 1) / n) * (1e154 / n);
      for (const char* text : {"var(x, axis=0)", "var(x.T, axis=1)", "var(x[::-1], axis=0)"}) {
        const tl::Array got = tl::evaluate(text, {{"x", tl::ArrayView(x.data(), {rows, columns})}});
        INFO(text << ", " << rows << " rows, " << columns << " columns");
        for (std::int64_t i = 0; i < got.size(); ++i) {
          REQUIRE(std::fabs(got.data<double>()[i] / want - 1) < 1e-9);
        }
      }
    }
  }
}

TEST_CASE("engine: reductions of integers at the ends of their types, under every policy") {
  using Big = std::numeric_limits<std::int64_t>;
  const std::vector<std::int64_t> wide{Big::min(), Big::max(), (std::int64_t{1} << 53) + 1, 0};
  const std::vector<std::uint64_t> words{~std::uint64_t{0}, ~std::uint64_t{0} - 1, 7};
  const std::vector<std::int8_t> bytes(1000, -128);
  const std::vector<std::uint8_t> bools(1000, 1);
  const tl::ArrayView flags(bools.data(), DType::bool_, {1000});
  for (tl::Promotion promotion : {tl::Promotion::exact, tl::Promotion::numpy}) {
    for (tl::Overflow overflow : {tl::Overflow::wrap, tl::Overflow::check}) {
      const tl::Options options = with(promotion, overflow);
      const auto integer = [&](const char* text, auto&& x) {
        return tl::evaluate(text, {{"x", x}}, options).template item<std::int64_t>();
      };
      const auto real = [&](const char* text, auto&& x) {
        return tl::evaluate(text, {{"x", x}}, options).template item<double>();
      };
      CHECK(integer("min(x)", wide) == Big::min());
      CHECK(integer("max(x[2:])", wide) == (std::int64_t{1} << 53) + 1);
      CHECK(integer("argmin(x)", wide) == 0);
      CHECK(integer("argmax(x)", wide) == 1);
      CHECK(integer("nanargmax(x)", wide) == 1);
      CHECK(integer("argmax(x)", words) == 0);
      CHECK(integer("argmin(x[:2])", words) == 1);
      CHECK(tl::evaluate("max(x)", {{"x", words}}, options).item<std::uint64_t>() == ~0ULL);
      CHECK(integer("sum(x)", bytes) == -128000);
      CHECK(integer("sum(x, initial=5)", bytes) == -127995);
      CHECK(integer("sum(x, where=x > 0)", bytes) == 0);
      CHECK(integer("prod(x[:2], initial=-1)", bytes) == -16384);
      CHECK(integer("sum(x)", flags) == 1000);
      CHECK(integer("argmax(x)", flags) == 0);
      CHECK(integer("count_nonzero(x)", flags) == 1000);
      CHECK(real("mean(x)", flags) == 1.0);
      CHECK(real("var(x)", bytes) == 0.0);
      CHECK(real("norm(x[:4])", bytes) == 256.0);
      CHECK(real("std(x[:1])", wide) == 0.0);
      CHECK(real("var(x[:2])", wide) == 0x1p126);
      CHECK(integer("min(x[:0], initial=9)", wide) == 9);
      CHECK(integer("sum(x[:0])", wide) == 0);
      CHECK(std::isnan(real("var(x[:0])", wide)));
      CHECK(real("norm(x[:0])", wide) == 0.0);
      for (const char* text : {"min(x[:0])", "argmax(x[:0])", "nanmin(x[:0])", "nanargmin(x[:0])",
                               "ptp(x[:0])", "min(x, where=x > 0)"}) {
        try {
          integer(text, wide);
          CHECK(text == nullptr);
        } catch (const tl::Error& e) {
          INFO(text << ": " << e.what());
          CHECK(e.code() == tl::ErrorCode::value);
        }
      }
    }
  }
  const tl::Options exact;
  CHECK(tl::evaluate("ptp(x)", {{"x", wide}}, exact).item<std::uint64_t>() == ~0ULL);
  CHECK(tl::evaluate("ptp(x)", {{"x", bytes}}, exact).dtype() == DType::uint8);
}

TEST_CASE("engine: sums of extreme bytes down columns are exact") {
  const auto check = [](const auto extreme, std::int64_t rows, std::int64_t columns) {
    using T = std::decay_t<decltype(extreme)>;
    const std::vector<T> x(static_cast<std::size_t>(rows * columns), extreme);
    const tl::Array sums =
        tl::evaluate("sum(x, axis=0)", {{"x", tl::ArrayView(x.data(), {rows, columns})}});
    INFO(int{extreme} << ", " << rows << " rows");
    for (std::int64_t i = 0; i < columns; ++i) {
      std::int64_t sum = 0;
      std::memcpy(&sum, static_cast<const char*>(sums.data()) + 8 * i, sizeof sum);
      REQUIRE(sum == rows * int{extreme});
    }
  };
  for (const std::int64_t rows : {1, 33, 128, 3001}) {
    for (const std::int64_t columns : {7, 300}) {
      check(std::uint8_t{255}, rows, columns);
      check(std::int8_t{-128}, rows, columns);
      check(std::int8_t{127}, rows, columns);
    }
  }
}
