// How many passes over memory named expressions take, which loops run tile by tile, and that views
// of views are shared.
#include <string>

#include "catch.hpp"
#include "named_expressions.hpp"

using namespace tightloop;
using plan_test::Input;
using plan_test::named_expressions;
using plan_test::named_inputs;
using plan_test::planned;

namespace {

std::size_t stages(const char* text, const std::vector<Input>& inputs) {
  const auto p = planned(text, inputs);
  INFO(to_string(p.plan));
  return p.plan.passes.size();
}

}  // namespace

TEST_CASE("plan: passes over memory of named expressions") {
  REQUIRE(named_expressions().size() >= 30);
  for (const auto& e : named_expressions()) {
    const auto p = planned(e.text, named_inputs());
    INFO(e.name << "\n" << to_string(p.plan));
    CHECK(static_cast<int>(p.plan.passes.size()) == e.stages);
  }
}

TEST_CASE("plan: every stage is in one pass, and tiles cover the common dimensions") {
  for (const auto& e : named_expressions()) {
    const auto p = planned(e.text, named_inputs());
    INFO(e.name << "\n" << to_string(p.plan));
    std::uint32_t next = 0;
    for (const plan::Pass& g : p.plan.passes) {
      CHECK(g.first == next);
      next += g.count;
      if (g.extents.empty()) {
        CHECK(g.count == 1);
        continue;
      }
      CHECK(g.rows >= 1);
      CHECK(g.rows <= g.extents.back());
      std::int64_t kept = 0;
      for (std::uint32_t s = g.first; s < next; ++s) {
        const plan::Stage& stage = p.plan.stages[s];
        REQUIRE(stage.common.size() == g.extents.size());
        for (std::size_t d = 0; d < g.extents.size(); ++d) {
          CHECK(stage.m[stage.common[d]] == g.extents[d]);
        }
      }
      for (const plan::Intermediate& mid : p.plan.intermediates) kept += mid.tile_bytes;
      CHECK(kept <= 64 << 10);
    }
    CHECK(next == p.plan.stages.size());
  }
}

TEST_CASE("plan: rows that do not fit a cache, or are few, take a pass each") {
  const char* softmax =
      "e = exp(x - max(x, axis=-1, keepdims=True)); e / sum(e, axis=-1, keepdims=True)";
  const auto of = [&](Dims shape) { return stages(softmax, {{"x", DType::float32, shape, {}}}); };
  CHECK(of({4096, 1024}) == 1);
  CHECK(of({100, 50000}) == 1);
  CHECK(of({100, 1000000}) == 3);
  CHECK(of({4, 60000}) == 3);  // too few for threads
  CHECK(of({4, 1000}) == 1);
  CHECK(of({7, 8, 9, 1000}) == 1);
  CHECK(of({0, 1000}) == 3);
  // Over the middle axis: a tile is a matrix. Over the last of a Fortran-ordered one: columns.
  CHECK(stages("x - mean(x, axis=1, keepdims=True)", {{"x", DType::float32, {99, 30, 40}, {}}}) ==
        1);
  CHECK(stages("x - mean(x, axis=-1, keepdims=True)",
               {{"x", DType::float32, {3000, 400}, {4, 12000}}}) == 2);
}

TEST_CASE("plan: a tile reads nothing of another tile") {
  const std::vector<Input> m{{"x", DType::float64, {600, 600}, {}},
                             {"y", DType::float64, {600, 600}, {}}};
  CHECK(stages("x - mean(x, axis=1)[:, None]", m) == 1);
  CHECK(stages("x - mean(x, axis=1)[::-1, None]", m) == 2);
  CHECK(stages("x - mean(x, axis=1)", m) == 2);  // along the other axis
  CHECK(stages("x[1:] - mean(x, axis=1, keepdims=True)[:-1]", m) == 2);
  CHECK(stages("x - mean(x.T, axis=0)[:, None]", m) == 2);  // the axis has another place
  CHECK(stages("s = sum(x, axis=1, keepdims=True); x / s, y / sum(s)", m) == 3);
  CHECK(stages("x / sum(x, axis=1, keepdims=True), y / sum(y, axis=1, keepdims=True)", m) == 1);
}

TEST_CASE("plan: what is costly is materialised for the stages that need it again") {
  const auto p =
      planned("e = exp(x - max(x, axis=-1, keepdims=True)); e / sum(e, axis=-1, keepdims=True)",
              named_inputs());
  int exps = 0;
  for (const plan::Stage& s : p.plan.stages) {
    for (const kernel::Inst& i : s.main.kernel.body) exps += i.op == Op::exp ? 1 : 0;
  }
  INFO(to_string(p.plan));
  CHECK(exps == 1);
  CHECK(p.plan.intermediates.back().tile_bytes > 0);
  // A row of 100,000 leaves no room for it.
  const auto wide =
      planned("e = exp(x - max(x, axis=-1, keepdims=True)); e / sum(e, axis=-1, keepdims=True)",
              {{"x", DType::float32, {50, 60000}, {}}});
  CHECK(wide.plan.intermediates.size() == 2);
}

TEST_CASE("plan: thirty levels of shifted views are one pass of quadratic size") {
  std::string text = "b0 = x\n";
  for (int i = 0; i < 30; ++i) {
    const std::string b = "b" + std::to_string(i);
    text += "b" + std::to_string(i + 1) + " = " + b + "[1:, :-1] - " + b + "[:-1, 1:] * 0.5\n";
  }
  const auto p = planned(text + "b30", named_inputs());
  REQUIRE(p.plan.stages.size() == 1);
  CHECK(p.plan.stages[0].main.kernel.loads.size() == 31);
  CHECK(p.plan.stages[0].main.kernel.body.size() < 31 + 1 + 2 * 30 * 31 / 2 + 30);
}

TEST_CASE("plan: views that read the same elements are one load") {
  const auto loads = [](const char* text) {
    return planned(text, named_inputs()).plan.stages[0].main.kernel.loads.size();
  };
  CHECK(loads("x[1:][:, 1:] + x[:, 1:][1:]") == 1);
  CHECK(loads("x.T.T + x[:] * x[...]") == 1);
  CHECK(loads("t[::-1][::-1] - t") == 1);
  CHECK(loads("t[10:][5:100:3] + t[15:110:3]") == 1);
  CHECK(loads("t[None][0] + t") == 1);
  CHECK(loads("x[3][5:] + x[:, 5:][3]") == 1);
  CHECK(loads("t[1:] - t[:-1]") == 2);
}

TEST_CASE("plan: bytes of an array are counted once, however many views read them") {
  const auto read = [](const char* text) { return planned(text, named_inputs()).plan.bytes_read; };
  CHECK(read("t[1:] - t[:-1]") == 4000000);
  CHECK(read("t[:10] + t[20:30]") == 80);
  CHECK(read("t[::2] + t[1::2]") == 4000000);
  CHECK(read("x / sum(x, axis=-1, keepdims=True)") == 4 << 20);
  CHECK(read("x - mean(x)") == (8 << 20) + 8);
  CHECK(read("x[1:-1, 1:-1] - x[:-2, 1:-1] - x[2:, 1:-1] - x[1:-1, :-2] - x[1:-1, 2:]") <= 4 << 20);
}
