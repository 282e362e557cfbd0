// The elements of an output are cut into blocks along the innermost reduced dimension: block b is
// piece b % blocks_inner of that, at index b / blocks_inner of the other reduced dimensions. A
// kernel call adds rows of elements to slots, so blocks are put together into calls by how they
// lie: columns take one block of many outputs (column_blocks()), joined rows one block of several
// outputs, rows all blocks of one output that are equally far apart in memory (row_blocks()), the
// shorter last block of a row by itself. An output that is one block is added with its neighbours
// in one call (add_whole()). However calls are put together, an output's blocks are added in order,
// each as one partial: its bits depend on the blocks alone, not on tiles or threads. Where there
// are several chunks of blocks, each has slots of its own, and a fixed tree combines them
// (run_reduce.cpp). finish() finalises slots, copies those that are results and runs the epilogue,
// which finds them at the addresses of its accumulator operands.
#include "exec/cpu/reduction.hpp"

#include <algorithm>

#include "exec/cpu/accumulate.hpp"
#include "exec/cpu/pack.hpp"

namespace tightloop::exec {

using kernel::KernelKind;
using kernel::KernelReduce;

Reduction::Reduction(const BoundStage& bound, const StageArguments& arguments, Workers workers)
    : bound_(bound),
      stage_(*bound.stage),
      arguments_(arguments),
      workers_(workers),
      blocking_(stage_.blocking),
      reduces_(stage_.main.kernel.reductions),
      columns_(arguments.m[stage_.m.size() - 1]),
      elements_(stage_.r_size()) {
  for (std::size_t d = 0; d < stage_.m.size(); ++d) outputs_ *= arguments.m[d];
  for (const KernelReduce& r : reduces_) slot_bytes_ += kernel::slot_bytes(r);
}

// Makes slot arrays for `count` outputs.
void** Reduction::slots(base::Arena& arena, std::int64_t count) const {
  void** out = arena.array<void*>(reduces_.size());
  for (std::size_t i = 0; i < reduces_.size(); ++i) {
    out[i] = arena.bytes(static_cast<std::size_t>(count) * kernel::slot_bytes(reduces_[i]));
  }
  return out;
}

void Reduction::fill(void* const* acc, std::int64_t count) const {
  for (std::size_t i = 0; i < reduces_.size(); ++i) {
    fill_identity(reduces_[i], acc[i], count, elements_ == 0);
  }
}

void** Reduction::offset(base::Arena& arena, void* const* acc, std::int64_t by) const {
  void** out = arena.array<void*>(reduces_.size());
  for (std::size_t i = 0; i < reduces_.size(); ++i) {
    out[i] = static_cast<char*>(acc[i]) +
             by * static_cast<std::int64_t>(kernel::slot_bytes(reduces_[i]));
  }
  return out;
}

// Adds blocks [block, block_end) of outputs [first, last) to the slots.
std::uint64_t Reduction::accumulate(std::int64_t first, std::int64_t last, std::int64_t block,
                                    std::int64_t block_end, void* const* acc) const {
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  const BoundNest& nest = bound_.nests[0];
  NestRunner runner(nest, arguments_.main, arguments_.main_params, arena, workers_.stop);
  const bool by_column = stage_.main.kernel.kind == KernelKind::column_reduce;
  for (std::int64_t at = first; at < last;) {
    const base::Arena::Mark step_mark(arena);
    const std::int64_t column = at % columns_;
    const std::int64_t count = std::min(last - at, columns_ - column);
    void** here = offset(arena, acc, at - first);
    if (by_column) {
      column_blocks(runner, at, count, block, block_end, here);
    } else if (blocking_.blocks == 1) {
      add_whole(runner, at, count, here);
    } else {
      if (stage_.main.kernel.joined_rows > 1) {
        joined_blocks(runner, at, count, block, block_end, here);
        at += count;
        continue;
      }
      const std::int64_t interleave =
          blocking_.interleave > 0 ? blocking_.interleave : block_end - block;
      for (std::int64_t from = block; from < block_end; from += interleave) {
        for (std::int64_t i = 0; i < count; ++i) {
          const base::Arena::Mark output_mark(arena);
          row_blocks(runner, at + i, from, std::min(block_end, from + interleave),
                     offset(arena, here, i));
        }
      }
    }
    at += count;
  }
  return runner.events();
}

void Reduction::add_whole(NestRunner& runner, std::int64_t first, std::int64_t count,
                          void* const* acc) const {
  const Slots slots{acc, true, numbers(0, 0)};
  if (first == 0) return runner.call_at_base(stage_.r.back(), inner_r(), count, inner_m(), slots);
  place(runner, first);
  runner.call(stage_.r.back(), inner_r(), count, inner_m(), slots);
}

const std::int64_t* Reduction::inner_r() const {
  return bound_.nests[0].r.empty() ? nullptr : bound_.nests[0].r.back().data();
}

const std::int64_t* Reduction::inner_m() const {
  return bound_.nests[0].m.empty() ? nullptr : bound_.nests[0].m.back().data();
}

// The numbers of the elements from `begin` on along the innermost reduced dimension, at a
// position of the others.
Numbers Reduction::numbers(std::int64_t outer, std::int64_t begin) const {
  if (stage_.index.empty()) return {};
  Numbers at{begin * stage_.index.back(), 0, stage_.index.back()};
  for (std::size_t d = stage_.r.size() - 1; d-- > 0;) {
    at.first += outer % stage_.r[d] * stage_.index[d];
    outer /= stage_.r[d];
  }
  return at;
}

void Reduction::place(NestRunner& runner, std::int64_t output) const {
  runner.move_to_base();
  runner.move_outer(bound_.nests[0].m, arguments_.m, stage_.m.size(), output);
}

void Reduction::column_blocks(NestRunner& runner, std::int64_t output, std::int64_t count,
                              std::int64_t block, std::int64_t block_end, void* const* acc) const {
  const BoundNest& nest = bound_.nests[0];
  for (; block < block_end; ++block) {
    const std::int64_t begin = block % blocking_.blocks_inner * blocking_.block;
    const std::int64_t rows = std::min(blocking_.block, stage_.r.back() - begin);
    place(runner, output);
    runner.move_outer(nest.r, stage_.r.data(), stage_.r.size() - 1, block / blocking_.blocks_inner);
    if (!nest.r.empty()) runner.move(nest.r.back(), begin);
    const Numbers at = numbers(block / blocking_.blocks_inner, begin);
    runner.call(count, inner_m(), rows, inner_r(), {acc, false, {at.first, at.inner, 0}});
  }
}

// Blocks of neighbouring outputs, which the kernel takes as rows that advance together.
void Reduction::joined_blocks(NestRunner& runner, std::int64_t output, std::int64_t count,
                              std::int64_t block, std::int64_t block_end, void* const* acc) const {
  const BoundNest& nest = bound_.nests[0];
  for (; block < block_end; ++block) {
    const std::int64_t begin = block % blocking_.blocks_inner * blocking_.block;
    place(runner, output);
    runner.move_outer(nest.r, stage_.r.data(), stage_.r.size() - 1, block / blocking_.blocks_inner);
    runner.move(nest.r.back(), begin);
    runner.call(std::min(blocking_.block, stage_.r.back() - begin), inner_r(), count, inner_m(),
                {acc, true});
  }
}

// One output's blocks; neighbours along a dimension go to the kernel as rows of one call.
void Reduction::row_blocks(NestRunner& runner, std::int64_t output, std::int64_t block,
                           std::int64_t block_end, void* const* acc) const {
  const BoundNest& nest = bound_.nests[0];
  const std::size_t outer = stage_.r.size() - 1;
  const std::int64_t extent = stage_.r.back();
  if (blocking_.blocks_inner == 1) {
    const std::int64_t rows = outer > 0 ? stage_.r[outer - 1] : 1;
    while (block < block_end) {
      const std::int64_t run = std::min(block_end - block, rows - block % rows);
      place(runner, output);
      runner.move_outer(nest.r, stage_.r.data(), outer, block);
      const bool steps = outer > 0 && !nest.r.empty();
      Numbers at = numbers(block, 0);
      if (outer > 0 && !stage_.index.empty()) at.step = stage_.index[outer - 1];
      runner.call(extent, inner_r(), run, steps ? nest.r[outer - 1].data() : nullptr,
                  {acc, false, at});
      block += run;
    }
    return;
  }
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  auto* step = arena.array<std::int64_t>(nest.operands() + 1);
  for (std::size_t i = 0; i < nest.operands(); ++i) step[i] = nest.r.back()[i] * blocking_.block;
  while (block < block_end) {
    const std::int64_t inside = block % blocking_.blocks_inner;
    const std::int64_t run = std::min(block_end - block, blocking_.blocks_inner - inside);
    const std::int64_t begin = inside * blocking_.block;
    const std::int64_t whole = std::min(run, (extent - begin) / blocking_.block);
    place(runner, output);
    runner.move_outer(nest.r, stage_.r.data(), outer, block / blocking_.blocks_inner);
    if (!nest.r.empty()) runner.move(nest.r.back(), begin);
    Numbers at = numbers(block / blocking_.blocks_inner, begin);
    at.step = at.inner * blocking_.block;
    if (whole > 0) runner.call(blocking_.block, inner_r(), whole, step, {acc, false, at});
    if (whole < run) {
      if (!nest.r.empty()) runner.move(nest.r.back(), whole * blocking_.block);
      at.first += whole * at.step;
      runner.call(extent - begin - whole * blocking_.block, inner_r(), 1, nullptr,
                  {acc, false, at});
    }
    block += run;
  }
}

// Stores the results of outputs [first, last) from their accumulators.
std::uint64_t Reduction::finish(std::int64_t first, std::int64_t last, void* const* acc) const {
  if (!stage_.has_epilogue) return finish(first, last, acc, nullptr);
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  NestRunner runner(bound_.nests[1], arguments_.epilogue, arguments_.epilogue_params, arena,
                    workers_.stop);
  const std::uint64_t events = finish(first, last, acc, &runner);
  return events | runner.events();
}

std::uint64_t Reduction::finish(std::int64_t first, std::int64_t last, void* const* acc,
                                NestRunner* epilogue) const {
  std::uint64_t events = 0;
  for (std::size_t i = 0; i < reduces_.size(); ++i) {
    finalise(reduces_[i], acc[i], last - first);
    const bool fine = !bound_.watches_sums || all_finite(reduces_[i], acc[i], last - first);
    if (!fine) events |= kNotFinite;
  }
  for (std::size_t i = 0; i < stage_.copies.size(); ++i) copy_out(i, first, last, acc);
  if (epilogue == nullptr) return events;
  const BoundNest& nest = bound_.nests[1];
  for (std::int64_t at = first; at < last;) {
    const std::int64_t count = std::min(last - at, columns_ - at % columns_);
    epilogue->move_to_base();
    epilogue->move_outer(nest.m, arguments_.m, stage_.m.size(), at);
    for (std::size_t i = 0; i < nest.operands(); ++i) {
      const plan::Memory& source = nest.nest->operands[i].source;
      if (source.kind != plan::Memory::Kind::accumulator) continue;
      const auto size = static_cast<std::int64_t>(itemsize(nest.nest->operands[i].dtype));
      epilogue->point(i, static_cast<char*>(acc[source.index]) + (at - first) * size);
    }
    epilogue->call(count, nest.m.back().data(), 1, nullptr);
    at += count;
  }
  return events;
}

void Reduction::copy_out(std::size_t which, std::int64_t first, std::int64_t last,
                         void* const* acc) const {
  const plan::AccumulatorCopy& copy = stage_.copies[which];
  const plan::Operand& to = copy.to;
  const auto size = static_cast<std::int64_t>(itemsize(to.dtype));
  const std::size_t unit = is_complex(to.dtype) ? itemsize(to.dtype) / 2 : itemsize(to.dtype);
  const char* from = static_cast<const char*>(acc[copy.accumulator]);
  if (arguments_.copies[which] == from) return;  // read where they are
  for (std::int64_t at = first; at < last;) {
    const std::int64_t count = std::min(last - at, columns_ - at % columns_);
    char* target = arguments_.copies[which];
    std::int64_t rest = at;
    for (std::size_t d = stage_.m.size(); d-- > 0;) {
      target += to.m[d] * (rest % arguments_.m[d]);
      rest /= arguments_.m[d];
    }
    scatter(target, from + (at - first) * size, {itemsize(to.dtype), to.swapped ? unit : 0}, 1,
            count, 0, to.m.back());
    at += count;
  }
}

}  // namespace tightloop::exec
