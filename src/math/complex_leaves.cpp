// types/complex_functions.hpp over rows: complex64 in double, complex128 in double where that
// keeps 4 ULP and in long double where it does not.
#include "math/complex_leaves.hpp"

#include "ops/complex_functions.hpp"

namespace tightloop::math {
namespace {

constexpr bool needs_wider(Op op) {
  switch (op) {
    case Op::sqrt:  // the table says exact
    case Op::sign:
    case Op::pow:
    case Op::expm1:
    case Op::log1p:
    case Op::tan:
    case Op::tanh: return true;
    default: return false;
  }
}

template <Op op, class T>
using Working = std::complex<
    std::conditional_t<std::is_same_v<T, double> && needs_wider(op), long double, double>>;

template <class T>
void* address(ComplexLeaf1<T> leaf) {
  return reinterpret_cast<void*>(leaf);
}
template <class T>
void* address(ComplexLeaf2<T> leaf) {
  return reinterpret_cast<void*>(leaf);
}

template <class T>
void* leaf_of(Op op) {
  switch (op) {
#define TIGHTLOOP_ROW_1(name)                                                    \
  case Op::name:                                                                 \
    return address<T>([](T* re, T* im, std::int64_t n) {                         \
      for (std::int64_t i = 0; i < n; ++i) {                                     \
        const auto z = complex_valued::name(Working<Op::name, T>(re[i], im[i])); \
        re[i] = static_cast<T>(z.real());                                        \
        im[i] = static_cast<T>(z.imag());                                        \
      }                                                                          \
    });
#define TIGHTLOOP_ROW_2(name)                                                          \
  case Op::name:                                                                       \
    return address<T>([](T* re, T* im, const T* y_re, const T* y_im, std::int64_t n) { \
      for (std::int64_t i = 0; i < n; ++i) {                                           \
        using W = Working<Op::name, T>;                                                \
        const auto z = complex_valued::name(W(re[i], im[i]), W(y_re[i], y_im[i]));     \
        re[i] = static_cast<T>(z.real());                                              \
        im[i] = static_cast<T>(z.imag());                                              \
      }                                                                                \
    });
#define TIGHTLOOP_COMPLEX_FUNCTION(name, arity) TIGHTLOOP_ROW_##arity(name)
#include "ops/complex_functions.def"
#undef TIGHTLOOP_COMPLEX_FUNCTION
#undef TIGHTLOOP_ROW_2
#undef TIGHTLOOP_ROW_1
    default: return nullptr;
  }
}

}  // namespace

void* find_complex_leaf(Op op, DType lane) {
  if (lane == DType::complex64) return leaf_of<float>(op);
  return lane == DType::complex128 ? leaf_of<double>(op) : nullptr;
}

}  // namespace tightloop::math
