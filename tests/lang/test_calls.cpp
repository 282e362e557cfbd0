// Calls: the whole op table, literal arguments, conversions, views and subscripts.
#include <string>
#include <vector>

#include "catch.hpp"
#include "lang/same_graph.hpp"

using namespace tightloop;
using lang_test::parse;
using lang_test::same;

namespace {

std::vector<std::string> spellings(const OpInfo& row) {
  std::vector<std::string> list;
  std::string rest(row.names);
  while (!rest.empty()) {
    const std::size_t cut = std::min(rest.find(' '), rest.size());
    list.push_back(rest.substr(0, cut));
    rest.erase(0, cut + 1);
  }
  return list;
}

std::string text(std::string_view source) {
  const ir::Graph g = parse(source);
  REQUIRE(g.results.size() == 1);
  return to_text(g, g.results[0]);
}

}  // namespace

TEST_CASE("lang: every row and alias of the op table is a function") {
  const std::string args[] = {"", "a", "a, b", "a, b, c"};
  for (const OpInfo& row : op_table()) {
    for (const std::string& name : spellings(row)) {
      INFO(name);
      const std::string call = name + "(" + args[row.arity] + ")";
      const ir::Graph g = parse(call);
      const ir::Node& node = g[g.results[0]];
      CHECK(id(node.op) == row.id);
      CHECK(node.nargs == row.arity);
      CHECK(same(parse(to_text(g, g.results[0])), g));
      if (row.kind == OpKind::reduction) {
        const ir::Graph axes = parse(name + "(a, axis=(0, -1), keepdims=True)");
        CHECK(axes.reduces() == std::vector<ir::ReduceSpec>{{false, true, {0, -1}}});
        CHECK(same(parse(to_text(axes, axes.results[0])), axes));
      }
      CHECK_THROWS_AS(parse(name + "()"), Error);
      CHECK_THROWS_AS(parse(name + "(a, b, c, x)"), Error);
      CHECK_THROWS_AS(parse(name + "(a, nonsense=1)"), Error);
    }
  }
}

TEST_CASE("lang: axis and keepdims") {
  const auto spec = [](std::string_view source) { return parse(source).reduces().at(0); };
  CHECK(spec("sum(a)") == ir::ReduceSpec{true, false, {}});
  CHECK(spec("sum(a, axis=None)") == ir::ReduceSpec{true, false, {}});
  CHECK(spec("sum(a, None)") == ir::ReduceSpec{true, false, {}});
  CHECK(spec("sum(a, axis=0)") == ir::ReduceSpec{false, false, {0}});
  CHECK(spec("sum(a, 0)") == ir::ReduceSpec{false, false, {0}});
  CHECK(spec("sum(a, axis=-1)") == ir::ReduceSpec{false, false, {-1}});
  CHECK(spec("sum(a, axis=+1)") == ir::ReduceSpec{false, false, {1}});
  CHECK(spec("sum(a, axis=(1))") == ir::ReduceSpec{false, false, {1}});
  CHECK(spec("sum(a, axis=(1,))") == ir::ReduceSpec{false, false, {1}});
  CHECK(spec("sum(a, axis=())") == ir::ReduceSpec{false, false, {}});
  CHECK(spec("sum(a, (-2, -1))") == ir::ReduceSpec{false, false, {-2, -1}});
  CHECK(spec("sum(a, keepdims=True)") == ir::ReduceSpec{true, true, {}});
  CHECK(spec("sum(a, keepdims=False)") == ir::ReduceSpec{true, false, {}});
  CHECK(spec("sum(a, keepdims=True, axis=0)") == ir::ReduceSpec{false, true, {0}});
  CHECK(spec("min(a, 1)") == ir::ReduceSpec{false, false, {1}});
  CHECK(spec("max(a, 0x1)") == ir::ReduceSpec{false, false, {1}});
}

TEST_CASE("lang: where, initial and ddof") {
  CHECK(text("sum(a, where=b > 0)") == "sum(a, where=b > 0)");
  CHECK(text("sum(a, initial=-1, axis=0, where=b,)") == "sum(a, axis=0, where=b, initial=-1)");
  CHECK(text("max(a, 0, where=isnan(b), initial=max(b, where=a, initial=0))") ==
        "max(a, axis=0, where=isnan(b), initial=max(b, where=a, initial=0))");
  CHECK(text("sum(a, where=b if c else a)") == "sum(a, where=where(c, b, a))");
  CHECK(text("var(a, ddof=1)") == "var(a, ddof=1)");
  CHECK(text("var(a, correction=+1)") == "var(a, ddof=1)");
  CHECK(text("std(a, ddof=-1.5, keepdims=True)") == "std(a, keepdims=True, ddof=-1.5)");
  CHECK(text("std(a, ddof=-0)") == "std(a)");
  CHECK(same(parse("prod(a, where=b)"), parse("d = b; prod(a, where=d)")));
  CHECK_FALSE(same(parse("sum(a, where=b)"), parse("sum(a, initial=b)")));
  CHECK_FALSE(same(parse("var(a)"), parse("var(a, ddof=1)")));
}

