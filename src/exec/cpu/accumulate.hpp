// Accumulators outside of kernels: identities, and the fixed tree that combines partials.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/kernel_plan.hpp"

namespace tightloop::exec {

/// Fills `count` slots with the identity of a reduction: what leaves every element as it is (-0.0
/// for float sums), or, where `empty`, the value of a reduction of nothing (+0.0).
void fill_identity(const kernel::KernelReduce& r, void* slots, std::int64_t count, bool empty);

/// Combines `parts` rows of `count` slots, `stride` slots apart, into the first row:
/// part[i] = part[i] op part[i + h] for h = 1, 2, 4, ... and every i that is a multiple of 2h.
void combine_partials(const kernel::KernelReduce& r, void* slots, std::int64_t count,
                      std::int64_t parts, std::int64_t stride);

/// Turns `count` complete slots in place into an array of the reduction's own dtype: var into the
/// sums of squared deviations, positions into their indices. Others are that already.
void finalise(const kernel::KernelReduce& r, void* slots, std::int64_t count);

/// True where `count` finalised slots of a float sum or of var are finite; true for others.
bool all_finite(const kernel::KernelReduce& r, const void* finalised, std::int64_t count);

/// into[i] = into[i] op from[i] for i < count.
void combine_slots(const kernel::KernelReduce& r, void* into, const void* from, std::int64_t count);

}  // namespace tightloop::exec
