// A function for each instruction, blocks that values share, and the loops over blocks.
#include "exec/interpreter/interpreted_kernel.hpp"

#include <algorithm>
#include <cstring>

#include "base/arena.hpp"
#include "exec/cpu/pack.hpp"
#include "exec/interpreter/blocks.hpp"
#include "exec/interpreter/interpreted_product.hpp"
#include "exec/interpreter/interpreted_reduction.hpp"
#include "math/complex_leaves.hpp"
#include "math/leaf_array.hpp"
#include "types/half.hpp"

namespace tightloop::exec {
namespace {

using kernel::Inst;
using kernel::KernelKind;
using ops::LaneKernel;

constexpr std::size_t kBlockMemory = std::size_t{32} << 10;  // of a thread; more for long bodies
constexpr std::int64_t kMostElements = 1024;
constexpr std::size_t kMostMemory = std::size_t{32} << 20;  // of a thread, for the longest bodies

constexpr DType part_of(DType t) {
  return t == DType::complex64 ? DType::float32 : t == DType::complex128 ? DType::float64 : t;
}

DType operand_lane(const kernel::KernelPlan& plan, const Inst& inst) {
  return plan.body[inst.args[inst.nargs - 1U]].lane;
}

/// What computes an instruction on operands of that lane type.
LaneKernel find_lane_kernel(const Inst& inst, DType lane) {
  switch (inst.op) {
    case Op::cast: return ops::find_cast(lane, inst.lane);
    case Op::round_half: return ops::find_round_half(lane, inst.target);
    case Op::saturate: return ops::find_saturate(lane, inst.target);
    case Op::bitcast: {
      if (!is_half(inst.target)) return ops::find_bitcast(lane, inst.lane);
      const bool gives_half = inst.lane == DType::float32 && lane != DType::float32;
      return ops::find_bitcast(gives_half ? lane : inst.target,
                               gives_half ? inst.target : inst.lane);
    }
    default: return ops::find_kernel(inst.op, lane);
  }
}

}  // namespace

std::unique_ptr<InterpretedKernel> InterpretedKernel::make(const kernel::KernelPlan& plan,
                                                           int vector_bytes, Interpreted why) {
  std::unique_ptr<InterpretedKernel> made(new InterpretedKernel(plan));
  return made->prepare(vector_bytes, why) ? std::move(made) : nullptr;
}

bool InterpretedKernel::prepare(int vector_bytes, Interpreted why) {
  const bool at_first = why == Interpreted::at_first;
  watches_ = std::any_of(plan_.body.begin(), plan_.body.end(),
                         [](const Inst& inst) { return inst.watch; });
  if (at_first && (vector_bytes == 0 || plan_.fast_math || watches_)) return false;
  if (plan_.kind == KernelKind::product) return !at_first;  // it pays from the first block
  if (!can_reduce()) return false;
  operations_.resize(plan_.body.size());
  for (std::size_t i = 0; i < plan_.body.size(); ++i) {
    if (!choose(plan_.body[i], vector_bytes, operations_[i])) return false;
    value_bytes_ = std::max(value_bytes_, itemsize(plan_.body[i].lane));
  }
  assign_blocks();
  if (at_first && blocks_ * value_bytes_ * std::size_t{kernel::kSumLanes} > kMostMemory)
    return false;
  const std::size_t fitting = kBlockMemory / (value_bytes_ * std::max<std::size_t>(blocks_, 1));
  step_ = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(fitting) / kernel::kSumLanes * kernel::kSumLanes, kernel::kSumLanes,
      kMostElements);
  return true;
}

bool InterpretedKernel::choose(const Inst& inst, int vector_bytes, Operation& out) const {
  if (inst.op == Op::constant || inst.op == Op::variable) {
    out.uniform = inst.op == Op::constant || inst.param;
    return true;
  }
  if (inst.nargs == 0) return false;
  const DType lane = operand_lane(plan_, inst);
  if (is_complex(lane) && inst.op == Op::abs)
    return choose_leaf(inst, part_of(lane), vector_bytes, out);
  if (is_complex(lane)) out.complex_leaf = math::find_complex_leaf(inst.op, lane);
  if (out.complex_leaf != nullptr) return inst.nargs <= 2;
  if (in_table(inst.op) && is_float(lane) && info(inst.op).lowering == Lowering::math) {
    return choose_leaf(inst, lane, vector_bytes, out);
  }
  out.kernel = find_lane_kernel(inst, lane);
  return out.kernel.run != nullptr && itemsize(out.kernel.result) == itemsize(inst.lane);
}

