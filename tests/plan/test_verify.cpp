// Every rule of loop plans, broken once by hand: the verifier names it.
#include <functional>
#include <string>

#include "catch.hpp"
#include "plan/verify.hpp"
#include "planned.hpp"

using namespace tightloop;
using plan::LoopPlan;
using plan::Memory;
using plan_test::Input;
using plan_test::Planned;
using plan_test::planned;

namespace {

const std::vector<Input> kInputs{{"a", DType::float64, {300, 500}, {}},
                                 {"b", DType::float64, {300, 500}, {}},
                                 {"s", DType::float64, {500}, {}},
                                 {"p", DType::float32, {64, 64}, {}}};

/// A text whose plan is sound, until it is changed.
class Sound {
 public:
  explicit Sound(const char* text) : of_(planned(text, kInputs)) {
    INFO(text);
    CHECK(plan::verify(of_.plan, of_.graph).empty());
  }
  void broken(const std::function<void(LoopPlan&)>& change, const std::string& rule) const {
    LoopPlan plan = of_.plan;
    change(plan);
    const std::string fault = plan::verify(plan, of_.graph);
    INFO(rule << " | " << fault);
    CHECK(fault.find(rule) != std::string::npos);
  }

 private:
  Planned of_;
};

plan::Stage& first(LoopPlan& plan) {
  return plan.stages[0];
}

}  // namespace

TEST_CASE("plan: a broken rule of passes is named") {
  const Sound two("a - mean(a)");
  two.broken([](auto& p) { p.passes.pop_back(); }, "a stage is in no pass");
  two.broken([](auto& p) { p.passes[1].first = 0; }, "its stages do not follow those before");
  two.broken([](auto& p) { p.passes[1].count = 2; }, "it has stages that there are not");
  two.broken([](auto& p) { p.bytes_read += 1; }, "the bytes that it moves are not those");
  two.broken([](auto& p) { p.shapes.pop_back(); }, "shapes are not those of the nodes");
  two.broken([](auto& p) { p.stored.clear(); }, "stored shapes are not the results'");
  two.broken([](auto& p) { std::swap(p.stages[0], p.stages[1]); },
             "it reads what nothing has stored yet");
  const Sound tiles("exp(a - max(a, axis=1, keepdims=True)) / sum(a, axis=1, keepdims=True)");
  tiles.broken([](auto& p) { p.passes[0].extents.clear(); }, "stages without tiles in common");
  tiles.broken([](auto& p) { p.passes[0].extents[0] = 0; }, "its tiles are of nothing");
  tiles.broken([](auto& p) { p.passes[0].rows = 301; }, "a tile of no or too many rows");
  tiles.broken([](auto& p) { first(p).common.clear(); },
               "its common dimensions are not its pass's");
  tiles.broken([](auto& p) { p.passes[0].extents[0] = 299; }, "tiles do not cover a common");
}

TEST_CASE("plan: a broken rule of loops and operands is named") {
  const Sound map("a * s");
  const auto at = [](std::size_t i) {
    return [i](LoopPlan& p) -> plan::Operand& { return first(p).main.operands[i]; };
  };
  map.broken([](auto& p) { first(p).m.clear(); }, "it has no loop");
  map.broken([](auto& p) { first(p).m[0] = -1; }, "its extents have no size");
  map.broken([](auto& p) { first(p).m.assign(2, std::int64_t{1} << 40); }, "have no size");
  map.broken([](auto& p) { first(p).r.push_back(4); }, "its kernel does not suit its loops");
  map.broken([](auto& p) { first(p).copies.push_back({}); }, "no accumulators to store");
  map.broken([](auto& p) { first(p).main.kernel.stores[0].value = 99; },
             "its kernel: a store of an unknown value");
  map.broken([](auto& p) { first(p).main.operands.pop_back(); }, "operands are not the kernel's");
  map.broken([](auto& p) { first(p).main.params.push_back({}); }, "scalars are not the kernel's");
  map.broken([](auto& p) { first(p).main.any_packed = true; }, "does not know whether it packs");
  map.broken([&](auto& p) { at(0)(p).m.clear(); }, "its strides are not those of the loops");
  map.broken([&](auto& p) { at(0)(p).swapped = true; }, "another dtype than the kernel's load");
  map.broken([&](auto& p) { at(2)(p).dtype = DType::int64; }, "than the kernel's store");
  map.broken([&](auto& p) { at(0)(p).m.back() = 16; }, "its stride is not the kernel's");
  map.broken([&](auto& p) { at(0)(p).source.index = 9; }, "no such input");
  map.broken([&](auto& p) { at(0)(p).source.kind = Memory::Kind::result; }, "it reads a result");
  map.broken([&](auto& p) { at(0)(p).source.kind = Memory::Kind::accumulator; },
             "no such accumulator");
  map.broken([&](auto& p) { at(0)(p).source.kind = Memory::Kind::intermediate; },
             "no such intermediate");
  map.broken([&](auto& p) { at(0)(p).m[0] = INT64_MAX / 2; }, "addresses cannot be counted");
  map.broken([&](auto& p) { at(2)(p).source.kind = Memory::Kind::input; }, "stores to an input");
  map.broken([&](auto& p) { at(2)(p).source.kind = Memory::Kind::accumulator; },
             "it stores to an accumulator");
  map.broken([&](auto& p) { at(2)(p).source.index = 9; }, "no such result");
  map.broken([&](auto& p) { at(2)(p).m[0] = 0; }, "several elements at one place");
  map.broken([](auto& p) { first(p).m[0] = 299; }, "it does not store every element once");
  map.broken(
      [](auto& p) {
        first(p).main.kernel.params.push_back(DType::float64);
        first(p).main.params.push_back({true, 0, 0});
      },
      "a scalar that the call does not bring");
}

