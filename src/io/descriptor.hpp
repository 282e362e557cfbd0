// Bytes through descriptors that are read or written in order: pipes, standard streams. Signals,
// short transfers and descriptors that do not block make no difference.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

namespace tightloop::io {

/// Reads `count` bytes; returns how many, fewer only at the end. `name` is for messages. Where
/// `stop` (may be null) becomes true while nothing comes, throws Error(stopped) soon after. Throws
/// Error(file).
std::size_t read_from(int descriptor, void* into, std::size_t count, const std::string& name,
                      const std::atomic<bool>* stop = nullptr);

/// Writes all bytes. Nobody reading is an Error(file) as well, never a signal. Throws Error(file).
void write_to(int descriptor, const void* from, std::size_t count, const std::string& name);

}  // namespace tightloop::io
