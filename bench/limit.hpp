// The yardstick "limit": what the memory and the vector unit allow, by hand-written loops.
#pragma once

#include <cstddef>

namespace bench {

/// Reads `streams` arrays of `bytes` each and returns a value that depends on all of them.
unsigned long read_streams(const void* const* streams, int count, std::size_t bytes, int threads);
/// Writes d = a + s * b over doubles; `streaming` stores go around the caches.
void triad(double* d, const double* a, const double* b, std::size_t count, bool streaming,
           int threads);
/// Copies; `streaming` as above.
void copy(void* d, const void* a, std::size_t bytes, bool streaming, int threads);

}  // namespace bench
