// Bad texts: code, message, hint and exact span of each. Backquotes mark the span in the text.
#include <algorithm>
#include <string>
#include <string_view>

#include "catch.hpp"
#include "lang/same_graph.hpp"

using namespace tightloop;
using lang_test::parse;

namespace {

constexpr auto syntax = ErrorCode::syntax;
constexpr auto name_ = ErrorCode::name;
constexpr auto type = ErrorCode::type;
constexpr auto value = ErrorCode::value;

struct Bad {
  std::string_view text;
  ErrorCode code;
  std::string_view message;  // the start of what()
  std::string_view hint = "";
};

constexpr std::string_view kOperator = "an operator is missing before it";
constexpr std::string_view kLetters = "names consist of the letters a-z and A-Z, digits and '_'";
constexpr std::string_view kKnown = "the known names are 'a', 'b', 'c', 'x', 'pi', 'e', ...";

constexpr Bad kBad[] = {
    // Nothing to evaluate
    {"", syntax, "the expression is empty"},
    {"  \n ``", syntax, "the expression is empty"},
    {"# only a comment``", syntax, "the expression is empty"},
    {"`d` = a", syntax, "the text ends with a binding and has no result",
     "add a line with the results: 'd'"},
    {"d = a; `e` = b;\n", syntax, "the text ends with a binding and has no result",
     "add a line with the results: 'e'"},
    // Statements
    {"`a + b`; c", syntax, "only the last statement can be without a name",
     "bind it: 'd = ...'; results are separated by ','"},
    {"`a, b`\nd = c", syntax, "only the last statement can be without a name",
     "bind it: 'd = ...'; results are separated by ','"},
    {"d = a`,` b; d", syntax, "a binding holds one value, found ','",
     "';' or a new line separates statements"},
    {"`5` = a; a", syntax, "cannot bind '5'", "a binding is 'name = expression'"},
    {"`True` = a; a", syntax, "cannot bind 'True'", "a binding is 'name = expression'"},
    {"d = e `=` a; d", syntax, "unexpected '='",
     "a binding is 'name = expression' on its own; '==' compares"},
    {"a + b `=` c", syntax, "unexpected '='",
     "a binding is 'name = expression' on its own; '==' compares"},
    {"a +`=` b", syntax, "expected an expression, found '='"},
    {"d =``", syntax, "expected an expression, found the end of the text"},
    {"a, `,` b", syntax, "expected an expression, found ','"},
    // Operands and operators
    {"a +``", syntax, "expected an expression, found the end of the text"},
    {"a +`\n`b", syntax, "expected an expression, found the end of the line",
     "an expression in parentheses may span lines"},
    {"a +`;` b", syntax, "expected an expression, found ';'"},
    {"a + `*` b", syntax, "expected an expression, found '*'"},
    {"`*`a", syntax, "expected an expression, found '*'"},
    {"a `b`", syntax, "unexpected 'b'", kOperator},
    {"a `2`", syntax, "unexpected '2'", kOperator},
    {"2 `(`a)", syntax, "unexpected '('", kOperator},
    {"(a)`(`b)", syntax, "unexpected '('", kOperator},
    {"a `:` b", syntax, "unexpected ':'"},
    {"a `not` b", syntax, "unexpected 'not'", "'not' stands before its operand"},
    {"a `!` b", syntax, "unexpected '!'", "'!' stands before its operand; the comparison is '!='"},
    {"`@` b", syntax, "expected an expression, found '@'"},
    {"einsum('i`*`,j', a, b)", syntax, "einsum: '*' is not a subscript",
     "subscripts are letters, ',', '...' and one '->'"},
    {"einsum('ij`.`.,j', a, b)", syntax, "einsum: '.' is not a subscript"},
    {"einsum('ij,j`-`', a, b)", syntax, "einsum: '-' is not a subscript"},
    {"einsum('i,j->i`k`', a, b)", value, "einsum: the output names 'k', which no operand has"},
    {"einsum('i,j->`i`i', a, b)", value, "einsum: the output names 'i' twice"},
    {"`einsum('i,j', a)`", type, "einsum: the subscripts name 2 operands, 1 given"},
    {"einsum(`a`, b)", type, "the subscripts of einsum must be a string such as 'ij,jk->ik'"},
    {"`einsum()`", type, "einsum takes a string of subscripts and its operands"},
    {"-`not` a", syntax, "'not' binds less tightly than the operator before it",
     "put it in parentheses: '(not x)'"},
    {"a < `not` b", syntax, "'not' binds less tightly than the operator before it",
     "put it in parentheses: '(not x)'"},
    {"a `if` b", syntax, "'if' without 'else'", "write 'x if condition else y'"},
    {"a `else` b", syntax, "'else' without 'if'", "write 'x if condition else y'"},
    {"a if b `if` c else x else 1", syntax, "'if' inside the condition of another",
     "put one of them in parentheses"},
    // Brackets
    {"`(`a + b", syntax, "'(' was never closed"},
    {"sum`(`a,", syntax, "'(' was never closed"},
    {"sum`(`", syntax, "'(' was never closed"},
    {"a + b`)`", syntax, "')' was never opened"},
    {"a`]`", syntax, "']' was never opened"},
    {"(a`]`", syntax, "'(' is closed by ']'"},
    {"(`)`", syntax, "expected an expression, found ')'"},
    {"(a`,` b)", syntax, "a tuple is not a value",
     "several results are written without parentheses: 'a, b'"},
    {"`[`a, b]", syntax, "lists are not part of the language",
     "arrays are passed as variables; a session has array([1, 2, 3])"},
    {"a[0``", syntax, "expected ']', found the end of the text"},
    {"a[`]`", syntax, "expected a subscript, found ']'"},
    {"a[0`)`", syntax, "expected ',' or ']', found ')'"},
    {"a[0, `,`]", syntax, "expected a subscript, found ','"},
    {"a[`b`]", type, "a subscript must be an integer literal, a range, None or '...'",
     "to choose by value, use where(condition, x, y)"},
    {"a[`a > 0`]", type, "a subscript must be an integer literal, a range, None or '...'",
     "to choose by value, use where(condition, x, y)"},
    {"a[1:`2.5`]", type, "a subscript must be an integer literal, a range, None or '...'",
     "to choose by value, use where(condition, x, y)"},
    {"a[1:2:`0`]", value, "the step of a range is zero"},
    {"a[..., `...`]", syntax, "a subscript can have only one '...'"},
    {"a[`9223372036854775808`]", value, "the integer '9223372036854775808' is too large"},
    // Literals
    {"`2abc`", syntax, "invalid number '2abc'", "a product needs an operator: 2*abc"},
    {"`1__0`", syntax, "invalid number '1__0'"},
    {"`1_`", syntax, "invalid number '1_'"},
    {"`0x`", syntax, "invalid number '0x'"},
    {"`0b12`", syntax, "invalid number '0b12'"},
    {"`0o8`", syntax, "invalid number '0o8'"},
    {"`1_.5`", syntax, "invalid number '1_.5'"},
    {"a + `007`", syntax, "the integer '007' has leading zeros", "octal numbers start with 0o"},
    {"a[`99999999999999999999`]", value, "the integer '99999999999999999999' is too large"},
    {"a * `0x1_`", syntax, "invalid number '0x1_'"},
    {"`b'`abc'", syntax, "bytes literals are not supported",
     "arrays of bytes have dtype uint8; compare with numbers"},
    {"`'abc'`", syntax, "a string can only name a dtype", "write astype(x, 'float16')"},
    {"astype(a, `'float16`", syntax, "the string is not closed"},
    {"a + `None`", syntax, "None can only be an axis or stand in a subscript"},
    // Characters
    {"a `$` b", syntax, "unexpected character '$'"},
    {"a `{`b}", syntax, "unexpected character '{'", "use parentheses"},
    {"a \xc3\xa9", syntax, "unexpected character '\xc3\xa9' (U+00E9)", kLetters},
    {"a\xc3\xa9", syntax, "unexpected character '\xc3\xa9' (U+00E9)", kLetters},
    {"a \xe2\x88\x92 b", syntax, "unexpected character '\xe2\x88\x92' (U+2212)",
     "did you mean '-'?"},
    {"\xf0\x9f\x98\x80", syntax, "unexpected character '\xf0\x9f\x98\x80' (U+01F600)", kLetters},
    {"a `\xff`", syntax, "byte 0xff is not valid UTF-8"},
    {"a # `\xc3`(", syntax, "byte 0xc3 is not valid UTF-8"},
    {"a + `\x01`b", syntax, "the text contains the control character 0x01"},
    // Names
    {"`aa` + 1", name_, "unknown variable 'aa'", "did you mean 'a'?"},
    {"`qqq`", name_, "unknown variable 'qqq'", kKnown},
    {"a + `A1`", name_, "unknown variable 'A1'", "did you mean 'a'?"},
    {"first = a; `frist`", name_, "unknown variable 'frist'", "did you mean 'first'?"},
    {"unused = `q`; a", name_, "unknown variable 'q'", kKnown},
    {"`true`", name_, "unknown variable 'true'", "did you mean 'True'?"},
    {"`np` + 1", name_, "unknown variable 'np'",
     "a prefix stands before a function or a constant: 'np.pi'"},
    {"1 + `sum`", name_, "'sum' is a function", "call it: 'sum(x)'"},
    {"`a`(b)", name_, "'a' is a value, not a function", "a product needs an operator: '*'"},
    {"`sqr`(a)", name_, "unknown function 'sqr'", "did you mean 'sqrt' or 'snr'?"},
    {"`logaritm2`(a)", name_, "unknown function 'logaritm2'"},
    {"sum(a, `axs`=0)", name_, "unknown keyword 'axs' of sum", "did you mean 'axis'?"},
    {"argmin(a, `where`=b)", name_, "unknown keyword 'where' of argmin",
     "the keywords are 'axis', 'keepdims'"},
    {"mean(a, `initial`=b)", name_, "unknown keyword 'initial' of mean"},
    {"sum(a, `ddof`=1)", name_, "unknown keyword 'ddof' of sum"},
    {"var(a, `corection`=1)", name_, "unknown keyword 'corection' of var",
     "did you mean 'correction'?"},
    {"sqrt(a, `axis`=0)", name_, "unknown keyword 'axis' of sqrt", "sqrt takes no keywords"},
    {"astype(a, `'float61'`)", name_, "unknown dtype 'float61'",
     "did you mean 'float16', 'float64' or 'bfloat16'?"},
    {"saturate(a, `uint7`)", name_, "unknown dtype 'uint7'", "did you mean 'uint8'?"},
    {"`a.shape`", type, "a shape is no value of an expression",
     "write a.shape[0] for the extent of one axis"},
    {"`a.shape`[b]", type, "a shape is no value of an expression"},
    {"`a.shape`[1:]", type, "a shape is no value of an expression"},
    {"a`.dtype`", type, "a dtype is no value of an expression"},
    {"a`.nbytes`", name_, "unknown attribute '.nbytes'",
     "the attributes are .T, .real, .imag, .size, .ndim and .shape[0]; functions are methods, too"},
    {"(a - b)`.max`", name_, "'.max' is a method", "write (a - b).max()"},
    {"a.`foo`()", name_, "unknown function 'foo'"},
    {"a.`float32`()", syntax, "'float32' is a dtype, not a method", "write a.astype('float32')"},
    {"a.`einsum`('i->')", syntax, "einsum is no method"},
    {"a.`(`b)", syntax, "expected a name after '.', found '('"},
    {"a.sum(`b`)", type, "the axis of sum must be None, an integer or a tuple of integers"},
    {"`a.sqrt(b)`", type, "sqrt takes 1 argument, 2 given"},
    {"np.`np`.a", name_, "unknown variable 'np'"},
    {"`median`(a)", name_, "unknown function 'median'",
     "it is not there yet; write mean(x) for the average"},
    {"`max(3, 4)`", type, "max(x, axis) is of an array", "write maximum(3, 4)"},
    {"round(a, `b`)", type, "the decimals of round must be an integer from -300 to 300"},
    {"round(a, `301`)", type, "the decimals of round must be an integer from -300 to 300"},
    {"transpose(a, `b`)", type, "the axes of transpose must be None, integers or one tuple"},
    // Calls
    {"`sqrt(a, b)`", type, "sqrt takes 1 argument, 2 given"},
    {"1 + `where(a)`", type, "where takes 3 arguments, 1 given"},
    {"`atan2()`", type, "atan2 takes 2 arguments, 0 given"},
    {"`sum()`", type, "sum takes 1 argument, 0 given"},
    {"`sum(axis=0)`", type, "sum takes 1 argument, 0 given"},
    {"`astype(a)`", type, "astype takes 2 arguments, 1 given"},
    {"`reshape(a)`", type, "reshape takes 2 arguments, 1 given"},
    {"min(a, `b`)", type, "the axis of min must be None, an integer or a tuple of integers",
     "write minimum(a, b)"},
    {"max(a - 1, `2*b`)", type, "the axis of max must be None, an integer or a tuple of integers",
     "write maximum(a - 1, 2*b)"},
    {"min(a, `2.5`)", type, "the axis of min must be None, an integer or a tuple of integers",
     "write minimum(a, 2.5)"},
    {"sum(a, axis=`b + 1`)", type, "the axis of sum must be None, an integer or a tuple"},
    {"sum(a, axis=`(0, b)`)", type, "the axis of sum must be None, an integer or a tuple"},
    {"sum(a, axis=`1.0`)", type, "the axis of sum must be None, an integer or a tuple"},
    {"sum(a, keepdims=`1`)", type, "the keepdims of sum must be True or False"},
    {"sum(a, 0, `True`)", type, "sum takes at most 2 positional arguments",
     "the others are axis= and keepdims="},
    {"var(a, ddof=`b`)", type, "the ddof of var must be a number"},
    {"var(a, ddof=`1j`)", type, "the ddof of var must be a number"},
    {"var(a, ddof=`1e999`)", type, "the ddof of var must be a finite number"},
    {"std(a, ddof=`1 + 1`)", type, "the ddof of std must be a number"},
    {"var(a, ddof=1, `correction`=1)", syntax, "argument 'ddof' is given twice"},
    {"sum(a, where=b, `where`=b)", syntax, "argument 'where' is given twice"},
    {"sum(a, where=`)`", syntax, "expected an expression, found ')'"},
    {"`sum(where=a)`", type, "sum takes 1 argument, 0 given"},
    {"sum(a, axis=0, `axis`=1)", syntax, "argument 'axis' is given twice"},
    {"sum(a, 0, `axis`=1)", syntax, "argument 'axis' is given twice"},
    {"sum(axis=0, `a`)", syntax, "a positional argument follows a keyword argument"},
    {"astype(a, `1`)", type, "the dtype of astype must be the name of a dtype"},
    {"reshape(a, `b`)", type, "the shape of reshape must be integers or one tuple of integers"},
    {"reshape(a, (2, 3), `4`)", type, "reshape takes at most 2 positional arguments"},
    {"reshape(a, `(-1, -1)`)", value, "the shape has more than one unknown extent -1"},
    {"reshape(a, `(2, -3)`)", value, "the shape has a negative extent -3"},
    {"broadcast_to(a, `(2, -1)`)", value, "the shape has a negative extent -1"},
};

/// Splits a marked text into the text and the span between the marks.
std::string unmarked(std::string_view marked, Span& span, bool& has_span) {
  std::string text;
  std::size_t marks = 0;
  for (char c : marked) {
    if (c != '`') {
      text += c;
    } else if (marks++ == 0) {
      span.begin = text.size();
    } else {
      span.end = text.size();
    }
  }
  has_span = marks == 2;
  return text;
}

}  // namespace

