// Expression templates: C++ expressions that build the same graph as a string would.
// `tl::sum(tl::abs(tl::lazy(a) - tl::lazy(b)))` runs the kernel of "sum(abs(a - b))".
//
//   namespace tl = tightloop;
//   auto d = tl::lazy(x) - tl::lazy(y);             // borrows x and y, computes nothing
//   double worst = tl::max(tl::abs(d));             // one pass over x and y
//   tl::Array rows = tl::sum(d * d, tl::axis(-1));  // another one
//   tl::assign(x, tl::clip(d, 0, 1));               // into x's own memory
//
// Operators: + - * / % < <= > >= == != && || & | ^ << >> and unary + - ! ~, with the meaning they
// have in the language (% is mod; && and || work on truth values, without short-circuit).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tightloop/argument.hpp"
#include "tightloop/detail/expression.hpp"
#include "tightloop/detail/mistakes.hpp"
#include "tightloop/detail/prelude_call.hpp"
#include "tightloop/detail/reduction.hpp"
#include "tightloop/op.hpp"
#include "tightloop/options.hpp"

namespace tightloop {

/// Makes a leaf of an expression from what an Arg accepts: an Array, ArrayView, vector, span or
/// std::array, whose elements are borrowed until the expression is evaluated; or a scalar, which is
/// copied and is weak (NEP 50), like a scalar variable of the text. Leaves with the same address,
/// shape, strides, dtype and byte order are one variable: `lazy(x) * lazy(x)` is "x * x".
template <class T>
requires std::is_constructible_v<Arg, const T&> &&(!detail::LazyExpression<T>)
    [[nodiscard]] detail::Leaf lazy(const T& value) {
  return detail::Leaf(value, &value);
}
/// Says what lazy() takes.
template <class T>
requires(!std::is_constructible_v<Arg, const T&> && !detail::LazyExpression<T>) detail::Mistake
    lazy(const T&) {
  static_assert(std::is_constructible_v<Arg, const T&>,
                "lazy() takes an Array, ArrayView, std::vector, std::array or std::span of numbers "
                "(not std::vector<bool>), or a number");
  return {};
}
/// Refuses containers that would be gone before the expression is evaluated; name them first.
template <class T, class A>
detail::Leaf lazy(const std::vector<T, A>&& value) = delete;
template <class T, std::size_t N>
detail::Leaf lazy(const std::array<T, N>&& value) = delete;
detail::Leaf lazy(const Array&& value) = delete;

/// Evaluates into the caller's memory, which may overlap the leaves in any way; see evaluate_into
/// for shapes, casting and errors. `destination` is anything a Destination accepts: an Array,
/// vector, span or writable ArrayView.
template <detail::LazyExpression E>
void assign(const Destination& destination, const E& expression, const Options& options = {}) {
  const auto flat = detail::flatten(expression);
  detail::evaluate_steps_into(destination, flat.steps, flat.leaves(), options);
}

/// Names the axes that a reduction reduces; negative ones count from the last. axis() without
/// arguments reduces none. Throws Error(shape) for an axis that no array can have.
template <detail::ElementInteger... T>
[[nodiscard]] constexpr detail::Axes axis(T... axes) {
  static_assert(sizeof...(T) <= kMaxRank, "no array has so many axes");
  return {{detail::step_axis(axes)...}, static_cast<std::uint8_t>(sizeof...(T)), 0};
}

/// Passed to a reduction, keeps the reduced axes with extent 1: `sum(e, axis(0), keepdims)`.
inline constexpr KeepDims keepdims{};

/// Passed to a reduction, leaves out elements where `mask` is zero: `sum(e, where(m > 0))`. The
/// mask broadcasts with the operand; what can be masked is what takes where= in the language.
template <class E>
requires detail::LazyExpression<E>
[[nodiscard]] auto where(const E& mask) {
  return WhereOption<E>{mask};
}
/// Passed to a reduction, is what it starts from: `max(e, initial(0))`. An expression or a C++
/// scalar, which is a literal.
template <class E>
requires detail::LazyOperand<E>
[[nodiscard]] auto initial(const E& value) {
  return InitialOption<detail::Node<E>>{detail::Node<E>(value)};
}
/// Passed to var or std, is taken from the number of elements in the divisor: `std(e, ddof(1))`.
/// Throws Error(value) at the evaluation where it is not finite.
[[nodiscard]] constexpr DdofOption ddof(double number) {
  return {number};
}

/// Converts to a dtype, rounding as IEEE 754 says: astype(x, 'float16') of the language.
template <detail::LazyExpression E>
[[nodiscard]] auto astype(const E& x, DType target) {
  return detail::Conversion<Op::astype, E>(x, target);
}
/// Clips to the finite range of a dtype, then converts to it.
template <detail::LazyExpression E>
[[nodiscard]] auto saturate(const E& x, DType target) {
  return detail::Conversion<Op::saturate, E>(x, target);
}
/// Gives the bits of an expression as another dtype of the same size.
template <detail::LazyExpression E>
[[nodiscard]] auto bitcast(const E& x, DType target) {
  return detail::Conversion<Op::bitcast, E>(x, target);
}

/// Multiplies matrices, as `x @ y` of the language: the last axis of x is summed over with the
/// second last (or only) one of y; axes before those are stacks that broadcast. Sums integers in 64
/// bits, half types in float32. Throws Error(shape) at the evaluation for operands that do not fit.
template <detail::LazyExpression X, detail::LazyExpression Y>
[[nodiscard]] auto matmul(const X& x, const Y& y) {
  return detail::Contracted<detail::Contraction::matmul, X, Y>(x, y);
}
/// Sums products as numpy.dot: of vectors and matrices as matmul; in general over the last axis of
/// x and the second last (or only) one of y, keeping all others; a scalar multiplies.
template <detail::LazyExpression X, detail::LazyExpression Y>
[[nodiscard]] auto dot(const X& x, const Y& y) {
  return detail::Contracted<detail::Contraction::dot, X, Y>(x, y);
}
/// Sums products over the last axis of both operands, keeping all others.
template <detail::LazyExpression X, detail::LazyExpression Y>
[[nodiscard]] auto inner(const X& x, const Y& y) {
  return detail::Contracted<detail::Contraction::inner, X, Y>(x, y);
}
/// Sums products of all elements of two arrays of one shape, x conjugated.
template <detail::LazyExpression X, detail::LazyExpression Y>
[[nodiscard]] auto vdot(const X& x, const Y& y) {
  return detail::Contracted<detail::Contraction::vdot, X, Y>(x, y);
}
/// Sums products over axes named by letters: einsum("bij,bjk->bik", x, y), as in the language. At
/// most 32 characters of subscripts; throws Error(limit) for more, and at the evaluation
/// Error(syntax, value, shape) for subscripts that mean nothing or do not fit.
template <detail::LazyExpression... X>
requires(sizeof...(X) > 0) [[nodiscard]] auto einsum(std::string_view subscripts, const X&... x) {
  return detail::Einsum<X...>(subscripts, x...);
}

// Every row of the op table, by its id (complex(re, im) of the language is make_complex). Operands
// are expressions and C++ scalars in any mix, at least one an expression; scalars are literals, as
// if written in the text. Reductions take their options in any order: axis(), `keepdims`, where(),
// initial(), ddof(). With numbers alone the functions do not take part in overload resolution, so
// that abs(-1.0) keeps its meaning under a using-directive; with arrays that lack a lazy() they say
// so.
#define TIGHTLOOP_LAZY_MISTAKE(id)                                          \
  template <class... A>                                                     \
  requires detail::MistakenOperands<A...> detail::Mistake id(const A&...) { \
    return detail::mistaken<A...>();                                        \
  }
#define TIGHTLOOP_LAZY_1(id)            \
  template <detail::LazyExpression X>   \
  [[nodiscard]] auto id(const X& x) {   \
    return detail::Unary<Op::id, X>(x); \
  }
#define TIGHTLOOP_LAZY_2(id)                                               \
  template <class X, class Y>                                              \
  requires detail::LazyOperands<X, Y>                                      \
  [[nodiscard]] auto id(const X& x, const Y& y) {                          \
    return detail::Binary<Op::id, detail::Node<X>, detail::Node<Y>>(x, y); \
  }
#define TIGHTLOOP_LAZY_3(id)                                                                    \
  template <class X, class Y, class Z>                                                          \
  requires detail::LazyOperands<X, Y, Z>                                                        \
  [[nodiscard]] auto id(const X& x, const Y& y, const Z& z) {                                   \
    return detail::Ternary<Op::id, detail::Node<X>, detail::Node<Y>, detail::Node<Z>>(x, y, z); \
  }
#define TIGHTLOOP_LAZY_elementwise(id, arity) TIGHTLOOP_LAZY_##arity(id)
#define TIGHTLOOP_LAZY_reduction(id, arity)                      \
  template <detail::LazyExpression X, class... Options>          \
  requires detail::ReduceOptions<Op::id, Options...>             \
  [[nodiscard]] auto id(const X& x, const Options&... options) { \
    return detail::reduction<Op::id>(x, options...);             \
  }
#define TIGHTLOOP_OP(id, names, arity, kind, type_rule, range_rule, properties, lowering, ulp, \
                     doc)                                                                      \
  TIGHTLOOP_LAZY_##kind(id, arity) TIGHTLOOP_LAZY_MISTAKE(id)
