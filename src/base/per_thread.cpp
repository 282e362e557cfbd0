// Owners of the objects of PerThread: POSIX keys, whose destructors run after those of C++ objects.
#include "base/per_thread.hpp"

#include <new>

namespace tightloop::base {

void leave_to_thread(std::atomic<std::uint32_t>& key, void (*destroy)(void*), void* object) {
  // The key plus one. Made without a lock that a fork could leave taken.
  std::uint32_t known = key.load(std::memory_order_acquire);
  if (known == 0) {
    pthread_key_t fresh;
    if (pthread_key_create(&fresh, destroy) != 0) throw std::bad_alloc();
    if (key.compare_exchange_strong(known, fresh + 1, std::memory_order_acq_rel)) {
      known = fresh + 1;
    } else {
      pthread_key_delete(fresh);
    }
  }
  if (pthread_setspecific(known - 1, object) != 0) throw std::bad_alloc();
}

}  // namespace tightloop::base
