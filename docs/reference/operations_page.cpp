// docs/operations.md: every row of the op table with its types, ranges, accuracy and special
// values, and an example that is run.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <sstream>

#include "asking.hpp"
#include "ir/operators.hpp"
#include "lang/calls.hpp"
#include "math/measured_ulp.hpp"
#include "pages.hpp"
#include "tightloop/op.hpp"
#include "types/text.hpp"

namespace tightloop::docs {
namespace {

constexpr std::string_view kIntroduction =
    R"(# Operations

Every operation of the language, from the table that the parser, the C++ functions, the typing rules and
the kernels share. Types are those of operands of one dtype, under `exact` promotion;
[promotion.md](promotion.md) has the pairs, [functions.md](functions.md) the functions that are written in
the language itself. "Exact" means exact or correctly rounded. Half types are computed in float32 and rounded once, where a result is stored.
Where nothing wider than a half reads them, `exp`, `exp2`, `exp10`, `log`, `log2` and `log10` of halves are exact to
2^-17 of their value, not to the last bit of float32; half a unit of float16 is 2^-11.

The examples use

)";

const std::vector<ExampleArray>& arrays() {
  static const std::vector<ExampleArray> list = {
      {"x", numbers({-1.5, -0.5, 0.5, 1, 2.5}, DType::float64)},
      {"y", numbers({2, -2, 0.5, 3, -1}, DType::float64)},
      {"i", numbers({-7, -1, 0, 6, 100}, DType::int8)},
      {"j", numbers({2, 3, 1, 2, 5}, DType::uint8)},
      {"m", numbers({3, 1, 2, 0, 5, 4}, DType::float64, "(2, 3)")},
      {"z", evaluate("x + 1j", {{"x", std::vector<double>{1, -2}}})}};
  return list;
}

constexpr std::string_view kOperands[] = {"x", "y", "t"};

std::string_view canonical(const OpInfo& op) {
  return op.names.substr(0, op.names.find(' '));
}

/// Returns "f(x, y)" with these names, as many as there are operands.
std::string call(const OpInfo& op, std::array<std::string_view, 3> operands) {
  std::string out(canonical(op));
  for (std::size_t i = 0; i < op.arity; ++i) {
    out += (i == 0 ? "(" : ", ") + std::string(operands[i]);
  }
  return out + ")";
}

std::string spellings(const OpInfo& op) {
  std::string out;
  const auto add = [&](std::string_view text) {
    if (!out.empty()) out += ", ";
    out += "`" + std::string(text) + "`";
  };
  const auto operators = [&](const auto& list, std::string_view before) {
    for (const ir::Operator& o : list) {
      if (in_table(o.op) && info(o.op).id == op.id) add(std::string(before) + std::string(o.text));
    }
  };
  if (op.arity == 2) operators(ir::kInfixOperators, "");
  if (op.arity == 1) operators(ir::kPrefixOperators, "");
  for (std::size_t at = canonical(op).size(); at < op.names.size();) {
    const std::size_t end = std::min(op.names.find(' ', at + 1), op.names.size());
    add(op.names.substr(at + 1, end - at - 1));
    at = end;
  }
  return out;
}

std::string types(const OpInfo& op) {
  const std::vector<std::string_view> names(kOperands, kOperands + op.arity);
  std::string refused;
  const auto rows = type_rows(call(op, {"x", "y", "t"}), names, refused);
  std::string out = table({"operands", "result"}, rows);
  if (!refused.empty()) out += "\nRefused: " + refused + ".\n";
  return out;
}

/// Returns the ranges that integer operands give, where a rule says more than their dtype.
std::string ranges(const OpInfo& op) {
  if (op.range_rule == RangeRule::none) return {};
  std::string out;
  for (const DType dtype : {DType::uint8, DType::int8}) {
    std::vector<TypedName> variables;
    for (std::size_t i = 0; i < op.arity; ++i) variables.push_back({kOperands[i], dtype});
    const auto type = type_of(call(op, {"x", "y", "t"}), variables);
    if (!type || is_float(type->dtype) || is_complex(type->dtype)) continue;
    out += (out.empty() ? "Ranges: " : "; ") + std::string(name(dtype)) + " gives " +
           to_string(type->range.lo) + ".." + to_string(type->range.hi);
  }
  return out.empty() ? out : out + ".\n\n";
}

std::string fixed(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

std::string accuracy(const OpInfo& op) {
  if (op.kind == OpKind::reduction) return {};
  const std::string subject = op.accepts_complex ? "Accuracy of real results: " : "Accuracy: ";
  if (op.max_ulp == 0) return subject + "exact.\n\n";
  std::string out =
      subject + "at most " + std::to_string(op.max_ulp) + " units in the last place of the result";
  const auto* measured = math::measured_ulp(static_cast<Op>(&op - op_table().data()));
  if (measured != nullptr) {
    out += "; measured: " + fixed(measured->f32) + " (float32), " + fixed(measured->f64) +
           " (float64)";
  }
  if (const auto* halves = math::measured_half_ulp(static_cast<Op>(&op - op_table().data()))) {
    out += ", " + fixed(halves->f16) + " (float16), " + fixed(halves->bf16) + " (bfloat16)";
  }
  return out + ".\n\n";
}

/// Returns the values of a real function of one operand at the ends of its domain.
std::string special_values(const OpInfo& op) {
  if (op.kind == OpKind::reduction || op.arity != 1) return {};
  if (!type_of(call(op, {"x", "", ""}), {{"x", DType::float64}})) return {};
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const Array at = numbers({-kInf, -1, -0.0, 0.0, 1, kInf, std::nan("")}, DType::float64);
  std::istringstream words(run(call(op, {"v", "", ""}), {{"v", at}}));
  std::vector<std::string> cells = {"result"};
  std::string first_line;
  std::getline(words, first_line);
  for (std::string word; words >> word;) {
    std::erase_if(word, [](char c) { return c == '[' || c == ']'; });
    if (!word.empty()) cells.push_back(word);
  }
  return table({"x", "-inf", "-1", "-0", "0", "1", "inf", "nan"}, {cells}) + "\n";
}

std::string example(const OpInfo& op) {
  std::vector<std::string> texts;
  const bool floats =
      type_of(call(op, {"x", "y", "x"}), {{"x", DType::float64}, {"y", DType::float64}})
          .has_value();
  const bool integers =
      op.range_rule != RangeRule::none ||
      (!floats && type_of(call(op, {"i", "j", "i"}), {{"i", DType::int8}, {"j", DType::uint8}}));
  if (op.kind == OpKind::reduction) {
    texts = {call(op, {"m", "m", "m"})};
    texts.push_back(texts[0].substr(0, texts[0].size() - 1) + ", axis=-1)");
  } else if (op.type_rule == TypeRule::where) {
    texts = {call(op, {"x > 0", "x", "0"})};
  } else if (op.id == "clip") {
    texts = {call(op, {"x", "-1", "2"}), call(op, {"i", "-10", "10"})};
  } else {
    if (floats) texts.push_back(call(op, {"x", "y", "2"}));
    if (integers) texts.push_back(call(op, {"i", "j", "2"}));
  }
  std::string out;
  for (const std::string& text : texts) {
    try {
      out += "> " + text + "\n" + run(text, arrays());
    } catch (const Error& e) {
      if (e.code() == ErrorCode::internal) throw;  // no example of a refused operand
    }
  }
  return out.empty() ? out : "```\n" + out + "```\n\n";
}

std::string entry(const OpInfo& op) {
  const std::string options = op.kind == OpKind::reduction ? ", axis=None, keepdims=False)" : ")";
  std::string signature = call(op, {"x", "y", "z"});
  if (op.id == "clip") signature = call(op, {"x", "lo", "hi"});
  if (op.type_rule == TypeRule::where) signature = call(op, {"condition", "x", "y"});
  signature.pop_back();
  std::string out = "### " + std::string(canonical(op)) + "\n\n" + code(signature + options) +
                    ": " + std::string(op.doc) + ".\n\n";
  const std::string also = spellings(op);
  if (!also.empty()) out += "Also " + also + ".\n\n";
  out += types(op) + "\n" + ranges(op) + accuracy(op) + special_values(op) + example(op);
  return out;
}

/// What is not a row of the table, because it takes literals or computes nothing.
struct Structural {
  std::string_view title;
  std::string_view example;
};

constexpr Structural kStructural[] = {
    {"astype", "astype(x, 'int8'), float16(x / 3)"},
    {"saturate", "saturate(i * 3, 'int8'), saturate(x * 1e6, 'float16')"},
    {"bitcast", "bitcast(x, 'int64'), bitcast(i, 'uint8')"},
    {"slices", "m[:, ::-1], m[-1], m[..., None, 0], x[1:] - x[:-1]"},
    {"transpose", "m.T, transpose(m[None], (1, 0, 2))"},
    {"reshape", "reshape(m, (3, -1))"},
    {"ravel", "m.ravel()"},
    {"broadcast_to", "broadcast_to(m[0], (2, 3))"},
    {"size", "m.size, size(m, axis=1)"},
    {"len", "len(m), m.shape[-1]"},
    {"ndim", "m.ndim"},
    {"matmul", "m @ m.T, matmul(m, y[:3])"},
    {"dot", "dot(x, y)"},
    {"inner", "inner(m, m)"},
    {"vdot", "vdot(z, z)"},
    {"outer", "outer(x[:2], j)"},
    {"full_scale", "full_scale(i, j), full_scale(x, y)"},
    {"einsum", "einsum('ij,ij->i', m, m), einsum('ij->ji', m)"},
};

/// Returns what the parser's own table says of a function.
lang::StructuralFunction described(const Structural& s) {
  for (const lang::StructuralFunction& f : lang::structural_functions()) {
    if (f.name == s.title) return f;
  }
  return {s.title, "x[start:stop:step, index, None, ...]",
          "a view as in Python: negative numbers count from the end, steps may be negative, None "
          "adds an axis of extent 1"};
}

std::string entry(const Structural& s) {
  const lang::StructuralFunction f = described(s);
  std::string out = "### " + std::string(s.title) + "\n\n" + code(f.signature) + ": " +
                    std::string(f.doc) + ".\n\n```\n> " + std::string(s.example) + "\n";
  return out + run(s.example, arrays()) + "```\n\n";
}

}  // namespace

Page operations_page() {
  std::string out = std::string(kIntroduction) + listing(arrays());
  for (const OpKind kind : {OpKind::elementwise, OpKind::reduction}) {
    out += kind == OpKind::elementwise ? "\n## Element by element\n\n" : "## Reductions\n\n";
    for (const OpInfo& op : op_table()) {
      if (op.kind == kind) out += entry(op);
    }
  }
  out += "## Conversions, views and products\n\n";
  for (const Structural& s : kStructural) out += entry(s);
  out.pop_back();
  return {"operations.md", out};
}

}  // namespace tightloop::docs
