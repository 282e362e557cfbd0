// The demo's other half: makes two image stacks, sums their absolute differences the usual way
// (widen, subtract, sum), and compares the results and costs of both ways.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "tightloop/tightloop.hpp"

namespace {

using namespace tightloop;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kFrames = 400;
constexpr std::int64_t kHeight = 370;
constexpr std::int64_t kWidth = 370;

/// A small generator with a fixed seed (xorshift64*), so that every run sees the same images.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}
  std::uint32_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<std::uint32_t>((state_ * 0x2545f4914f6cdd1dULL) >> 32);
  }

 private:
  std::uint64_t state_;
};

/// Writes one frame: a gradient, a bright disc that moves with time, and noise.
void paint(std::uint8_t* pixels, std::int64_t time, Noise& noise) {
  const std::int64_t centre_x = kWidth / 4 + time / 2;
  const std::int64_t centre_y = kHeight / 2;
  constexpr std::int64_t kRadius = 60;
  for (std::int64_t y = 0; y < kHeight; ++y) {
    for (std::int64_t x = 0; x < kWidth; ++x) {
      const std::int64_t dx = x - centre_x;
      const std::int64_t dy = y - centre_y;
      const std::int64_t disc = dx * dx + dy * dy < kRadius * kRadius ? 90 : 0;
      const std::int64_t value = (x + y) / 6 + disc + (noise.next() & 31);
      *pixels++ = static_cast<std::uint8_t>(std::min<std::int64_t>(value, 255));
    }
  }
}

int generate(const std::string& folder) {
  Noise noise(20240229);
  Array stack(uint8, {kFrames, kHeight, kWidth});
  for (std::int64_t i = 0; i < kFrames; ++i) {
    paint(stack.data<std::uint8_t>() + i * kHeight * kWidth, i, noise);
  }
  Array frame(uint8, {kHeight, kWidth});
  paint(frame.data<std::uint8_t>(), kFrames / 2, noise);
  write_npy(folder + "/a.npy", stack);
  write_npy(folder + "/b.npy", frame);
  return 0;
}

/// Returns the resident bytes of this process that belong to no file.
std::uint64_t anonymous_bytes() {
  std::ifstream status("/proc/self/status");
  std::string key;
  while (status >> key) {
    std::uint64_t kib = 0;
    if (key == "RssAnon:" && status >> kib) return kib * 1024;
  }
  return 0;
}

/// sum(abs(a.astype(int16) - b.astype(int16)), axis=(-2, -1)), one whole array after the other, in
/// memory with huge pages, which NumPy asks for too. Returns the memory in use when most of it is,
/// beyond `before`.
std::uint64_t widen_and_subtract(const std::uint8_t* a, const std::uint8_t* b, std::uint64_t before,
                                 std::uint64_t* sums) {
  constexpr std::int64_t kPixels = kHeight * kWidth;
  constexpr std::int64_t kAll = kFrames * kPixels;
  auto wide_a = std::make_unique<Array>(int16, Dims{kAll});
  auto wide_b = std::make_unique<Array>(int16, Dims{kPixels});
  std::copy(a, a + kAll, wide_a->data<std::int16_t>());
  std::copy(b, b + kPixels, wide_b->data<std::int16_t>());

  const Array difference(int16, Dims{kAll});
  auto* all = difference.data<std::int16_t>();
  for (std::int64_t i = 0; i < kFrames; ++i) {
    const std::int16_t* frame = wide_a->data<std::int16_t>() + i * kPixels;
    const std::int16_t* other = wide_b->data<std::int16_t>();
    std::int16_t* out = all + i * kPixels;
    for (std::int64_t p = 0; p < kPixels; ++p) {
      out[p] = static_cast<std::int16_t>(frame[p] - other[p]);
    }
  }
  const std::uint64_t peak = anonymous_bytes();
  wide_a.reset();
  wide_b.reset();

  for (std::int64_t i = 0; i < kAll; ++i) all[i] = static_cast<std::int16_t>(std::abs(all[i]));
  for (std::int64_t i = 0; i < kFrames; ++i) {
    const std::int16_t* frame = all + i * kPixels;
    std::uint64_t sum = 0;
    for (std::int64_t p = 0; p < kPixels; ++p) sum += static_cast<std::uint64_t>(frame[p]);
    sums[i] = sum;
  }
  return peak > before ? peak - before : 0;
}

