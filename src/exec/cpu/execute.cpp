// Addresses of all operands, memory for intermediates, then the passes one after another.
#include "exec/cpu/execute.hpp"

#include <algorithm>
#include <cstring>

#include "exec/cpu/run_loops.hpp"

namespace tightloop::exec {
namespace {

using plan::Memory;

/// Resolves operands to addresses.
class Addresses {
 public:
  Addresses(const CallArguments& call, void* const* intermediates, base::Arena& arena)
      : call_(call), intermediates_(intermediates), arena_(arena) {}

  char* of(const plan::Operand& o) const {
    const char* base = nullptr;
    switch (o.source.kind) {
      case Memory::Kind::input:
        base = static_cast<const char*>(call_.inputs[o.source.index]);
        break;
      case Memory::Kind::intermediate:
        base = static_cast<const char*>(intermediates_[o.source.index]);
        if (base == nullptr) return nullptr;  // known per tile
        break;
      case Memory::Kind::result:
        base = static_cast<const char*>(call_.results[o.source.index]);
        break;
      case Memory::Kind::accumulator: return nullptr;  // known per tile
    }
    return const_cast<char*>(base) + o.offset;
  }

  char* const* of(const plan::Nest& nest) const {
    char** out = arena_.array<char*>(nest.operands.size());
    for (std::size_t i = 0; i < nest.operands.size(); ++i) out[i] = of(nest.operands[i]);
    return out;
  }

  StageArguments of(const plan::Stage& s) const {
    StageArguments out;
    out.m = s.m.data();
    const plan::Nest& first = s.product ? s.product->left : s.main;
    const plan::Nest& second = s.product ? s.product->right : s.epilogue;
    out.main = of(first);
    out.main_params = params(first);
    if (s.product || s.has_epilogue) {
      out.epilogue = of(second);
      out.epilogue_params = params(second);
    }
    char** copies = arena_.array<char*>(s.copies.size() + 1);
    if (s.product) copies[0] = of(s.product->target);
    for (std::size_t i = 0; i < s.copies.size(); ++i) copies[i] = of(s.copies[i].to);
    out.copies = copies;
    return out;
  }

  const void* params(const plan::Nest& nest) const {
    auto* out = arena_.array<unsigned char>(16 * nest.params.size());
    for (std::size_t i = 0; i < nest.params.size(); ++i) {
      const plan::ParamSource& p = nest.params[i];
      if (p.is_input) {
        std::memcpy(out + 16 * i, call_.scalars[p.index].bytes, 16);
      } else {
        std::memcpy(out + 16 * i, &p.number, sizeof p.number);
      }
    }
    return out;
  }

 private:
  const CallArguments& call_;
  void* const* intermediates_;
  base::Arena& arena_;
};

}  // namespace

StageArguments arguments_of(const plan::Stage& stage, const CallArguments& call,
                            void* const* intermediates, base::Arena& arena) {
  return Addresses(call, intermediates, arena).of(stage);
}

std::uint64_t scratch_bytes(const BoundStage& stage) {
  std::uint64_t bytes = std::uint64_t{16} << 10;  // what a thread's arena starts with
  for (const BoundNest& nest : stage.nests) {
    const auto packed = static_cast<std::uint64_t>(nest.nest->packed_elements);
    for (const plan::Operand& o : nest.nest->operands) {
      bytes += 64 + (o.packed ? packed * itemsize(o.dtype) : 0);
    }
  }
  for (const kernel::KernelReduce& r : stage.stage->main.kernel.reductions) {
    bytes += static_cast<std::uint64_t>(stage.stage->blocking.tile) * kernel::slot_bytes(r);
  }
  return bytes;
}

Workers workers_for(double cost, Workers workers, const plan::MachineModel& machine) {
  if (cost < static_cast<double>(machine.threaded_cost)) workers.threads = 1;
  if (workers.threads > 1) {
    workers.threads = std::clamp(workers.executor->concurrency(), 1, workers.threads);
  }
  return workers;
}

std::uint64_t run_stage(const BoundStage& stage, const StageArguments& arguments, Workers workers,
                        std::uint64_t& extra_bytes) {
  workers = workers_for(stage.cost, workers, *stage.machine);
  extra_bytes += scratch_bytes(stage) * static_cast<std::uint64_t>(workers.threads);
  if (stage.stage->product) return run_product(stage, arguments, workers, extra_bytes);
  if (stage.stage->r.empty()) return run_map(stage, arguments, workers);
  return run_reduce(stage, arguments, workers, extra_bytes);
}

std::uint64_t execute(const BoundPlan& bound, const CallArguments& call, Workers workers,
                      std::uint64_t& extra_bytes) {
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  void** intermediates = arena.array<void*>(bound.plan.intermediates.size());
  std::uint64_t held = 0;
  for (std::size_t i = 0; i < bound.plan.intermediates.size(); ++i) {
    const plan::Intermediate& mid = bound.plan.intermediates[i];
    std::size_t bytes = itemsize(mid.dtype);
    for (std::int64_t d : mid.shape) bytes *= static_cast<std::size_t>(d);
    intermediates[i] = mid.tile_bytes > 0 ? nullptr : arena.bytes(bytes);
    held += mid.tile_bytes > 0 ? 0 : bytes;
  }
  std::uint64_t events = 0;
  extra_bytes = held;
  for (const plan::Pass& pass : bound.plan.passes) {
    const base::Arena::Mark pass_mark(arena);
    auto* arguments = arena.array<StageArguments>(pass.count);
    for (std::uint32_t i = 0; i < pass.count; ++i) {
      const plan::Stage& stage = *bound.stages[pass.first + i].stage;
      new (arguments + i) StageArguments(arguments_of(stage, call, intermediates, arena));
    }
    std::uint64_t own = held;
    events |= pass.extents.empty()
                  ? run_stage(bound.stages[pass.first], arguments[0], workers, own)
                  : run_pass(bound, pass, {0, pass.tiles()}, arguments, workers, own);
    extra_bytes = std::max(extra_bytes, own);
  }
  return events;
}

}  // namespace tightloop::exec