TEST_CASE("plan: a result is stored once") {
  const Sound both("a + b, a - b");
  both.broken([](auto& p) { first(p).main.operands.back().source.index = 0; },
              "result 0: it is stored twice");
  const Sound sums("sum(a, axis=1), max(a, axis=1)");
  sums.broken([](auto& p) { first(p).copies.pop_back(); }, "result 1: nothing stores it");
  const Sound same("sum(a, axis=1), sum(b, axis=1)");
  same.broken([](auto& p) { first(p).copies.push_back(first(p).copies[0]); },
              "result 0: it is stored twice");
}

TEST_CASE("plan: a broken rule of reductions is named") {
  const Sound sum("sum(a, axis=1), argmax(a, axis=1)");
  const auto blocking = [&](std::int64_t plan::Blocking::*field, std::int64_t value,
                            const char* rule) {
    sum.broken([&](auto& p) { first(p).blocking.*field = value; }, rule);
  };
  blocking(&plan::Blocking::block, 0, "its blocks are of no size or too large");
  blocking(&plan::Blocking::block, kernel::kMaxReduceBlock + 1, "of no size or too large");
  blocking(&plan::Blocking::blocks_inner, 9, "blocks do not cover the innermost loop");
  blocking(&plan::Blocking::blocks, 9, "blocks do not cover what is reduced");
  blocking(&plan::Blocking::chunks, 9, "chunks do not cover the blocks");
  sum.broken([](auto& p) { first(p).index.clear(); }, "elements are numbered along other loops");
  sum.broken([](auto& p) { first(p).index[0] = -1; }, "elements are numbered downwards");
  sum.broken([](auto& p) { first(p).copies[0].accumulator = 9; }, "a copy: no such accumulator");
  sum.broken([](auto& p) { first(p).copies[0].to.dtype = DType::int8; }, "than its accumulator");
  sum.broken([](auto& p) { first(p).copies[0].to.r[0] = 8; }, "it moves along what is reduced");
  const Sound root("sqrt(sum(a, axis=1))");
  root.broken([](auto& p) { first(p).epilogue.operands[0].dtype = DType::int64; }, "load");
  root.broken([](auto& p) { first(p).epilogue.operands[0].source.index = 1; },
              "no such accumulator");
}

TEST_CASE("plan: a broken rule of intermediates is named") {
  const Sound kept("a - mean(a, axis=0)");
  kept.broken([](auto& p) { p.intermediates[0].node = 999; }, "it holds no node");
  kept.broken([](auto& p) { p.intermediates[0].shape = {3}; }, "its shape is not its node's");
  kept.broken([](auto& p) { p.intermediates[0].tile_bytes = 1 << 20; }, "more than a cache holds");
  kept.broken([](auto& p) { p.intermediates[0].tile_bytes = 8; }, "where there are no tiles");
  kept.broken([](auto& p) { p.intermediates.push_back(p.intermediates[0]); },
              "intermediate 1: nothing stores it");
  kept.broken(
      [](auto& p) {
        for (plan::Operand& o : p.stages[1].main.operands) {
          if (o.source.kind == Memory::Kind::intermediate) o.offset = 8;
        }
      },
      "it reaches beyond its intermediate");
  const Sound whole("exp(a), sum(b, axis=0)");
  whole.broken(
      [](auto& p) {
        for (plan::Stage& stage : p.stages) {
          for (plan::Operand& o : stage.main.operands) {
            if (o.source.kind != Memory::Kind::result) continue;
            p.intermediates.push_back({o.dtype, {300, 500}, 0});
            o.source = {Memory::Kind::intermediate, 0};
          }
        }
      },
      "it stores values of full size");
}

