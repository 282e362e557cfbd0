// The machine model's table: defaults within limits, and what plans take from it.
#include "catch.hpp"
#include "kernel/summation_tree.hpp"
#include "plan/machine_model.hpp"

using namespace tightloop;

TEST_CASE("plan: the machine model's defaults are within their limits") {
  const plan::MachineModel usual;
  CHECK(plan::machine_fields().size() >= 50);
  for (const plan::MachineField& f : plan::machine_fields()) {
    INFO(f.name);
    CHECK(f.least < f.most);
    CHECK(usual.*f.member >= f.least);
    CHECK(usual.*f.member <= f.most);
    CHECK(!f.unit.empty());
    CHECK(!f.meaning.empty());
  }
}

TEST_CASE("plan: numbers beyond a machine field's limits become the nearest within") {
  for (const plan::MachineField& f : plan::machine_fields()) {
    plan::MachineModel low, high;
    low.*f.member = f.least - 1;
    high.*f.member = f.most + 1;
    INFO(f.name);
    CHECK(plan::within_limits(low).*f.member == f.least);
    CHECK(plan::within_limits(high).*f.member == f.most);
  }
}

TEST_CASE("plan: the machine model prints every field") {
  const std::string text = plan::to_string(plan::MachineModel{});
  for (const plan::MachineField& f : plan::machine_fields()) {
    CHECK(text.find(std::string(f.name) + " ") != text.npos);
  }
}

TEST_CASE("plan: a reduction's blocks and chunks cover it") {
  for (const bool by_column : {false, true}) {
    for (const std::int64_t inner : {0, 1, 127, 128, 129, 4096, 4097, 300001}) {
      for (const std::int64_t outer : {1, 3, 1000}) {
        for (const std::int64_t outputs : {0, 1, 31, 5000}) {
          kernel::ReductionShape shape;
          shape.by_column = by_column;
          shape.ordered = true;
          shape.inner = inner;
          shape.outer = outer;
          shape.outputs = shape.columns = outputs;
          const kernel::ReductionCut cut = kernel::cut_reduction(shape);
          CHECK(cut.block >= 1);
          CHECK(cut.block <= (by_column ? kernel::kColumnBlock : kernel::kRowBlock));
          CHECK(cut.chunks <= kernel::kMostChunks);
          CHECK(cut.chunk * cut.chunks >= cut.blocks);
          CHECK(cut.chunk * (cut.chunks - 1) < cut.blocks);
          if (inner == 0 || outputs == 0) continue;
          CHECK(cut.blocks == outer * cut.blocks_inner);
          CHECK(cut.block * cut.blocks_inner >= inner);
          CHECK(cut.block * (cut.blocks_inner - 1) < inner);
        }
      }
    }
  }
}

TEST_CASE("plan: parts combine in the tree that both evaluations of parts follow") {
  std::vector<std::pair<std::int64_t, std::int64_t>> seen;
  kernel::combine_in_tree(6, [&](std::int64_t i, std::int64_t j) { seen.emplace_back(i, j); });
  const std::vector<std::pair<std::int64_t, std::int64_t>> want = {
      {0, 1}, {2, 3}, {4, 5}, {0, 2}, {0, 4}};
  CHECK(seen == want);
}
