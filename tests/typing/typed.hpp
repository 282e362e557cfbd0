// Types expressions for the tests of typing, and evaluates typed graphs over short 1-d arrays.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "lang/parser.hpp"
#include "typing/fold.hpp"
#include "typing/promotion.hpp"
#include "typing/scalars.hpp"
#include "typing/typing.hpp"

namespace tightloop::typing_test {

inline constexpr auto& kAllDTypes = kDTypes;
inline constexpr std::span<const DType> kIntegral(kDTypes, 9);

struct Variable {
  std::string_view name;
  DType dtype;
  bool weak = false;
};

inline typing::Policy exact_policy(Overflow overflow = Overflow::wrap) {
  return {Promotion::exact, Fp::strict, overflow};
}
inline typing::Policy numpy_policy(Overflow overflow = Overflow::wrap) {
  return {Promotion::numpy, Fp::strict, overflow};
}

inline ir::TypedGraph type_text(std::string_view text, const std::vector<Variable>& variables,
                                const typing::Policy& policy,
                                std::span<const typing::DestinationType> destinations = {}) {
  std::vector<std::string_view> names;
  for (const Variable& v : variables) names.push_back(v.name);
  ir::Graph graph = lang::parse(text, names);
  std::vector<typing::VariableType> types;
  for (const std::string& input : graph.inputs()) {
    const auto it = std::find_if(variables.begin(), variables.end(),
                                 [&](const Variable& v) { return v.name == input; });
    types.push_back({it->dtype, it->weak});
  }
  ir::TypedGraph typed = typing::resolve(std::move(graph), types, policy, destinations);
  ir::verify(typed);
  return typed;
}

inline const ir::TypedNode& result_of(const ir::TypedGraph& g, std::size_t i = 0) {
  return g.nodes[g.results[i]];
}

inline DType dtype_of_text(std::string_view text, const std::vector<Variable>& variables,
                           const typing::Policy& policy) {
  return result_of(type_text(text, variables, policy)).dtype;
}

/// Raises an integer to a power, saturating far beyond 64 bits.
inline int128 model_pow(int128 base, int128 exponent) {
  if (exponent < 0) {
    if (base == 1) return 1;
    return base == -1 ? ((exponent & 1) != 0 ? -1 : 1) : 0;
  }
  if (base == 0 || base == 1) return exponent == 0 ? 1 : base;
  if (base == -1) return (exponent & 1) != 0 ? -1 : 1;
  int128 r = 1;
  for (int128 i = 0; i < exponent; ++i) {
    if (r > (static_cast<int128>(1) << 62) || r < -(static_cast<int128>(1) << 62)) {
      return (base < 0 && (exponent & 1) != 0) ? -(static_cast<int128>(1) << 100)
                                               : static_cast<int128>(1) << 100;
    }
    r *= base;
  }
  return r;
}

inline int128 model_floor_divide(int128 x, int128 y) {
  if (y == 0) return 0;
  const int128 q = x / y;
  return x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q;
}

/// The exact value of an integer operation on integers of at most 65 bits, written independently of
/// the library; saturates where it is far beyond 64 bits.
inline int128 model(Op op, int128 x, int128 y) {
  switch (op) {
    case Op::add: return x + y;
    case Op::subtract: return x - y;
    case Op::multiply: {
      int128 r = 0;
      const bool over = __builtin_mul_overflow(x, y, &r);
      const int128 huge = static_cast<int128>(1) << 120;
      return over ? ((x < 0) != (y < 0) ? -huge : huge) : r;
    }
    case Op::floor_divide: return model_floor_divide(x, y);
    case Op::mod: return y == 0 ? 0 : x - model_floor_divide(x, y) * y;
    case Op::pow: return model_pow(x, y);
    case Op::minimum:
    case Op::fmin: return x < y ? x : y;
    case Op::maximum:
    case Op::fmax: return x < y ? y : x;
    case Op::absdiff: return x < y ? y - x : x - y;
    case Op::bit_and: return x & y;
    case Op::bit_or: return x | y;
    case Op::bit_xor: return x ^ y;
    case Op::shift_left:
      if (y < 0) return 0;
      return model(Op::multiply, x, static_cast<int128>(1) << static_cast<int>(y > 100 ? 100 : y));
    case Op::shift_right: return x >> static_cast<int>(y < 0 || y > 100 ? 100 : y);
    case Op::negative: return -x;
    case Op::abs: return x < 0 ? -x : x;
    case Op::sign: return x < 0 ? -1 : x > 0 ? 1 : 0;
    case Op::square: return model(Op::multiply, x, x);
    default: throw std::logic_error("no model");
  }
}

struct Evaluation {
  std::vector<std::vector<Scalar>> results;
  bool overflow = false;  ///< a may_wrap node did not fit
};

namespace detail {

inline bool overflows(const ir::TypedNode& n, std::span<const Scalar> x) {
  if (!n.may_wrap) return false;
  const int128 a = typing::integer_value(x[0]);
  const int128 b = x.size() > 1 ? typing::integer_value(x[1]) : 0;
  const int128 exact = model(n.op, a, b);
  return !range_of(n.dtype).contains(Range{exact, exact});
}

inline Scalar reduced(const ir::TypedNode& n, const std::vector<Scalar>& x) {
  if (is_float(n.dtype)) {
    double r = n.op == Op::sum ? 0 : 1;
    for (const Scalar& s : x) {
      const double v = typing::convert_scalar(s, DType::float64).as<double>();
      r = n.op == Op::sum ? r + v : r * v;
    }
    return typing::make_float(n.dtype, r);
  }
  int128 r = n.op == Op::prod || n.op == Op::all ? 1 : 0;
  if (n.op == Op::min || n.op == Op::max) r = typing::integer_value(x[0]);
  for (const Scalar& s : x) {
    const int128 v = typing::integer_value(s);
    switch (n.op) {
      case Op::sum: r += v; break;
      case Op::prod:
        r = static_cast<std::int64_t>(static_cast<std::uint64_t>(r) *
                                      static_cast<std::uint64_t>(v));
        break;
      case Op::min: r = std::min(r, v); break;
      case Op::max: r = std::max(r, v); break;
      case Op::any: r = r | v; break;
      case Op::all: r = r & v; break;
      default: throw std::logic_error("no reduction");
    }
  }
  return typing::make_integer(n.dtype, r);
}

}  // namespace detail

/// Evaluates all results; inputs are arrays of one length, or single scalars. Reductions reduce
/// everything. Values are converted to the lane of their input.
inline Evaluation run(const ir::TypedGraph& g, const std::vector<std::vector<Scalar>>& inputs) {
  Evaluation out;
  std::vector<std::vector<Scalar>> values;
  for (const ir::TypedNode& n : g.nodes) {
    std::vector<Scalar> v;
    if (n.op == Op::variable) {
      for (const Scalar& s : inputs[n.attr]) v.push_back(typing::convert_scalar(s, n.dtype));
    } else if (n.op == Op::constant) {
      v = {g.constants[n.attr]};
    } else if (n.op == Op::extent) {
      const auto& reduced = values[g.nodes[n.args[0]].args[0]];
      v = {Scalar::of(static_cast<double>(reduced.size()))};
    } else if (is_reduction(n.op)) {
      v = {detail::reduced(n, values[n.args[0]])};
    } else {
      std::size_t size = 1;
      for (std::size_t i = 0; i < n.nargs; ++i) size = std::max(size, values[n.args[i]].size());
      for (std::size_t e = 0; e < size; ++e) {
        Scalar x[3];
        for (std::size_t i = 0; i < n.nargs; ++i) {
          const auto& operand = values[n.args[i]];
          x[i] = operand[operand.size() == 1 ? 0 : e];
        }
        const std::span<const Scalar> operands(x, n.nargs);
        if (g.check_overflow) out.overflow = out.overflow || detail::overflows(n, operands);
        const auto r = typing::fold(n, operands);
        if (!r) throw std::logic_error("cannot evaluate " + std::string(id(n.op)));
        v.push_back(*r);
      }
    }
    values.push_back(std::move(v));
  }
  for (ir::NodeId r : g.results) out.results.push_back(values[r]);
  return out;
}

}  // namespace tightloop::typing_test
