// Tokens and the list of functions, as programs outside the library see them.
#include "tightloop/language.hpp"

#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/op.hpp"

using namespace tightloop;

namespace {

/// Tokens in one line: a letter for the kind, then the text.
std::string spelled(std::string_view text) {
  constexpr std::string_view kLetters = "nNskoOCcdas:!";
  std::string out;
  for (const Token& t : tokenize(text)) {
    if (!out.empty()) out += ' ';
    out += kLetters[static_cast<std::size_t>(t.kind)];
    out += text.substr(t.span.begin, t.span.end - t.span.begin);
  }
  return out;
}

}  // namespace

TEST_CASE("api: a text is split into tokens") {
  CHECK(spelled("d = a**2 if not b.T[1:, ...] else 'x'; f(0x1F)") ==
        "nd a= na o** N2 kif knot nb d. nT O[ N1 :: c, :... C] kelse s'x' s; nf O( N0x1F C)");
  CHECK(spelled("f(a, # first\n  b)\nc") == "nf O( na c, nb C) s\n nc");
  CHECK(spelled("").empty());
}

TEST_CASE("api: what is no token ends the list") {
  CHECK(spelled("a + $ b") == "na o+ !$");
  CHECK(spelled("load('open") == "nload O( !'open");
  CHECK(spelled(std::string_view("a\0b", 3)) == std::string("na !\0", 5));
  try {
    tokenize(std::string((1 << 20) + 1, ' '));
    FAIL("a text past the limit was split");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::limit);
  }
}

TEST_CASE("api: every built-in function is listed once and can be called") {
  std::set<std::string> names;
  std::size_t rows = 0;
  for (const FunctionInfo& f : builtin_functions()) {
    REQUIRE_FALSE(f.names.empty());
    CHECK(f.signature.substr(0, f.names[0].size() + 1) == f.names[0] + "(");
    CHECK_FALSE(f.doc.empty());
    for (const std::string& name : f.names) {
      CHECK(names.insert(name).second);
      rows += find_op(name) ? 1 : 0;
      try {
        evaluate(name + "()");
        FAIL(name + "() was accepted");
      } catch (const Error& e) {
        INFO(name + ": " + e.what());
        CHECK(e.code() != ErrorCode::name);
        CHECK(e.code() != ErrorCode::internal);
      }
    }
  }
  CHECK(rows >= op_table().size());
  CHECK(names.count("matmul") == 1);
  CHECK(names.count("half") == 1);
  CHECK(names.count("mse") == 0);
}
