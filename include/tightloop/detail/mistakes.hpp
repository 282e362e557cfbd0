// Mistakes in expression templates, said in one line: operands that are texts, and arrays without a
// lazy() around them.
#pragma once

#include <string_view>
#include <type_traits>

#include "tightloop/detail/expression.hpp"

namespace tightloop::detail {

/// A text, which no operation of expressions takes.
template <class T>
concept TextOperand = !LazyOperand<T> && std::is_convertible_v<const T&, std::string_view>;
/// An array that lazy() would take.
template <class T>
concept BareArray = !LazyOperand<T> && !TextOperand<T> && !std::is_arithmetic_v<T> &&
                    !std::is_enum_v<T> && std::is_constructible_v<Arg, const T&>;
/// Operands that are no expression by mistake, beside an expression or an array.
template <class... T>
concept MistakenOperands = ((TextOperand<T> || BareArray<T>) || ...) &&
                           ((LazyExpression<T> || BareArray<T>) || ...);

/// What a call with mistaken operands gives, so that one message suffices.
class Mistake : public tightloop::Expression<Mistake> {
 public:
  static constexpr std::size_t kSteps = 1;
  static constexpr std::size_t kLeaves = 0;
  static constexpr bool kElements = false;
  Mistake() {}
  void write(StepWriter&) const {}
};

/// Says what is wrong with operands; never called by a program that compiles.
template <class... T>
Mistake mistaken() {
  static_assert(!(TextOperand<T> || ...),
                "a text is no operand of an expression: write a number, or the whole expression as "
                "the text of tightloop::evaluate()");
  static_assert((TextOperand<T> || ...) || !(BareArray<T> || ...),
                "an array is no expression yet: write tightloop::lazy(array) here");
  return {};
}

}  // namespace tightloop::detail
