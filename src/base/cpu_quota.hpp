// The CPU time that Linux control groups (v1 and v2) leave to this process, in CPUs.
#pragma once

#include <optional>
#include <string>

namespace tightloop::base {

/// Returns the least CPU quota of the process's control group and of the groups above it, as a
/// number of CPUs (1.5: one and a half), or nothing where no group limits it or there are no
/// control groups. `root` is put before every path that is read; empty for the running system.
std::optional<double> cpu_quota(const std::string& root = {});

}  // namespace tightloop::base
