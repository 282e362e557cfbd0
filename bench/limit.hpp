// The yardstick "limit": what the memory and the vector unit allow, by hand-written loops.
#pragma once

#include <cstddef>

namespace bench {

/// An array that is read as a stream.
struct Stream {
  const void* data;
  std::size_t bytes;
};

/// Reads one or two arrays side by side, the longer one a whole number of times as long, and
/// returns a value that depends on all of them.
unsigned long read_streams(const Stream* streams, int count, int threads);
/// Combines a and b, of that many bytes each, into d, which may be a whole number of times as
/// large; `streaming` stores go around the caches.
void triad(void* d, std::size_t d_bytes, const void* a, const void* b, std::size_t bytes,
           bool streaming, int threads);
/// Copies; `streaming` as above.
void copy(void* d, const void* a, std::size_t bytes, bool streaming, int threads);

}  // namespace bench
