// One object per thread, made when it is first asked for. Finding a thread's variable costs a
// shared library a call; here that is paid once, and then a pointer at a known place is read.
#pragma once

namespace tightloop::run {

template <class T>
class PerThread {
 public:
  /// Returns the calling thread's. Not to be called while the thread's objects are destroyed.
  static T& get() {
    T* const at = at_;
    return at != nullptr ? *at : make();
  }

 private:
  struct Owner {
    T value;
    Owner() { at_ = &value; }
    ~Owner() { at_ = nullptr; }
  };
  static T& make() {
    thread_local Owner owner;
    return owner.value;
  }
  // Eight bytes: loaders keep more than that for libraries that are loaded late.
  __attribute__((tls_model("initial-exec"))) static inline constinit thread_local T* at_ = nullptr;
};

}  // namespace tightloop::run
