// What plans look like: passes of named expressions, the loops that are chosen, the size of
// intermediates, blocking, and the text that names a kernel.
#include <algorithm>
#include <string>

#include "catch.hpp"
#include "planned.hpp"
#include "reduced_size.hpp"

using namespace tightloop;
using kernel::KernelKind;
using plan_test::Input;
using plan_test::Planned;
using plan_test::planned;

namespace {

const std::vector<Input> kPlanes{{"a", DType::float64, {300, 500}, {}},
                                 {"b", DType::float64, {300, 500}, {}},
                                 {"u", DType::uint8, {300, 500}, {}},
                                 {"v", DType::float64, {500}, {}}};

struct Counted {
  const char* text;
  std::size_t stages;
};

plan::Stage only(const Planned& p) {
  REQUIRE(p.plan.stages.size() == 1);
  return p.plan.stages[0];
}

std::string kernel_text(const char* text, const std::vector<Input>& inputs) {
  return to_string(only(planned(text, inputs)).main.kernel);
}

std::int64_t elements(const Dims& shape) {
  std::int64_t n = 1;
  for (std::int64_t d : shape) n *= d;
  return n;
}

}  // namespace

TEST_CASE("plan: number of passes") {
  const Counted c = GENERATE(values<Counted>({
      {"a + b * 2", 1},
      {"a + b, a - b, a > b", 1},
      {"sum(a)", 1},
      {"sum(abs(a - b)) / sum(a)", 1},
      {"d = a - b; mean(d * d), max(abs(d))", 1},
      {"sqrt(sum(a * a, axis=1)) + 1", 1},
      {"a * 2, sum(a * 2)", 1},
      {"min(a, axis=0), max(a, axis=0), mean(a, axis=0)", 1},
      {"(a - mean(a, axis=0)) / sqrt(mean(a * a, axis=0))", 2},
      {"a - mean(a)", 2},
      {"a - mean(a), b - mean(b)", 2},
      {"sum((a - mean(a))**2)", 2},
      {"sum(a, axis=0), sum(a, axis=1)", 2},
      {"sum(a[1:] - a[:-1]), sum(a)", 2},
      {"sum(sum(a, axis=1))", 2},
      {"max(sum(a, axis=0) * v)", 2},
      {"a / sum(a, axis=1, keepdims=True)", 1},
      {"exp(a - max(a, axis=1, keepdims=True))", 1},
      {"d = exp(a - max(a, axis=1, keepdims=True)); d / sum(d, axis=1, keepdims=True)", 1},
      {"(a - mean(a)) / sqrt(mean((a - mean(a))**2))", 3},
  }));
  INFO(c.text);
  const Planned p = planned(c.text, kPlanes);
  INFO(to_string(p.plan));
  CHECK(p.plan.passes.size() == c.stages);
  for (const plan::Intermediate& mid : p.plan.intermediates) {
    if (mid.tile_bytes > 0) {
      CHECK(mid.tile_bytes <= 48 << 10);
    } else {
      CHECK(plan_test::has_reduced_size(p.plan, p.graph, mid.node));
      CHECK(elements(mid.shape) <= 500);
    }
  }
}

TEST_CASE("plan: what follows from reductions alone is computed once") {
  const auto divisions = [](const kernel::KernelPlan& kernel) {
    return std::count_if(kernel.body.begin(), kernel.body.end(), [](const kernel::Inst& i) {
      return i.op == Op::divide || i.op == Op::sqrt;
    });
  };
  const auto kept = [](const Planned& p) {
    std::vector<Dims> shapes;
    for (const plan::Intermediate& mid : p.plan.intermediates) shapes.push_back(mid.shape);
    return shapes;
  };
  const Planned score = planned("(a - mean(a, axis=0)) / std(a, axis=0)", kPlanes);
  INFO(to_string(score.plan));
  REQUIRE(score.plan.stages.size() == 2);
  CHECK(divisions(score.plan.stages[0].epilogue.kernel) == 3);
  CHECK(divisions(score.plan.stages[1].main.kernel) == 1);
  CHECK(kept(score) == std::vector<Dims>{{500}, {500}});

  // Results that need the same values are computed with them.
  const Planned both = planned("m = mean(a, axis=0); a - m, m", kPlanes);
  CHECK(divisions(both.plan.stages[0].epilogue.kernel) == 1);
  CHECK(divisions(both.plan.stages[1].main.kernel) == 0);

  // Sums and differences cost less than they would take to store, one number is computed once
  // anyway, and what other arrays go into is none of a reduction's values.
  CHECK(kept(planned("a - (max(a, axis=0) - min(a, axis=0))", kPlanes)).size() == 2);
  CHECK(!planned("a - mean(a)", kPlanes).plan.stages[0].has_epilogue);
  CHECK(!planned("a / sqrt(sum(a, axis=0) + v)", kPlanes).plan.stages[0].has_epilogue);
}