/// Every width gives the same bits; hosts without vectors have leaves of one lane.
bool InterpretedKernel::choose_leaf(const Inst& inst, DType part, int vector_bytes,
                                    Operation& out) const {
  const std::vector<int> host = math::host_lanes(part);
  out.leaf_lanes =
      vector_bytes == 0 ? host.back() : vector_bytes / static_cast<int>(itemsize(part));
  if (host.size() == 1) out.leaf_lanes = 1;
  const bool is_abs = inst.op == Op::abs;
  const Op op = is_abs ? Op::hypot : inst.op;
  const DType precision = is_abs ? part : inst.target;
  return inst.nargs <= 2 && std::find(host.begin(), host.end(), out.leaf_lanes) != host.end() &&
         math::find_leaf(op, precision, out.leaf_lanes) != nullptr;
}

bool InterpretedKernel::can_reduce() const {
  return std::all_of(plan_.reductions.begin(), plan_.reductions.end(), InterpretedReduction::can);
}

/// Values share blocks once they are read for the last time; what is stored or reduced keeps its
/// own, and what is filled once per call has one that nothing else is ever in.
void InterpretedKernel::assign_blocks() {
  const std::size_t count = plan_.body.size();
  std::vector<std::size_t> last(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    for (unsigned k = 0; k < plan_.body[i].nargs; ++k) last[plan_.body[i].args[k]] = i;
  }
  for (const kernel::KernelStore& s : plan_.stores) last[s.value] = count;
  for (const kernel::KernelReduce& r : plan_.reductions) last[r.value] = count;
  for (Operation& o : operations_) {
    if (!o.uniform) continue;
    o.block = static_cast<std::uint32_t>(blocks_++);
    last[static_cast<std::size_t>(&o - operations_.data())] = count;
  }
  std::vector<std::uint32_t> free;
  for (std::size_t i = 0; i < count; ++i) {
    if (operations_[i].uniform) continue;
    // Its own block first: an instruction does not overwrite what it reads.
    if (free.empty()) free.push_back(static_cast<std::uint32_t>(blocks_++));
    operations_[i].block = free.back();
    free.pop_back();
    for (unsigned k = 0; k < plan_.body[i].nargs; ++k) {
      const std::uint32_t arg = plan_.body[i].args[k];
      if (last[arg] != i) continue;
      last[arg] = count;  // released once, though it may be read twice
      free.push_back(operations_[arg].block);
    }
  }
}

/// One call: the blocks, and the addresses of the current row.
class InterpretedKernel::Invocation {
 public:
  Invocation(const InterpretedKernel& kernel, const kernel::KernelFrame& frame)
      : kernel_(kernel),
        plan_(kernel.plan_),
        frame_(frame),
        mark_(arena_),
        block_bytes_(static_cast<std::size_t>(kernel.step_) * kernel.value_bytes_) {
    memory_ = static_cast<char*>(arena_.bytes(kernel.blocks_ * block_bytes_));
    if (kernel.watches_) *frame.events |= kernel::kNoted;  // that it may have happened is enough
    for (std::size_t i = 0; i < plan_.body.size(); ++i) {
      if (kernel_.operations_[i].uniform) fill_uniform(i);
    }
  }

  void run() {
    if (plan_.kind == KernelKind::product) return multiply_blocks(plan_, frame_);
    if (plan_.kind == KernelKind::column_reduce) return reduce_columns();
    if (plan_.kind == KernelKind::small_product) return multiply();
    for (std::int64_t row = 0; row < frame_.n1; ++row) {
      if (plan_.kind == KernelKind::row_reduce) {
        reduce_row(row);
      } else {
        over_row([&](std::int64_t at, std::int64_t count) { evaluate(row, at, count); });
      }
    }
  }

