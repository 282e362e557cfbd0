#include "run/locks.hpp"

#include <pthread.h>

namespace tightloop::run {
namespace {

void before_fork() {
  Locks& l = locks();
  l.compiling.lock();
  l.programs.lock();
  l.plans.lock();
  l.kernels.lock();
}

void after_fork() {
  Locks& l = locks();
  l.kernels.unlock();
  l.plans.unlock();
  l.programs.unlock();
  l.compiling.unlock();
}

}  // namespace

Locks& locks() {
  static Locks* const instance = [] {
    auto* l = new Locks;
    pthread_atfork(before_fork, after_fork, after_fork);
    return l;
  }();
  return *instance;
}

}  // namespace tightloop::run
