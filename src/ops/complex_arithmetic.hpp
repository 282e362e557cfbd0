// Complex products and quotients, every operation rounded on its own in the precision of the lane.
// The formulas are part of the language: all back ends compute exactly these.
#pragma once

#include <complex>

#include "ops/complex_functions.hpp"

namespace tightloop::ops {

/// (a + bi)(c + di) = (ac - bd) + (ad + bc)i: four products, one difference, one sum.
template <class T>
std::complex<T> complex_product(std::complex<T> x, std::complex<T> y) {
  const T a = x.real(), b = x.imag(), c = y.real(), d = y.imag();
  const T ac = a * c, bd = b * d, ad = a * d, bc = b * c;
  return {ac - bd, ad + bc};
}

template <class T>
std::complex<T> complex_quotient(std::complex<T> x, std::complex<T> y) {
  return complex_valued::quotient(x, y);
}

}  // namespace tightloop::ops
