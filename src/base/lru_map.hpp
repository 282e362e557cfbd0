// A map from text to shared values, bounded in entries and in bytes (of keys, and of what the
// values are said to hold); the least recently used entries make room. Not locked.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tightloop::base {

template <class T>
class LruMap {
 public:
  using Value = std::shared_ptr<T>;

  LruMap(std::size_t capacity, std::size_t bytes) : capacity_(capacity), most_bytes_(bytes) {}

  /// Returns the value, or null. Does not allocate.
  Value find(std::string_view key) {
    const auto at = index_.find(key);
    if (at == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, at->second);
    return at->second->value;
  }

  /// Adds a value (or replaces one) that holds about so many bytes; returns what had to leave, for
  /// the caller to free unlocked.
  std::vector<Value> insert(std::string key, Value value, std::size_t bytes = 0) {
    if (const auto at = index_.find(key); at != index_.end()) {
      std::swap(at->second->value, value);
      return {std::move(value)};
    }
    bytes += key.size();
    entries_.push_front({std::move(key), std::move(value), bytes});
    index_.emplace(entries_.front().key, entries_.begin());
    bytes_ += bytes;
    std::vector<Value> dropped;
    while (entries_.size() > 1 && (entries_.size() > capacity_ || bytes_ > most_bytes_)) {
      dropped.push_back(std::move(entries_.back().value));
      bytes_ -= entries_.back().bytes;
      index_.erase(entries_.back().key);
      entries_.pop_back();
    }
    return dropped;
  }

  std::size_t size() const { return entries_.size(); }
  void swap(LruMap& other) {
    entries_.swap(other.entries_);
    index_.swap(other.index_);
    std::swap(bytes_, other.bytes_);
  }

 private:
  struct Entry {
    std::string key;
    Value value;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;
  std::size_t capacity_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  Entries entries_;  // most recently used first
  std::unordered_map<std::string_view, typename Entries::iterator> index_;
};

}  // namespace tightloop::base
