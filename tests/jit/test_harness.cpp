// The harness of the JIT's tests: targets, guarded memory, runs and comparison.
#include <sys/mman.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <memory>

#include "catch.hpp"
#include "exec/cache/tiered_kernel.hpp"
#include "harness.hpp"
#include "kernel_maker.hpp"
#include "math/leaf.hpp"
#include "math/leaf_array.hpp"
#include "plan_oracle.hpp"
#include "types/half.hpp"

extern "C" tightloop::kernel::Backend* tightloop_make_backend_3(tightloop::kernel::FindLeaf,
                                                                const char*, std::string*);

namespace tightloop::jit_test {
namespace {

using Bytes = std::vector<unsigned char>;
constexpr std::size_t kPage = 4096;
constexpr unsigned char kCanary = 0xa5;

// Memory of a run: `size` bytes that end (less a slack of alignment) at a page that must not be
// touched, or, `low`, begin after one; the rest of their pages is filled with canaries.
class GuardedMemory {
 public:
  explicit GuardedMemory(std::size_t size, std::size_t align = 1, bool low = false) {
    total_ = (size + 128 + 2 * kPage - 1) / kPage * kPage + 2 * kPage;
    void* mapped =
        mmap(nullptr, total_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(mapped != MAP_FAILED);
    base_ = static_cast<unsigned char*>(mapped) + kPage;
    end_ = base_ + total_ - 2 * kPage;
    REQUIRE(mprotect(mapped, kPage, PROT_NONE) == 0);
    REQUIRE(mprotect(end_, kPage, PROT_NONE) == 0);
    std::memset(base_, kCanary, total_ - 2 * kPage);
    data = low ? base_ : end_ - (size + align - 1) / align * align;
    size_ = size;
  }
  ~GuardedMemory() { munmap(base_ - kPage, total_); }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;
  bool untouched_outside() const {
    for (const unsigned char* p = base_; p < data; ++p) {
      if (*p != kCanary) return false;
    }
    for (const unsigned char* p = data + size_; p < end_; ++p) {
      if (*p != kCanary) return false;
    }
    return true;
  }
  unsigned char* data = nullptr;

 private:
  unsigned char* base_ = nullptr;
  unsigned char* end_ = nullptr;
  std::size_t total_ = 0;
  std::size_t size_ = 0;
};

template <class T>
void put(unsigned char* p, T value) {
  std::memcpy(p, &value, sizeof value);
}

using Random = std::mt19937_64;

double random_float(Random& random, bool finite, bool& raw) {
  constexpr double kSpecial[] = {0.0,      -0.0,      1.0,    -1.0, 0.5,    -2.0,    3.0,
                                 INFINITY, -INFINITY, NAN,    -NAN, 1e-310, -1e-310, 1e-40,
                                 -1e-40,   1e300,     -1e300, 3e38, 2.5};
  std::uniform_real_distribution<double> spread(-10, 10);
  raw = false;
  if (finite) return random() % 2 == 0 ? static_cast<double>(random() % 21) - 10 : spread(random);
  switch (random() % 4) {
    case 0: return kSpecial[random() % std::size(kSpecial)];
    case 1: return static_cast<double>(random() % 21) - 10;
    case 2: return spread(random);
    default: raw = true; return 0;
  }
}

void fill_float(DType t, unsigned char* p, Random& random, bool finite) {
  bool raw = false;
  const double value = random_float(random, finite, raw);
  const std::uint64_t bits = random();
  visit_dtype(t, [&]<class H>() {
    if constexpr (HalfElement<H>) {
      put(p, raw ? static_cast<HalfBits<H>>(bits) : round_to_half<H>(value).bits);
    }
  });
  switch (t) {
    case DType::float32:
      put(p,
          raw ? std::bit_cast<float>(static_cast<std::uint32_t>(bits)) : static_cast<float>(value));
      break;
    case DType::float64: put(p, raw ? std::bit_cast<double>(bits) : value); break;
    default: break;
  }
}

void fill_integer(std::size_t size, unsigned char* p, Random& random) {
  const std::uint64_t top = std::uint64_t{1} << (8 * size - 1);
  const std::uint64_t special[] = {0, 1, 2, ~std::uint64_t{0}, top, top - 1, top + 1, 3, 7, 10};
  std::uint64_t bits = 0;
  switch (random() % 4) {
    case 0: bits = special[random() % std::size(special)]; break;
    case 1: bits = random() % 33 - 16; break;
    case 2: bits = random() >> (random() % 64); break;
    default: bits = random(); break;
  }
  std::memcpy(p, &bits, size);
}

void fill_element(DType t, unsigned char* p, Random& random, bool finite) {
  if (is_bool(t)) {
    constexpr unsigned char kBytes[] = {0, 0, 1, 1, 2, 255};
    *p = kBytes[random() % std::size(kBytes)];
  } else if (is_integer(t)) {
    fill_integer(itemsize(t), p, random);
  } else if (is_complex(t)) {
    const DType part = t == DType::complex64 ? DType::float32 : DType::float64;
    fill_float(part, p, random, finite);
    fill_float(part, p + itemsize(part), random, finite);
  } else {
    fill_float(t, p, random, finite);
  }
}

Bytes random_elements(DType t, std::int64_t count, Random& random, bool finite) {
  Bytes bytes(static_cast<std::size_t>(count) * itemsize(t));
  for (std::size_t at = 0; at < bytes.size(); at += itemsize(t)) {
    fill_element(t, &bytes[at], random, finite);
  }
  return bytes;
}

template <class T>
bool same_float(const unsigned char* p, const unsigned char* q, double tolerance) {
  T x{};
  T y{};
  std::memcpy(&x, p, sizeof x);
  std::memcpy(&y, q, sizeof y);
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
  if (std::memcmp(p, q, sizeof x) == 0) return true;
  if (tolerance == 0 || std::isinf(x) || std::isinf(y)) return false;
  const double difference = std::abs(static_cast<double>(x) - static_cast<double>(y));
  const double scale = std::max(std::abs(static_cast<double>(y)),
                                static_cast<double>(std::numeric_limits<T>::min()));
  return difference <= tolerance * scale;
}

bool is_half_nan(DType t, const unsigned char* p) {
  return visit_dtype(t, [p]<class H>() {
    H h;
    std::memcpy(static_cast<void*>(&h), p, sizeof h);
    if constexpr (HalfElement<H>) {
      return std::isnan(to_float(h));
    } else {
      return false;
    }
  });
}

bool same_element(DType t, const unsigned char* p, const unsigned char* q, double tolerance) {
  switch (t) {
    case DType::float32: return same_float<float>(p, q, tolerance);
    case DType::float64: return same_float<double>(p, q, tolerance);
    case DType::complex64:
      return same_float<float>(p, q, tolerance) && same_float<float>(p + 4, q + 4, tolerance);
    case DType::complex128:
      return same_float<double>(p, q, tolerance) && same_float<double>(p + 8, q + 8, tolerance);
    default: return std::memcmp(p, q, itemsize(t)) == 0 || (is_half_nan(t, p) && is_half_nan(t, q));
  }
}

std::string hex(const unsigned char* p, std::size_t size) {
  std::string text;
  for (std::size_t i = size; i-- > 0;) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += kDigits[p[i] >> 4];
    text += kDigits[p[i] & 15];
  }
  return text;
}

// Index of the first element that differs, or -1.
std::int64_t first_difference(DType t, const Bytes& actual, const Bytes& expected,
                              double tolerance) {
  for (std::size_t at = 0; at < expected.size(); at += itemsize(t)) {
    if (!same_element(t, &actual[at], &expected[at], tolerance)) {
      return static_cast<std::int64_t>(at / itemsize(t));
    }
  }
  return -1;
}

void check_elements(const char* what, std::size_t k, DType t, const Bytes& actual,
                    const Bytes& expected, double tolerance, const RunShape& shape) {
  const std::int64_t at = first_difference(t, actual, expected, tolerance);
  if (at < 0) return;
  const std::size_t byte = static_cast<std::size_t>(at) * itemsize(t);
  const std::string got = hex(&actual[byte], itemsize(t));
  const std::string wanted = hex(&expected[byte], itemsize(t));
  const std::string dtype(name(t));
  CAPTURE(what, k, dtype, at, got, wanted, shape.n0, shape.n1, shape.gap);
  FAIL_CHECK("element differs");
}

// The packed operands laid out as a shape says, and the frame over them.
class Layout {
 public:
  Layout(const kernel::KernelPlan& plan, const RunShape& shape, const PackedRun& run)
      : plan_(plan), shape_(shape) {
    for (std::size_t k = 0; k < plan.loads.size(); ++k) {
      const kernel::KernelLoad& load = plan.loads[k];
      const bool splat = load.access == kernel::Access::splat;
      const std::size_t size = itemsize(load.dtype);
      const std::size_t count = splat ? 1 : static_cast<std::size_t>(shape.n0);
      const auto apart = static_cast<std::size_t>(std::abs(load.stride));
      add(size * ((count - 1) * apart + 1), false, load.stride < 0);
      for (std::size_t r = 0; r < rows(); ++r) {
        for (std::size_t i = 0; i < count; ++i) {
          const std::size_t at = apart * (load.stride < 0 ? count - 1 - i : i);
          std::memcpy(memory_.back()->data + r * stride(k) + at * size,
                      &run.loads[k][(r * count + i) * size], size);
        }
      }
      if (load.stride < 0) first_.back() = size * (count - 1) * apart;
    }
    for (const kernel::KernelStore& s : plan.stores) {
      add(itemsize(s.dtype) * static_cast<std::size_t>(shape.n0), shape.aligned_stores);
    }
    for (const Bytes& slots : run.slots) {
      slots_.push_back(std::make_unique<GuardedMemory>(slots.size(), 8));
      std::memcpy(slots_.back()->data, slots.data(), slots.size());
    }
    params_ = run.params;
  }

