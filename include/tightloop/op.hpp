// The operations as an enumeration, with what the op table says of each. Expands ops.def; what is
// not an operation of the language (leaves, casts, views) is listed here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "tightloop/error.hpp"

namespace tightloop {

/// Names an operation. Values up to kTableOps - 1 are the rows of ops.def, in order; the rest are
/// structural: they appear in graphs but have no row.
enum class Op : std::uint8_t {
#define TIGHTLOOP_OP(id, names, arity, kind, type_rule, range_rule, properties, lowering, ulp, \
                     doc)                                                                      \
  id,
#include "tightloop/ops.def"
#undef TIGHTLOOP_OP
  variable,    ///< an input array or a weak scalar
  constant,    ///< a literal
  astype,      ///< conversion to a named dtype
  saturate,    ///< clip to the finite range of a named dtype, then convert
  bitcast,     ///< the same bits as a named dtype of equal size
  view,        ///< slicing, transposition, reshape or broadcast_to: no arithmetic
  contract,    ///< source graphs only: matrix product, dot, einsum of one or two operands
  align,       ///< typed graphs only: an operand of a contraction, seen from the space of both
  cast,        ///< typed graphs only: conversion between lane types
  round_half,  ///< typed graphs only: rounds a lane to float16 or bfloat16, kept as float32
  extent,      ///< typed graphs only: the number of elements that a reduction reduces
  call,        ///< steps of expression templates only: a function of the prelude
};

inline constexpr int kTableOps = static_cast<int>(Op::variable);

enum class OpKind : std::uint8_t { elementwise, reduction };

enum class TypeRule : std::uint8_t {
  arithmetic,
  divide,
  power,
  negate,
  absdiff,
  compare,
  logic,
  bits,
  invert,
  shift,
  magnitude,
  sign,
  rounding,
  select,
  where,
  real,
  classify,
  component,
  combine,
  count_bits,
  composed,
  sum,
  mean,
  count,
};

enum class RangeRule : std::uint8_t {
  none,
  same,
  zero,
  add,
  subtract,
  multiply,
  floor_divide,
  mod,
  fmod,
  power,
  negate,
  absdiff,
  fma,
  bit_and,
  bit_or,
  bit_xor,
  invert,
  shift_left,
  shift_right,
  popcount,
  abs,
  sign,
  square,
  minimum,
  maximum,
  clip,
  where,
};

enum class Lowering : std::uint8_t { instr, math, composed };

/// Holds one row of the op table. All strings are static.
struct OpInfo {
  std::string_view id;     ///< "subtract"
  std::string_view names;  ///< spellings separated by spaces, the canonical one first
  std::uint8_t arity;
  OpKind kind;
  TypeRule type_rule;
  RangeRule range_rule;
  bool commutative;
  bool accepts_complex;
  bool complex_by_parts;  ///< takes complex operands in terms of their parts: no lane is complex
  bool takes_where;       ///< reductions: where=, an array of bools that says which elements count
  bool takes_initial;     ///< reductions: initial=, a value to start from
  bool takes_ddof;        ///< reductions: ddof=, a number to take from the divisor
  Lowering lowering;
  std::uint8_t max_ulp;
  std::string_view doc;
};

namespace detail {
namespace op_property {
inline constexpr unsigned commutative = 1;
inline constexpr unsigned complex = 2;
inline constexpr unsigned takes_where = 4;
inline constexpr unsigned takes_initial = 8;
inline constexpr unsigned takes_ddof = 16;
inline constexpr unsigned complex_by_parts = 32;
}  // namespace op_property

inline constexpr OpInfo kOpTable[kTableOps] = {
#define TIGHTLOOP_OP(id, names, arity, kind, type_rule, range_rule, properties, lowering, ulp, \
                     doc)                                                                      \
  OpInfo{#id,                                                                                  \
         names,                                                                                \
         arity,                                                                                \
         OpKind::kind,                                                                         \
         TypeRule::type_rule,                                                                  \
         RangeRule::range_rule,                                                                \
         [] {                                                                                  \
           using namespace op_property;                                                        \
           return ((properties)&commutative) != 0;                                             \
         }(),                                                                                  \
         [] {                                                                                  \
           using namespace op_property;                                                        \
           return ((properties)&complex) != 0;                                                 \
         }(),                                                                                  \
         [] {                                                                                  \
           using namespace op_property;                                                        \
           return ((properties)&complex_by_parts) != 0;                                        \
         }(),                                                                                  \
         [] {                                                                                  \
           using namespace op_property;                                                        \
           return ((properties)&takes_where) != 0;                                             \
         }(),                                                                                  \
         [] {                                                                                  \
           using namespace op_property;                                                        \
           return ((properties)&takes_initial) != 0;                                           \
         }(),                                                                                  \
         [] {                                                                                  \
           using namespace op_property;                                                        \
           return ((properties)&takes_ddof) != 0;                                              \
         }(),                                                                                  \
         Lowering::lowering,                                                                   \
         ulp,                                                                                  \
         doc},
#include "tightloop/ops.def"
#undef TIGHTLOOP_OP
};
}  // namespace detail

/// Returns the whole table, in the order of Op.
constexpr std::span<const OpInfo> op_table() noexcept {
  return detail::kOpTable;
}

/// True for operations that have a row in the table.
constexpr bool in_table(Op op) noexcept {
  return static_cast<int>(op) < kTableOps;
}

/// Returns the row of an operation; it must be in_table.
constexpr const OpInfo& info(Op op) noexcept {
  return detail::kOpTable[static_cast<int>(op)];
}

constexpr bool is_reduction(Op op) noexcept {
  return in_table(op) && info(op).kind == OpKind::reduction;
}

/// Returns the enumerator's spelling, structural ones included ("variable", "round_half", ...).
constexpr std::string_view id(Op op) noexcept {
  constexpr std::string_view structural[] = {"variable", "constant",   "astype",   "saturate",
                                             "bitcast",  "view",       "contract", "align",
                                             "cast",     "round_half", "extent",   "call"};
  return in_table(op) ? info(op).id : structural[static_cast<int>(op) - kTableOps];
}

/// Finds the operation that the language spells so ("arctan2", "sum"); none for unknown names.
constexpr std::optional<Op> find_op(std::string_view spelling) noexcept {
  for (int i = 0; i < kTableOps; ++i) {
    std::string_view rest = detail::kOpTable[i].names;
    while (!rest.empty()) {
      const std::size_t cut = rest.find(' ');
      if (rest.substr(0, cut) == spelling) return static_cast<Op>(i);
      rest = cut == std::string_view::npos ? std::string_view{} : rest.substr(cut + 1);
    }
  }
  return std::nullopt;
}

}  // namespace tightloop