 private:
  void* block(std::size_t value) const {
    return memory_ + kernel_.operations_[value].block * block_bytes_;
  }

  template <class F>
  void over(std::int64_t n, F&& f) {
    for (std::int64_t at = 0; at < n; at += kernel_.step_) f(at, std::min(kernel_.step_, n - at));
  }
  template <class F>
  void over_row(F&& f) {
    over(frame_.n0, f);
  }

  void fill_uniform(std::size_t i) {
    const Inst& inst = plan_.body[i];
    const void* from = inst.op == Op::constant
                           ? static_cast<const void*>(plan_.constants[inst.attr].bytes)
                           : static_cast<const char*>(frame_.params) + 16 * std::size_t{inst.attr};
    load_block(inst.lane, from, block(i), 1);
    fill_block(block(i), itemsize(inst.lane), kernel_.step_);
  }

  void load(std::size_t i, std::int64_t row, std::int64_t at, std::int64_t count) {
    const Inst& inst = plan_.body[i];
    const kernel::KernelLoad& load = plan_.loads[inst.attr];
    const char* from =
        static_cast<const char*>(frame_.ptr[inst.attr]) + row * frame_.step[inst.attr];
    if (load.access == kernel::Access::splat) {
      load_block(load, from, block(i), 1, arena_);
      fill_block(block(i), itemsize(inst.lane), count);
      return;
    }
    const auto size = static_cast<std::int64_t>(itemsize(load.dtype));
    if (load.access == kernel::Access::contiguous) {
      return load_block(load, from + at * size, block(i), count, arena_);
    }
    const base::Arena::Mark mark(arena_);
    void* row_part = arena_.bytes(static_cast<std::size_t>(count * size));
    const std::int64_t step = load.stride * size;
    gather(row_part, from + at * step, {itemsize(load.dtype), 0}, 1, count, 0, step);
    load_block(load, row_part, block(i), count, arena_);
  }

  void apply(std::size_t i, std::int64_t count) {
    const Inst& inst = plan_.body[i];
    const Operation& op = kernel_.operations_[i];
    const void* args[3] = {};
    for (unsigned k = 0; k < inst.nargs; ++k) args[k] = block(inst.args[k]);
    const auto n = static_cast<std::size_t>(count);
    if (op.complex_leaf != nullptr) {
      const auto apply_to =
          inst.lane == DType::complex64 ? apply_complex<float> : apply_complex<double>;
      return apply_to(op.complex_leaf, args, inst.nargs, block(i), count);
    }
    if (op.leaf_lanes > 0 && inst.op == Op::abs) {
      const auto apply_to = inst.lane == DType::float32 ? apply_abs<float> : apply_abs<double>;
      return apply_to(op.leaf_lanes, args[0], block(i), count);
    }
    if (op.leaf_lanes > 0) {
      const auto leaf = [&]<class T>(auto... precision) {
        math::apply_leaf(inst.op, op.leaf_lanes, static_cast<const T*>(args[0]),
                         static_cast<const T*>(args[1]), static_cast<T*>(block(i)), n,
                         precision...);
      };
      return inst.lane == DType::float32 ? leaf.template operator()<float>(inst.target)
                                         : leaf.template operator()<double>();
    }
    op.kernel.run(block(i), args, n);
    if (inst.check && op.kernel.overflow != nullptr && op.kernel.overflow(args, 0, n) < n) {
      *frame_.events |= kernel::kNoted;
    }
  }

  /// Computes all values of `count` elements of a row, then stores.
  void evaluate(std::int64_t row, std::int64_t at, std::int64_t count) {
    for (std::size_t i = 0; i < plan_.body.size(); ++i) {
      if (kernel_.operations_[i].uniform) continue;
      if (plan_.body[i].op == Op::variable) {
        load(i, row, at, count);
      } else {
        apply(i, count);
      }
    }
    const std::size_t loads = plan_.loads.size();
    for (std::size_t k = 0; k < plan_.stores.size(); ++k) {
      const kernel::KernelStore& s = plan_.stores[k];
      char* to = static_cast<char*>(frame_.ptr[loads + k]) + row * frame_.step[loads + k] +
                 at * static_cast<std::int64_t>(itemsize(s.dtype));
      store_block(s, block(s.value), to, count);
    }
  }

