// Every rule of kernel plans, broken once by hand: the verifier names it.
#include <functional>
#include <string>

#include "catch.hpp"
#include "kernel/verify.hpp"

using namespace tightloop;
using kernel::Inst;
using kernel::KernelKind;
using kernel::KernelPlan;

namespace {

Inst inst(Op op, DType lane, std::initializer_list<std::uint32_t> args = {}) {
  Inst out;
  out.op = op;
  out.lane = out.target = lane;
  for (std::uint32_t arg : args) out.args[out.nargs++] = arg;
  return out;
}

Inst load_of(std::uint32_t at, DType lane) {
  Inst out = inst(Op::variable, lane);
  out.attr = at;
  return out;
}

/// x + y of two arrays, stored.
KernelPlan sum_of_two() {
  KernelPlan plan;
  plan.loads = {{DType::float64}, {DType::float64}};
  plan.body = {load_of(0, DType::float64), load_of(1, DType::float64),
               inst(Op::add, DType::float64, {0, 1})};
  plan.stores = {{DType::float64, 2}};
  return plan;
}

/// The sum and the maximum of the absolute values of rows of int32.
KernelPlan two_reductions() {
  KernelPlan plan;
  plan.kind = KernelKind::row_reduce;
  plan.loads = {{DType::int32}};
  plan.body = {load_of(0, DType::int32), inst(Op::abs, DType::uint32, {0})};
  plan.reductions = {{Op::sum, DType::uint64, 1}, {Op::max, DType::uint32, 1}};
  plan.joined_rows = 4;
  return plan;
}

KernelPlan product() {
  KernelPlan plan;
  plan.kind = KernelKind::product;
  plan.loads = {{DType::float32}, {DType::float32}};
  plan.stores = {{DType::float32}};
  return plan;
}

KernelPlan small_product() {
  KernelPlan plan;
  plan.kind = KernelKind::small_product;
  plan.loads = {{DType::int8}, {DType::float32}};
  plan.body = {load_of(0, DType::int8), inst(Op::cast, DType::float32, {0}),
               load_of(1, DType::float32), inst(Op::multiply, DType::float32, {1, 2})};
  plan.stores = {{DType::float32}};
  plan.tile_rows = 4;
  plan.tile_columns = 8;
  return plan;
}

using Change = std::function<void(KernelPlan&)>;

void check_named(const KernelPlan& sound, const Change& change, const std::string& rule) {
  KernelPlan plan = sound;
  change(plan);
  const std::string fault = kernel::verify(plan);
  INFO(rule << " | " << fault);
  CHECK(fault.find(rule) != std::string::npos);
}

}  // namespace

TEST_CASE("kernel: sound plans have no fault") {
  CHECK(kernel::verify(sum_of_two()).empty());
  CHECK(kernel::verify(two_reductions()).empty());
  CHECK(kernel::verify(product()).empty());
  CHECK(kernel::verify(small_product()).empty());
}

TEST_CASE("kernel: a broken rule of an instruction is named") {
  const auto broken = [](const Change& change, const std::string& rule) {
    check_named(sum_of_two(), change, rule);
  };
  broken([](auto& p) { p.body[2].args[1] = 2; },
         "instruction 2 (add) has an operand that does not");
  broken([](auto& p) { p.body[2].nargs = 4; }, "too many operands");
  broken([](auto& p) { p.body[2].nargs = 1; }, "a wrong number of operands");
  broken([](auto& p) { p.body[2].lane = DType::float16; }, "a half type as lane");
  broken([](auto& p) { p.body[0].attr = 2; }, "an unknown load or parameter");
  broken([](auto& p) { p.body[0].param = true; }, "an unknown load or parameter");
  broken([](auto& p) { p.loads[0].dtype = DType::int64; }, "a lane type unlike its load's");
  broken([](auto& p) { p.body[0] = inst(Op::constant, DType::float64); }, "an unknown constant");
  broken(
      [](auto& p) {
        p.body[0] = inst(Op::constant, DType::float64);
        p.constants.push_back({});
        p.constants.back().dtype = DType::int8;
      },
      "a lane type unlike its constant's");
  broken([](auto& p) { p.body[2] = inst(Op::view, DType::float64, {0}); },
         "an op that may not appear in a body");
  broken([](auto& p) { p.body[2] = inst(Op::sum, DType::float64, {0}); },
         "a reduction in the body");
  broken(
      [](auto& p) {
        p.body[2] = inst(Op::exp, DType::float64, {0});
        p.body[2].target = DType::float16;
      },
      "a precision of other lanes");
}

