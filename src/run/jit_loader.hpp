// Finds and loads the shared object of jit/, once per process and target.
#pragma once

#include <string>

#include "plan/backend.hpp"

namespace tightloop::run {

/// Returns the code generator for a target ("" is the host), or null with `error` set: the object
/// is missing, or it refuses the target. The object lives as long as the process. Thread-safe.
plan::Backend* load_jit(const std::string& target, std::string& error);

/// Returns where the shared object is expected: beside the binary that holds this library.
std::string jit_object_path();

}  // namespace tightloop::run
