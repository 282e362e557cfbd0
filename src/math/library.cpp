// Scalar leaves. Compiled for the baseline instruction set: the vector leaves call these.
#include "math/library.hpp"

#include "ops/real_functions.hpp"
#include "tightloop/op.hpp"

namespace tightloop::math::library {
namespace {

/// The functions that the C library's float64 has with more than 4 ULP somewhere, and those that
/// lose bits in more than one step.
constexpr bool needs_wider(Op op) {
  switch (op) {
    case Op::erfc:
    case Op::lgamma:
    case Op::tgamma:
    case Op::gelu:
    case Op::logaddexp:
    case Op::logaddexp2: return true;
    default: return false;
  }
}

template <Op op>
using Double = std::conditional_t<needs_wider(op), long double, double>;

}  // namespace

#define TIGHTLOOP_LIBRARY_1(name)                                             \
  float name(float x) {                                                       \
    return static_cast<float>(real::name(double{x}));                         \
  }                                                                           \
  double name(double x) {                                                     \
    return static_cast<double>(real::name(static_cast<Double<Op::name>>(x))); \
  }
#define TIGHTLOOP_LIBRARY_2(name)                                                 \
  float name(float x, float y) {                                                  \
    return static_cast<float>(real::name(double{x}, double{y}));                  \
  }                                                                               \
  double name(double x, double y) {                                               \
    using T = Double<Op::name>;                                                   \
    return static_cast<double>(real::name(static_cast<T>(x), static_cast<T>(y))); \
  }
#define TIGHTLOOP_LEAF(name, arity) TIGHTLOOP_LIBRARY_##arity(name)
#include "math/leaves.def"
#undef TIGHTLOOP_LEAF
#undef TIGHTLOOP_LIBRARY_1
#undef TIGHTLOOP_LIBRARY_2

}  // namespace tightloop::math::library
