// The oracle of contractions: every product of elements, one after the other, integers modulo 2^64
// and floats in long double, with the sum of magnitudes that error bounds need.
#pragma once

#include <complex>
#include <map>
#include <string>
#include <vector>

#include "../fuzz/random_arrays.hpp"
#include "types/element.hpp"
#include "types/half.hpp"

namespace contraction_test {

using tightloop::ArrayView;
using tightloop::Dims;
using tightloop::DType;

struct Number {
  std::uint64_t word = 0;  ///< integers and bools, modulo 2^64
  long double re = 0, im = 0;
};

inline Number number_at(const ArrayView& view, const std::vector<std::int64_t>& index) {
  const char* at = static_cast<const char*>(view.data());
  for (int i = 0; i < view.ndim(); ++i)
    at += view.strides()[i] * index[static_cast<std::size_t>(i)];
  const tightloop::Scalar s = tightloop::load_element(at, view.dtype(), view.byte_order());
  Number n;
  const auto whole = [&](auto v) {
    n.word = static_cast<std::uint64_t>(v);
    n.re = static_cast<long double>(v);
  };
  switch (s.dtype) {
    case DType::bool_: whole(s.as<bool>() ? 1 : 0); break;
    case DType::int8: whole(s.as<std::int8_t>()); break;
    case DType::int16: whole(s.as<std::int16_t>()); break;
    case DType::int32: whole(s.as<std::int32_t>()); break;
    case DType::int64: whole(s.as<std::int64_t>()); break;
    case DType::uint8: whole(s.as<std::uint8_t>()); break;
    case DType::uint16: whole(s.as<std::uint16_t>()); break;
    case DType::uint32: whole(s.as<std::uint32_t>()); break;
    case DType::uint64: whole(s.as<std::uint64_t>()); break;
    case DType::float32: n.re = s.as<float>(); break;
    case DType::float64: n.re = s.as<double>(); break;
    case DType::complex64:
      n.re = s.as<std::complex<float>>().real();
      n.im = s.as<std::complex<float>>().imag();
      break;
    case DType::complex128:
      n.re = s.as<std::complex<double>>().real();
      n.im = s.as<std::complex<double>>().imag();
      break;
    default: break;
  }
  return n;
}

/// Counts `index` up within `extents` in C order; false after the last one.
inline bool next_index(std::vector<std::int64_t>& index, const std::vector<std::int64_t>& extents) {
  for (std::size_t i = extents.size(); i-- > 0;) {
    if (++index[i] < extents[i]) return true;
    index[i] = 0;
  }
  return false;
}

struct Expected {
  Number sum;
  long double magnitude = 0;  ///< sum of the magnitudes of the products
};

/// Computes an einsum without ellipsis in C order of its output; an axis of extent 1 stands for all
/// values of its letter.
inline std::vector<Expected> expected(const std::vector<std::string>& terms, const std::string& out,
                                      const std::vector<ArrayView>& arrays, Dims& shape) {
  std::map<char, std::int64_t> extent;
  for (std::size_t t = 0; t < terms.size(); ++t) {
    for (std::size_t i = 0; i < terms[t].size(); ++i) {
      std::int64_t& e = extent.try_emplace(terms[t][i], 1).first->second;
      const std::int64_t own = arrays[t].shape()[static_cast<int>(i)];
      if (e == 1) e = own;
    }
  }
  std::string letters = out;
  for (const auto& [c, e] : extent) {
    if (out.find(c) == std::string::npos) letters += c;
  }
  std::vector<std::int64_t> extents, index(letters.size(), 0);
  std::int64_t kept = 1, summed = 1;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    extents.push_back(extent[letters[i]]);
    (i < out.size() ? kept : summed) *= extents.back();
    if (i < out.size()) shape.push_back(extents.back());
  }
  std::vector<Expected> result(static_cast<std::size_t>(kept));
  if (kept == 0 || summed == 0) return result;
  std::vector<std::vector<std::int64_t>> at;
  for (const std::string& t : terms) at.emplace_back(t.size(), 0);
  std::int64_t count = 0;
  do {
    Number product{1, 1, 0};
    for (std::size_t t = 0; t < terms.size(); ++t) {
      for (std::size_t i = 0; i < terms[t].size(); ++i) {
        const bool single = arrays[t].shape()[static_cast<int>(i)] == 1;
        at[t][i] = single ? 0 : index[letters.find(terms[t][i])];
      }
      const Number n = number_at(arrays[t], at[t]);
      product = {product.word * n.word, product.re * n.re - product.im * n.im,
                 product.re * n.im + product.im * n.re};
    }
    Expected& e = result[static_cast<std::size_t>(count++ / summed)];
    e.sum.word += product.word;
    e.sum.re += product.re;
    e.sum.im += product.im;
    e.magnitude += std::fabs(product.re) + std::fabs(product.im);
  } while (next_index(index, extents));
  return result;
}

/// Writes moderate finite values, or integers of `bits` bits, through a view's memory.
inline void fill(fuzz::Random& random, const ArrayView& view, int bits) {
  std::vector<std::int64_t> extents(view.shape().begin(), view.shape().end());
  std::vector<std::int64_t> index(extents.size(), 0);
  if (view.size() == 0) return;
  do {
    char* at = static_cast<char*>(const_cast<void*>(view.data()));
    for (std::size_t i = 0; i < index.size(); ++i)
      at += view.strides()[static_cast<int>(i)] * index[i];
    const auto real = [&] { return (random.below(20001) - 10000) / 4096.0; };
    tightloop::Scalar s;
    const DType t = view.dtype();
    if (is_bool(t)) {
      s = tightloop::Scalar::of(random.chance(50));
    } else if (is_integer(t)) {
      const int shift = 64 - std::min(bits, static_cast<int>(8 * itemsize(t)));
      const std::uint64_t word =
          is_signed_int(t)
              ? static_cast<std::uint64_t>(static_cast<std::int64_t>(random.bits()) >> shift)
              : random.bits() >> shift;
      s.dtype = t;
      std::memcpy(s.bytes, &word, itemsize(t));
    } else if (is_complex(t)) {
      const std::complex<double> z(real(), real());
      s = t == DType::complex64 ? tightloop::Scalar::of(std::complex<float>(z))
                                : tightloop::Scalar::of(z);
    } else {
      s = t == DType::float64 ? tightloop::Scalar::of(real())
                              : tightloop::Scalar::of(static_cast<float>(real()));
    }
    tightloop::store_element(at, t, view.byte_order(), s);
  } while (next_index(index, extents));
}

}  // namespace contraction_test
