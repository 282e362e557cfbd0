#include "run/kernel_cache.hpp"

#include "run/locks.hpp"
#include "tightloop/error.hpp"

namespace tightloop::run {
namespace {

constexpr std::size_t kKeyBytes = std::size_t{32} << 20;

}  // namespace

KernelCache::KernelCache(plan::Backend& backend, std::size_t capacity)
    : backend_(backend), capacity_(capacity), kernels_(capacity, kKeyBytes) {}

std::shared_ptr<const plan::Kernel> KernelCache::find(const std::string& key) {
  const std::lock_guard lock(locks().kernels);
  auto kernel = kernels_.find(key);
  if (kernel != nullptr) ++hits_;
  return kernel;
}

std::shared_ptr<const plan::Kernel> KernelCache::get(const plan::KernelPlan& plan, bool& compiled) {
  compiled = false;
  std::string key = to_string(plan);
  if (auto kernel = find(key)) return kernel;
  const std::lock_guard compiling(locks().compiling);
  if (auto kernel = find(key)) return kernel;
  std::string error;
  std::shared_ptr<const plan::Kernel> kernel = backend_.compile(plan, error);
  if (kernel == nullptr) {
    throw Error(ErrorCode::internal, "code generation failed: " + error);
  }
  compiled = true;
  std::vector<std::shared_ptr<const plan::Kernel>> dropped;  // freed when the lock is gone
  const std::lock_guard lock(locks().kernels);
  ++compiled_;
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

}  // namespace tightloop::run
