// The thread and its queue, started by the first job.
#include "base/background.hpp"

#include <pthread.h>
#include <sched.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>

#include "base/own_thread.hpp"

namespace tightloop::base {
namespace {

/// What the thread and its clients share. A fork leaves the parent's behind, locks included.
struct Crew {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> jobs;
  bool started = false;
  bool working = false;
  unsigned epoch = 1;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return !jobs.empty(); });
      std::function<void()> job = std::move(jobs.front());
      jobs.pop_front();
      working = true;
      lock.unlock();
      job();
      job = nullptr;  // what it holds may be large
      lock.lock();
      working = false;
      changed.notify_all();
    }
  }
};

Crew* current = nullptr;  // never destroyed: the thread outlives static objects

Crew& crew() {
  static const bool made = [] {
    current = new Crew;
    pthread_atfork(nullptr, nullptr, [] {
      const unsigned last = current->epoch;
      current = new Crew;
      current->epoch = last + 1;
    });
    return true;
  }();
  (void)made;
  return *current;
}

/// Throws std::bad_alloc where there is no thread to be had.
void start(Crew& c) {
  const auto body = [](void* crew) -> void* {
#if defined(SCHED_BATCH)
    sched_param none{};
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
#endif
    static_cast<Crew*>(crew)->work();
    return nullptr;
  };
  if (!start_detached(body, &c, kCompilerStack)) throw std::bad_alloc();
  c.started = true;
}

}  // namespace

void run_in_background(std::function<void()> job) {
  Crew& c = crew();
  const std::lock_guard lock(c.mutex);
  if (!c.started) start(c);
  c.jobs.push_back(std::move(job));
  c.changed.notify_all();
}

unsigned background_epoch() {
  return crew().epoch;
}

void wait_for_background() {
  Crew& c = crew();
  std::unique_lock lock(c.mutex);
  c.changed.wait(lock, [&] { return c.jobs.empty() && !c.working; });
}

}  // namespace tightloop::base
