// Maps memory, copies the code, fills in the addresses of imports, then makes it executable and
// read-only: no page is ever both writable and executable.
#include "exec/cache/loaded_image.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <new>
#include <string_view>

#include "kernel/leaf_symbol.hpp"
#include "math/leaf.hpp"
#include "ops/remainder.hpp"

namespace tightloop::exec {
namespace {

template <class F>
void* address_of(F* function) {
  return reinterpret_cast<void*>(function);
}

struct NamedFunction {
  std::string_view name;
  void* address;
};

/// What code generation may turn operations into calls of.
void* find_library_function(std::string_view name) {
  using D1 = double(double);
  using D2 = double(double, double);
  using D3 = double(double, double, double);
  using F1 = float(float);
  using F2 = float(float, float);
  using F3 = float(float, float, float);
  static const NamedFunction functions[] = {
      {"memcpy", address_of<void*(void*, const void*, std::size_t)>(std::memcpy)},
      {"memset", address_of<void*(void*, int, std::size_t)>(std::memset)},
      {"fmod", address_of<D2>(exact_fmod)},
      {"fmodf", address_of<F2>(exact_fmod)},
      {"fma", address_of<D3>(::fma)},
      {"fmaf", address_of<F3>(::fmaf)},
      {"floor", address_of<D1>(::floor)},
      {"floorf", address_of<F1>(::floorf)},
      {"ceil", address_of<D1>(::ceil)},
      {"ceilf", address_of<F1>(::ceilf)},
      {"trunc", address_of<D1>(::trunc)},
      {"truncf", address_of<F1>(::truncf)},
      {"roundeven", address_of<D1>(::rint)},
      {"roundevenf", address_of<F1>(::rintf)},
  };
  for (const NamedFunction& f : functions) {
    if (f.name == name) return f.address;
  }
  return nullptr;
}

void* find_symbol(const std::string& name) {
  kernel::LeafName leaf;
  if (kernel::parse_leaf_symbol(name, leaf))
    return math::find_leaf(leaf.op, leaf.precision, leaf.lanes);
  return find_library_function(name);
}

class MappedKernel : public kernel::Kernel {
 public:
  MappedKernel(void* memory, std::size_t size) : memory_(memory), size_(size) {}
  ~MappedKernel() override { munmap(memory_, size_); }
  void start_at(std::uint64_t entry) {
    set(reinterpret_cast<kernel::KernelFn>(static_cast<unsigned char*>(memory_) + entry));
  }

 private:
  void* memory_;
  std::size_t size_;
};

bool fill_imports(const kernel::KernelImage& image, unsigned char* base, std::string& error) {
  for (const kernel::KernelImage::Import& import : image.imports) {
    if (import.offset > image.bytes.size() || image.bytes.size() - import.offset < 8) {
      error = "a kernel image refers past its end";
      return false;
    }
    auto address = reinterpret_cast<std::uint64_t>(base);
    if (!import.symbol.empty()) {
      void* found = find_symbol(import.symbol);
      if (found == nullptr) {
        error = "a kernel image refers to the unknown symbol '" + import.symbol + "'";
        return false;
      }
      address = reinterpret_cast<std::uint64_t>(found);
    }
    address += static_cast<std::uint64_t>(import.addend);
    std::memcpy(base + import.offset, &address, sizeof address);
  }
  return true;
}

}  // namespace

std::shared_ptr<const kernel::Kernel> load_image(const kernel::KernelImage& image,
                                                 std::string& error) {
  if (image.bytes.empty() || image.entry >= image.bytes.size()) {
    error = "a kernel image has no entry";
    return nullptr;
  }
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t size = (image.bytes.size() + page - 1) / page * page;
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    if (errno == ENOMEM) throw std::bad_alloc();
    error = "no memory for a kernel: " + std::string(std::strerror(errno));
    return nullptr;
  }
  auto kernel = std::make_shared<MappedKernel>(memory, size);
  auto* base = static_cast<unsigned char*>(memory);
  std::memcpy(base, image.bytes.data(), image.bytes.size());
  if (!fill_imports(image, base, error)) return nullptr;
  __builtin___clear_cache(reinterpret_cast<char*>(base), reinterpret_cast<char*>(base) + size);
  if (mprotect(memory, size, PROT_READ | PROT_EXEC) != 0) {
    error = "the system refuses executable memory: " + std::string(std::strerror(errno));
    return nullptr;
  }
  kernel->start_at(image.entry);
  return kernel;
}

}  // namespace tightloop::exec