TEST_CASE("kernel: a broken rule of operands is named") {
  const auto broken = [](Op op, DType lane, DType target, const std::string& rule) {
    const auto change = [&](KernelPlan& p) {
      p.body[2] = info(in_table(op) ? op : Op::negative).arity == 1 ? inst(op, lane, {0})
                                                                    : inst(op, lane, {0, 1});
      p.body[2].target = target;
    };
    check_named(sum_of_two(), change, rule);
  };
  using enum DType;
  broken(Op::add, int64, int64, "operands of another lane type");
  broken(Op::less, float64, float64, "a result that is not bool");
  broken(Op::isnan, float64, float64, "a result that is not bool");
  broken(Op::abs, float32, float32, "a result of another width");
  broken(Op::absdiff, uint8, uint8, "a result of another width");
  broken(Op::make_complex, complex64, complex64, "operands that are not parts of its result");
  broken(Op::real, float32, float32, "a result that is not the part's type");
  broken(Op::bitcast, int32, int32, "operands of another size");
  broken(Op::bitcast, bool_, bool_, "a bool");
  broken(Op::round_half, float32, float32, "no half type that it rounds to");
  broken(Op::saturate, int8, int16, "a result that is not the lane of what it clips to");
  check_named(
      sum_of_two(),
      [](KernelPlan& p) { p.loads[1].dtype = p.body[1].lane = p.body[1].target = int32; },
      "operands of different lane types");
  check_named(
      sum_of_two(),
      [](KernelPlan& p) {
        p.body[2] = inst(Op::where, float64, {0, 1, 1});
      },
      "operands of other lane types");
}

TEST_CASE("kernel: a broken rule of stores and loops is named") {
  const auto broken = [](const Change& change, const std::string& rule) {
    check_named(sum_of_two(), change, rule);
  };
  broken([](auto& p) { p.stores[0].value = 3; }, "a store of an unknown value");
  broken([](auto& p) { p.stores[0].dtype = DType::float32; }, "a store of another lane type");
  broken([](auto& p) { p.stores.clear(); }, "a kernel without results");
  broken([](auto& p) { p.kind = KernelKind::row_reduce; }, "a kernel kind that does not suit");
  broken(
      [](auto& p) {
        p.loads[0].access = kernel::Access::strided;
        p.loads[0].stride = 9;
      },
      "a load of an unknown stride");
  broken([](auto& p) { p.joined_rows = 4; }, "rows that cannot be joined");
}

TEST_CASE("kernel: a broken rule of reductions is named") {
  const auto broken = [](const Change& change, const std::string& rule) {
    check_named(two_reductions(), change, rule);
  };
  const auto as = [](Op op, DType acc) {
    return [op, acc](KernelPlan& p) { p.reductions[1] = {op, acc, 1}; };
  };
  broken([](auto& p) { p.reductions[0].value = 2; }, "a reduction of an unknown value");
  broken([](auto& p) { p.reductions[0].narrow_first = true; }, "elements that are not added in");
  broken(as(Op::sum, DType::float64), "reduction sum has an accumulator that does not suit");
  broken(as(Op::any, DType::bool_), "operands that are not bool");
  broken(as(Op::var, DType::float64), "operands that have no deviation");
  broken(as(Op::min, DType::int32), "an accumulator unlike its operand");
  broken(as(Op::mean, DType::float64), "an op that is no reduction of kernels");
  broken(
      [](auto& p) {
        p.loads[0].dtype = p.body[0].lane = p.body[0].target = DType::complex64;
        p.body.pop_back();
        p.reductions = {{Op::max, DType::complex64, 0}};
      },
      "complex operands that have no order");
  broken([](auto& p) { p.joined_rows = 3; }, "rows that cannot be joined");
  broken([](auto& p) { p.kind = KernelKind::map; }, "rows that cannot be joined");
  broken([](auto& p) { p.streaming_stores = true; }, "stores around the caches");
}

TEST_CASE("kernel: a broken rule of products is named") {
  const auto broken = [](const Change& change, const std::string& rule) {
    check_named(product(), change, rule);
  };
  broken([](auto& p) { p.loads.pop_back(); }, "not two factors and a target");
  broken([](auto& p) { p.loads[1].dtype = DType::float64; }, "factors of different dtypes");
  broken([](auto& p) { p.body.push_back(load_of(0, DType::float32)); }, "a product with a body");
  broken([](auto& p) { p.stores[0].dtype = DType::float64; }, "a target unlike its factors");
  broken([](auto& p) { p.loads = {{DType::int8}, {DType::int8}}; }, "a dtype that is not multi");
  broken(
      [](auto& p) {
        p.loads = {{DType::int32}, {DType::int32}};
      },
      "a target that is not a word");
  const auto small = [](const Change& change, const std::string& rule) {
    check_named(small_product(), change, rule);
  };
  small([](auto& p) { p.stores.clear(); }, "not two factors and a target");
  small([](auto& p) { p.body[3].op = Op::add; }, "not a product of elements");
  small([](auto& p) { p.body[3].args[0] = 2; }, "a factor that is no load");
  small([](auto& p) { p.body[1].args[0] = 1; }, "an operand that does not precede it");
  small([](auto& p) { p.tile_columns = 6; }, "tiles of an odd size");
  small([](auto& p) { p.tile_rows = 9; }, "tiles of an odd size");
}
