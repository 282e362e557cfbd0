// What a bound on memory leaves for arrays, from the peak so far and measured costs of the rest.
#include "process_memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "arguments.hpp"
#include "quantities.hpp"

namespace tightloop::tool {
namespace {

// Measured: the stacks and scratch of threads, and the code generator with what it links.
constexpr std::uint64_t kKernels = std::uint64_t{8} << 20;
constexpr std::uint64_t kCode = std::uint64_t{34} << 20;
constexpr std::uint64_t kFewest = std::uint64_t{4} << 20;
constexpr std::uint64_t kVaries = std::uint64_t{2} << 20;  // from run to run

}  // namespace

MemoryShares memory_for_arrays(std::uint64_t limit) {
  if (limit == 0) {
    return {static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 2,
            0, 0};
  }
  const std::uint64_t taken = peak_resident() + kKernels;
  if (limit < taken + kFewest) {
    const std::uint64_t enough = ((taken + kFewest + kVaries) >> 20) + 1;
    throw UsageError("--memory: the program itself takes " + bytes_text(taken) +
                     "; allow at least " + std::to_string(enough) + "M");
  }
  return {limit - taken, kCode, taken + kVaries};
}

ReadingLimits reading_limits(std::uint64_t limit) {
  if (limit == 0) return {};
  const MemoryShares shares = memory_for_arrays(limit);
  return {shares.arrays - std::min(shares.arrays, kFewest), shares.beside + kFewest};
}

std::uint64_t peak_resident() {
  // What getrusage() tells includes the program that started this one.
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kilobytes = 0;
    if (word == "VmHWM:" && status >> kilobytes) return kilobytes << 10;
  }
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
}

}  // namespace tightloop::tool
