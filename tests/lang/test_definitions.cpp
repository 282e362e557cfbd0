// Functions defined in the language: what a call expands to, hygiene, errors and limits.
#include <string>
#include <string_view>

#include "catch.hpp"
#include "lang/expansion.hpp"
#include "lang/prelude.hpp"
#include "lang/same_graph.hpp"

using namespace tightloop;
using lang_test::kVariables;
using lang_test::same;

namespace {

lang::Dictionary read(std::string_view text, lang::Dictionary into = {}) {
  for (const auto& d : lang::read_definitions(text, into, lang::prelude())) {
    into.insert_or_assign(d->name, d);
  }
  return into;
}

ir::Graph parse(std::string_view text, const lang::Dictionary& functions) {
  return lang::parse(text, kVariables, &functions);
}

/// True where a call gives the graph of a text without calls.
bool expands(std::string_view definitions, std::string_view call, std::string_view plain) {
  return same(parse(call, read(definitions)), lang_test::parse(plain));
}

Error failure(std::string_view definitions, std::string_view text = "") {
  try {
    const lang::Dictionary functions = read(definitions);
    parse(text, functions);
  } catch (const Error& e) {
    return e;
  }
  FAIL("no error: " << definitions << " | " << text);
  return {ErrorCode::internal, ""};
}

void check(const Error& e, ErrorCode code, std::string_view what, std::string_view culprit) {
  CHECK(to_string(e.code()) == std::string(to_string(code)));
  CHECK(std::string(e.what()) == what);
  CHECK(e.source().substr(e.span().begin, e.span().end - e.span().begin) == culprit);
}

}  // namespace

TEST_CASE("lang: a call is what its body says") {
  CHECK(expands("f(x) = x*x", "f(a)", "a*a"));
  CHECK(expands("f(x) = x*x", "f(a - b) + f(2)", "(a - b)*(a - b) + 2*2"));
  CHECK(expands("f(x, y) = x - y", "f(b, a), f(y=a, x=b), f(a, y=b)", "b - a, b - a, a - b"));
  CHECK(expands("f() = 3", "f() + a", "3 + a"));
  CHECK(expands("f(x) = d = x - 1; e = d*d; e + d", "f(a)", "d = a - 1; d*d + d"));
  CHECK(expands("f(x) =\n  # the deviation\n  d = x - 1\n\n  d*d # squared\n", "f(a)",
                "(a - 1)*(a - 1)"));
  CHECK(expands("f(x) = x + 1; g(x) = f(x)*f(2)", "g(a)", "(a + 1)*(2 + 1)"));
  CHECK(expands("f(x) = (x\n + 1)\ng(x) = f(x)", "g(a)", "a + 1"));
  CHECK(expands("f(x) = x.T[0]", "f(a)", "a.T[0]"));
  CHECK(expands("f(x) = x if x > 0 else 0", "f(a)", "a if a > 0 else 0"));
}

TEST_CASE("lang: literal arguments are passed on as such") {
  const std::string_view f =
      "f(x, axis=None, keep=False, p=2) = sum(x**p, axis=axis, keepdims=keep)";
  CHECK(expands(f, "f(a)", "sum(a**2)"));
  CHECK(expands(f, "f(a, -1)", "sum(a**2, axis=-1)"));
  CHECK(expands(f, "f(a, axis=(0, -1), keep=True)", "sum(a**2, axis=(0,-1), keepdims=True)"));
  CHECK(expands(f, "f(a, (), p=-3)", "sum(a**-3, axis=())"));
  CHECK(expands(f, "f(a, p=b)", "sum(a**b)"));
  CHECK(expands("g(x, n=1) = n**2 + x[n:]", "g(a, -3)", "(-3)**2 + a[-3:]"));
  CHECK(expands("g(x, n=1) = x[n, ::n]; h(x, n=2) = g(x, n=n)", "h(a, 5)", "a[5, ::5]"));
  CHECK(expands("g(x, t='float32') = astype(x, t)", "g(a), g(b, 'int8')",
                "astype(a, float32), astype(b, int8)"));
  CHECK(expands("g(x, n=-1) = reshape(x, n) + reshape(x, (n, 2))", "g(a)",
                "reshape(a, -1) + reshape(a, (-1, 2))"));
  CHECK(expands("g(x, on=True) = x if on else 0", "g(a, False)", "a if False else 0"));
}