  /// The operand of a reduction in the type that it adds.
  const char* widened(const kernel::KernelReduce& r, std::int64_t count) {
    const DType lane = plan_.body[r.value].lane;
    if (lane == r.acc || r.narrow_first) return static_cast<const char*>(block(r.value));
    const void* args[3] = {block(r.value), nullptr, nullptr};
    void* wide = arena_.bytes(static_cast<std::size_t>(kernel_.step_) * itemsize(r.acc));
    ops::find_cast(lane, r.acc).run(wide, args, static_cast<std::size_t>(count));
    return static_cast<const char*>(wide);
  }

  InterpretedReduction* start_reductions(InterpretedReduction::Shape shape, std::int64_t width) {
    const std::size_t count = plan_.reductions.size();
    auto* out = arena_.array<InterpretedReduction>(count);
    for (std::size_t k = 0; k < count; ++k) {
      new (out + k) InterpretedReduction(plan_.reductions[k], shape, width, arena_, frame_.events);
    }
    return out;
  }

  char* slot(std::size_t reduction, std::int64_t index) const {
    return static_cast<char*>(frame_.acc[reduction]) +
           static_cast<std::size_t>(index) * kernel::slot_bytes(plan_.reductions[reduction]);
  }

  void reduce_row(std::int64_t row) {
    const base::Arena::Mark mark(arena_);
    const std::size_t reductions = plan_.reductions.size();
    const bool revisits = std::any_of(plan_.reductions.begin(), plan_.reductions.end(),
                                      [](const auto& r) { return r.op == Op::var; });
    InterpretedReduction* into =
        start_reductions(InterpretedReduction::Shape::row, kernel::kSumLanes);
    if (revisits) {  // only those that ask for it are given what they are given twice
      for (int visit = 0; visit < kernel::kMomentVisits; ++visit) {
        const bool sample = visit == 0;
        const std::int64_t n =
            sample ? std::min<std::int64_t>(frame_.n0, kernel::kMomentSample) : frame_.n0;
        for (std::size_t k = 0; visit > 0 && k < reductions; ++k) {
          if (into[k].visits()) into[k].next_visit();
        }
        visit_row(row, n, into, true);
        bool again = sample;
        for (std::size_t k = 0; k < reductions; ++k) {
          if (into[k].visits()) again |= into[k].end_visit(n);
        }
        if (!again) break;
      }
    }
    visit_row(row, frame_.n0, into, false);
    for (std::size_t k = 0; k < reductions; ++k) {
      into[k].finish_row(slot(k, frame_.acc_per_row != 0 ? row : 0), frame_.n0);
    }
  }

  /// Gives the first n elements of a row to the reductions that visit it more than once, or to the
  /// others.
  void visit_row(std::int64_t row, std::int64_t n, InterpretedReduction* into, bool visits) {
    const std::size_t reductions = plan_.reductions.size();
    const std::int64_t first = frame_.index + row * frame_.index_step;
    const bool any = !plan_.stores.empty() ||
                     std::any_of(into, into + reductions, [&](const InterpretedReduction& q) {
                       return q.visits() == visits;
                     });
    if (!any) return;
    over(n, [&](std::int64_t at, std::int64_t count) {
      evaluate(row, at, count);
      for (std::size_t k = 0; k < reductions; ++k) {
        if (into[k].visits() != visits) continue;
        const base::Arena::Mark wide(arena_);
        const kernel::KernelReduce& r = plan_.reductions[k];
        const char* values = widened(r, count);
        const std::size_t size = itemsize(r.narrow_first ? plan_.body[r.value].lane : r.acc);
        for (std::int64_t i = 0; i < count; i += kernel::kSumLanes) {
          into[k].add(values + static_cast<std::size_t>(i) * size,
                      std::min<std::int64_t>(kernel::kSumLanes, count - i),
                      first + (at + i) * frame_.index_inner, frame_.index_inner);
        }
      }
    });
  }

