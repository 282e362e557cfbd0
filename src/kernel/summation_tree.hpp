// How sums are formed: every constant and rule that decides the bits of a reduction. In: shapes and
// layouts. Out: which elements are added to which, in which order. Nothing here knows the machine.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tightloop::kernel {

// A sum, a product, a mean, a variance or a norm of floats is rounded at each step, so its bits
// depend on the order of the steps. That order follows from dtypes, shapes and strides alone: the
// same bits come from every number of threads, every vector width, every cache size, compiled or
// interpreted, in one go or in parts. From the elements up:
//
// 1. Direction. Where the innermost loop of the operands' memory reduces, an output's elements are
//    walked along rows (row_reduce); else rows are added to columns (column_reduce). Rows that are
//    short, of many outputs, are walked as columns too: sums_along_columns.
// 2. Lanes. A row keeps kSumLanes accumulators: element i goes to accumulator i % kSumLanes, and
//    they combine pairwise, the distance halving from 16 to 1. A column has one accumulator, which
//    takes the rows in order. Accumulators are float64 (complex128).
// 3. Narrow sums. Sums of halves that float32 holds, however large the elements are, add four
//    elements in float32 first: kNarrowSumLanes, kNarrowSumRows.
// 4. Blocks. The innermost reduced dimension is cut into blocks: of at most kRowBlock elements of a
//    row, fewer where elements are packed first, or at most kColumnBlock rows of columns. A block's
//    sum is added to its output's slot: slot = slot + partial. Blocks of the outer reduced
//    dimensions follow in order. Nothing is added across the end of the innermost dimension.
// 5. Chunks. Many blocks make chunks, each with a slot of its own that starts at the identity.
//    Chunks combine in a binary tree: chunk i takes in chunk i + h for h = 1, 2, 4, ... where i is
//    a multiple of 2 h (combine_in_tree). How many there are: cut_reduction.
// 6. Stages. Reductions over the same space share a stage, and so its chunks, up to
//    kMostReductions of them.
// 7. Matrix products are one chain of fused multiply-adds per output, in the order of the depth.
//    Shapes alone say which sums are such products: is_packed_product, is_small_product.
//
// Variances are formed the same way out of moments: kMomentSample and moment_rows say from which
// shift deviations are taken, and Moments how two of them combine.
//
// Whoever changes anything here that changes a bit of a result raises kSummationVersion, which
// stands in the keys of kernels that reduce, so that none of an older tree is taken from a disk;
// and writes tests/engine/summation_bits.txt anew.
inline constexpr int kSummationVersion = 1;

/// A float sum or product over the inner loop (row_reduce) uses exactly this many accumulators,
/// whatever the vector width: element i goes to accumulator i % kSumLanes, and they combine as
/// acc[j] = acc[j] op acc[j + h] for h = 16, 8, 4, 2, 1. Each starts at the identity (-0.0 for
/// float sums); elements past n0 are left out. column_reduce starts each column at the identity and
/// takes the rows in order. The result combines into the slot as slot = slot op partial.
///
/// var sums x - K and its square so, in float64, with a shift K of a row's own, or of a group of
/// rows (see Moments).
inline constexpr int kSumLanes = 32;

/// A sum that is narrow_first adds four elements in float32, as (x + y) + (z + w), and only then to
/// its accumulators. row_reduce: of each group of kSumLanes elements, counted from the call's
/// first, x[j], x[j + 16], x[j + 8] and x[j + 24] go to accumulator j of 8, which combine for h =
/// 4, 2, 1; elements past n0 count as -0. column_reduce: of each kNarrowSumRows rows the elements
/// of a column; rows that are left over are added one by one. It is meant for halves whose sums
/// cannot overflow: a float32 addition rounds by at most 2^-24 of its result, and so both by less
/// than 2^-23 + 2^-48 of the sum of the four magnitudes, 1.2e-7.
inline constexpr int kNarrowSumLanes = 8;
inline constexpr int kNarrowSumRows = 4;
/// The largest bound of an element's magnitude for which sums are narrow first; and the longest
/// body, in instructions, for which sums of columns are: longer ones take one row at a time. Both
/// are asked of the body that computes everything from inputs and reductions.
inline constexpr double kMostNarrow = 0x1p120;
inline constexpr std::size_t kNarrowColumnBody = 12;

/// Deviations are taken times this, so that their squares do not overflow; see Moments.
inline constexpr double kDeviationScale = 0x1p-14;

/// A row's shift is the mean of its first kMomentSample elements at most, found in a visit of its
/// own. Where squares of deviations from the shift are above five quarters of those from the mean,
/// digits cancel: the row is visited again, with the mean that has been found for the shift.
inline constexpr int kMomentSample = 32;
inline constexpr int kMomentVisits = 4;  // of a row, at most; the first is that of the sample

/// Columns take rows in groups, which begin at rows 0, 2, 8, 32 and from there on at every 32nd;
/// of kernels with sums that are narrow first, at every kNarrowSumRows-th, and those that are left
/// over are groups of one. A group's shift is the mean of all rows before it; that of the first its
/// first row, or the mean of its rows where these are taken together. So a shift that is far from
/// the mean of its group is one because what has been added before is as far.
constexpr std::int64_t moment_rows(std::int64_t begin) {
  return begin == 0 ? 2 : begin < 32 ? 3 * begin : 32;
}