TEST_CASE("plan: a broken rule of matrix products is named") {
  const Sound product("p @ p");
  const auto with = [&](const std::function<void(plan::MatrixProduct&)>& change, const char* rule) {
    product.broken([&](auto& p) { change(*first(p).product); }, rule);
  };
  with([](auto& p) { p.depth.clear(); }, "a product over no elements");
  with([](auto& p) { p.in_place = !p.in_place; }, "its kernel is of another kind");
  with([](auto& p) { p.kernel.loads.clear(); }, "its kernel: not two factors and a target");
  with([](auto& p) { p.left.operands[0].m.pop_back(); }, "left factor");
  with([](auto& p) { p.right.operands[0].r.push_back(1); }, "right factor");
  with([](auto& p) { p.target.dtype = DType::float64; }, "target: its dtype is not the kernel's");
  with([](auto& p) { p.target.m[0] = p.target.m[1] = p.target.m[2] = 0; }, "at one place");
}

TEST_CASE("plan: broken outlines and drafts are named") {
  const Planned p = planned("a - mean(a, axis=0)", kInputs);
  const std::vector<Dims> stored = p.plan.stored;
  const auto outlines = plan::partition(p.graph, p.plan.shapes, stored, {});
  REQUIRE(outlines.size() == 2);
  const auto fault_with = [&](const std::function<void(std::vector<plan::StageOutline>&)>& change) {
    auto changed = outlines;
    change(changed);
    return plan::verify(changed, p.graph, p.plan.shapes);
  };
  const auto names = [](const std::string& fault, const char* rule) {
    INFO(rule << " | " << fault);
    CHECK(fault.find(rule) != std::string::npos);
  };
  CHECK(fault_with([](auto&) {}).empty());
  names(fault_with([](auto& o) { std::swap(o[0], o[1]); }), "it comes too late");
  names(fault_with([](auto& o) { o[0].mask = 2; }), "it reduces other axes");
  names(fault_with([](auto& o) { o[0].iteration = {7}; }), "it runs over another space");
  names(fault_with([](auto& o) { o[0].reductions[0] = 0; }), "no such reduction");
  names(fault_with([](auto& o) { o[1].reductions = o[0].reductions; }), "another stage computes");
  names(fault_with([](auto& o) { o[0].materialised = {5}; }), "a reduction that it does not have");
  names(fault_with([](auto& o) { o[1].stores.clear(); }), "a result is not stored by one stage");
  names(fault_with([](auto& o) { o[1].stores = {5}; }), "no such result");
  names(fault_with([](auto& o) { o[1].epilogues = {0}; }), "accumulators that it does not have");

  std::vector<plan::Draft> drafts(2);
  for (plan::Draft& d : drafts) d.outline.iteration = {300, 500};
  plan::AxisOperand o;
  o.operand.source = {Memory::Kind::intermediate, 0};
  o.strides = {0, 8};
  o.is_store = true;
  drafts[0].operands = {o};
  o.is_store = false;
  drafts[1].operands = {o};
  std::vector<plan::PassDraft> passes{{{0}, {}}, {{1}, {}}};
  CHECK(plan::verify(drafts, passes, 1).empty());
  names(plan::verify(drafts, passes, 0), "no such intermediate");
  passes = {{{1}, {}}, {{0}, {}}};
  names(plan::verify(drafts, passes, 1), "it reads what nothing has stored yet");
  passes = {{{0}, {}}};
  names(plan::verify(drafts, passes, 1), "a stage is in none of them");
  passes = {{{0}, {}}, {{0}, {}}};
  names(plan::verify(drafts, passes, 1), "it is not in one pass");
  passes = {{{0, 1}, {}}};
  names(plan::verify(drafts, passes, 1), "stages without axes in common");
  passes = {{{0, 1}, {{-1}, {7}, 1}}};
  names(plan::verify(drafts, passes, 1), "it has not the axes of its pass");
  passes = {{{0, 1}, {{-1}, {500}, 0}}};
  names(plan::verify(drafts, passes, 1), "its tiles are of nothing");
}
