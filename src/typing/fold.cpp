// Constant folding: the meaning that src/ops gives an operation, over one element in the lanes that
// a kernel would use.
#include "typing/fold.hpp"

#include "ops/lane_kernels.hpp"
#include "typing/promotion.hpp"
#include "typing/scalars.hpp"

namespace tightloop::typing {
namespace {

/// The same bits; not of half types, whose constants are held in float32.
std::optional<Scalar> same_bits(const Scalar& x, DType to) {
  if (itemsize(x.dtype) != itemsize(to) || is_half(to)) return std::nullopt;
  Scalar result = x;
  result.dtype = to;
  return result;
}

}  // namespace

std::optional<Scalar> fold(const ir::TypedNode& node, std::span<const Scalar> x) {
  if (x.empty() || is_reduction(node.op)) return std::nullopt;
  switch (node.op) {
    case Op::cast: return convert_scalar(x[0], node.dtype);
    case Op::round_half: return round_scalar(x[0], node.dtype);
    case Op::saturate: return saturate_scalar(x[0], node.dtype);
    case Op::bitcast: return same_bits(x[0], node.dtype);
    default: break;
  }
  const ops::LaneKernel kernel = ops::find_kernel(node.op, x.back().dtype);
  if (kernel.run == nullptr) return std::nullopt;
  const void* args[3] = {};
  for (std::size_t i = 0; i < x.size(); ++i) args[i] = x[i].bytes;
  Scalar result;
  result.dtype = kernel.result;
  kernel.run(result.bytes, args, 1);
  return result;
}

}  // namespace tightloop::typing
