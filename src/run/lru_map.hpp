// A bounded map from text to shared values; the least recently used entry makes room. Not locked.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tightloop::run {

template <class T>
class LruMap {
 public:
  using Value = std::shared_ptr<T>;

  explicit LruMap(std::size_t capacity) : capacity_(capacity) {}

  /// Returns the value, or null. Does not allocate.
  Value find(std::string_view key) {
    const auto at = index_.find(key);
    if (at == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, at->second);
    return at->second->second;
  }

  /// Adds a value (or replaces one); returns what had to leave, for the caller to free unlocked.
  Value insert(std::string key, Value value) {
    if (const auto at = index_.find(key); at != index_.end()) {
      std::swap(at->second->second, value);
      return value;
    }
    entries_.emplace_front(std::move(key), std::move(value));
    index_.emplace(entries_.front().first, entries_.begin());
    if (entries_.size() <= capacity_) return nullptr;
    Value dropped = std::move(entries_.back().second);
    index_.erase(entries_.back().first);
    entries_.pop_back();
    return dropped;
  }

  std::size_t size() const { return entries_.size(); }
  void swap(LruMap& other) {
    entries_.swap(other.entries_);
    index_.swap(other.index_);
  }

 private:
  using Entries = std::list<std::pair<std::string, Value>>;
  std::size_t capacity_;
  Entries entries_;  // most recently used first
  std::unordered_map<std::string_view, typename Entries::iterator> index_;
};

}  // namespace tightloop::run
