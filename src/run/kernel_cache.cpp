#include "run/kernel_cache.hpp"

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

}  // namespace

KernelCache::KernelCache(std::string target, const std::string& folder, std::size_t capacity)
    : target_(std::move(target)),
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

std::shared_ptr<const plan::Kernel> KernelCache::make(const plan::KernelPlan& plan,
                                                      const std::string& key,
                                                      KernelOrigin& origin) {
  std::string error;
  if (const auto image = disk_.load(key)) {
    origin = KernelOrigin::disk;
    if (auto kernel = load_image(*image, error)) return kernel;
  }
  origin = KernelOrigin::compiled;
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
  const std::lock_guard compiling(locks().compiling);
  if (auto kernel = find(key)) return kernel;
  auto kernel = make(plan, key, origin);
  std::vector<std::shared_ptr<const plan::Kernel>> dropped;  // freed when the lock is gone
  const std::lock_guard lock(locks().kernels);
  ++(origin == KernelOrigin::disk ? loaded_ : compiled_);
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
