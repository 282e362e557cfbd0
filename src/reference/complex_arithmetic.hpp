// Complex products and quotients, every operation rounded on its own in the precision of the lane.
// The formulas are part of the language: all back ends compute exactly these.
#pragma once

#include <cmath>
#include <complex>

namespace tightloop::reference {

/// (a + bi)(c + di) = (ac - bd) + (ad + bc)i: four products, one difference, one sum.
template <class T>
std::complex<T> complex_product(std::complex<T> x, std::complex<T> y) {
  const T a = x.real(), b = x.imag(), c = y.real(), d = y.imag();
  const T ac = a * c, bd = b * d, ad = a * d, bc = b * c;
  return {ac - bd, ad + bc};
}

/// (a + bi)/(c + di) by Smith's algorithm (CACM 5(8), 1962, algorithm 116):
///   |c| >= |d|:  r = d / c,  den = c + d * r,  re = (a + b * r) / den,  im = (b - a * r) / den
///   otherwise:   r = c / d,  den = c * r + d,  re = (a * r + b) / den,  im = (b * r - a) / den
/// A NaN in y takes the second form; y = 0 takes the first and gives NaN in both parts.
template <class T>
std::complex<T> complex_quotient(std::complex<T> x, std::complex<T> y) {
  const T a = x.real(), b = x.imag(), c = y.real(), d = y.imag();
  if (std::abs(c) >= std::abs(d)) {
    const T r = d / c;
    const T dr = d * r, br = b * r, ar = a * r;
    const T den = c + dr;
    return {(a + br) / den, (b - ar) / den};
  }
  const T r = c / d;
  const T cr = c * r, ar = a * r, br = b * r;
  const T den = cr + d;
  return {(ar + b) / den, (br - a) / den};
}

}  // namespace tightloop::reference
