// Measures how fast memory is read, once for each number of threads, and puts costs into words.
#include "exec/pass_costs.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>

#include "exec/cpu/tasks.hpp"
#include "tightloop/array.hpp"

namespace tightloop::exec {
namespace {

constexpr std::int64_t kProbeBytes = std::int64_t{64} << 20;
constexpr std::int64_t kPiece = std::int64_t{1} << 20;

std::uint64_t read_piece(const char* from, std::int64_t bytes) {
  using Vector __attribute__((vector_size(16))) = std::uint64_t;
  Vector sum[4] = {};
  for (std::int64_t i = 0; i < bytes; i += 64) {
    __builtin_prefetch(from + i + 2048);
    for (std::size_t k = 0; k < 4; ++k) {
      Vector v;
      std::memcpy(&v, from + i + 16 * static_cast<std::int64_t>(k), sizeof v);
      sum[k] ^= v;
    }
  }
  const Vector all = sum[0] ^ sum[1] ^ sum[2] ^ sum[3];
  return all[0] ^ all[1];
}

double seconds_of_read(const char* from, Workers workers) {
  const auto start = std::chrono::steady_clock::now();
  volatile std::uint64_t seen = run_tasks(kProbeBytes / kPiece, workers, [&](std::int64_t i) {
    return read_piece(from + i * kPiece, kPiece);
  });
  static_cast<void>(seen);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double measure(Workers workers) {
  Array probe;
  try {
    probe = Array(DType::uint8, Dims{kProbeBytes});
  } catch (const Error&) {
    return 0;
  }
  std::memset(probe.data(), 1, static_cast<std::size_t>(kProbeBytes));
  double best = seconds_of_read(static_cast<const char*>(probe.data()), workers);
  for (int repeat = 0; repeat < 2; ++repeat) {
    best = std::min(best, seconds_of_read(static_cast<const char*>(probe.data()), workers));
  }
  return static_cast<double>(kProbeBytes) / std::max(best, 1e-9);
}

std::string text(const char* format, double value) {
  char out[48];
  std::snprintf(out, sizeof out, format, value);
  return out;
}

std::string bytes_text(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 10'000) return std::to_string(bytes) + " bytes";
  if (bytes < 10'000'000) return text("%.4g KB", value / 1e3);
  return text(bytes < 10'000'000'000 ? "%.4g MB" : "%.6g MB", value / 1e6);
}

std::string time_text(double seconds) {
  return seconds < 1e-3 ? text("%.3g us", seconds * 1e6) : text("%.3g ms", seconds * 1e3);
}

std::string stage_text(const plan::Stage& stage, const EngineCore& engine) {
  const kernel::KernelPlan& kernel = stage.product ? stage.product->kernel : stage.main.kernel;
  std::string out = stage.product ? "a matrix product" : stage.r.empty() ? "a map" : "a reduction";
  if (!stage.product) {
    const std::string width = engine.width_of(kernel);
    if (!width.empty()) out += ": " + width;
  }
  if (kernel.streaming_stores) out += ", stores around the caches";
  return out;
}

std::string expected_text(const plan::Pass& pass, Workers workers, std::int64_t cached) {
  const std::uint64_t bytes = pass.bytes_read + pass.bytes_written;
  if (bytes < static_cast<std::uint64_t>(cached)) return "small enough to stay in the caches";
  const double bandwidth = read_bandwidth(workers);
  if (bandwidth <= 0) return "not measured: no memory for it";
  return "memory needs " + time_text(static_cast<double>(bytes) / bandwidth) + " at " +
         text("%.3g GB/s", bandwidth / 1e9) + ", measured with " + std::to_string(workers.threads) +
         (workers.threads == 1 ? " thread" : " threads");
}

}  // namespace

double read_bandwidth(Workers workers) {
  static std::mutex mutex;
  static auto& known = *new std::map<int, double>;  // never destroyed
  const std::lock_guard lock(mutex);
  const auto at = known.find(workers.threads);
  return at != known.end() ? at->second : known[workers.threads] = measure(workers);
}

std::string describe_costs(const plan::LoopPlan& plan, const EngineCore& engine, Workers workers) {
  if (workers.threads > 1) {
    workers.threads = std::clamp(workers.executor->concurrency(), 1, workers.threads);
  }
  std::string out;
  for (std::size_t g = 0; g < plan.passes.size(); ++g) {
    const plan::Pass& pass = plan.passes[g];
    out += "pass " + std::to_string(g) + ": reads " + bytes_text(pass.bytes_read) + " and writes " +
           bytes_text(pass.bytes_written) + "; " +
           expected_text(pass, workers, engine.machine().cached_bytes) + "\n";
    for (std::uint32_t k = 0; k < pass.count; ++k) {
      out += "  " + stage_text(plan.stages[pass.first + k], engine) + "\n";
    }
  }
  return out;
}

}  // namespace tightloop::exec
