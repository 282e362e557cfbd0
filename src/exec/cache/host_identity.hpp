// What a kernel image depends on besides its plan: the CPU, and the binaries that made it and that
// it calls into. Found without the code generator.
#pragma once

#include <string>

namespace tightloop::exec {

/// Returns text that differs between CPUs of different features or models, and between builds of
/// this library or of the code generator at `jit_path`; empty where the builds cannot be told
/// apart. Computed afresh on each call. Thread-safe.
std::string host_identity(const std::string& jit_path);

}  // namespace tightloop::exec
