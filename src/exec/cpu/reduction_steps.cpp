// Complete chunks are combined as a binary counter carries, which is the tree of all chunks at
// once.
#include "exec/cpu/reduction_steps.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "exec/cpu/accumulate.hpp"
#include "exec/cpu/tasks.hpp"

namespace tightloop::exec {
namespace {

std::size_t rounded(std::size_t bytes) {
  return (bytes + 63) & ~std::size_t{63};
}

std::size_t partial_bytes(const std::vector<kernel::KernelReduce>& reduces, std::int64_t outputs) {
  std::size_t bytes = 64;
  for (const kernel::KernelReduce& r : reduces) {
    bytes += rounded(static_cast<std::size_t>(outputs) * kernel::slot_bytes(r));
  }
  return bytes;
}

/// Chunks under way at once, so that few outputs keep all threads busy.
std::int64_t chunks_at_once(const plan::Blocking& blocking, std::int64_t outputs, int threads,
                            const plan::MachineModel& machine) {
  const std::int64_t tiles = (outputs + blocking.tile - 1) / blocking.tile;
  return threads <= 1 ? 1
                      : std::clamp<std::int64_t>(machine.chunks_at_once * threads / tiles, 1,
                                                 blocking.chunks);
}

}  // namespace

ReductionInSteps::ReductionInSteps(const BoundStage& bound, const StageArguments& arguments,
                                   Workers workers)
    : reduces_(bound.stage->main.kernel.reductions),
      blocking_(bound.stage->blocking),
      reduction_(bound, arguments, workers),
      workers_(workers),
      tile_(std::max<std::int64_t>(blocking_.tile, 1)),
      most_chunks_(
          chunks_at_once(blocking_, reduction_.outputs(), workers.threads, *bound.machine)) {}

ReductionInSteps::~ReductionInSteps() = default;

std::uint64_t ReductionInSteps::bytes(const plan::Stage& stage, std::int64_t outputs, int threads,
                                      const plan::MachineModel& machine) {
  std::int64_t levels = 1;
  while ((std::int64_t{1} << levels) < stage.blocking.chunks) ++levels;
  const std::int64_t partials =
      levels + chunks_at_once(stage.blocking, outputs, threads, machine) + 1;
  return static_cast<std::uint64_t>(std::min(partials, stage.blocking.chunks)) *
         partial_bytes(stage.main.kernel.reductions, outputs);
}

ReductionInSteps::Partial ReductionInSteps::fresh() {
  Partial p;
  if (!free_.empty()) {
    p = std::move(free_.back());
    free_.pop_back();
    p.level = 0;
  } else {
    p.memory.reset(new unsigned char[partial_bytes(reduces_, reduction_.outputs())]);
    const auto address = reinterpret_cast<std::uintptr_t>(p.memory.get());
    unsigned char* at = p.memory.get() + ((64 - address % 64) % 64);
    for (const kernel::KernelReduce& r : reduces_) {
      p.acc.push_back(at);
      at += rounded(static_cast<std::size_t>(reduction_.outputs()) * kernel::slot_bytes(r));
    }
  }
  reduction_.fill(p.acc.data(), reduction_.outputs());
  return p;
}

void ReductionInSteps::combine(Partial& left, Partial right) {
  for (std::size_t i = 0; i < reduces_.size(); ++i) {
    combine_slots(reduces_[i], left.acc[i], right.acc[i], reduction_.outputs());
  }
  free_.push_back(std::move(right));
}

// The tree of kernel::combine_in_tree: chunk i meets chunk i + h for h = 1, 2, 4, ... as both are
// there.
void ReductionInSteps::add(Partial chunk) {
  while (!done_.empty() && done_.back().level == chunk.level) {
    Partial left = std::move(done_.back());
    done_.pop_back();
    combine(left, std::move(chunk));
    ++left.level;
    chunk = std::move(left);
  }
  done_.push_back(std::move(chunk));
}

std::uint64_t ReductionInSteps::run_chunks(std::int64_t first, std::vector<Partial>& chunks,
                                           std::int64_t block_end) {
  const std::int64_t outputs = reduction_.outputs();
  const std::int64_t tiles = (outputs + tile_ - 1) / tile_;
  const auto count = static_cast<std::int64_t>(chunks.size());
  return run_tasks(tiles * count, workers_, [&](std::int64_t index) {
    const bool shared = blocking_.interleave > 0;  // as in run_output_groups
    const std::int64_t c = shared ? index / tiles : index % count;
    const std::int64_t begin = (shared ? index % tiles : index / count) * tile_;
    base::Arena& arena = base::Arena::local();
    const base::Arena::Mark mark(arena);
    const std::int64_t chunk = first + c;
    return reduction_.accumulate(
        begin, std::min(outputs, begin + tile_), std::max(block_, chunk * blocking_.chunk),
        std::min(block_end, (chunk + 1) * blocking_.chunk),
        reduction_.offset(arena, chunks[static_cast<std::size_t>(c)].acc.data(), begin));
  });
}

std::uint64_t ReductionInSteps::advance(std::int64_t block_end) {
  std::uint64_t events = 0;
  while (block_ < block_end) {
    const std::int64_t first = block_ / blocking_.chunk;
    const std::int64_t last = (block_end + blocking_.chunk - 1) / blocking_.chunk;
    const std::int64_t count = std::min(last - first, most_chunks_);
    const std::int64_t end = std::min(block_end, (first + count) * blocking_.chunk);
    std::vector<Partial> chunks = std::move(open_);
    open_.clear();
    while (static_cast<std::int64_t>(chunks.size()) < count) chunks.push_back(fresh());
    events |= run_chunks(first, chunks, end);
    const bool whole = end % blocking_.chunk == 0 || end == blocking_.blocks;
    if (!whole) {
      open_.push_back(std::move(chunks.back()));
      chunks.pop_back();
    }
    for (Partial& p : chunks) add(std::move(p));
    block_ = end;
  }
  return events;
}

std::uint64_t ReductionInSteps::finish() {
  if (block_ != blocking_.blocks || done_.empty()) {
    throw Error(ErrorCode::internal, "a reduction in steps ended early");
  }
  while (done_.size() > 1) {
    Partial right = std::move(done_.back());
    done_.pop_back();
    combine(done_.back(), std::move(right));
  }
  const std::int64_t outputs = reduction_.outputs();
  return run_tasks((outputs + tile_ - 1) / tile_, workers_, [&](std::int64_t i) {
    base::Arena& arena = base::Arena::local();
    const base::Arena::Mark mark(arena);
    const std::int64_t first = i * tile_;
    return reduction_.finish(first, std::min(outputs, first + tile_),
                             reduction_.offset(arena, done_[0].acc.data(), first));
  });
}

}  // namespace tightloop::exec
