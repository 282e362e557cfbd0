// Which plans are simple enough, and one kernel frame on the stack for each call of a kernel.
#include "exec/cpu/run_small.hpp"

#include <algorithm>
#include <cstring>

#include "exec/cpu/accumulate.hpp"

namespace tightloop::exec {
namespace {

using plan::Memory;

constexpr std::size_t kOperands = 16;
constexpr std::size_t kParams = 8;
constexpr std::size_t kReductions = 8;

bool fits(const plan::Nest& nest) {
  return !nest.any_packed && nest.operands.size() <= kOperands && nest.params.size() <= kParams;
}

/// A length that is a constant spares the general copy, which costs as much as a small kernel.
void copy_element(void* to, const void* from, std::size_t size) {
  if (size == 8) {
    std::memcpy(to, from, 8);
  } else {
    std::memcpy(to, from, size);
  }
}

constexpr std::int64_t kNoStep[kOperands] = {};

}  // namespace

/// Arguments of one kernel call.
struct SmallFrame {
  void* ptr[kOperands];
  alignas(16) unsigned char params[kParams][16];
  kernel::KernelFrame kernel;

  SmallFrame(const plan::Nest& nest, const CallArguments& call, void* const* acc,
             std::uint64_t* events) {
    for (std::size_t i = 0; i < nest.operands.size(); ++i) {
      const plan::Operand& o = nest.operands[i];
      switch (o.source.kind) {
        case Memory::Kind::input:
          ptr[i] = static_cast<char*>(const_cast<void*>(call.inputs[o.source.index])) + o.offset;
          break;
        case Memory::Kind::result:
          ptr[i] = static_cast<char*>(call.results[o.source.index]) + o.offset;
          break;
        default: ptr[i] = acc[o.source.index]; break;  // a small plan has no intermediates
      }
    }
    for (std::size_t i = 0; i < nest.params.size(); ++i) {
      const plan::ParamSource& p = nest.params[i];
      if (p.is_input) {
        std::memcpy(params[i], call.scalars[p.index].bytes, 16);
      } else {
        std::memcpy(params[i], &p.number, sizeof p.number);
      }
    }
    // Field by field: to fill the whole frame with zeros first takes as long as a small kernel.
    kernel.ptr = ptr;
    kernel.params = params;
    kernel.acc = acc;
    kernel.acc_per_row = 0;
    kernel.events = events;
  }

