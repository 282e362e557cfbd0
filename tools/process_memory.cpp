#include "process_memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "arguments.hpp"
#include "quantities.hpp"

namespace tightloop::tool {
namespace {

// Measured: the code generator with a large expression, and the stacks and scratch of threads.
constexpr std::uint64_t kKernels = std::uint64_t{40} << 20;
constexpr std::uint64_t kFewest = std::uint64_t{8} << 20;

}  // namespace

std::uint64_t memory_for_arrays(std::uint64_t limit) {
  if (limit == 0) {
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 2;
  }
  const std::uint64_t taken = peak_resident() + kKernels;
  if (limit < taken + kFewest) {
    throw UsageError("--memory: the program itself takes " + bytes_text(taken) +
                     "; allow at least " + bytes_text(taken + kFewest));
  }
  return limit - taken;
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
