// Products and quotients of complex numbers with special parts: zeros, infinities and NaN.
#include "values.hpp"

using namespace tightloop;
using namespace tightloop::elementwise_test;

namespace {

template <class T>
std::vector<T> parts() {
  const T inf = std::numeric_limits<T>::infinity();
  return {0, -T(0), 1, T(-2.5), 3, inf, -inf, std::numeric_limits<T>::quiet_NaN()};
}

template <class T>
std::vector<std::complex<T>> numbers() {
  std::vector<std::complex<T>> values;
  for (const T re : parts<T>()) {
    for (const T im : parts<T>()) values.push_back({re, im});
  }
  return values;
}

template <class T>
bool near(T got, T want) {
  if (std::isfinite(got) && std::isfinite(want) && want != 0) {
    return std::abs(got - want) <= 4 * std::numeric_limits<T>::epsilon() * std::abs(want);
  }
  return same(got, want);
}

/// Checks a quotient of x and y, the i-th of each, against the C library's: C99 Annex G in double.
template <class T>
void check_quotients(const std::string& text, const std::vector<Binding>& vars,
                     const std::vector<std::complex<T>>& x, const std::vector<std::complex<T>>& y) {
  const std::vector<std::complex<T>> got = evaluate_both<std::complex<T>>(text, vars);
  REQUIRE(got.size() == x.size());
  int differ = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::complex<T> want(std::complex<double>(x[i]) / std::complex<double>(y[i]));
    if (near(got[i].real(), want.real()) && near(got[i].imag(), want.imag())) continue;
    if (differ++ > 5) continue;
    FAIL_CHECK(text << " of " << shown(x[i]) << " and " << shown(y[i]) << " gave " << shown(got[i])
                    << ", not " << shown(want));
  }
  CHECK(differ == 0);
}

template <class T>
void check_division() {
  using C = std::complex<T>;
  const auto [x, y] = all_pairs(numbers<T>(), numbers<T>());
  REQUIRE(x.size() == 4096);
  check_quotients<T>("x / y", {{"x", x}, {"y", y}}, x, y);
  const std::vector<C> ones(x.size(), C(1));
  for (const char* text : {"1 / y", "reciprocal(y)", "y ** -1"}) {
    check_quotients<T>(text, {{"y", y}}, ones, y);
  }
  const auto [z, r] = all_pairs(numbers<T>(), parts<T>());
  const std::vector<C> wide(r.begin(), r.end());
  check_quotients<T>("z / r", {{"z", z}, {"r", r}}, z, wide);
  check_quotients<T>("r / z", {{"z", z}, {"r", r}}, wide, z);
  // In the lanes of a sum, too: the same elements one by one.
  const Array sums = evaluate("sum(x / y, axis=1)", {{"x", ArrayView(x.data(), Dims{4096, 1})},
                                                     {"y", ArrayView(y.data(), Dims{4096, 1})}});
  const Array wanted = evaluate("x / y + 0", {{"x", x}, {"y", y}});
  int differ = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    differ += same(sums.values<C>()[i] + C(0), wanted.values<C>()[i] + C(0)) ? 0 : 1;
  }
  CHECK(differ == 0);
}

}  // namespace

TEST_CASE("elementwise: complex quotients of special parts are as C99 Annex G") {
  check_division<float>();
  check_division<double>();
}

TEST_CASE("elementwise: complex quotients of constants and templates are the same") {
  const double inf = std::numeric_limits<double>::infinity();
  using C = std::complex<double>;
  CHECK(same(evaluate("(1+2j) / 0", {}).item<C>(), C(inf, inf)));
  CHECK(same(evaluate("(1+2j) / -0.0", {}).item<C>(), C(-inf, -inf)));
  CHECK(evaluate("(1+2j) / complex(inf, -inf)", {}).item<C>() == C(0, 0));
  const std::vector<C> x{{1, -2}, {inf, inf}, {0, 0}}, y{{0, 0}, {2, 0}, {0, 0}};
  const Array z = (lazy(x) / lazy(y)).eval();
  CHECK(same(z.values<C>()[0], C(inf, -inf)));
  CHECK(std::isinf(z.values<C>()[1].real()));
  CHECK(same(z.values<C>()[2], C(std::nan(""), std::nan(""))));
}

// As NumPy's, which has no case for infinities here.
TEST_CASE("elementwise: complex products of special parts are four products and two sums") {
  const auto product = []<class C>(C x, C y) {
    return C(x.real() * y.real() - x.imag() * y.imag(), x.real() * y.imag() + x.imag() * y.real());
  };
  check_binary("x * y", numbers<float>(), numbers<float>(), product);
  check_binary("x * y", numbers<double>(), numbers<double>(), product);
  check_unary("square(x)", numbers<double>(), [&](auto x) { return product(x, x); });
}

TEST_CASE("elementwise: negative whole powers of complex zeros and infinities") {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
  using C = std::complex<double>;
  const std::vector<C> x{{0, 0}, {-0.0, 0}, {inf, 0}, {-inf, 1}};
  for (const int n : {-1, -2, -3, -4, -7, -100}) {
    const std::string power = std::to_string(n);
    const std::vector<C> got = evaluate_both<C>("x ** " + power, {{"x", x}});
    const std::vector<double> exponents(x.size(), n);
    const std::vector<C> lanes = evaluate_both<C>("x ** n", {{"x", x}, {"n", exponents}});
    for (const auto& z : {got, lanes}) {
      INFO(n);
      CHECK(same(z[0], C(inf, nan)));
      CHECK(same(z[1], C(n % 2 == 0 ? inf : -inf, nan)));
      CHECK((z[2] == C(0, 0) && z[3] == C(0, 0)));
    }
  }
}
