// One object per thread, made when it is first asked for and destroyed after the thread's own
// objects. Finding a thread's variable costs a shared library a call; here that is paid once, and
// then a pointer at a known place is read.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <memory>

namespace tightloop::base {

/// Hands `object` to the thread, which gives it to `destroy` when it ends; `key` is zero at first,
/// and one for all objects of a kind. Throws std::bad_alloc and leaves the object to the caller.
void leave_to_thread(std::atomic<std::uint32_t>& key, void (*destroy)(void*), void* object);

/// Works in every destructor, too: what is asked for while the thread ends is made anew and
/// destroyed after all, and at the end of the process nothing is destroyed.
template <class T>
class PerThread {
 public:
  /// Returns the calling thread's. Throws std::bad_alloc.
  static T& get() {
    T* const at = at_;
    return at != nullptr ? *at : make();
  }

 private:
  static T& make() {
    auto fresh = std::make_unique<T>();
    leave_to_thread(key_, destroy, fresh.get());
    at_ = fresh.release();
    return *at_;
  }
  static void destroy(void* object) {
    at_ = nullptr;
    delete static_cast<T*>(object);
  }
  static inline constinit std::atomic<std::uint32_t> key_{0};
  // One such variable makes all of the library's thread-local storage static, of which loaders keep
  // little for libraries that are loaded late: the objects themselves stand elsewhere.
  __attribute__((tls_model("initial-exec"))) static inline constinit thread_local T* at_ = nullptr;
};

}  // namespace tightloop::base
