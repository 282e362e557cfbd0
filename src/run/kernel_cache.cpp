#include "run/kernel_cache.hpp"

#include "math/leaf_array.hpp"
#include "run/background.hpp"
#include "run/host_identity.hpp"
#include "run/jit_loader.hpp"
#include "run/loaded_image.hpp"
#include "run/locks.hpp"
#include "tightloop/error.hpp"

namespace tightloop::run {
namespace {

constexpr std::size_t kKeyBytes = std::size_t{32} << 20;

std::string identity_for(const std::string& target) {
  const std::string host = host_identity(jit_object_path());
  return host.empty() ? host : "target '" + target + "' on " + host;
}

/// The width of the vector registers that kernels for a target use; 0 where it is not known without
/// the code generator.
int vector_bytes(const std::string& target) {
  if (target == "x86-64-v4") return 64;
  if (target == "x86-64-v3") return 32;
  if (target == "x86-64-v2" || target == "x86-64") return 16;
  return target.empty() ? math::host_lanes(DType::float64).back() * 8 : 0;
}

}  // namespace

KernelCache::KernelCache(std::string target, const std::string& folder, CompileTime when,
                         std::size_t capacity)
    : target_(std::move(target)),
      when_(when),
      capacity_(capacity),
      disk_(folder, folder.empty() ? std::string() : identity_for(target_)),
      kernels_(capacity, kKeyBytes) {}

plan::Backend& KernelCache::backend() const {
  std::string error;
  plan::Backend* backend = load_jit(target_, error);
  if (backend == nullptr) throw NoCodeGenerator(error);
  return *backend;
}

std::shared_ptr<const plan::Kernel> KernelCache::find(const std::string& key) {
  const std::lock_guard lock(locks().kernels);
  auto kernel = kernels_.find(key);
  if (kernel != nullptr) ++hits_;
  return kernel;
}

/// A kernel that can be had without the code generator; else null.
std::shared_ptr<const plan::Kernel> KernelCache::at_once(const plan::KernelPlan& plan,
                                                         const std::string& key,
                                                         KernelOrigin& origin) {
  std::string error;
  if (const auto image = disk_.load(key)) {
    origin = KernelOrigin::disk;
    if (auto kernel = load_image(*image, error)) return kernel;
  }
  origin = KernelOrigin::interpreted;
  return when_ == CompileTime::background ? interpret(plan, key) : nullptr;
}

std::shared_ptr<const plan::Kernel> KernelCache::interpret(const plan::KernelPlan& plan,
                                                           const std::string& key) {
  auto quick = QuickKernel::make(plan, vector_bytes(target_));
  if (quick == nullptr) return nullptr;
  auto kernel = std::make_shared<TieredKernel>(std::move(quick));
  const std::weak_ptr<const TieredKernel> weak = kernel;
  kernel->when_warm([this, plan, key, weak] {
    try {
      run_in_background([this, plan, key, weak] { compile_later(plan, key, weak); });
    } catch (...) {  // no memory or no thread: it stays as it is
    }
  });
  return kernel;
}

/// Runs on the background thread. Whatever goes wrong, the kernel at hand goes on.
void KernelCache::compile_later(const plan::KernelPlan& plan, const std::string& key,
                                const std::weak_ptr<const TieredKernel>& weak) {
  if (weak.expired()) return;
  try {
    std::shared_ptr<const plan::Kernel> compiled;
    {
      const std::lock_guard compiling(locks().compiling);
      compiled = compile(plan, key);
    }
    {
      const std::lock_guard lock(locks().kernels);
      ++compiled_;
    }
    if (const auto kernel = weak.lock()) kernel->replace(std::move(compiled));
  } catch (...) {
  }
}

std::shared_ptr<const plan::Kernel> KernelCache::compile(const plan::KernelPlan& plan,
                                                         const std::string& key) {
  std::string error;
  plan::KernelImage image;
  if (!backend().compile(plan, image, error)) {
    throw Error(ErrorCode::internal, "code generation failed: " + error);
  }
  auto kernel = load_image(image, error);
  if (kernel == nullptr) throw Error(ErrorCode::unsupported, error);
  disk_.store(key, image);
  return kernel;
}

std::shared_ptr<const plan::Kernel> KernelCache::get(const plan::KernelPlan& plan,
                                                     KernelOrigin& origin) {
  origin = KernelOrigin::memory;
  std::string key = to_string(plan);
  if (auto kernel = find(key)) return kernel;
  // Only who has to compile waits for others that do.
  if (auto kernel = at_once(plan, key, origin)) return keep(std::move(key), kernel, origin);
  const std::lock_guard compiling(locks().compiling);
  origin = KernelOrigin::memory;
  if (auto kernel = find(key)) return kernel;
  origin = KernelOrigin::compiled;
  const auto kernel = compile(plan, key);
  return keep(std::move(key), kernel, origin);
}

/// Adds a kernel, unless another thread was first: then that thread's serves both.
std::shared_ptr<const plan::Kernel> KernelCache::keep(
    std::string key, const std::shared_ptr<const plan::Kernel>& kernel, KernelOrigin& origin) {
  std::vector<std::shared_ptr<const plan::Kernel>> dropped;  // freed when the lock is gone
  const std::lock_guard lock(locks().kernels);
  if (auto first = kernels_.find(key)) {
    origin = KernelOrigin::memory;
    return first;
  }
  if (origin == KernelOrigin::disk) ++loaded_;
  if (origin == KernelOrigin::compiled) ++compiled_;
  dropped = kernels_.insert(std::move(key), kernel);
  return kernel;
}

void KernelCache::clear() {
  LruMap<const plan::Kernel> dropped(capacity_, kKeyBytes);
  const std::lock_guard lock(locks().kernels);
  kernels_.swap(dropped);
}

std::size_t KernelCache::size() const {
  const std::lock_guard lock(locks().kernels);
  return kernels_.size();
}

std::uint64_t KernelCache::hits() const {
  const std::lock_guard lock(locks().kernels);
  return hits_;
}

std::uint64_t KernelCache::compiled() const {
  const std::lock_guard lock(locks().kernels);
  return compiled_;
}

std::uint64_t KernelCache::loaded() const {
  const std::lock_guard lock(locks().kernels);
  return loaded_;
}

}  // namespace tightloop::run