int widen(const std::string& a_path, const std::string& b_path, const std::string& out_path) {
  const Array a = map_npy(a_path);
  const Array b = map_npy(b_path);
  const Dims stack{kFrames, kHeight, kWidth};
  const Dims frame{kHeight, kWidth};
  if (a.dtype() != uint8 || a.shape() != stack || b.dtype() != uint8 || b.shape() != frame) {
    throw std::runtime_error("these are not the stacks that 'generate' writes");
  }
  Array sums(uint64, {kFrames});
  std::vector<double> seconds;
  std::uint64_t most = 0;
  const std::uint64_t before = anonymous_bytes();
  constexpr int kRepeats = 7;
  for (int i = 0; i < kRepeats; ++i) {
    const auto start = Clock::now();
    const std::uint64_t used = widen_and_subtract(static_cast<const std::uint8_t*>(a.data()),
                                                  static_cast<const std::uint8_t*>(b.data()),
                                                  before, sums.data<std::uint64_t>());
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    most = std::max(most, used);
  }
  std::nth_element(seconds.begin(), seconds.begin() + kRepeats / 2, seconds.end());
  write_npy(out_path, sums);
  nlohmann::ordered_json out;
  out["peak_extra_bytes"] = most;
  out["timing"] = {{"repeats", kRepeats}, {"median_seconds", seconds[kRepeats / 2]}};
  std::printf("%s\n", out.dump().c_str());
  return 0;
}

struct Cost {
  double seconds;
  double bytes;
  std::string backend;
};

Cost read_cost(const std::string& path) {
  const auto json = nlohmann::json::parse(std::ifstream(path));
  return {json.at("timing").at("median_seconds").get<double>(),
          json.at("peak_extra_bytes").get<double>(), json.value("backend", "")};
}

void print_row(const char* way, const char* threads, const Cost& cost, const Cost& base) {
  std::printf("%-24s %7s  %10.2f ms  %11.3f MB  %7.1fx\n", way, threads, cost.seconds * 1e3,
              cost.bytes / 1e6, base.seconds / cost.seconds);
}

/// Compares FOLDER/{usual,one,all}.npy and prints a table of FOLDER/{usual,one,all}.json.
int compare(const std::string& folder) {
  const Array usual = read_npy(folder + "/usual.npy");
  for (const char* other : {"/one.npy", "/all.npy"}) {
    const Array ours = read_npy(folder + other);
    if (ours.dtype() != usual.dtype() || ours.shape() != usual.shape()) {
      std::fprintf(stderr, "the results differ in dtype or shape\n");
      return 1;
    }
    for (std::int64_t i = 0; i < usual.size(); ++i) {
      const std::uint64_t x = usual.data<std::uint64_t>()[i];
      const std::uint64_t y = ours.data<std::uint64_t>()[i];
      if (x == y) continue;
      std::fprintf(stderr, "the results differ: element %lld is %llu and %llu\n",
                   static_cast<long long>(i), static_cast<unsigned long long>(x),
                   static_cast<unsigned long long>(y));
      return 1;
    }
  }
  const Cost base = read_cost(folder + "/usual.json");
  const Cost one = read_cost(folder + "/one.json");
  const Cost all = read_cost(folder + "/all.json");
  const std::string ours = one.backend == "jit" ? "tightloop" : "tightloop, without JIT";
  std::printf(
      "sum(abs(a - b), axis=(-2,-1))   a: uint8 (%lld, %lld, %lld)   b: uint8 (%lld, %lld)\n\n",
      static_cast<long long>(kFrames), static_cast<long long>(kHeight),
      static_cast<long long>(kWidth), static_cast<long long>(kHeight),
      static_cast<long long>(kWidth));
  std::printf("%-24s %7s  %13s  %14s  %8s\n", "", "threads", "time (median)", "extra memory",
              "speed-up");
  print_row("widen, subtract, sum", "1", base, base);
  print_row(ours.c_str(), "1", one, base);
  print_row(ours.c_str(), "all", all, base);
  std::printf("\nAll %lld sums are equal in the three results.\n",
              static_cast<long long>(usual.size()));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "generate" && argc == 3) return generate(argv[2]);
    if (what == "widen" && argc == 5) return widen(argv[2], argv[3], argv[4]);
    if (what == "compare" && argc == 3) return compare(argv[2]);
    std::fprintf(stderr, "demo_stacks generate FOLDER | widen A B OUT | compare FOLDER\n");
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "demo_stacks: %s\n", error.what());
    return 2;
  }
}