TEST_CASE("plan: neighbours that all operands walk as one are one loop") {
  CHECK(only(planned("a + b", kPlanes)).m == std::vector<std::int64_t>{150000});
  CHECK(only(planned("sum(a + b)", kPlanes)).r == std::vector<std::int64_t>{150000});
  CHECK(only(planned("a + v", kPlanes)).m == std::vector<std::int64_t>{300, 500});
  const std::vector<Input> deep{{"x", DType::int16, {2, 3, 4, 5, 1, 6}, {}}};
  CHECK(only(planned("x * 2", deep)).m == std::vector<std::int64_t>{720});
  const plan::Stage inner = only(planned("sum(x, axis=(3,4,5))", deep));
  CHECK(inner.m == std::vector<std::int64_t>{24});
  CHECK(inner.r == std::vector<std::int64_t>{30});
  const std::vector<Input> sixteen{
      {"x", DType::int8, {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, {}}};
  CHECK(only(planned("x + 1", sixteen)).m == std::vector<std::int64_t>{65536});
  CHECK(only(planned("x[::-1] + 1", sixteen)).m.size() == 2);
}

TEST_CASE("plan: which loop reduces") {
  const auto kind = [](const char* text, const std::vector<Input>& inputs) {
    return only(planned(text, inputs)).main.kernel.kind;
  };
  CHECK(kind("a + b", kPlanes) == KernelKind::map);
  CHECK(kind("sum(a)", kPlanes) == KernelKind::row_reduce);
  CHECK(kind("sum(a, axis=1)", kPlanes) == KernelKind::row_reduce);
  CHECK(kind("sum(a, axis=0)", kPlanes) == KernelKind::column_reduce);
  CHECK(kind("sum(a.T, axis=1)", kPlanes) == KernelKind::column_reduce);
  // Rows too short for lanes of partials.
  CHECK(kind("sum(p, axis=1)", {{"p", DType::float32, {1000, 3}, {}}}) ==
        KernelKind::column_reduce);
}

TEST_CASE("plan: what runs downwards alone is walked upwards, and nothing is packed for it") {
  const std::vector<Input> down{{"x", DType::float64, {100}, {-8}}};
  const plan::Stage total = only(planned("sum(x)", down));
  CHECK(total.main.operands[0].offset == -8 * 99);
  CHECK(total.main.operands[0].r == std::vector<std::int64_t>{8});
  CHECK_FALSE(total.main.any_packed);
  // The result runs upwards.
  const plan::Stage map = only(planned("x + 1", down));
  CHECK_FALSE(map.main.any_packed);
  CHECK(map.main.kernel.loads[0].access == kernel::Access::strided);
  CHECK(map.main.kernel.loads[0].stride == -1);
}

TEST_CASE("plan: blocks cover every element once") {
  const std::int64_t rows = GENERATE(1, 7, 300, 100000);
  const std::int64_t columns = GENERATE(1, 5, 64, 70001);
  const char* text = GENERATE("sum(x)", "sum(x, axis=0)", "max(x, axis=1)", "mean(x[:, ::2])");
  CAPTURE(rows, columns, text);
  const plan::Stage s = only(planned(text, {{"x", DType::float32, {rows, columns}, {}}}));
  const plan::Blocking& b = s.blocking;
  const std::int64_t inner = s.r.back();
  CHECK(b.block >= 1);
  CHECK(b.block <= kernel::kMaxReduceBlock);
  CHECK((b.blocks_inner - 1) * b.block < inner);
  CHECK(b.blocks_inner * b.block >= inner);
  CHECK(b.blocks == s.r_size() / inner * b.blocks_inner);
  CHECK((b.chunks - 1) * b.chunk < b.blocks);
  CHECK(b.chunks * b.chunk >= b.blocks);
  CHECK(b.tile >= 1);
  CHECK(b.tile * b.chunks <= 65536 * 2);
}

TEST_CASE("plan: kernels of equal structure have equal text, others do not") {
  const std::vector<Input> other{{"p", DType::float64, {140000}, {}},
                                 {"q", DType::float64, {140000}, {}},
                                 {"u", DType::uint8, {9, 9}, {}}};
  // Neither names nor extents are part of a kernel, but for what is said of memory.
  CHECK(kernel_text("a * 2 + b", kPlanes) == kernel_text("p * 2 + q", other));
  CHECK(kernel_text("sum(abs(u - 3))", kPlanes) == kernel_text("sum(abs(u - 3))", other));
  std::vector<std::string> texts;
  for (const char* text :
       {"a * 2 + b", "a * 3 + b", "b * 2 + b", "a + b * 2", "u * 2 + b", "a * 2 - b",
        "sum(a * 2 + b)", "max(a * 2 + b)", "sum(a * 2 + b, axis=0)", "a * 2 + v[0]", "a * 0.0",
        "a * -0.0", "a * 2 + b, a", "float32(a * 2 + b)", "float16(a * 2 + b)",
        "bfloat16(a * 2 + b)"}) {
    texts.push_back(kernel_text(text, kPlanes));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      INFO(texts[i] << "\n" << texts[j]);
      CHECK(texts[i] != texts[j]);
    }
  }
}
