// Contractions in C++ expressions: the same bits as their text.
#include <cstring>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

tl::Array counted(const tl::Dims& shape, double step) {
  tl::Array a(tl::float64, shape);
  auto* at = static_cast<double*>(a.data());
  for (std::int64_t i = 0; i < a.size(); ++i) at[i] = static_cast<double>(i % 23 - 11) * step;
  return a;
}

bool same(const tl::Array& a, const tl::Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * 8) == 0;
}

}  // namespace

TEST_CASE("api: lazy contractions equal their text") {
  const tl::Array a = counted({20, 30}, 0.25), b = counted({30, 17}, 0.125);
  const tl::Array v = counted({30}, 0.5), c = counted({20, 30}, 0.75);
  const auto text = [&](const char* source, const tl::Array& y) {
    return tl::evaluate(source, {{"x", a}, {"y", y}});
  };
  const auto x = tl::lazy(a);
  CHECK(same(tl::matmul(x, tl::lazy(b)), text("x @ y", b)));
  CHECK(same(tl::matmul(x * 2 - 1, tl::lazy(b)), text("(x * 2 - 1) @ y", b)));
  CHECK(same(tl::dot(x, tl::lazy(v)), text("dot(x, y)", v)));
  CHECK(same(tl::inner(x, tl::lazy(c)), text("inner(x, y)", c)));
  CHECK(same(tl::vdot(x, tl::lazy(c)), text("vdot(x, y)", c)));
  CHECK(same(tl::einsum("ij, jk -> ki", x, tl::lazy(b)), text("einsum('ij,jk->ki', x, y)", b)));
  CHECK(same(tl::einsum("ij->j", x), tl::evaluate("einsum('ij->j', x)", {{"x", a}})));
  CHECK(same(tl::einsum("ij,ij,ij->i", x, tl::lazy(c), x),
             text("einsum('ij,ij,ij->i', x, y, x)", c)));
  CHECK_THROWS_AS(tl::einsum("abcdefghijklmnop,abcdefghijklmnop->", x, x), tl::Error);
  CHECK_THROWS_AS(tl::matmul(x, x).eval(), tl::Error);
}
