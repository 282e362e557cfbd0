// Cuts reductions into blocks and chunks, from shapes and layouts alone.
#include "kernel/summation_tree.hpp"

#include <algorithm>

namespace tightloop::kernel {
namespace {

std::int64_t packed_row(std::int64_t bytes) {
  std::int64_t elements = kRowBlock;
  while (elements > kFewestPacked && elements * bytes > kPackedRowBytes) elements /= 2;
  return elements;
}

std::int64_t block_of(const ReductionShape& s) {
  if (!s.by_column) {
    const std::int64_t packed = s.packed_bytes > 0 ? packed_row(s.packed_bytes) : kMaxReduceBlock;
    return std::min({s.ordered ? kRowBlock : kMaxReduceBlock, packed, s.inner});
  }
  std::int64_t rows = kColumnBlock;
  while (rows > kFewestRows && s.row_bytes > kColumnBlockBytes / rows) rows /= 2;
  return std::min(rows, s.inner);
}

}  // namespace

ReductionCut cut_reduction(const ReductionShape& s) {
  ReductionCut out;
  if (s.inner == 0 || s.outer == 0 || s.outputs == 0) return out;
  out.block = block_of(s);
  out.blocks_inner = (s.inner + out.block - 1) / out.block;
  out.blocks = s.outer * out.blocks_inner;
  const std::int64_t widest = std::clamp(kColumnSlotBytes / std::max<std::int64_t>(s.slot_bytes, 1),
                                         kFewestColumns, kMostColumns);
  const std::int64_t columns = s.by_column ? std::min(s.columns, widest) : 1;
  // Outputs that share an operand are cut finer: a chunk of it serves all of them from the cache.
  const bool many = s.outputs / columns >= kManyOutputs && !s.shared;
  out.chunk =
      std::max<std::int64_t>(1, (many ? kChunkOfMany : kChunkOfFew) / (out.block * columns));
  const std::int64_t partials = kPartialBytes / std::max<std::int64_t>(s.slot_bytes, 8);
  const std::int64_t most = std::clamp(partials / columns, kFewestChunks, kMostChunks);
  out.chunk = std::max(out.chunk, (out.blocks + most - 1) / most);
  out.chunk = std::min(out.chunk, out.blocks);
  out.chunks = (out.blocks + out.chunk - 1) / out.chunk;
  return out;
}

}  // namespace tightloop::kernel
