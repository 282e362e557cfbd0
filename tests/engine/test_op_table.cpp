// Every row of the op table has a doc, unique names, a reference meaning and a lowering that runs.
// (That the random expressions reach every row is asserted by the differential test.)
#include <set>
#include <string>
#include <vector>

#include "api/front.hpp"
#include "catch.hpp"
#include "math/leaf.hpp"
#include "ops/lane_kernels.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

std::string call_of(const tl::OpInfo& row) {
  std::string text(row.names.substr(0, row.names.find(' ')));
  const char* args[] = {"(x", ", y", ", z"};
  for (int i = 0; i < row.arity; ++i) text += args[i];
  return text + ")";
}

}  // namespace

TEST_CASE("engine: every row of the op table is documented, named once and has a meaning") {
  std::set<std::string> names;
  for (const tl::OpInfo& row : tl::op_table()) {
    INFO("operation " << row.id);
    CHECK(row.doc.size() >= 4);
    CHECK(row.arity >= 1);
    CHECK(row.arity <= 3);
    for (std::string_view rest = row.names; !rest.empty();) {
      const std::size_t cut = rest.find(' ');
      CHECK(names.insert(std::string(rest.substr(0, cut))).second);
      rest = cut == std::string_view::npos ? std::string_view{} : rest.substr(cut + 1);
    }
    const auto op = *tl::find_op(row.names.substr(0, row.names.find(' ')));
    CHECK(id(op) == row.id);
    const bool composed = row.lowering == tl::Lowering::composed;
    CHECK(composed == (row.type_rule == tl::TypeRule::composed));
    if (row.kind == tl::OpKind::elementwise) CHECK(tl::ops::has_meaning(op) != composed);
    if (row.lowering == tl::Lowering::math) {
      CHECK(tl::math::find_leaf(op, tl::float64, 1) != nullptr);
      CHECK(tl::math::find_leaf(op, tl::float32, 1) != nullptr);
    }
  }
}

TEST_CASE("engine: every row of the op table runs in every engine") {
  const std::vector<double> x(37, 0.5), y(37, 2.0), z(37, 3.0);
  const std::vector<std::uint8_t> i(37, 5), j(37, 2), k(37, 1);
  tl::exec::EngineCore reference(tl::exec::EngineCore::Kind::reference);
  for (const tl::OpInfo& row : tl::op_table()) {
    const std::string text = call_of(row);
    INFO(text);
    const bool integers =
        row.type_rule == tl::TypeRule::bits || row.type_rule == tl::TypeRule::shift ||
        row.type_rule == tl::TypeRule::invert || row.type_rule == tl::TypeRule::count_bits;
    const std::vector<tl::Binding> reals = {{"x", x}, {"y", y}, {"z", z}};
    const std::vector<tl::Binding> bytes = {{"x", i}, {"y", j}, {"z", k}};
    const tl::Bindings vars(integers ? bytes : reals);
    const tl::Array got = tl::evaluate(text, vars);
    const tl::Array want = tl::detail::evaluate_with(reference, text, vars, {})[0];
    CHECK(got.dtype() == want.dtype());
    CHECK(got.shape() == want.shape());
    tl::Options wrapping;  // the product of 37 fives passes 64 bits
    wrapping.overflow = tl::Overflow::wrap;
    CHECK_NOTHROW(tl::evaluate(text, tl::Bindings(bytes), wrapping));
  }
}
