// Random expressions over named variables, drawn from the op table row by row.
#pragma once

#include <string>
#include <vector>

#include "random_arrays.hpp"
#include "tightloop/op.hpp"

namespace fuzz {

/// What an expression contains decides how exactly engines must agree on it.
struct Expression {
  std::string text;
  bool math = false;            ///< a function that is accurate to some ULP, not correctly rounded
  bool sums = false;            ///< a sum, product or mean: floats depend on the order
  bool inexact_inside = false;  ///< something was computed from either of these
  bool product = false;         ///< a contraction, whose partial sums may be of the result's type
  std::string magnitude;        ///< for an outermost sum or mean: the same of absolute values
};

class ExpressionGenerator {
 public:
  /// `small` says that products of all pairs of elements are not too many.
  ExpressionGenerator(Random& random, std::vector<std::string> names, bool small)
      : random_(random), names_(std::move(names)), small_(small) {}

  Expression make() {
    out_ = {};
    const int kind = random_.below(100);
    out_.text = kind < 32 ? reduction(3) : kind < 42 ? contraction() : value(3);
    return out_;
  }

 private:
  using Op = tightloop::Op;

  std::string leaf() {
    if (random_.chance(80))
      return names_[static_cast<std::size_t>(random_.below(static_cast<int>(names_.size())))];
    return random_.pick<const char*>({"0",
                                      "1",
                                      "2",
                                      "3",
                                      "-1",
                                      "7",
                                      "100",
                                      "255",
                                      "1000",
                                      "70000",
                                      "-128",
                                      "4000000000",
                                      "9223372036854775807",
                                      "0.5",
                                      "2.5",
                                      "-1.5",
                                      "1e-3",
                                      "1e10",
                                      "True",
                                      "nan",
                                      "inf",
                                      "2j"});
  }

  std::string mark(std::string text, bool& flag) {
    if (out_.math || out_.sums) out_.inexact_inside = true;
    flag = true;
    return text;
  }

  std::string value(int depth) {
    if (depth == 0 || random_.chance(12)) return leaf();
    if (random_.chance(8)) return cast(depth);
    if (random_.chance(5)) return view(depth);
    const bool was_inexact = out_.math || out_.sums;
    Op op;
    do {
      op = static_cast<Op>(random_.below(tightloop::kTableOps));
    } while (is_reduction(op) || (depth < 3 && info(op).max_ulp > 0));
    const auto& row = info(op);
    std::string text = std::string(row.names.substr(0, row.names.find(' '))) + "(";
    for (int i = 0; i < row.arity; ++i) {
      if (i > 0) text += ", ";
      // The sign of a NaN that an operation makes is not specified.
      const bool sees_sign = op == Op::signbit || op == Op::copysign;
      if (sees_sign) {
        text += leaf();
        continue;
      }
      text += op == Op::pow && i == 1 && random_.chance(70)
                  ? random_.pick<const char*>({"0", "1", "2", "3", "5", "-1", "0.5"})
                  : value(depth - 1);
    }
    text += ")";
    if (was_inexact || out_.math || out_.sums) out_.inexact_inside = true;
    // Where a logarithm of a sum nears 0 its error is one of the operands, in every engine.
    if (op == Op::logaddexp || op == Op::logaddexp2) out_.inexact_inside = true;
    if (row.max_ulp > 0) return mark(std::move(text), out_.math);
    return text;
  }

  std::string cast(int depth) {
    const std::string x = value(depth - 1);
    if (out_.math || out_.sums) out_.inexact_inside = true;
    const std::string dtype(
        tightloop::name(static_cast<DType>(random_.below(tightloop::kDTypeCount))));
    return random_.chance(70) ? dtype + "(" + x + ")" : "saturate(" + x + ", '" + dtype + "')";
  }

  std::string view(int depth) {
    const std::string x = value(depth - 1);
    switch (random_.below(6)) {
      case 0: return "(" + x + ").T";
      case 1: return "(" + x + ")[..., ::-1]";
      case 2: return "(" + x + ")[..., ::2]";
      case 3: return "(" + x + ")[..., 1:]";
      case 4: return "(" + x + ")[None, ...]";
      default: return "(" + x + ")[-1:]";
    }
  }

