// docs/functions.md: the prelude, each function with its body and an example that is run.
#include "asking.hpp"
#include "lang/prelude.hpp"
#include "pages.hpp"

namespace tightloop::docs {
namespace {

constexpr std::string_view kIntroduction =
    R"(# Functions defined in the language

These functions are plain definitions in the language itself: a call means its body, fuses with
what is around it and has no cost of its own. `axis=` and `keepdims=` take what the reductions take;
other arguments are expressions. Literal arguments are passed on as they are written.

Functions of your own are made the same way: `tl::define("f(x, k=2) = k*x + 1")` in C++, or in a set
that `Options::definitions` points to; `--define 'f(x, k=2) = k*x + 1'` and `--defs FILE` in the
program. A definition may have several statements, the last of which is its result; `#` lines
directly above it are its doc. Its names and its caller's do not meet. It may call the operations, the
functions below and those defined before it, so that it cannot call itself; defining a name
again replaces the function for what is written later.

Integers inside a definition, the user's own too, are exact where its result is a float: differences,
sums and products are followed in two words where 64 bits do not hold them, and rounded where they
become floats (past 128 bits they are computed in float64). Nothing wraps, and nothing is an error,
but what a definition returns as an integer that 64 bits cannot hold.

In the functions below `_rescued(x, y)` is x, or where a sum on the way to x overflowed y, the same value by
another way, which is computed only then.

The examples use

)";

std::vector<ExampleArray> examples() {
  return {{"a", numbers({1, 2, 3, 4}, DType::float64)},
          {"b", numbers({1, 2.5, 3, 2}, DType::float64)},
          {"x", numbers({1, 2, 3, 4, 6, 8}, DType::float64, "(2, 3)")},
          {"w", numbers({0.5, 0.25, 0.125, 0.125}, DType::float64)}};
}

/// Returns what the result's dtype is for arguments of a few dtypes.
std::string result_types(const lang::Definition& d) {
  std::vector<std::string> head = {"arguments"};
  std::vector<std::string> cells = {"result"};
  for (const DType dtype : {DType::uint8, DType::int32, DType::float16, DType::float32,
                            DType::float64, DType::complex64}) {
    std::vector<TypedName> variables;
    std::string call = d.name + "(";
    for (const lang::DefinedParameter& p : d.parameters) {
      if (!p.fallback.empty()) continue;
      if (call.back() != '(') call += ", ";
      call += p.name;
      variables.push_back({p.name, dtype});
    }
    const auto type = type_of(call + ")", variables);
    head.push_back(std::string(name(dtype)));
    cells.push_back(type ? std::string(name(type->dtype)) : "refused");
  }
  return table(head, {cells});
}

}  // namespace

Page functions_page() {
  const std::vector<ExampleArray> arrays = examples();
  std::string out(kIntroduction);
  out += listing(arrays) + "\n";
  for (const lang::PreludeRow& row : lang::prelude_rows()) {
    const lang::Definition& d = *lang::prelude().find(row.name)->second;
    out += "## " + d.name + "\n\n" + code(lang::signature(d)) + ": " + d.doc + ".\n\n```\n" +
           d.body + "\n```\n\n" + result_types(d) + "\n```\n> " + std::string(row.example) + "\n" +
           run(row.example, arrays) + "```\n\n";
  }
  out.pop_back();
  return {"functions.md", out};
}

}  // namespace tightloop::docs
