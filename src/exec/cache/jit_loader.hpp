// Finds and loads the shared object of jit/, once per process and target.
#pragma once

#include <cstddef>
#include <string>

#include "kernel/backend.hpp"

namespace tightloop::exec {

/// Returns the code generator for a target ("" is the host), or null with `error` set: the object
/// is missing, or it refuses the target. Throws std::bad_alloc: the next call may find more memory.
/// The object lives as long as the process. Thread-safe.
kernel::Backend* load_jit(const std::string& target, std::string& error);

/// Throws std::bad_alloc where so much memory is not to be had now: a code generator that runs out
/// of it on the way may end the process.
void require_headroom(std::size_t bytes);

/// Returns where the shared object is expected: beside the binary that holds this library.
std::string jit_object_path();

}  // namespace tightloop::exec