TEST_CASE("lang: conversions") {
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    const std::string n(name(dtype));
    INFO(n);
    const ir::Graph g = parse(n + "(a)");
    CHECK(g[1].op == Op::astype);
    CHECK(g[1].attr == static_cast<std::uint32_t>(dtype));
    CHECK(same(g, parse("astype(a, '" + n + "')")));
    CHECK(same(g, parse("astype(a, \"" + n + "\")")));
    CHECK(same(g, parse("astype(a, " + n + ")")));
    CHECK(same(g, parse("astype(a, dtype=" + n + ")")));
    CHECK(same(g, parse(to_text(g, 1))));
    const ir::Graph s = parse("saturate(a, '" + n + "')");
    CHECK(s[1].op == Op::saturate);
    CHECK(same(s, parse("saturate(a, dtype=" + n + ")")));
    CHECK(same(s, parse(to_text(s, 1))));
  }
  const char* aliases[][2] = {{"float", "float64"},      {"int", "int64"},
                              {"complex", "complex128"}, {"half", "float16"},
                              {"single", "float32"},     {"double", "float64"}};
  for (const auto& [alias, full] : aliases) {
    INFO(alias);
    CHECK(text(std::string(alias) + "(a)") == std::string(full) + "(a)");
    CHECK(text("astype(a, '" + std::string(alias) + "')") == std::string(full) + "(a)");
  }
}

TEST_CASE("lang: views") {
  CHECK(text("a.T") == "a.T");
  CHECK(text("transpose(a)") == "a.T");
  CHECK(text("reshape(a, 2, -1)") == "reshape(a, (2, -1))");
  CHECK(text("reshape(a, (2, -1))") == "reshape(a, (2, -1))");
  CHECK(text("reshape(a, shape=(2, -1))") == "reshape(a, (2, -1))");
  CHECK(text("reshape(a, (6,))") == "reshape(a, 6)");
  CHECK(text("reshape(a, -1)") == "reshape(a, -1)");
  CHECK(text("reshape(a, ())") == "reshape(a, ())");
  CHECK(text("reshape(a, (0, 3))") == "reshape(a, (0, 3))");
  CHECK(text("broadcast_to(a, (3, 4))") == "broadcast_to(a, (3, 4))");
  CHECK(text("(a + b).T[0]") == "(a + b).T[0]");
  CHECK(text("sum(a)[None]") == "sum(a)[None]");
}

TEST_CASE("lang: subscripts") {
  CHECK(text("a[1:, ::2, None, ...]") == "a[1:, ::2, None, ...]");
  CHECK(text("a[-1]") == "a[-1]");
  CHECK(text("a[+1,]") == "a[1]");
  CHECK(text("a[:]") == "a[:]");
  CHECK(text("a[::]") == "a[:]");
  CHECK(text("a[:-1:-2]") == "a[:-1:-2]");
  CHECK(text("a[ 1 : 2 : 3 ]") == "a[1:2:3]");
  CHECK(text("a[()]") == "a[()]");
  CHECK(text("a[(1, None, ...)]") == "a[1, None, ...]");
  CHECK(text("a[0x10:1_0]") == "a[16:10]");
  CHECK(text("a[-9223372036854775808]") == "a[-9223372036854775808]");
  CHECK(text("a[0][1]") == "a[0][1]");
  const ir::Graph g = parse("a[3, 1:2]");
  const ir::ViewSpec& spec = g.views().at(0);
  REQUIRE(spec.items.size() == 2);
  CHECK(spec.items[0] == ir::SliceItem{ir::SliceItem::Kind::index, 3, {}, {}});
  CHECK(spec.items[1] == ir::SliceItem{ir::SliceItem::Kind::range, 1, 2, {}});
}

TEST_CASE("lang: a call may span lines and end in a comma") {
  CHECK(same(parse("where(a,\n  b,\n  c,\n)"), parse("where(a, b, c)")));
  CHECK(same(parse("sum (a)"), parse("sum(a)")));
}
