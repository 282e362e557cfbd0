// The handlers of fork(): all locks taken before it in one order, released after it on both sides.
#include "base/locks.hpp"

#include <pthread.h>

#include <new>

namespace tightloop::base {
namespace {

void before_fork() {
  Locks& l = locks();
  l.loading.lock();
  l.programs.lock();
  l.plans.lock();
  l.kernels.lock();
  l.definitions.lock();
}

void after_fork_in_parent() {
  Locks& l = locks();
  l.definitions.unlock();
  l.kernels.unlock();
  l.plans.unlock();
  l.programs.unlock();
  l.loading.unlock();
}

void after_fork_in_child() {
  Locks& l = locks();
  l.definitions.unlock();
  l.kernels.unlock();
  // A read-write lock knows its writer by thread id, and the child's thread has another.
  new (&l.plans) std::shared_mutex;
  l.programs.unlock();
  l.loading.unlock();
}

}  // namespace

Locks& locks() {
  static Locks* const instance = [] {
    auto* l = new Locks;
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
    return l;
  }();
  return *instance;
}

}  // namespace tightloop::base
