// The operators of the language: spelling, precedence and operation. The parser reads them, the
// printer writes them. Order of precedence: The Python Language Reference, 6.17.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tightloop/op.hpp"

namespace tightloop::ir {

/// How tightly a form binds, loosest first.
enum class Precedence : std::uint8_t {
  choice,  ///< x if c else y
  logical_or,
  logical_and,
  logical_not,
  comparison,  ///< chains instead of associating
  bit_or,
  bit_xor,
  bit_and,
  shift,
  sum,
  product,
  unary,
  power,  ///< associates to the right; its right operand may be unary
  primary,
};

constexpr Precedence tighter(Precedence p) {
  return static_cast<Precedence>(static_cast<int>(p) + 1);
}

struct Operator {
  std::string_view text;
  Op op;
  Precedence precedence;
};

/// The first row of an operation is how it is printed.
inline constexpr Operator kPrefixOperators[] = {
    {"-", Op::negative, Precedence::unary},    {"+", Op::positive, Precedence::unary},
    {"~", Op::invert, Precedence::unary},      {"not", Op::logical_not, Precedence::logical_not},
    {"!", Op::logical_not, Precedence::unary},
};

inline constexpr Operator kInfixOperators[] = {
    {"+", Op::add, Precedence::sum},
    {"-", Op::subtract, Precedence::sum},
    {"*", Op::multiply, Precedence::product},
    {"/", Op::divide, Precedence::product},
    {"**", Op::pow, Precedence::power},
    {"//", Op::floor_divide, Precedence::product},
    {"%", Op::mod, Precedence::product},
    {"@", Op::contract, Precedence::product},
    {"<", Op::less, Precedence::comparison},
    {"<=", Op::less_equal, Precedence::comparison},
    {">", Op::greater, Precedence::comparison},
    {">=", Op::greater_equal, Precedence::comparison},
    {"==", Op::equal, Precedence::comparison},
    {"!=", Op::not_equal, Precedence::comparison},
    {"and", Op::logical_and, Precedence::logical_and},
    {"or", Op::logical_or, Precedence::logical_or},
    {"&", Op::bit_and, Precedence::bit_and},
    {"|", Op::bit_or, Precedence::bit_or},
    {"^", Op::bit_xor, Precedence::bit_xor},
    {"<<", Op::shift_left, Precedence::shift},
    {">>", Op::shift_right, Precedence::shift},
    {"&&", Op::logical_and, Precedence::logical_and},
    {"||", Op::logical_or, Precedence::logical_or},
};

/// Returns the row with that spelling, or null.
constexpr const Operator* find_operator(std::span<const Operator> rows, std::string_view text) {
  for (const Operator& row : rows) {
    if (row.text == text) return &row;
  }
  return nullptr;
}

/// Returns the row that prints an operation, or null.
constexpr const Operator* find_operator(std::span<const Operator> rows, Op op) {
  for (const Operator& row : rows) {
    if (row.op == op) return &row;
  }
  return nullptr;
}

}  // namespace tightloop::ir