#include "tightloop/ops.def"
#undef TIGHTLOOP_OP
#undef TIGHTLOOP_LAZY_reduction
#undef TIGHTLOOP_LAZY_elementwise
#undef TIGHTLOOP_LAZY_3
#undef TIGHTLOOP_LAZY_2
#undef TIGHTLOOP_LAZY_1

// Every function of the prelude, by its name: expressions and scalars for its parameters, in their
// order; axis() and keepdims, where it has them, in any place: `psnr(a, b, 255, axis(-1))`. A
// parameter that the language wants as a literal takes a C++ integer or bool.
#define TIGHTLOOP_PRELUDE(name, parameters, body, doc, example)               \
  template <class... A>                                                       \
  requires detail::PreludeArguments<detail::PreludeFunction::name, A...>      \
  [[nodiscard]] auto name(const A&... arguments) {                            \
    return detail::call_prelude<detail::PreludeFunction::name>(arguments...); \
  }                                                                           \
  TIGHTLOOP_LAZY_MISTAKE(name)
#include "tightloop/prelude.def"
#undef TIGHTLOOP_PRELUDE
#undef TIGHTLOOP_LAZY_MISTAKE

#define TIGHTLOOP_LAZY_PREFIX(symbol, id)          \
  template <detail::LazyExpression X>              \
  [[nodiscard]] auto operator symbol(const X& x) { \
    return detail::Unary<Op::id, X>(x);            \
  }