  std::uint64_t call(const kernel::Kernel& kernel) {
    std::vector<void*> ptr;
    std::vector<void*> acc;
    for (std::size_t k = 0; k < memory_.size(); ++k) ptr.push_back(memory_[k]->data + first_[k]);
    for (const auto& m : slots_) acc.push_back(m->data);
    std::uint64_t events = 0;
    kernel::KernelFrame frame{shape_.n0,
                              shape_.n1,
                              ptr.data(),
                              steps_.data(),
                              params_.data(),
                              acc.data(),
                              shape_.slot_per_row ? 1 : 0,
                              &events};
    kernel.call(frame);
    return events;
  }

  Bytes stored(std::size_t k) const {
    const std::size_t operand = plan_.loads.size() + k;
    const std::size_t row = row_bytes_[operand];
    Bytes packed(row * rows());
    for (std::size_t r = 0; r < rows(); ++r) {
      std::memcpy(&packed[r * row], memory_[operand]->data + r * stride(operand), row);
    }
    return packed;
  }
  Bytes slots(std::size_t k, std::size_t bytes) const {
    return Bytes(slots_[k]->data, slots_[k]->data + bytes);
  }
  bool untouched_outside() const {
    for (const auto& m : slots_) {
      if (!m->untouched_outside()) return false;
    }
    for (std::size_t k = 0; k < memory_.size(); ++k) {
      if (!memory_[k]->untouched_outside() || !untouched_gaps(k)) return false;
    }
    return true;
  }