  /// "sum(x, axis=0)" -> "sum(abs(float64-sized magnitude of x), axis=0)".
  static std::string magnitude_of(const std::string& text) {
    const std::size_t open = text.find('(');
    int depth = 0;
    std::size_t end = open + 1;
    for (; end < text.size(); ++end) {  // the first argument ends at a comma or ) outside brackets
      const char c = text[end];
      if (depth == 0 && (c == ',' || c == ')')) break;
      depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
    }
    return text.substr(0, open) + "(abs(1.0*(" + text.substr(open + 1, end - open - 1) + "))" +
           text.substr(end);
  }

  /// where=, initial= and ddof=, as far as the operation takes them.
  std::string options(Op op) {
    const auto& row = info(op);
    std::string text;
    const bool ordering = row.type_rule == tightloop::TypeRule::select;
    const bool masked = row.takes_where && random_.chance(25);
    if (masked) text += ", where=" + value(1);
    if (row.takes_initial && (random_.chance(20) || (masked && ordering))) {
      text += ", initial=" + leaf() + (random_.chance(20) ? "" : "*1");
    }
    if (row.takes_ddof && random_.chance(40)) {
      text += random_.pick<const char*>({", ddof=1", ", ddof=-1", ", correction=0.5"});
    }
    return text;
  }

  std::string reduction(int depth) {
    Op op;
    do {
      op = static_cast<Op>(random_.below(tightloop::kTableOps));
    } while (!is_reduction(op));
    const std::string x = value(depth);
    std::string text = std::string(info(op).names.substr(0, info(op).names.find(' '))) + "(" + x;
    if (random_.chance(60)) {
      text +=
          random_.pick<const char*>({", axis=-1", ", axis=0", ", axis=(0, 1)", ", axis=(-2, -1)",
                                     ", axis=1", ", axis=(0, -1)", ", axis=None"});
    }
    if (random_.chance(25)) text += ", keepdims=True";
    const std::string given = options(op);
    text += given + ")";
    const auto rule = info(op).type_rule;
    if (rule == tightloop::TypeRule::sum || rule == tightloop::TypeRule::mean) {
      if ((op == Op::sum || op == Op::mean) && given.empty()) out_.magnitude = magnitude_of(text);
      mark("", out_.sums);
    } else if (out_.math || out_.sums) {
      out_.inexact_inside = true;
    }
    if (random_.chance(20)) {  // something follows the reduction
      text = random_.pick<const char*>({"abs", "negative", "square"}) + ("(" + text + ")");
      if (out_.math || out_.sums) out_.inexact_inside = true;
    }
    return text;
  }

  /// A product of two values, alone or below something: "a - a.T @ b".
  std::string contraction() {
    const std::string x = value(2), y = value(random_.below(3));
    const std::string form =
        small_ && random_.chance(75)
            ? random_.pick<const char*>(
                  {"X @ Y", "X @ (Y).T", "(X).T @ Y", "matmul(X, Y)", "dot(X, Y)", "inner(X, Y)",
                   "outer(X, Y)", "einsum('...ij,...kj->...ik', X, Y)", "einsum('i,j->ji', X, Y)",
                   "einsum('...ij,...ik->...', X, Y)", "einsum('...i,...j->...ij', X, Y)"})
            : random_.pick<const char*>({"vdot(X, Y)", "einsum('...i,...i->...', X, Y)",
                                         "einsum('...i,...i', X, Y)", "einsum('i,i', X, Y)",
                                         "einsum('ij,ij->j', X, Y)"});
    const auto fill = [&](const std::string& open, const std::string& close) {
      std::string text;
      for (const char* c = form.c_str(); *c != 0; ++c) {
        if (*c == 'X' || *c == 'Y') {
          text += open + (*c == 'X' ? x : y) + close;
        } else {
          text += *c;
        }
      }
      return text;
    };
    std::string text = fill("(", ")");
    out_.product = true;
    mark("", out_.sums);
    if (random_.chance(25)) {
      out_.inexact_inside = true;
      return random_.pick<const char*>({"abs", "negative", "square", "sum"}) + ("(" + text + ")");
    }
    out_.magnitude = fill("abs(1.0*(", "))");
    return text;
  }

  Random& random_;
  std::vector<std::string> names_;
  bool small_;
  Expression out_;
};

}  // namespace fuzz
