// The yardstick "hand": each workload as the fused loop that an expert would write for it, with
// OpenMP, the vector math of glibc and the narrowest types that are right. Compiled twice: as
// `strict` (results as the source says, sums reordered where a pragma allows it) and as `fast`
// (-ffast-math), to stand beside kernels of the same floating-point mode.
#pragma once

#include <cstdint>

namespace bench {

/// A float16 by its bits.
enum class Half : std::uint16_t {};

#define BENCH_LOOPS strict
#include "hand_loops.inc"
#undef BENCH_LOOPS
#define BENCH_LOOPS fast
#include "hand_loops.inc"
#undef BENCH_LOOPS
}  // namespace bench

/// Calls the loop of that mode.
#define BENCH_HAND(is_fast, call) ((is_fast) ? bench::fast::call : bench::strict::call)
