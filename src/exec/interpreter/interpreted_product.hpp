// Matrix products without compiled code, with the roundings of product and small_product kernels:
// one row of a product, element by element of the depth.
#pragma once

#include <cstdint>

#include "kernel/kernel_plan.hpp"

namespace tightloop::exec {

/// Bytes of a sum while products of that dtype are added to it.
std::size_t product_sum_bytes(DType multiplied);

/// Starts `count` sums.
void start_products(DType multiplied, void* sums, std::int64_t count);

/// Adds x times y[j] to sums[j]; x and y are of the dtype that is multiplied.
void add_products(DType multiplied, void* sums, const void* x, const void* y, std::int64_t count);

/// Stores the sums as their dtype, or, of whole floats, as words.
void store_products(DType multiplied, DType stored, const void* sums, void* to, std::int64_t count);

/// Runs a product kernel.
void multiply_blocks(const kernel::KernelPlan& plan, const kernel::KernelFrame& frame);

}  // namespace tightloop::exec