  void reduce_columns() {
    over_row([&](std::int64_t at, std::int64_t count) {
      const base::Arena::Mark mark(arena_);
      const std::size_t reductions = plan_.reductions.size();
      InterpretedReduction* into = start_reductions(InterpretedReduction::Shape::columns, count);
      const bool together = std::any_of(plan_.reductions.begin(), plan_.reductions.end(),
                                        [](const auto& r) { return r.narrow_first; });
      for (std::size_t k = 0; k < reductions; ++k) into[k].use_rows(frame_.n1, together, arena_);
      for (std::int64_t row = 0; row < frame_.n1; ++row) {
        evaluate(row, at, count);
        for (std::size_t k = 0; k < reductions; ++k) {
          const base::Arena::Mark wide(arena_);
          into[k].add(widened(plan_.reductions[k], count), count,
                      frame_.index + row * frame_.index_step, 0);
        }
      }
      for (std::size_t k = 0; k < reductions; ++k) into[k].finish_columns(slot(k, at), frame_.n1);
    });
  }

  void multiply() {
    kernel::SmallProductSteps steps;
    std::memcpy(&steps, frame_.step, sizeof steps);
    for (std::int64_t p = 0; p < frame_.n3; ++p) {
      const char* const left = static_cast<const char*>(frame_.ptr[0]) + p * steps.left_product;
      const char* const right = static_cast<const char*>(frame_.ptr[1]) + p * steps.right_product;
      char* const target = static_cast<char*>(frame_.ptr[2]) + p * steps.target_product;
      for (std::int64_t i = 0; i < frame_.n1; ++i) {
        multiply_row(left + i * steps.left_row, right, target + i * steps.target_row, steps);
      }
    }
  }

  /// One row of a product of matrices.
  void multiply_row(const char* left, const char* right, char* target,
                    const kernel::SmallProductSteps& steps) {
    const Inst& product = plan_.body.back();
    const DType stored = plan_.stores[0].dtype;
    const auto right_size = static_cast<std::int64_t>(itemsize(plan_.loads[1].dtype));
    const auto target_size = static_cast<std::int64_t>(itemsize(stored));
    over_row([&](std::int64_t at, std::int64_t count) {
      const base::Arena::Mark mark(arena_);
      void* sums = arena_.bytes(static_cast<std::size_t>(count) * product_sum_bytes(product.lane));
      start_products(product.lane, sums, count);
      for (std::int64_t k = 0; k < frame_.n2; ++k) {
        const char* const x = left + k * steps.left_depth;
        const char* const y = right + k * steps.right_depth + at * right_size;
        for (std::size_t i = 0; i + 1 < plan_.body.size(); ++i) take(i, x, y, count);
        add_products(product.lane, sums, block(product.args[0]), block(product.args[1]), count);
      }
      char* const to = target + at * target_size;
      store_products(product.lane, stored, sums, to, count);
      if (plan_.stores[0].swapped) swap_block(stored, to, to, count);
    });
  }

  /// An instruction on one element of the left factor and some of the right one.
  void take(std::size_t i, const char* left, const char* right, std::int64_t count) {
    const Inst& inst = plan_.body[i];
    const bool is_left = i <= plan_.body.back().args[0];
    if (inst.op != Op::variable) return apply(i, is_left ? 1 : count);
    const kernel::KernelLoad& stored = plan_.loads[inst.attr];
    load_block(stored, is_left ? left : right, block(i), is_left ? 1 : count, arena_);
  }

  const InterpretedKernel& kernel_;
  const kernel::KernelPlan& plan_;
  const kernel::KernelFrame& frame_;
  base::Arena& arena_ = base::Arena::local();
  const base::Arena::Mark mark_;
  const std::size_t block_bytes_;
  char* memory_ = nullptr;
};

void InterpretedKernel::run(const kernel::KernelFrame& frame) const {
  Invocation(*this, frame).run();
}

}  // namespace tightloop::exec
