// Reduction stages: blocks of the iteration space give partials, partials combine in a tree that
// depends on shape and layout alone, and the epilogue turns each tile of accumulators into results.
#include <algorithm>

#include "exec/cpu/accumulate.hpp"
#include "exec/cpu/reduction.hpp"
#include "exec/cpu/run_loops.hpp"
#include "exec/cpu/tasks.hpp"

namespace tightloop::exec {

std::uint64_t Reduction::run(std::uint64_t& extra_bytes) const {
  if (outputs_ == 0) return 0;
  if (blocking_.chunks <= 1 || elements_ == 0) {
    const std::int64_t tile = blocking_.tile;
    return run_tasks((outputs_ + tile - 1) / tile, workers_,
                     [&](std::int64_t i) { return run_tile(i * tile); });
  }
  return run_output_groups(extra_bytes);
}

// A task that owns its outputs: all blocks in one go, then the epilogue.
std::uint64_t Reduction::run_tile(std::int64_t first) const {
  const std::int64_t last = std::min(outputs_, first + blocking_.tile);
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  void** acc = slots(arena, last - first);
  fill(acc, last - first);
  std::uint64_t events = 0;
  if (elements_ != 0) events = accumulate(first, last, 0, blocking_.blocks, acc);
  return events | finish(first, last, acc);
}

// Outputs of so many elements that several tasks share each: groups of outputs whose partials
// fit a small buffer.
std::uint64_t Reduction::run_output_groups(std::uint64_t& extra_bytes) const {
  // Those of a tile are scratch memory of its thread.
  const std::int64_t room = stage_.common.empty() ? 512 << 10 : 16 << 10;
  const std::int64_t chunks = blocking_.chunks;
  const auto bytes = static_cast<std::int64_t>(slot_bytes_) * chunks;
  const std::int64_t group = std::clamp<std::int64_t>(room / bytes, 1, outputs_);
  const std::int64_t tile = std::min(blocking_.tile, group);
  const auto held = static_cast<std::size_t>(group * chunks);
  extra_bytes += held * slot_bytes_;
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  void** partials = slots(arena, group * chunks);
  std::uint64_t events = 0;
  for (std::int64_t first = 0; first < outputs_; first += group) {
    const std::int64_t count = std::min(group, outputs_ - first);
    const std::int64_t tiles = (count + tile - 1) / tile;
    events |= run_tasks(tiles * chunks, workers_, [&](std::int64_t index) {
      // Outputs that share an operand take the same chunk of it one after the other.
      const bool shared = blocking_.interleave > 0;
      const std::int64_t chunk = shared ? index / tiles : index % chunks;
      const std::int64_t begin = (shared ? index % tiles : index / chunks) * tile;
      const std::int64_t end = std::min(count, begin + tile);
      base::Arena& own = base::Arena::local();
      const base::Arena::Mark own_mark(own);
      void** acc = offset(own, partials, chunk * group + begin);
      fill(acc, end - begin);
      const std::int64_t block = chunk * blocking_.chunk;
      return accumulate(first + begin, first + end, block,
                        std::min(blocking_.blocks, block + blocking_.chunk), acc);
    });
    for (std::size_t i = 0; i < reduces_.size(); ++i) {
      combine_partials(reduces_[i], partials[i], count, chunks, group);
    }
    events |= finish(first, first + count, partials);
  }
  return events;
}

std::uint64_t run_reduce(const BoundStage& bound, const StageArguments& arguments, Workers workers,
                         std::uint64_t& extra_bytes) {
  return Reduction(bound, arguments, workers).run(extra_bytes);
}

}  // namespace tightloop::exec
