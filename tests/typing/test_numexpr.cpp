// numexpr's promotion: dtypes as numexpr 2.14 gives them. tests/peers compares with the package.
#include <string>
#include <vector>

#include "catch.hpp"
#include "typing/typed.hpp"

using namespace tightloop;
using namespace tightloop::typing_test;

namespace {

const typing::Policy kPolicy{Promotion::numexpr, Fp::strict, Overflow::wrap};

/// The letters of numexpr's kinds.
char letter(DType t) {
  switch (t) {
    case DType::bool_: return 'b';
    case DType::int32: return 'i';
    case DType::int64: return 'l';
    case DType::float32: return 'f';
    case DType::float64: return 'd';
    case DType::complex128: return 'c';
    default: return '?';
  }
}

constexpr DType kKinds[] = {DType::bool_,   DType::int32,   DType::int64,
                            DType::float32, DType::float64, DType::complex128};

}  // namespace

TEST_CASE("typing: numexpr has six kinds, and narrower dtypes become one of them") {
  const char* kinds = "biiiliillfffdcc";
  for (std::size_t i = 0; i < std::size(kAllDTypes); ++i) {
    INFO(name(kAllDTypes[i]));
    CHECK(letter(dtype_of_text("a", {{"a", kAllDTypes[i]}}, kPolicy)) == kinds[i]);
    CHECK(letter(dtype_of_text("where(a == a, a, a)", {{"a", kAllDTypes[i]}}, kPolicy)) ==
          kinds[i]);
  }
}

TEST_CASE("typing: numexpr's kinds of two operands") {
  // Rows and columns: bool int32 int64 float32 float64 complex128; '.' is not compared.
  struct Table {
    const char* text;
    std::vector<std::string> rows;
  };
  const std::vector<Table> tables = {
      {"a + b", {"bilfdc", "iilfdc", "lllfdc", "ffffdc", "dddddc", "cccccc"}},
      {"a - b", {".ilfdc", "iilfdc", "lllfdc", "ffffdc", "dddddc", "cccccc"}},
      {"a / b", {"dddfdc", "dddfdc", "dddfdc", "ffffdc", "dddddc", "cccccc"}},
      {"a // b", {".ilfd.", "iilfd.", "lllfd.", "ffffd.", "ddddd.", "......"}},
      {"a % b", {".ilfd.", "iilfd.", "lllfd.", "ffffd.", "ddddd.", "......"}},
      {"a ** b", {".ilfd.", "iilfd.", "lllfd.", "ffffd.", "ddddd.", "......"}},
      {"a & b", {"bil...", "iil...", "lll...", "......", "......", "......"}},
      {"a == b", {"bbbbbb", "bbbbbb", "bbbbbb", "bbbbbb", "bbbbbb", "bbbbbb"}},
      {"atan2(a, b)", {"fddfd.", "dddfd.", "dddfd.", "ffffd.", "ddddd.", "......"}},
      {"hypot(a, b)", {"ddddd.", "ddddd.", "ddddd.", "ddddd.", "ddddd.", "......"}},
      {"maximum(a, b)", {"ddddd.", "ddddd.", "ddddd.", "ddddd.", "ddddd.", "......"}},
  };
  for (const Table& table : tables) {
    for (std::size_t i = 0; i < 6; ++i) {
      for (std::size_t j = 0; j < 6; ++j) {
        if (table.rows[i][j] == '.') continue;
        INFO(table.text << " of " << name(kKinds[i]) << " and " << name(kKinds[j]));
        CHECK(letter(dtype_of_text(table.text, {{"a", kKinds[i]}, {"b", kKinds[j]}}, kPolicy)) ==
              table.rows[i][j]);
      }
    }
  }
}

TEST_CASE("typing: numexpr's kinds of functions, literals and reductions") {
  struct Row {
    const char* text;
    const char* kinds;  // for a of each kind
  };
  for (const Row& row : std::vector<Row>{{"sqrt(a)", "fddfd."},
                                         {"floor(a)", "fddfd."},
                                         {"trunc(a)", "ddddd."},
                                         {"round(a)", "dildd."},
                                         {"sign(a)", "dildd."},
                                         {"abs(a)", "fddfdc"},
                                         {"real(a)", "dddddd"},
                                         {"conj(a)", "cddccc"},
                                         {"isnan(a)", "bbbbb."},
                                         {"a + 1", "iilfdc"},
                                         {"a + 2**40", "lllfdc"},
                                         {"a + 1.5", "dddddc"},
                                         {"a ** 2", "bilfdc"},
                                         {"a ** 2.0", "bilfdc"},
                                         {"a ** 0.5", ".ddfd."},
                                         {"a ** 0.1", ".dddd."},
                                         {"sum(a)", ".ilfdc"},
                                         {"prod(a, axis=0)", ".ilfdc"},
                                         {"max(a)", ".ilfd."}}) {
    for (std::size_t i = 0; i < 6; ++i) {
      if (row.kinds[i] == '.') continue;
      INFO(row.text << " of " << name(kKinds[i]));
      CHECK(letter(dtype_of_text(row.text, {{"a", kKinds[i]}}, kPolicy)) == row.kinds[i]);
    }
  }
  CHECK(dtype_of_text("1 + 2", {}, kPolicy) == DType::int32);
  CHECK(dtype_of_text("2**40", {}, kPolicy) == DType::int64);
  CHECK(dtype_of_text("1 / 2", {}, kPolicy) == DType::float64);
  // Scalar variables are int64 or float64, whatever their value.
  CHECK(dtype_of_text("a + s", {{"a", DType::int32}, {"s", DType::uint8, true}}, kPolicy) ==
        DType::int64);
  CHECK(dtype_of_text("a * s", {{"a", DType::float32}, {"s", DType::float64, true}}, kPolicy) ==
        DType::float64);
  CHECK_THROWS_AS(type_text("a ** -1", {{"a", DType::int32}}, kPolicy), Error);
}