TEST_CASE("lang: names of a body and of its caller do not meet") {
  const std::string_view f = "f(x) = d = x + 1; d*2";
  CHECK(expands(f, "d = a; f(d) + d", "(a + 1)*2 + a"));
  CHECK(expands(f, "x = a; f(b) + x", "(b + 1)*2 + a"));
  CHECK(expands("f(e, pi) = e*pi", "f(a, b) + e", "a*b + e"));
  CHECK(expands("f(axis, x=0) = sum(axis, axis=x)", "f(a, 1)", "sum(a, axis=1)"));
  CHECK(expands("f(max) = max(max)", "f(a)", "max(a)"));
  // The caller's a is not visible in the body.
  check(failure("f(x) = x + a"), ErrorCode::name,
        "unknown variable 'a'; the known names are 'x', 'pi', 'e', 'inf', 'nan'", "a");
}

TEST_CASE("lang: a definition keeps the functions it was made with") {
  lang::Dictionary functions = read("f(x) = x + 1; g(x) = f(x)");
  functions = read("f(x) = x + 2", functions);
  CHECK(same(parse("f(a), g(a)", functions), lang_test::parse("a + 2, a + 1")));
  // One's own name may be the prelude's, which does not change what the prelude does.
  functions = read("mse(a, b) = 7*a*b");
  CHECK(same(parse("mse(a, b), rmse(a, b)", functions), lang_test::parse("7*a*b, rmse(a, b)")));
}

TEST_CASE("lang: the doc of a definition is the comment above it") {
  const auto doc = [](std::string_view text) { return read(text).at("f")->doc; };
  CHECK(doc("f(x) = x") == "");
  CHECK(doc("# Doubles; adds.\nf(x) = x") == "Doubles; adds.");
  CHECK(doc("# not this\n\n  #  One\r\n\t# two.\r\nf(x) = x") == "One two.");
  CHECK(doc("g(x) = x # no\nf(x) = x") == "");
  CHECK(doc("# g's\ng(x) = x; f(x) = x") == "");
  CHECK(lang::signature(*read("f ( x,y =-1,z=( 1,2 ) , ) = x").at("f")) == "f(x, y=-1, z=( 1,2 ))");
}

TEST_CASE("lang: definitions that cannot be") {
  check(failure(""), ErrorCode::syntax,
        "the text defines nothing; a definition is 'f(x, y) = expression'", "");
  check(failure("f = 3"), ErrorCode::syntax,
        "expected '(', found '='; a definition is 'f(x, y) = expression'", "=");
  check(failure("f(x) x"), ErrorCode::syntax,
        "expected '=', found 'x'; a definition is 'f(x, y) = expression'", "x");
  check(failure("f(x) = x\n3"), ErrorCode::syntax,
        "only the last statement can be without a name; bind it: 'd = ...'; results are separated "
        "by ','",
        "x");
  check(failure("f(x, x) = x"), ErrorCode::syntax, "parameter 'x' is given twice", "x");
  check(failure("f(x=1, y) = x"), ErrorCode::syntax,
        "parameter 'y' without a default follows one with", "y");
  check(failure("f(x=y) = x"), ErrorCode::syntax,
        "expected a literal, found 'y'; a default is a number, True, False, None, a string or a "
        "tuple of integers",
        "y");
  check(failure("exp(x) = x"), ErrorCode::name, "'exp' is a built-in function; choose another name",
        "exp");
  check(failure("float32(x) = x"), ErrorCode::name,
        "'float32' is a built-in function; choose another name", "float32");
  check(failure("g(x) = x; f(x) = g(x) + f(x)"), ErrorCode::name,
        "'f' calls itself; a function can only call those that were defined before it", "f");
  check(failure("f(x) = sqr(x)"), ErrorCode::name,
        "unknown function 'sqr'; did you mean 'sqrt' or 'snr'?", "sqr");
  check(failure("f(x) = x = 2; x"), ErrorCode::syntax, "'x' is a parameter; bind another name",
        "x");
  check(failure("f(x) = x, x"), ErrorCode::syntax, "a function has one result, not a list", "x, x");
  check(failure("f(x) =\ng(x) = x"), ErrorCode::syntax,
        "expected the body of the function, found 'g'", "g");
  check(failure("ok(x) = x\nf(x, k) =\n  sum(x, axis=k)"), ErrorCode::type,
        "the axis of sum must be None, an integer or a tuple of integers; a parameter that is "
        "passed on as a literal needs a default, as in 'k=-1'",
        "k");
  check(failure("f(x, k=0.5) = sum(x, axis=k)"), ErrorCode::type,
        "the axis of sum must be None, an integer or a tuple of integers", "k");
  check(failure("f(x) = (x + $)"), ErrorCode::syntax, "unexpected character '$'", "$");
}