TEST_CASE("lang: bad texts") {
  CHECK(std::size(kBad) >= 60);
  for (const Bad& bad : kBad) {
    Span span;
    bool has_span = false;
    const std::string text = unmarked(bad.text, span, has_span);
    INFO(text);
    try {
      parse(text);
      FAIL_CHECK("parsed");
    } catch (const Error& e) {
      CAPTURE(e.what());
      CHECK(to_string(e.code()) == std::string(to_string(bad.code)));
      CHECK(std::string_view(e.what()).starts_with(bad.message));
      if (!bad.hint.empty()) CHECK(e.hint() == bad.hint);
      if (has_span) {
        CHECK(e.span().begin == span.begin);
        CHECK(e.span().end == span.end);
      }
      CHECK(e.source() == text);
    }
  }
}

TEST_CASE("lang: a NUL is an error wherever it stands") {
  for (const char* before : {"a", "a + ", "a # ", "astype(a, 'x"}) {
    std::string text = before;
    const std::size_t at = text.size();
    text += '\0';
    text += "b";
    try {
      parse(text);
      FAIL_CHECK("parsed");
    } catch (const Error& e) {
      CHECK(std::string(e.what()) == "the text contains the control character 0x00");
      CHECK(e.span() == Span{at, at + 1});
    }
  }
}

TEST_CASE("lang: the first of two mistakes is reported") {
  const auto message = [](std::string_view text) {
    try {
      parse(text);
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(message("aa + $") == "unknown variable 'aa'; did you mean 'a'?");
  CHECK(message("a + $ + aa") == "unexpected character '$'");
  CHECK(message("sqr(a) + (") == "unknown function 'sqr'; did you mean 'sqrt' or 'snr'?");
}

TEST_CASE("lang: the picture of an error in a longer text") {
  try {
    parse("d = a - b\ne = d*d\nsum(ee), max(d)\n");
    FAIL("parsed");
  } catch (const Error& e) {
    CHECK(e.picture() ==
          "error: unknown variable 'ee'\n"
          " 3 | sum(ee), max(d)\n"
          "   |     ^~\n"
          "hint: did you mean 'e'?");
  }
}

TEST_CASE("lang: without variables the constants are offered") {
  try {
    lang::parse("q", {});
    FAIL("parsed");
  } catch (const Error& e) {
    CHECK(e.hint() == "the constants are 'pi', 'e', 'inf', 'nan'");
  }
}
