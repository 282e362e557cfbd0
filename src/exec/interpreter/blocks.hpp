// Blocks of elements on their way between memory and the lanes of interpreted kernels.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/arena.hpp"
#include "kernel/kernel_plan.hpp"

namespace tightloop::exec {

/// Copies elements with the bytes of each, or of each part of a complex one, in reverse order; may
/// do so in place.
void swap_block(DType t, const void* from, void* to, std::int64_t count);

/// Elements of storage to lanes.
void load_block(DType t, const void* from, void* to, std::int64_t count);
/// The same where the bytes of elements may be in reverse order.
void load_block(const kernel::KernelLoad& load, const void* from, void* to, std::int64_t count,
                base::Arena& arena);

/// Lanes to elements of storage.
void store_block(DType t, const void* from, void* to, std::int64_t count);
/// The same where the bytes of elements may be in reverse order.
void store_block(const kernel::KernelStore& store, const void* from, void* to, std::int64_t count);

/// Repeats the value at `block` over `count` elements.
void fill_block(void* block, std::size_t size, std::int64_t count);

/// Calls a leaf of complex operands, which wants real and imaginary parts apart. T: float or
/// double.
template <class T>
void apply_complex(void* leaf, const void* const* args, unsigned nargs, void* out,
                   std::int64_t count);

/// The magnitudes of complex values: the leaf of hypot on their parts. T: float or double.
template <class T>
void apply_abs(int lanes, const void* from, void* to, std::int64_t count);

}  // namespace tightloop::exec
