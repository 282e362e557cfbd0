// Targets that are no ordinary files: pipes, devices, and what is open already (/dev/stdout). They
// are written from the beginning to the end and never replaced.
#pragma once

#include <string>

namespace tightloop::io {

/// Returns a descriptor of the caller's to write to where a path names a named pipe, a character
/// device or a descriptor that is open (/dev/stdout, /dev/fd/3, what the shell makes of
/// >(command)); -1 for anything else. Symbolic links are followed. Waits for a reader of a named
/// pipe. Throws Error(file) for one that cannot be opened.
int open_stream_target(const std::string& path);

}  // namespace tightloop::io