 private:
  std::size_t rows() const { return static_cast<std::size_t>(shape_.n1); }
  std::size_t stride(std::size_t k) const { return static_cast<std::size_t>(steps_[k]); }
  void add(std::size_t row, bool aligned, bool low = false) {
    std::size_t step = row + static_cast<std::size_t>(shape_.gap);
    if (aligned) step = (step + 63) / 64 * 64;
    row_bytes_.push_back(row);
    steps_.push_back(static_cast<std::int64_t>(step));
    const std::size_t bytes = step * (rows() - 1) + row;
    memory_.push_back(std::make_unique<GuardedMemory>(bytes, aligned ? 64 : 1, low));
    first_.push_back(0);
  }
  bool untouched_gaps(std::size_t k) const {
    for (std::size_t r = 0; r + 1 < rows(); ++r) {
      for (std::size_t at = row_bytes_[k]; at < stride(k); ++at) {
        if (memory_[k]->data[r * stride(k) + at] != kCanary) return false;
      }
    }
    return true;
  }
  const kernel::KernelPlan& plan_;
  const RunShape& shape_;
  std::vector<std::unique_ptr<GuardedMemory>> memory_;
  std::vector<std::unique_ptr<GuardedMemory>> slots_;
  std::vector<std::size_t> row_bytes_;
  std::vector<std::size_t> first_;  // where the first element of a row is
  std::vector<std::int64_t> steps_;
  Bytes params_;
};

PackedRun random_run(const kernel::KernelPlan& plan, const RunShape& shape, Random& random) {
  PackedRun run;
  run.n0 = shape.n0;
  run.n1 = shape.n1;
  run.slot_per_row = shape.slot_per_row;
  for (const kernel::KernelLoad& l : plan.loads) {
    const bool splat = l.access == kernel::Access::splat;
    const std::int64_t count = shape.n1 * (splat ? 1 : shape.n0);
    run.loads.push_back(random_elements(l.dtype, count, random, shape.finite));
  }
  run.params.resize(16 * plan.params.size() + 1);
  for (std::size_t k = 0; k < plan.params.size(); ++k) {
    fill_element(plan.params[k], &run.params[16 * k], random, shape.finite);
    if (is_bool(plan.params[k])) run.params[16 * k] &= 1;
  }
  for (const kernel::KernelStore& s : plan.stores) {
    run.stores.emplace_back(itemsize(s.dtype) * static_cast<std::size_t>(shape.n0 * shape.n1));
  }
  for (const kernel::KernelReduce& r : plan.reductions) {
    const bool columns = plan.kind == kernel::KernelKind::column_reduce;
    const std::int64_t count = columns ? shape.n0 : shape.slot_per_row ? shape.n1 : 1;
    run.slots.push_back(random_elements(r.acc, count, random, shape.finite));
    if (!is_bool(r.acc)) continue;
    for (unsigned char& slot : run.slots.back()) slot = slot != 0;
  }
  return run;
}

}  // namespace

kernel::Backend* make_backend(kernel::FindLeaf find_leaf, const char* target, std::string& error) {
  return tightloop_make_backend_3(find_leaf, target, &error);
}

const std::vector<TestTarget>& targets() {
  static std::vector<std::unique_ptr<kernel::Backend>> backends;
  static const std::vector<TestTarget> made = [] {
    std::vector<TestTarget> list;
    for (const char* name : {"", "x86-64-v3", "x86-64-v2"}) {
      std::string error;
      kernel::Backend* backend = make_backend(&math::find_leaf, name, error);
      if (backend == nullptr) continue;
      backends.emplace_back(backend);
      list.push_back({*name == 0 ? "host" : name, backend});
    }
    return list;
  }();
  return made;
}

void check_plan(const kernel::KernelPlan& plan, const std::vector<RunShape>& shapes,
                std::uint32_t seed, double tolerance) {
  INFO("seed " << seed << describe(plan));
  std::vector<std::shared_ptr<const kernel::Kernel>> kernels;
  for (const TestTarget& target : targets()) {
    INFO("target " << target.name);
    std::string error;
    kernels.push_back(make_kernel(*target.backend, plan, error));
    CHECK(error.empty());
    CAPTURE(error);
    REQUIRE(kernels.back() != nullptr);
  }
  std::vector<std::string> names;
  for (const TestTarget& target : targets()) names.push_back(target.name);
  const int host_bytes = math::host_lanes(DType::float64).back() * 8;
  if (auto interpreted = exec::InterpretedKernel::make(plan, host_bytes)) {
    kernels.push_back(std::make_shared<exec::TieredKernel>(std::move(interpreted)));
    names.push_back("interpreted");
  }
  Random random(seed);
  for (const RunShape& shape : shapes) {
    PackedRun run = random_run(plan, shape, random);
    const PackedRun before = run;
    evaluate(plan, run);
    for (std::size_t t = 0; t < kernels.size(); ++t) {
      INFO("target " << names[t] << ", n0 " << shape.n0 << ", n1 " << shape.n1);
      Layout layout(plan, shape, before);
      const std::uint64_t events = layout.call(*kernels[t]);
      for (std::size_t k = 0; k < run.stores.size(); ++k) {
        check_elements("store", k, plan.stores[k].dtype, layout.stored(k), run.stores[k], tolerance,
                       shape);
      }
      for (std::size_t k = 0; k < run.slots.size(); ++k) {
        check_elements("slot", k, plan.reductions[k].acc, layout.slots(k, run.slots[k].size()),
                       run.slots[k], tolerance, shape);
      }
      if (events != run.events) CHECK(events == run.events);
      if (!layout.untouched_outside()) CHECK(layout.untouched_outside());
    }
  }
}

std::vector<RunShape> some_sizes() {
  std::vector<RunShape> shapes;
  for (std::int64_t n0 : {1, 3, 8, 16, 31, 64, 65, 129}) shapes.push_back({n0});
  shapes.push_back({37, 3, 5});
  return shapes;
}

std::vector<RunShape> all_sizes(std::int64_t last, RunShape like) {
  std::vector<RunShape> shapes;
  for (std::int64_t n0 = 1; n0 <= last; ++n0) {
    like.n0 = n0;
    shapes.push_back(like);
  }
  return shapes;
}

TEST_CASE("jit: the host and its levels compile and have fingerprints of their own") {
  REQUIRE(!targets().empty());
  for (const TestTarget& target : targets()) {
    CHECK(target.backend->fingerprint().find("llvm") != std::string::npos);
    for (const TestTarget& other : targets()) {
      const bool same = target.backend->fingerprint() == other.backend->fingerprint();
      CHECK(same == (target.name == other.name));
    }
  }
}

}  // namespace tightloop::jit_test