  void run(const BoundNest& nest, std::int64_t n0, std::int64_t n1, const std::int64_t* step) {
    kernel.n0 = n0;
    kernel.n1 = n1;
    kernel.step = step != nullptr ? step : kNoStep;
    nest.kernel->call(kernel);
  }
};

namespace {

bool is_empty_map(const plan::Stage& stage) {
  return stage.m.back() == 0 || stage.m[0] == 0;
}

/// Sets the loops of a map.
void set_loops(const plan::Stage& stage, const BoundNest& nest, SmallFrame& frame) {
  const bool two = stage.m.size() == 2;
  frame.kernel.n0 = stage.m.back();
  frame.kernel.n1 = two ? stage.m[0] : 1;
  frame.kernel.step = two ? nest.m[0].data() : kNoStep;
}

void run_small_map(const BoundStage& bound, const CallArguments& call, std::uint64_t* events) {
  if (is_empty_map(*bound.stage)) return;
  const BoundNest& nest = bound.nests[0];
  SmallFrame frame(*nest.nest, call, nullptr, events);
  set_loops(*bound.stage, nest, frame);
  nest.kernel->call(frame.kernel);
}

void accumulate(const BoundStage& bound, SmallFrame& frame) {
  const BoundNest& nest = bound.nests[0];
  const std::int64_t extent = bound.stage->r.back();
  const std::int64_t block = bound.stage->blocking.block;
  const std::int64_t whole = extent < block ? 0 : extent == block ? 1 : extent / block;
  const std::size_t count = nest.operands();
  const std::int64_t* inner = nest.r.empty() ? nullptr : nest.r.back().data();
  std::int64_t step[kOperands];
  for (std::size_t i = 0; i < count; ++i) step[i] = inner[i] * block;
  if (!bound.stage->index.empty()) {
    frame.kernel.index_inner = bound.stage->index.back();
    frame.kernel.index_step = frame.kernel.index_inner * block;
  }
  if (whole > 0) frame.run(nest, block, whole, step);
  if (whole * block == extent) return;
  for (std::size_t i = 0; i < count; ++i) {
    frame.ptr[i] = static_cast<char*>(frame.ptr[i]) + whole * step[i];
  }
  frame.kernel.index += whole * frame.kernel.index_step;
  frame.run(nest, extent - whole * block, 1, nullptr);
}

void run_small_reduce(const BoundStage& bound, const CallArguments& call, std::uint64_t* events) {
  const plan::Stage& stage = *bound.stage;
  const auto& reductions = stage.main.kernel.reductions;
  alignas(16) unsigned char slots[kReductions][sizeof(kernel::Moments)];
  void* acc[kReductions];
  for (std::size_t i = 0; i < reductions.size(); ++i) {
    acc[i] = slots[i];
    fill_identity(reductions[i], slots[i], 1, stage.r.back() == 0);
  }
  if (stage.r.back() != 0) {
    SmallFrame frame(stage.main, call, acc, events);
    accumulate(bound, frame);
  }
  for (std::size_t i = 0; i < reductions.size(); ++i) {
    finalise(reductions[i], slots[i], 1);
    const bool fine = !bound.watches_sums || all_finite(reductions[i], slots[i], 1);
    if (!fine) *events |= kNotFinite;
  }
  for (const plan::AccumulatorCopy& copy : stage.copies) {
    copy_element(static_cast<char*>(call.results[copy.to.source.index]) + copy.to.offset,
                 slots[copy.accumulator], itemsize(copy.to.dtype));
  }
  if (!stage.has_epilogue) return;
  SmallFrame frame(stage.epilogue, call, acc, events);
  frame.run(bound.nests[1], 1, 1, nullptr);
}

}  // namespace

bool is_simple(const BoundPlan& bound) {
  if (bound.stages.size() != 1) return false;
  const plan::Stage& stage = *bound.stages[0].stage;
  if (stage.product || !fits(stage.main) || stage.main.kernel.streaming_stores) return false;
  if (stage.r.empty()) return stage.m.size() <= 2;
  return stage.m_size() == 1 && stage.r.size() == 1 && stage.blocking.chunks == 1 &&
         stage.main.kernel.kind == kernel::KernelKind::row_reduce &&
         stage.main.kernel.reductions.size() <= kReductions &&
         (!stage.has_epilogue || fits(stage.epilogue)) &&
         std::none_of(stage.copies.begin(), stage.copies.end(), [](const auto& c) {
           return c.to.swapped || c.to.source.kind != Memory::Kind::result;
         });
}

std::uint64_t run_small(const BoundPlan& bound, const CallArguments& call) {
  const BoundStage& stage = bound.stages[0];
  std::uint64_t events = 0;
  if (stage.stage->r.empty()) {
    run_small_map(stage, call, &events);
  } else {
    run_small_reduce(stage, call, &events);
  }
  return events;
}

SmallCall::SmallCall(std::shared_ptr<const BoundPlan> plan, std::vector<const void*> inputs,
                     std::vector<Scalar> scalars, std::vector<void*> results)
    : plan_(std::move(plan)),
      inputs_(std::move(inputs)),
      scalars_(std::move(scalars)),
      results_(std::move(results)) {
  const BoundStage& stage = plan_->stages[0];
  if (!stage.stage->r.empty() || is_empty_map(*stage.stage)) return;
  const BoundNest& nest = stage.nests[0];
  const CallArguments call{inputs_.data(), scalars_.data(), results_.data()};
  auto frame = std::make_shared<SmallFrame>(*nest.nest, call, nullptr, nullptr);
  set_loops(*stage.stage, nest, *frame);
  kernel_ = nest.kernel.get();
  map_ = std::move(frame);
}

bool SmallCall::run() const {
  if (map_ != nullptr) {
    std::uint64_t events = 0;
    kernel::KernelFrame frame = map_->kernel;
    frame.events = &events;
    kernel_->call(frame);
    return events == 0;
  }
  return plan_ != nullptr &&
         run_small(*plan_, {inputs_.data(), scalars_.data(), results_.data()}) == 0;
}

}  // namespace tightloop::exec
