// How many CPUs this process may use: its affinity mask, its control groups' quota, and the user's
// own limit.
#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "base/cpu_quota.hpp"
#include "base/thread_pool.hpp"

namespace tightloop::base {
namespace {

constexpr int kMaxThreads = 4096;

int cpus_of_affinity() {
  // The kernel refuses a mask smaller than its own; how large its own is, only trying tells.
  for (int bits = CPU_SETSIZE; bits <= (1 << 20); bits *= 2) {
    cpu_set_t* mask = CPU_ALLOC(static_cast<std::size_t>(bits));
    if (mask == nullptr) break;
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(bits));
    CPU_ZERO_S(bytes, mask);
    const bool ok = sched_getaffinity(0, bytes, mask) == 0;
    const int count = ok ? CPU_COUNT_S(bytes, mask) : 0;
    CPU_FREE(mask);
    if (count > 0) return count;
  }
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

int limit_of_environment() {
  const char* text = std::getenv("TIGHTLOOP_NUM_THREADS");
  if (text == nullptr) return kMaxThreads;
  const char* end = text + std::strlen(text);
  int value = 0;
  const auto parsed = std::from_chars(text, end, value);
  const bool valid =
      parsed.ec == std::errc() && parsed.ptr == end && value >= 1 && value <= kMaxThreads;
  return valid ? value : kMaxThreads;
}

}  // namespace

int available_cpus() {
  int cpus = std::min(cpus_of_affinity(), limit_of_environment());
  if (const auto quota = cpu_quota()) {
    cpus = std::min(cpus, static_cast<int>(std::ceil(std::min(*quota, double{kMaxThreads}))));
  }
  return std::max(cpus, 1);
}

}  // namespace tightloop::base
