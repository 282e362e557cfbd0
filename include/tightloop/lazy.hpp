// Expression templates: C++ expressions that build the same graph as a string would.
// `tl::sum(tl::abs(tl::lazy(a) - tl::lazy(b)))` runs the kernel of "sum(abs(a - b))".
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tightloop/engine.hpp"
#include "tightloop/op.hpp"

namespace tightloop {
namespace detail {

/// One step of an expression in postfix order; operands are the results of earlier steps on a
/// stack. The engine turns a list of steps into a graph. Plain data without padding bytes, so
/// that a list of steps compares with memcmp.
struct Step {
  Op op = Op::variable;         ///< variable, constant, astype, saturate or a row of the op table
  DType dtype = DType::bool_;   ///< constant: how `value` is held (bool, int64, uint64, float64,
                                ///< complex128); astype, saturate: the target
  std::uint8_t keepdims = 0;    ///< reductions
  std::uint8_t axis_count = 0;  ///< reductions: axes in `axes`; with all_axes, ignored
  std::uint8_t all_axes = 0;    ///< reductions: axis=None
  std::uint8_t leaf = 0;        ///< variable: index into the leaves
  std::int8_t axes[kMaxRank] = {};
  std::uint8_t reserved[2] = {};
  std::uint64_t value[2] = {};  ///< constant: its bytes
};

/// Evaluates steps over leaves (arrays or weak scalars, indexed by Step::leaf).
TIGHTLOOP_API Array evaluate_steps(std::span<const Step> steps, std::span<const Arg> leaves,
                                   const Options& options);
TIGHTLOOP_API void evaluate_steps_into(const Destination& out, std::span<const Step> steps,
                                       std::span<const Arg> leaves, const Options& options);

}  // namespace detail
}  // namespace tightloop
