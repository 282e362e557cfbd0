// Leaves over whole arrays, called with the vector registers that each width stands for. For the
// interpreter, tests and benchmarks; compiled kernels call leaves directly.
#pragma once

#include <cstddef>
#include <vector>

#include "math/leaf.hpp"

namespace tightloop::math {

/// Returns the numbers of lanes whose leaves the host can run, ascending, 1 first.
std::vector<int> host_lanes(DType lane);

/// out[i] = op(x[i], y[i]) for i < n through the leaf of that width; y is null for unary ops. The
/// arrays may have any n and alignment; lanes past n are filled with element n - 1. Throws
/// Error(internal) where there is no such leaf or the host cannot run it. `precision` is that of
/// find_leaf.
void apply_leaf(Op op, int lanes, const float* x, const float* y, float* out, std::size_t n,
                DType precision = DType::float32);
void apply_leaf(Op op, int lanes, const double* x, const double* y, double* out, std::size_t n);

}  // namespace tightloop::math
