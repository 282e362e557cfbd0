// Texts made to hurt: each must end quickly in a graph or in a clear error.
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "lang/same_graph.hpp"

using namespace tightloop;
using lang_test::parse;

namespace {

std::string times(std::size_t count, std::string_view piece) {
  std::string text;
  text.reserve(count * piece.size());
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

/// Parses what must fail; checks that the error can be drawn and stays small.
ErrorCode failure(const std::string& text) {
  try {
    parse(text);
  } catch (const Error& e) {
    CHECK(std::string(e.what()).size() < 500);
    CHECK(e.picture().size() < 1500);
    CHECK(e.span().begin <= e.span().end);
    CHECK(e.span().begin <= text.size());
    return e.code();
  }
  FAIL("no error");
  return ErrorCode::internal;
}

}  // namespace

TEST_CASE("lang: nesting has a limit and needs no stack") {
  constexpr std::size_t kMany = 1'000'000;
  const auto limit = ErrorCode::limit;
  CHECK(failure(times(kMany, "(")) == limit);
  CHECK(failure(times(500'000, "(") + "a" + times(500'000, ")")) == limit);
  CHECK(failure(times(kMany, "-") + "a") == limit);
  CHECK(failure(times(kMany, "!") + "a") == limit);
  CHECK(failure(times(200'000, "not ") + "a") == limit);
  CHECK(failure(times(200'000, "abs(") + "a") == limit);
  CHECK(failure(times(200'000, "a**") + "a") == limit);
  CHECK(failure(times(90'000, "a if b else ") + "a") == limit);
  CHECK(failure(times(kMany / 2, "a[")) == ErrorCode::type);
  CHECK(failure(times(kMany, "[")) == ErrorCode::syntax);
  CHECK(failure("a[" + times(kMany, "(")) == ErrorCode::type);
  CHECK(failure("sum(a, " + times(kMany, "(")) == ErrorCode::type);
  CHECK(parse(times(ir::kMaxDepth, "(") + "a" + times(ir::kMaxDepth, ")")).nodes().size() == 1);
  CHECK(parse(times(ir::kMaxDepth, "-") + "a").nodes().size() == ir::kMaxDepth + 1);
  CHECK(failure(times(ir::kMaxDepth + 1, "-") + "a") == limit);
}

TEST_CASE("lang: long chains of operators are no nesting") {
  CHECK(parse(times(99'999, "a+") + "a").nodes().size() == ir::kMaxNodes);
  CHECK(failure(times(200'000, "a+") + "a") == ErrorCode::limit);
  CHECK(parse(times(90'000, "a*b+") + "a").nodes().size() == 90'000 + 3);
  CHECK(parse(times(40'000, "a<") + "b").nodes().size() == 40'003);
  CHECK(parse(times(90'000, "a and ") + "b").nodes().size() == 90'002);
  CHECK(parse("a" + times(50'000, ".T")).nodes().size() == 50'001);
  CHECK(parse("a" + times(50'000, "[0]")).nodes().size() == 50'001);
}

TEST_CASE("lang: many statements, results, names and arguments") {
  std::string bindings;
  for (int i = 0; i < 40'000; ++i) bindings += "v" + std::to_string(i) + "=a;";
  CHECK(parse(bindings + "v39999").nodes().size() == 1);
  CHECK(failure(bindings + "w") == ErrorCode::name);
  CHECK(failure(bindings) == ErrorCode::syntax);
  CHECK(parse("d=a;" + times(50'000, "d=d+1;") + "d").nodes().size() == 50'002);
  CHECK(parse(times(999, "a,") + "a").results.size() == ir::kMaxResults);
  CHECK(failure(times(200'000, "a,")) == ErrorCode::limit);
  CHECK(failure("sqrt(" + times(300'000, "a,") + ")") == ErrorCode::type);
  CHECK(failure("sum(a, axis=(" + times(300'000, "0,") + "))") == ErrorCode::limit);
  CHECK(failure("reshape(a, " + times(300'000, "0,") + ")") == ErrorCode::limit);
  CHECK(failure("a[" + times(300'000, "0,") + "]") == ErrorCode::limit);
  CHECK(parse(times(300'000, ";") + "a").nodes().size() == 1);
  CHECK(parse("a #" + times(500'000, "x")).nodes().size() == 1);
  std::vector<std::string> names;
  std::string sum = "0";
  for (std::size_t i = 0; i <= ir::kMaxInputs; ++i) {
    names.push_back("n" + std::to_string(i));
    sum += "+" + names.back();
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  CHECK_THROWS_AS(lang::parse(sum, views), Error);
}

TEST_CASE("lang: huge tokens") {
  const auto syntax = ErrorCode::syntax;
  CHECK(failure(times(1'000'000, "9")) == syntax);
  CHECK(failure("0x" + times(1'000'000, "f")) == syntax);
  CHECK(failure("." + times(1'000'000, "9")) == syntax);
  CHECK(failure("1e" + times(1'000'000, "9")) == syntax);
  CHECK(failure("1" + times(500'000, "_0")) == syntax);
  CHECK(failure("a[" + times(1'000'000, "9") + "]") == syntax);
  CHECK(parse(times(900, "9")).nodes().size() > 50);
  CHECK(failure(times(1'000'000, "z")) == ErrorCode::name);
  CHECK(failure(times(1'000'000, "z") + "(a)") == ErrorCode::name);
  CHECK(failure("sum(a, " + times(1'000'000, "z") + "=1)") == ErrorCode::name);
  CHECK(failure("astype(a, '" + times(1'000'000, "z") + "')") == ErrorCode::name);
  CHECK(failure("a." + times(1'000'000, "z")) == ErrorCode::name);
  CHECK(failure("'" + times(1'000'000, "z")) == syntax);
  CHECK(failure(times(1'000'000, "\t") + "q") == ErrorCode::name);
  CHECK(failure(times(1'000'000, "\n") + "q") == ErrorCode::name);
  CHECK(failure(times(1'000'000, " ")) == syntax);
  CHECK(failure(std::string(ir::kMaxSource + 1, 'a')) == ErrorCode::limit);
  CHECK(failure(std::string(8 * ir::kMaxSource, ' ')) == ErrorCode::limit);
}

TEST_CASE("lang: no byte is too strange") {
  for (int c = 0; c < 256; ++c) {
    for (const char* around : {"", "a + ", "# ", "'", "a[", "sum(a, axis=", "1"}) {
      std::string text = around;
      text += static_cast<char>(c);
      CAPTURE(c, around);
      try {
        parse(text);
      } catch (const Error& e) {
        CHECK(e.code() != ErrorCode::internal);
        CHECK(!e.picture().empty());
      }
    }
  }
}

TEST_CASE("lang: random token soup never crashes") {
  static constexpr std::string_view pieces[] = {
      "a",    "b",    "q",        "1",       "2.5",       "3j",       "(",    ")",       "[",
      "]",    ",",    ":",        ";",       "\n",        ".",        "...",  "=",       "+",
      "-",    "**",   "<",        "==",      "!",         "!=",       "not",  "and",     "or",
      "if",   "else", "None",     "True",    "sum",       "abs",      "@",    "where",   "T",
      "axis", "min",  "'x'",      "float16", "astype",    "reshape",  " ",    "#",       "~",
      "&",    "max",  "keepdims", "complex", "'float16'", "saturate", "clip", "\xc3\xa9"};
  const std::uint64_t seed = 20'240'501;
  std::mt19937_64 random(seed);
  CAPTURE(seed);
  std::size_t parsed = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text;
    for (std::size_t n = 1 + random() % 14; n > 0; --n)
      text += pieces[random() % std::size(pieces)];
    CAPTURE(i, text);
    try {
      const ir::Graph g = parse(text);
      ++parsed;
      const std::string printed = to_text(g, g.results[0], 10'000);
      const ir::Graph again = parse(printed);
      REQUIRE(to_text(again, again.results[0], 10'000) == printed);
    } catch (const Error& e) {
      REQUIRE(e.code() != ErrorCode::internal);
      REQUIRE(e.span().begin <= e.span().end);
      REQUIRE(e.span().end <= text.size());
      REQUIRE(e.source() == text);
      REQUIRE(!e.picture().empty());
    }
  }
  CHECK(parsed > 100);
}
