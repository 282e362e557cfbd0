#include "run/kernel_cache.hpp"

#include "tightloop/error.hpp"

namespace tightloop::run {

KernelCache::KernelCache(plan::Backend& backend, std::size_t capacity)
    : backend_(backend), capacity_(capacity) {}

std::shared_ptr<const plan::Kernel> KernelCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto at = index_.find(key);
  if (at == index_.end()) return nullptr;
  ++hits_;
  entries_.splice(entries_.begin(), entries_, at->second);
  return at->second->kernel;
}

std::shared_ptr<const plan::Kernel> KernelCache::get(const plan::KernelPlan& plan, bool& compiled) {
  compiled = false;
  std::string key = to_string(plan);
  if (auto kernel = find(key)) return kernel;
  const std::lock_guard compiling(compiling_);
  if (auto kernel = find(key)) return kernel;
  std::string error;
  std::shared_ptr<const plan::Kernel> kernel = backend_.compile(plan, error);
  if (kernel == nullptr) {
    throw Error(ErrorCode::internal, "code generation failed: " + error);
  }
  compiled = true;
  std::shared_ptr<const plan::Kernel> dropped;  // freed outside the lock
  const std::lock_guard lock(mutex_);
  ++compiled_;
  entries_.push_front({std::move(key), kernel});
  index_.emplace(entries_.front().key, entries_.begin());
  if (entries_.size() > capacity_) {
    dropped = std::move(entries_.back().kernel);
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }
  return kernel;
}

void KernelCache::clear() {
  std::list<Entry> dropped;
  const std::lock_guard lock(mutex_);
  index_.clear();
  dropped.swap(entries_);
}

std::size_t KernelCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::uint64_t KernelCache::hits() const {
  const std::lock_guard lock(mutex_);
  return hits_;
}

std::uint64_t KernelCache::compiled() const {
  const std::lock_guard lock(mutex_);
  return compiled_;
}

}  // namespace tightloop::run