TIGHTLOOP_LAZY_PREFIX(-, negative)
TIGHTLOOP_LAZY_PREFIX(+, positive)
TIGHTLOOP_LAZY_PREFIX(!, logical_not)
TIGHTLOOP_LAZY_PREFIX(~, invert)
#undef TIGHTLOOP_LAZY_PREFIX

#define TIGHTLOOP_LAZY_INFIX(symbol, id)                                                   \
  template <class X, class Y>                                                              \
  requires detail::LazyOperands<X, Y>                                                      \
  [[nodiscard]] auto operator symbol(const X& x, const Y& y) {                             \
    return detail::Binary<Op::id, detail::Node<X>, detail::Node<Y>>(x, y);                 \
  }                                                                                        \
  template <class X, class Y>                                                              \
  requires(detail::LazyExpression<X> != detail::LazyExpression<Y>) &&                      \
      detail::MistakenOperands<X, Y> detail::Mistake operator symbol(const X&, const Y&) { \
    return detail::mistaken<X, Y>();                                                       \
  }
TIGHTLOOP_LAZY_INFIX(+, add)
TIGHTLOOP_LAZY_INFIX(-, subtract)
TIGHTLOOP_LAZY_INFIX(*, multiply)
TIGHTLOOP_LAZY_INFIX(/, divide)
TIGHTLOOP_LAZY_INFIX(%, mod)
TIGHTLOOP_LAZY_INFIX(<, less)
TIGHTLOOP_LAZY_INFIX(<=, less_equal)
TIGHTLOOP_LAZY_INFIX(>, greater)
TIGHTLOOP_LAZY_INFIX(>=, greater_equal)
TIGHTLOOP_LAZY_INFIX(==, equal)
TIGHTLOOP_LAZY_INFIX(!=, not_equal)
TIGHTLOOP_LAZY_INFIX(&&, logical_and)
TIGHTLOOP_LAZY_INFIX(||, logical_or)
TIGHTLOOP_LAZY_INFIX(&, bit_and)
TIGHTLOOP_LAZY_INFIX(|, bit_or)
TIGHTLOOP_LAZY_INFIX(^, bit_xor)
TIGHTLOOP_LAZY_INFIX(<<, shift_left)
TIGHTLOOP_LAZY_INFIX(>>, shift_right)
#undef TIGHTLOOP_LAZY_INFIX

}  // namespace tightloop
