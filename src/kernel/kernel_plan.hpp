// The plan of one kernel: a loop nest of two levels over operands, as plain data. It says nothing
// of extents, strides or addresses: those are arguments (KernelFrame). Its text is the cache key.
// In which order a kernel adds is in summation_tree.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "ir/typed_graph.hpp"
#include "kernel/summation_tree.hpp"

namespace tightloop::kernel {

/// What the inner loop (over n0) and the outer loop (over n1) are.
enum class KernelKind : std::uint8_t {
  map,            ///< both map: stores only
  row_reduce,     ///< the inner loop reduces: each row gives one partial per reduction
  column_reduce,  ///< the outer loop reduces: each column gives one partial per reduction
  product,        ///< a block of a matrix product; see product_rows
  small_product,  ///< small matrix products, of factors where they lie; see SmallProductSteps
};

/// How an operand's address depends on the inner index.
enum class Access : std::uint8_t {
  contiguous,  ///< ptr + row * step + i * itemsize
  splat,       ///< ptr + row * step: one element for the whole row
  strided,     ///< ptr + row * step + i * stride * itemsize; loads only
};

/// True for strides, in elements, of loads that take whole vectors and keep what they need of them.
/// Nothing beyond the elements of a row is touched.
constexpr bool is_near_stride(std::int64_t stride) {
  return stride >= -4 && stride <= 4 && stride != 0 && stride != 1;
}

struct KernelLoad {
  DType dtype = DType::float64;  ///< storage dtype; half types are converted
  Access access = Access::contiguous;
  bool shared = false;  ///< every row reads the same elements: the frame's step is 0
  // Bytes ahead of what is read that are asked of memory; 0: none are (hints).
  std::uint16_t fetch_ahead = 0;  ///< into the first cache
  std::uint16_t fetch_far = 0;    ///< into the second one
  bool fetch_half = false;  ///< half as fast as it is read: so far ahead of row 0, plus half of
                            ///< what was read since
  std::int8_t stride = 1;   ///< strided access: is_near_stride
  bool swapped = false;     ///< the bytes of an element (of a part of one) are in reverse order

