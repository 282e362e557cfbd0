// The sums of small matrix products without compiled code: one row of a product, element by
// element of the depth, with the roundings of small_product kernels.
#pragma once

#include <cstdint>

#include "types/scalar.hpp"

namespace tightloop::run {

/// Bytes of a sum while products of that dtype are added to it.
std::size_t product_sum_bytes(DType multiplied);

/// Starts `count` sums.
void start_products(DType multiplied, void* sums, std::int64_t count);

/// Adds x times y[j] to sums[j]; x and y are of the dtype that is multiplied.
void add_products(DType multiplied, void* sums, const void* x, const void* y, std::int64_t count);

/// Stores the sums as their dtype, or, of whole floats, as words.
void store_products(DType multiplied, DType stored, const void* sums, void* to, std::int64_t count);

}  // namespace tightloop::run