/// Longest inner loop (row_reduce) or row count (column_reduce) of one call, so that narrow
/// accumulators cannot overflow: a 16-bit value summed kMaxReduceBlock / 16 times fits 32 bits.
inline constexpr std::int64_t kMaxReduceBlock = 65536;

/// Most elements of a row in one block of an ordered reduction.
inline constexpr std::int64_t kRowBlock = 4096;

/// Most rows of a block of columns; of long rows fewer, so that an evaluation in parts holds few
/// bytes: halved while a block spans more than kColumnBlockBytes, but not below kFewestRows.
inline constexpr std::int64_t kColumnBlock = 128;
inline constexpr std::int64_t kColumnBlockBytes = std::int64_t{32} << 20;
inline constexpr std::int64_t kFewestRows = 2;

/// Elements of a row that are packed together: kRowBlock, halved while those of all packed operands
/// take more than kPackedRowBytes, but not below kFewestPacked.
inline constexpr std::int64_t kPackedRowBytes = std::int64_t{64} << 10;
inline constexpr std::int64_t kFewestPacked = 128;

/// An operand that all outputs of the innermost map dimension read is shared if it has more bytes
/// than this; then chunks are smaller.
inline constexpr std::int64_t kSharedBytes = std::int64_t{128} << 10;

/// Elements that a chunk is made of at least, counted over the columns that are taken together: of
/// outputs that are many, and of few outputs or such that share an operand.
inline constexpr std::int64_t kChunkOfMany = std::int64_t{1} << 22;
inline constexpr std::int64_t kChunkOfFew = std::int64_t{1} << 18;
inline constexpr std::int64_t kManyOutputs = 32;

/// Columns that are taken together: as many as have kColumnSlotBytes of slots, within bounds.
inline constexpr std::int64_t kColumnSlotBytes = std::int64_t{32} << 10;
inline constexpr std::int64_t kFewestColumns = 64;
inline constexpr std::int64_t kMostColumns = 2048;

/// Partials of all chunks of the columns that are taken together have at most so many bytes, but an
/// output may have kFewestChunks, and has no more than kMostChunks.
inline constexpr std::int64_t kPartialBytes = std::int64_t{512} << 10;
inline constexpr std::int64_t kFewestChunks = 16;
inline constexpr std::int64_t kMostChunks = 4096;

/// Most reductions of one stage: the time that code generation takes grows faster than their
/// number. What shares a stage shares its chunks.
inline constexpr std::size_t kMostReductions = 32;

/// Most elements of depth that a product kernel takes in one call. Sums of float products do not
/// depend on it, as a later call goes on with the sum; integers may be multiplied as floats where
/// so many products are exact.
inline constexpr std::int64_t kProductDepth = 256;

/// True for rows so short, of so many outputs in a run of memory, that combining lanes would take
/// longer than adding: they are walked as columns.
constexpr bool sums_along_columns(std::int64_t row, std::int64_t run) {
  return row < 16 && run >= 64;
}

/// True for matrices whose product is worth packing both; and for small ones, which are summed the
/// same way. All other products of aligned operands are summed as any other expression is.
constexpr bool is_packed_product(std::int64_t rows, std::int64_t columns, std::int64_t depth) {
  const std::int64_t least = rows < columns ? rows : columns;
  const std::int64_t most = rows < columns ? columns : rows;
  return least >= 4 && most >= 16 && depth >= 4;
}
constexpr bool is_small_product(std::int64_t rows, std::int64_t columns, std::int64_t depth) {
  const std::int64_t least = rows < columns ? rows : columns;
  return least >= 2 && least <= 32 && depth >= 2 && depth <= 32;
}

/// What decides how a reduction is cut: extents of its loops, bytes of its operands.
struct ReductionShape {
  bool by_column = false;         ///< column_reduce
  bool ordered = false;           ///< some reduction rounds
  std::int64_t inner = 1;         ///< extent of the innermost reduced dimension
  std::int64_t outer = 1;         ///< product of those of the others
  std::int64_t outputs = 1;       ///< product of the map extents
  std::int64_t columns = 1;       ///< the innermost of these
  std::int64_t slot_bytes = 8;    ///< of one output
  std::int64_t row_bytes = 1;     ///< the largest step of an operand along `inner`
  std::int64_t packed_bytes = 0;  ///< of one element of each packed operand; 0: none is
  bool shared = false;            ///< some operand is, see kSharedBytes
};

/// Blocks and chunks of one output.
struct ReductionCut {
  std::int64_t block = 1;         ///< elements (rows) per block along the innermost dimension
  std::int64_t blocks_inner = 1;  ///< blocks along it
  std::int64_t blocks = 1;        ///< of an output
  std::int64_t chunk = 1;         ///< blocks of a chunk; the last one may have fewer
  std::int64_t chunks = 1;
};

/// Cuts a reduction. One without elements or outputs is a single block.
ReductionCut cut_reduction(const ReductionShape& shape);

/// Calls combine(i, j) in the order in which part j is to be taken into part i; all are in part 0
/// at the end.
template <class Combine>
void combine_in_tree(std::int64_t parts, Combine&& combine) {
  for (std::int64_t h = 1; h < parts; h *= 2) {
    for (std::int64_t i = 0; i + h < parts; i += 2 * h) combine(i, i + h);
  }
}

}  // namespace tightloop::kernel