  constexpr bool is_announced() const { return fetch_ahead > 0 || fetch_far > 0; }
};

/// Stores body[value], converted from its lane type to the storage dtype; the lane type always
/// equals lane_of(dtype), so the only conversions are rounding float32 lanes to a half type
/// (nearest even) and bool lanes to bytes 0/1. Always contiguous.
struct KernelStore {
  DType dtype = DType::float64;
  std::uint32_t value = 0;
  bool swapped = false;  ///< as of loads
};

struct KernelReduce {
  Op op = Op::sum;             ///< sum, prod, min, max, any, all, var, argmin or argmax
  DType acc = DType::float64;  ///< accumulator dtype (float32 for half types); see TypedNode.
                               ///< argmin and argmax: of the extreme, the operand's lane type
  std::uint32_t value = 0;
  bool check = false;  ///< prod: report a partial product that overflows 64 bits (the product
                       ///< itself may still fit, if a zero follows)
  bool narrow_first = false;  ///< a sum of float32 lanes: see kNarrowSumLanes
};

/// What var accumulates in: a number of elements, their mean, which is origin + offset, and the sum
/// of their squared deviations from it, which is deviations + rest: the rest is what additions have
/// rounded off (Chan, Golub, LeVeque, Am. Stat. 37, 1983). The origin is close to the elements, so
/// that means of blocks differ by what they are, however far from zero.
///
/// Within a block, deviations from a shift that is close to its mean are taken, times
/// kDeviationScale, and these and their squares are summed. So nothing overflows on the way,
/// whatever finite elements they are of. The sum of squared deviations may, and stays infinite.
struct Moments {
  double count;
  double origin;
  double offset;
  double deviations;
  double rest;
};

/// What argmin and argmax accumulate in: the extreme so far, in its own type at the start of
/// `value`, and the C-order number of the first element that is one.
struct Position {
  std::uint64_t value;
  std::int64_t index;
};

/// Bytes of one accumulator while blocks are added to it. Once all are, finalise() (run/) leaves
/// plain arrays of the reduction's dtype.
constexpr std::size_t slot_bytes(const KernelReduce& r) {
  if (r.op == Op::var) return sizeof(Moments);
  if (r.op == Op::argmin || r.op == Op::argmax) return sizeof(Position);
  return itemsize(r.acc);
}

/// True for reductions that need to know which elements they are given.
constexpr bool is_position(Op op) {
  return op == Op::argmin || op == Op::argmax;
}

/// True for reductions whose order of combination is fixed: sums and products of floats, var.
constexpr bool is_ordered(const KernelReduce& r) {
  return r.op == Op::var ||
         ((r.op == Op::sum || r.op == Op::prod) && (is_float(r.acc) || is_complex(r.acc)));
}

/// One instruction; its result is named by its index in the body. Ops and their meanings are those
/// of TypedNode; in addition `variable` with attr = index into loads, or, when `param` is set,
/// index into params. View, extent and reductions never appear in a body.
struct Inst {
  Op op = Op::constant;
  DType lane = DType::float64;    ///< lane type of the result; never a half type
  DType target = DType::float64;  ///< round_half, saturate: the dtype; bitcast: the half type that
                                  ///< it is of or gives, if any; functions: the type that they are
                                  ///< as exact as; else equal to lane
  bool param = false;
  bool check = false;  ///< report integer overflow of this instruction
  bool watch = false;  ///< report what may be a floating-point event of it; of a load, which is a
                       ///< sum or product: that it is not finite, or 0
  std::uint8_t nargs = 0;
  std::array<std::uint32_t, 3> args{};
  std::uint32_t attr = 0;
};

struct KernelPlan {
  KernelKind kind = KernelKind::map;
  std::vector<KernelLoad> loads;
  std::vector<DType> params;  ///< lane dtypes of scalars that are the same for the whole call
  std::vector<Scalar> constants;
  std::vector<Inst> body;
  std::vector<KernelStore> stores;
  std::vector<KernelReduce> reductions;  ///< empty exactly for map kernels
  /// row_reduce without stores and without float sums or products: so many rows (a power of two)
  /// advance together, and what is shared is read once for all of them.
  std::uint8_t joined_rows = 1;
  bool left_by_row = true;  ///< product: how the left block lies
  /// small_product: rows (1..8) and columns (a power of two) of the tiles that suit most calls.
  std::uint8_t tile_rows = 1, tile_columns = 1;
  bool fast_math = false;
  bool streaming_stores = false;  ///< store around the caches (map kernels; a hint)
};

/// Returns the canonical text: equal kernels have equal text, different ones differ.
std::string to_string(const KernelPlan& plan);

/// A product kernel multiplies a packed block of the left operand by strips of the right one:
/// target[i, j] (+)= sum over k of left[i, k] * right[k, j], for n1 rows i, n0 whole strips of
/// columns j and a depth of n2 elements k. It has no body; loads are left and right, of one packed
/// dtype (float32, float64, complex64, complex128, or integers of 32 or 64 bits), the store is the
/// target, of the same dtype or int64 or uint64. Each sum is one chain of fused multiply-adds in
/// the order of k (complex: the parts of left[i, k] one after the other), starting at -0; of
/// integers it is exact modulo 2^64. Floats may stand for integers whose sums of products they hold
/// exactly. Addresses and steps: left, the block; right, the first strip, and the bytes from one
/// strip to the next; target, element (0, 0), and the bytes per row, columns being contiguous.
inline constexpr std::int64_t kStripBytes = 128;  // of one row of a strip: right[k, j ...]
/// Rows that a left block has at most; where it lies by column, element (i, k) is at
/// (k * product_rows + i) * itemsize.
constexpr std::int64_t product_rows(DType packed) {
  return 192 / static_cast<std::int64_t>(itemsize(packed));
}
/// Bytes from one row to the next of a left block that lies by row; no power of two, so that rows
/// do not share the sets of a cache.
constexpr std::int64_t product_pitch(DType packed) {
  return kProductDepth * static_cast<std::int64_t>(itemsize(packed)) + 64;
}

/// A small product kernel multiplies n3 pairs of matrices where they lie: target[i, j] = sum over k
/// of left[i, k] * right[k, j], for n1 rows i, n0 columns j and a depth of n2 elements k, all at
/// least 1. Its body makes of an element of each load what is multiplied, by casts, and ends in
/// their product, of one of the dtypes of packed blocks. Sums and stores are those of a product
/// kernel. Columns of right and target are contiguous; the other steps, in bytes:
struct SmallProductSteps {
  std::int64_t left_product, left_row, left_depth;
  std::int64_t right_product, right_depth;
  std::int64_t target_product, target_row;
};

/// Arguments of one kernel call. Pointers may have any alignment; the kernel only reads this.
struct KernelFrame {
  std::int64_t n0;           ///< inner extent, >= 1
  std::int64_t n1;           ///< rows, >= 1
  void* const* ptr;          ///< loads, then stores: address of (row 0, element 0)
  const std::int64_t* step;  ///< byte step per row, parallel to ptr; small_product: its steps
  const void* params;        ///< 16 bytes each, in the C++ type of the param's dtype, bool as uint8
  void* const* acc;          ///< one per reduction: slots of slot_bytes(), 8-aligned
  std::int64_t acc_per_row;  ///< row_reduce: 1 gives row r the slot r, 0 gives all rows slot 0.
                             ///< column_reduce: ignored, column i has slot i
  std::uint64_t* events;     ///< the kernel ORs kNoted into it
  const void* kernel = nullptr;  ///< the Kernel that is called; compiled code ignores it
  std::int64_t n2 = 0;           ///< product: depth, 1..kProductDepth
  std::int64_t resumes = 0;      ///< product: non-zero adds to the target
  std::int64_t index = 0;        ///< argmin, argmax: C-order number of (row 0, element 0)
  std::int64_t index_step = 0;   ///< what a row adds to it
  std::int64_t index_inner = 0;  ///< row_reduce: what an element adds to it, not below 0
  std::int64_t n3 = 1;           ///< small_product: how many
};
/// Something that the plan checks or watches for has happened, or, if watched for, may have.
inline constexpr std::uint64_t kNoted = 1;

using KernelFn = void (*)(const KernelFrame*);

}  // namespace tightloop::kernel