TEST_CASE("lang: errors of a call name the function and the argument to blame") {
  const std::string_view f =
      "f(x, y, axis=-1) = sum(x - y, axis=axis); g(x, axis=-1) = 1 + f(x, 2, axis=axis)";
  const std::string signature = "the function is f(x, y, axis=-1)";
  check(failure(f, "a + f(a)"), ErrorCode::type,
        "f lacks an argument for its parameter 'y'; " + signature, "f(a)");
  check(failure(f, "f(a, b, 1, c + 1)"), ErrorCode::type,
        "f takes at most 3 arguments; " + signature, "c + 1");
  check(failure(f, "f(a, b, axs=1)"), ErrorCode::name,
        "unknown keyword 'axs' of f; did you mean 'axis'?", "axs");
  check(failure(f, "f(a, b, x=1)"), ErrorCode::syntax, "argument 'x' is given twice; " + signature,
        "x");
  check(failure(f, "f(x=a, b)"), ErrorCode::syntax,
        "a positional argument follows a keyword argument", "b");
  check(failure(f, "1 + f(a, b, axis=c)"), ErrorCode::type,
        "f: the axis of sum must be None, an integer or a tuple of integers; " + signature, "c");
  check(failure(f, "1 + f(a, b, 2.5)"), ErrorCode::type,
        "f: the axis of sum must be None, an integer or a tuple of integers; " + signature, "2.5");
  check(failure(f, "g(a, axis=2.5)"), ErrorCode::type,
        "g: f: the axis of sum must be None, an integer or a tuple of integers; the function is "
        "g(x, axis=-1)",
        "2.5");
  check(failure(f, "f(a, None)"), ErrorCode::syntax,
        "f: None can only be an axis or stand in a subscript; " + signature, "None");
  check(failure(f, "f(a, 1 +)"), ErrorCode::syntax, "expected an expression, found ')'", ")");
  check(failure(f, "f"), ErrorCode::name, "'f' is a function; call it: 'f(x, y, axis=-1)'", "f");
  check(failure(f, "ff(a)"), ErrorCode::name, "unknown function 'ff'; did you mean 'f'?", "ff");
}

TEST_CASE("lang: nodes of a body point at the call") {
  const ir::Graph g = parse("b + f(a, c)", read("f(x, y) = d = x*x; sum(d - y)"));
  for (ir::NodeId id = 0; id < g.nodes().size(); ++id) {
    if (g[id].op != Op::multiply && !is_reduction(g[id].op)) continue;
    CHECK(g.span(id) == Span{4, 11});
  }
}

TEST_CASE("lang: expansions are bounded") {
  // Each doubles the work of the one before.
  std::string text = "f0(x) = x + 1\n";
  for (int i = 1; i < 40; ++i) {
    const std::string last = "f" + std::to_string(i - 1);
    text += "f" + std::to_string(i) + "(x) = " + last + "(x) * " + last + "(x + 1)\n";
  }
  CHECK(failure(text).code() == ErrorCode::limit);

  text = "f0(x) = x + 1\n";
  for (int i = 1; i < 40; ++i) {
    text += "f" + std::to_string(i) + "(x) = f" + std::to_string(i - 1) + "(x)\n";
  }
  CHECK(std::string(failure(text).what()) == "functions call each other more than 32 levels deep");

  // A long literal in many places.
  text = "f(x=1) = x";
  for (int i = 0; i < 2000; ++i) text += "+x";
  const std::string digits(900'000, '1');
  CHECK(failure(text, "f(" + digits + ")").code() == ErrorCode::limit);

  // Many calls, many parameters, deep nesting.
  text = "1";
  for (int i = 0; i < 200'000; ++i) text += "+f(a)";
  CHECK(failure("f(x) = -(x+1)*2-x", text).code() == ErrorCode::limit);
  text = "f(";
  for (int i = 0; i < 1000; ++i) text += "x" + std::to_string(i) + ",";
  CHECK(failure(text + ") = 1").code() == ErrorCode::limit);
  const std::string deep = std::string(500'000, '(') + "x";
  CHECK(failure("f(x) = " + deep).code() == ErrorCode::limit);
  CHECK(failure("f(" + deep).code() == ErrorCode::syntax);
  CHECK(failure("f(x) = x", "f(" + deep).code() == ErrorCode::limit);
}

TEST_CASE("lang: every row of the prelude is read and has a doc") {
  CHECK(lang::prelude().size() == lang::prelude_rows().size());
  for (const lang::PreludeRow& row : lang::prelude_rows()) {
    INFO(row.name);
    REQUIRE(lang::prelude().contains(row.name));
    const lang::Definition& d = *lang::prelude().find(row.name)->second;
    CHECK(lang::signature(d) == std::string(row.name) + "(" + std::string(row.parameters) + ")");
    CHECK(d.doc == row.doc);
    CHECK(!d.doc.empty());
    CHECK(row.example.find(row.name) != row.example.npos);
  }
}
