// Lists that the library hands out. A std::vector has another layout in a program that is compiled
// with other macros (-D_GLIBCXX_DEBUG) than the library was; this class has not.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

// Of functions that take or return a container of the standard library: compiled into the caller,
// with its layout, and never shared between translation units.
#if defined(__GNUC__)
#define TIGHTLOOP_IN_CALLER inline __attribute__((always_inline))
#else
#define TIGHTLOOP_IN_CALLER inline
#endif

namespace tightloop {

/// Owns elements one after the other; converts from and to std::vector.
template <class T>
class List {
 public:
  List() = default;
  List(std::initializer_list<T> list) : List(list.begin(), list.end()) {}
  template <class A>
  List(const std::vector<T, A>& v) : List(v.begin(), v.end()) {}
  template <class A>
  List(std::vector<T, A>&& v)
      : List(std::make_move_iterator(v.begin()), std::make_move_iterator(v.end())) {}
  List(const List& other) : List(other.begin(), other.end()) {}
  List(List&& other) noexcept { swap(other); }
  List& operator=(List other) noexcept {
    swap(other);
    return *this;
  }
  ~List() {
    if (items_ == nullptr) return;
    std::destroy_n(items_, size_);
    std::allocator<T>().deallocate(items_, room_);
  }

  void push_back(T value) {
    if (size_ == room_) {
      List larger;
      larger.reserve(room_ == 0 ? 4 : 2 * room_);
      for (T& item : *this) larger.append(std::move(item));
      swap(larger);
    }
    append(std::move(value));
  }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T* begin() noexcept { return items_; }
  T* end() noexcept { return items_ + size_; }
  const T* begin() const noexcept { return items_; }
  const T* end() const noexcept { return items_ + size_; }
  T& operator[](std::size_t i) noexcept { return items_[i]; }
  const T& operator[](std::size_t i) const noexcept { return items_[i]; }
  const T& front() const noexcept { return items_[0]; }
  const T& back() const noexcept { return items_[size_ - 1]; }
  template <class A>
  operator std::vector<T, A>() const& {
    return {begin(), end()};
  }
  template <class A>
  operator std::vector<T, A>() && {
    return {std::make_move_iterator(begin()), std::make_move_iterator(end())};
  }
  friend bool operator==(const List& a, const List& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t i = 0; i < a.size_; ++i) {
      if (!(a[i] == b[i])) return false;
    }
    return true;
  }

 private:
  template <class I>
  List(I first, I last) {
    List made;
    made.reserve(static_cast<std::size_t>(last - first));
    for (; first != last; ++first) made.append(*first);
    swap(made);
  }
  /// Of a list that is empty.
  void reserve(std::size_t count) {
    if (count == 0) return;
    items_ = std::allocator<T>().allocate(count);
    room_ = count;
  }
  template <class V>
  void append(V&& value) {
    std::construct_at(items_ + size_, std::forward<V>(value));
    ++size_;
  }
  void swap(List& other) noexcept {
    std::swap(items_, other.items_);
    std::swap(size_, other.size_);
    std::swap(room_, other.room_);
  }
  T* items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

}  // namespace tightloop
