// The operator grammar: every line against the same expression fully parenthesised.
#include <string>
#include <string_view>

#include "catch.hpp"
#include "ir/operators.hpp"
#include "lang/same_graph.hpp"

using namespace tightloop;
using lang_test::parse;
using lang_test::same;

namespace {

struct Pair {
  std::string_view text;
  std::string_view explicit_text;
};

constexpr Pair kPairs[] = {
    {"a + b * c", "a + (b * c)"},
    {"a * b + c", "(a * b) + c"},
    {"a - b - c", "(a - b) - c"},
    {"a - b + c", "(a - b) + c"},
    {"a / b / c", "(a / b) / c"},
    {"a // b % c * x / a", "(((a // b) % c) * x) / a"},
    {"a ** b ** c", "a ** (b ** c)"},
    {"-a ** b", "-(a ** b)"},
    {"a ** -b", "a ** (-b)"},
    {"a ** -b ** c", "a ** (-(b ** c))"},
    {"-a * b", "(-a) * b"},
    {"- - a", "-(-a)"},
    {"~-+a", "~(-(+a))"},
    {"-a.T", "-(a.T)"},
    {"a ** b.T", "a ** (b.T)"},
    {"a ** b[0]", "a ** (b[0])"},
    {"-a[0].T", "-((a[0]).T)"},
    {"a << b + c", "a << (b + c)"},
    {"a << b >> c", "(a << b) >> c"},
    {"a & b << c", "a & (b << c)"},
    {"a ^ b & c", "a ^ (b & c)"},
    {"a | b ^ c", "a | (b ^ c)"},
    {"a & b | c ^ x", "(a & b) | (c ^ x)"},
    {"a | b < c", "(a | b) < c"},
    {"a == b & c", "a == (b & c)"},
    {"a < b and b < c", "(a < b) and (b < c)"},
    {"a and b or c and x", "(a and b) or (c and x)"},
    {"a or b and c", "a or (b and c)"},
    {"not a and b", "(not a) and b"},
    {"not a == b", "not (a == b)"},
    {"not not a", "not (not a)"},
    {"a and not b", "a and (not b)"},
    {"a or not b and c", "a or ((not b) and c)"},
    {"!a == b", "(!a) == b"},
    {"!a & b", "(!a) & b"},
    {"!a ** b", "!(a ** b)"},
    {"!a != !b", "(!a) != (!b)"},
    {"!!a", "!(!a)"},
    {"a && b || c && x", "(a && b) || (c && x)"},
    {"a < b && b < c", "(a < b) && (b < c)"},
    {"a && b", "a and b"},
    {"a || b", "a or b"},
    {"!a", "not a"},
    {"a < b < c", "(a < b) and (b < c)"},
    {"a < b <= c > x", "((a < b) and (b <= c)) and (c > x)"},
    {"0 < a <= 1", "(0 < a) and (a <= 1)"},
    {"a == b != c", "(a == b) and (b != c)"},
    {"a < b + 1 < c", "(a < (b + 1)) and ((b + 1) < c)"},
    {"not a < b < c", "not ((a < b) and (b < c))"},
    {"a < b < c or x", "((a < b) and (b < c)) or x"},
    {"(a < b) < c == x", "((a < b) < c) and (c == x)"},
    {"a if b else c", "where(b, a, c)"},
    {"a + 1 if b < c else c * 2", "where(b < c, a + 1, c * 2)"},
    {"a if b else c if x else 2", "where(b, a, where(x, c, 2))"},
    {"a if b or c else c and x", "where(b or c, a, c and x)"},
    {"(a if b else c) if x else 2", "where(x, where(b, a, c), 2)"},
    {"a if (b if c else x) else 2", "where(where(c, b, x), a, 2)"},
    {"sum(a if b else c)", "sum(where(b, a, c))"},
    {"not a if b else c", "where(b, not a, c)"},
    {"a @ b @ c", "(a @ b) @ c"},
    {"a * b @ c", "(a * b) @ c"},
    {"a + b @ c", "a + (b @ c)"},
    {"-a @ b", "(-a) @ b"},
    {"a @ b ** c", "a @ (b ** c)"},
    {"2 * -a", "2 * (-a)"},
    {"a - -b", "a - (-b)"},
    {"a -b", "a - b"},
    {"a\t*\tb", "a * b"},
    {"(\n a\n +\r\n b # tail\n)", "a + b"},
    {"sum(a,\n axis=0,\n)", "sum(a, 0)"},
    {"a[\n0\n]", "a[0]"},
};

}  // namespace

TEST_CASE("lang: precedence and associativity") {
  for (const Pair& p : kPairs) {
    INFO(p.text);
    CHECK(same(parse(p.text), parse(p.explicit_text)));
  }
}

TEST_CASE("lang: parentheses matter where they must") {
  CHECK(!same(parse("(a + b) * c"), parse("a + b * c")));
  CHECK(!same(parse("(a < b) < c"), parse("a < b < c")));
  CHECK(!same(parse("a < (b < c)"), parse("a < b < c")));
  CHECK(!same(parse("(a ** b) ** c"), parse("a ** b ** c")));
  CHECK(!same(parse("(-a) ** b"), parse("-a ** b")));
  CHECK(!same(parse("a - (b - c)"), parse("a - b - c")));
}

TEST_CASE("lang: every pair of infix operators follows the table") {
  for (const ir::Operator& f : ir::kInfixOperators) {
    for (const ir::Operator& g : ir::kInfixOperators) {
      const std::string left = " " + std::string(f.text) + " ";
      const std::string right = " " + std::string(g.text) + " ";
      INFO("a" << left << "b" << right << "c");
      const std::string plain = "a" + left + "b" + right + "c";
      std::string expected = "(a" + left + "b)" + right + "c";
      const bool right_first =
          g.precedence > f.precedence ||
          (g.precedence == f.precedence && f.precedence == ir::Precedence::power);
      if (right_first) expected = "a" + left + "(b" + right + "c)";
      if (f.precedence == g.precedence && f.precedence == ir::Precedence::comparison) {
        expected = "(a" + left + "b) and (b" + right + "c)";
      }
      CHECK(same(parse(plain), parse(expected)));
    }
  }
}

TEST_CASE("lang: operators and functions build the same nodes") {
  for (const ir::Operator& o : ir::kInfixOperators) {
    INFO(o.text);
    const std::string spaced = "a " + std::string(o.text) + " b";
    if (!in_table(o.op)) {
      CHECK(same(parse(spaced), parse("matmul(a, b)")));
      continue;
    }
    const std::string_view names = info(o.op).names;
    const std::string call = std::string(names.substr(0, names.find(' '))) + "(a, b)";
    CHECK(same(parse(spaced), parse(call)));
  }
  for (const ir::Operator& o : ir::kPrefixOperators) {
    INFO(o.text);
    const std::string_view names = info(o.op).names;
    const std::string call = std::string(names.substr(0, names.find(' '))) + "(a)";
    CHECK(same(parse(std::string(o.text) + " a"), parse(call)));
  }
}
