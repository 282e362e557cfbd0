// docs/promotion.md: the dtype of a result, for every pair of dtypes and many operations.
#include "asking.hpp"
#include "pages.hpp"

namespace tightloop::docs {
namespace {

struct Rules {
  Promotion promotion;
  std::string_view title;
  std::string_view text;
};

constexpr Rules kRules[] = {
    {Promotion::exact, "exact",
     "The default. An integer result has the narrowest dtype that holds every value it can have, "
     "so that nothing wraps while 64 bits can hold it; a result is no wider than it must be. An "
     "element that 64 bits cannot hold is an error that names the sub-expression and the first "
     "index; `Overflow::wrap` (`--overflow wrap`) gives it modulo 2^64. What is only compared, "
     "averaged, selected or turned to float is computed in two words: exact up to 128 bits, "
     "rounded once, without an error; past those, in float64."},
    {Promotion::numpy, "numpy",
     "The rules of NumPy 2 (NEP 50), chosen with `Promotion::numpy` or `--promotion numpy`: "
     "integers wrap in the dtype of the result, float16 rounds after each operation. bfloat16 and "
     "the 8-bit floats, which NumPy lacks, are treated like float16; as with ml_dtypes, they keep "
     "their type beside bools and 8-bit integers, and two different ones of these floats give "
     "float32. `b**2` of bools is int64, as `np.power(b, 2)` "
     "is; "
     "NumPy's operator gives int8."},
    {Promotion::numexpr, "numexpr",
     "The rules of numexpr, chosen with `Promotion::numexpr` or `--promotion numexpr`: bool, "
     "int32, "
     "int64, float32, float64 and complex128 are its kinds, and what is narrower is converted "
     "first."},
};

constexpr std::string_view kDestinations =
    "What a destination of the caller's (`evaluate_into`, `assign`, `Function::into`, or new "
    "arrays where `Options::dtype` names one) "
    "cannot hold is decided by `casting`. `standard`: with `exact`, integers go into any integer "
    "dtype, and an element that does not fit is an error that names the first one, found in the "
    "pass that stores it; no check is made where the ranges show that all fit. Floats are "
    "rounded (`same_kind`); a float into an integer is refused. With the other promotions "
    "NumPy's `same_kind`, which wraps integers. `same_value`: any dtype, and an element whose "
    "value would change is an error. `wrap`: integers modulo 2^n. `saturate`: the nearest value "
    "that fits. `no`, `safe`, `same_kind` and `unsafe` are NumPy's.";

constexpr std::string_view kTexts[] = {
    "a + a",   "a - b",   "a * b",    "a / b",  "a // b", "a % b",   "a ** b",    "a ** 2",
    "-a",      "abs(a)",  "~a",       "a & b",  "a << b", "a < b",   "a + 1",     "a + 1000",
    "a * 2.5", "sqrt(a)", "floor(a)", "sum(a)", "max(a)", "mean(a)", "abs(a - b)"};

/// A letter and the bits: "u8", "bf16"; the name behind them where other types have the same.
std::string short_name(DType t) {
  constexpr std::string_view letters[] = {"", "i", "u", "f", "c"};
  if (is_bool(t)) return "bool";
  const std::string_view full = name(t);
  const std::size_t end = full.find('_');
  std::string text = full.starts_with("b") ? "b" : "";
  text += std::string(letters[static_cast<int>(info(t).kind)]) + std::to_string(8 * itemsize(t));
  return end == full.npos ? text : text + std::string(full.substr(end));
}

std::string cell(std::string_view text, DType a, DType b, Promotion promotion) {
  const auto type = type_of(text, {{"a", a}, {"b", b}}, promotion);
  return type ? short_name(type->dtype) : "-";
}

/// Returns the head of a table with one column per dtype.
std::vector<std::string> head(std::string first) {
  std::vector<std::string> out = {std::move(first)};
  for (const DType t : kDTypes) out.push_back(short_name(t));
  return out;
}

std::string pairs(std::string_view text, Promotion promotion) {
  std::vector<std::vector<std::string>> rows;
  for (const DType a : kDTypes) {
    rows.push_back({"**" + short_name(a) + "**"});
    for (const DType b : kDTypes) rows.back().push_back(cell(text, a, b, promotion));
  }
  return table(head("a, b"), rows);
}

std::string operations(Promotion promotion) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string_view text : kTexts) {
    rows.push_back({code(text)});
    for (const DType t : kDTypes) rows.back().push_back(cell(text, t, t, promotion));
  }
  return table(head(""), rows);
}

}  // namespace

Page promotion_page() {
  std::string out =
      "# Promotion\n\nThe dtype of a result follows from the dtypes of the operands, and under "
      "`exact` from the values that integers can have; never from the data. The tables are what "
      "the typing rules answer. Names are short: `i8` is int8, `u8` uint8, `f16` float16, `bf16` "
      "bfloat16, `f8_e5m2` float8_e5m2, `c64` complex64; `-` means that the operation is "
      "refused.\n";
  for (const Rules& rules : kRules) {
    out += "\n## " + std::string(rules.title) + "\n\n" + std::string(rules.text) + "\n";
    for (const std::string_view text : {"a + b", "a - b", "a * b", "where(True, a, b)"}) {
      out += "\n`" + std::string(text) + "`, a by row, b by column:\n\n" +
             pairs(text, rules.promotion);
    }
    out += "\nOperands of one dtype:\n\n" + operations(rules.promotion);
  }
  out += "\n## Destinations\n\n" + std::string(kDestinations) + "\n";
  return {"promotion.md", out};
}

}  // namespace tightloop::docs
