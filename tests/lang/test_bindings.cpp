// Statements: bindings, several results, comments, and graphs that hold what results need only.
#include <string>
#include <vector>

#include "catch.hpp"
#include "lang/same_graph.hpp"

using namespace tightloop;
using lang_test::parse;
using lang_test::same;

using Names = std::vector<std::string>;

TEST_CASE("lang: equal sub-expressions are one node") {
  const ir::Graph g = parse("(a-b)*(a-b)");
  CHECK(g.nodes().size() == 4);
  const ir::Graph chain = parse("a < b + 1 < c");
  int sums = 0;
  for (const ir::Node& n : chain.nodes()) sums += n.op == Op::add ? 1 : 0;
  CHECK(sums == 1);
}

TEST_CASE("lang: a binding is the same as its expression") {
  CHECK(same(parse("d=a-b; sum(d)"), parse("sum(a-b)")));
  CHECK(same(parse("d=a-b\nsum(d)\n"), parse("sum(a-b)")));
  CHECK(same(parse("d = a - b; e = d*d; e + d"), parse("(a - b)*(a - b) + (a - b)")));
  CHECK(same(parse("d = b; d2 = a; d2 - d"), parse("a - b")));
  CHECK(same(parse("d = 1; d = d + a; d = d + d; d"), parse("(1 + a) + (1 + a)")));
  CHECK(same(parse("t = a if b else c; t"), parse("where(b, a, c)")));
  CHECK(same(parse("k = b + c; s = 5; sum(a) - k"), parse("sum(a) - (b + c)")));
}

TEST_CASE("lang: inputs are what results use, in order of first use") {
  CHECK(parse("b - a").inputs() == Names{"b", "a"});
  CHECK(parse("d = c; b - a").inputs() == Names{"b", "a"});
  CHECK(parse("d = c * x; b - a").nodes().size() == 3);
  CHECK(parse("d = a; a = b; a").inputs() == Names{"b"});
  CHECK(parse("d = a; a = b; d").inputs() == Names{"a"});
  CHECK(parse("a = a * 2; a").inputs() == Names{"a"});
  CHECK(parse("b, a, b").inputs() == Names{"b", "a"});
  CHECK(parse("1").inputs().empty());
}

TEST_CASE("lang: several results") {
  const ir::Graph g = parse("d = a - b; sum(d*d), max(abs(d))");
  REQUIRE(g.results.size() == 2);
  CHECK(to_text(g, g.results[0]) == "sum((a - b) * (a - b))");
  CHECK(to_text(g, g.results[1]) == "max(abs(a - b))");
  CHECK(parse("a,").results.size() == 1);
  CHECK(parse("a, b, c,").results.size() == 3);
  CHECK(parse("a, a").results == std::vector<ir::NodeId>{0, 0});
}

TEST_CASE("lang: separators and comments") {
  const ir::Graph plain = parse("a + b");
  for (const char* text :
       {"\n\n a + b \n\n", ";; a + b ;;", "# first\na + b # last", "  a + b  # \xc3\xa9t\xc3\xa9",
        "a + b;", "\ta\t+\tb", "a + b\r\n", "a + b\r", "(a # one\n + b)", "#\n#\n a + b"}) {
    INFO(text);
    CHECK(same(parse(text), plain));
  }
  CHECK(same(parse("d = a # ; e = 3\n\n; d + b"), plain));
}

TEST_CASE("lang: spans are those of the first occurrence") {
  const ir::Graph g = parse("d = a - b; sum(d) + (a - b)");
  for (ir::NodeId id = 0; id < g.nodes().size(); ++id) {
    if (g[id].op == Op::subtract) CHECK(g.span(id) == Span{4, 9});
    if (g[id].op == Op::sum) CHECK(g.span(id) == Span{11, 17});
    if (g[id].op == Op::add) CHECK(g.span(id) == Span{11, 27});
  }
}
