// A map from text to shared values, bounded in entries and in bytes of keys (what long keys stand
// for is large); the least recently used entries make room. Not locked.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tightloop::run {

template <class T>
class LruMap {
 public:
  using Value = std::shared_ptr<T>;

  LruMap(std::size_t capacity, std::size_t key_bytes)
      : capacity_(capacity), most_key_bytes_(key_bytes) {}

  /// Returns the value, or null. Does not allocate.
  Value find(std::string_view key) {
    const auto at = index_.find(key);
    if (at == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, at->second);
    return at->second->second;
  }

  /// Adds a value (or replaces one); returns what had to leave, for the caller to free unlocked.
  std::vector<Value> insert(std::string key, Value value) {
    if (const auto at = index_.find(key); at != index_.end()) {
      std::swap(at->second->second, value);
      return {std::move(value)};
    }
    entries_.emplace_front(std::move(key), std::move(value));
    index_.emplace(entries_.front().first, entries_.begin());
    key_bytes_ += entries_.front().first.size();
    std::vector<Value> dropped;
    while (entries_.size() > 1 && (entries_.size() > capacity_ || key_bytes_ > most_key_bytes_)) {
      dropped.push_back(std::move(entries_.back().second));
      key_bytes_ -= entries_.back().first.size();
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    return dropped;
  }

  std::size_t size() const { return entries_.size(); }
  void swap(LruMap& other) {
    entries_.swap(other.entries_);
    index_.swap(other.index_);
    std::swap(key_bytes_, other.key_bytes_);
  }

 private:
  using Entries = std::list<std::pair<std::string, Value>>;
  std::size_t capacity_;
  std::size_t most_key_bytes_;
  std::size_t key_bytes_ = 0;
  Entries entries_;  // most recently used first
  std::unordered_map<std::string_view, typename Entries::iterator> index_;
};

}  // namespace tightloop::run
