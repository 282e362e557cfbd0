// The thread pool: a job is a range of task indices on the stack of its caller; workers join open
// jobs in the order of their arrival and leave when no index is left. fork() kills all workers but
// not the memory they shared, so every fork starts an epoch, and a crew of an older epoch is left
// as it is, its locks included.
#include "base/thread_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>
#include <mutex>
#include <new>
#include <thread>

#include "base/own_thread.hpp"

namespace tightloop {

Executor::~Executor() = default;

namespace base {
namespace {

// How long a thread that waits looks on before it sleeps: longer than the gap between two
// evaluations in a row, too short to be seen in a load average.
constexpr std::chrono::microseconds kSpin{50};

std::atomic<std::uint32_t> fork_epoch{0};
const int fork_handler =
    pthread_atfork(nullptr, nullptr, [] { fork_epoch.fetch_add(1, std::memory_order_relaxed); });

thread_local bool inside_task = false;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `word` differs from `old`: a spin, then sleep.
void wait_while(const std::atomic<std::uint32_t>& word, std::uint32_t old, bool spin) {
  if (spin) {
    const auto end = std::chrono::steady_clock::now() + kSpin;
    do {
      for (int i = 0; i < 32; ++i) {
        if (word.load(std::memory_order_acquire) != old) return;
        relax();
      }
    } while (std::chrono::steady_clock::now() < end);
  }
  word.wait(old, std::memory_order_acquire);
}

struct Job {
  void (*task)(void* context, std::size_t index);
  void* context;
  std::size_t count;
  int wanted;                            ///< workers that the job was opened for
  int places;                            ///< workers that may still join; under the crew's lock
  Job* later = nullptr;                  ///< the next open job; under the crew's lock
  std::atomic<std::size_t> next{0};      ///< the first index not handed out
  std::atomic<std::uint32_t> inside{0};  ///< workers that have joined and not left

  Job(std::size_t n, void (*t)(void*, std::size_t), void* c, int workers)
      : task(t), context(c), count(n), wanted(workers), places(workers) {}

  void work() {
    const bool outer = inside_task;
    inside_task = true;
    // Past the end the counter is not touched again, so that it cannot wrap.
    while (next.load(std::memory_order_relaxed) < count) {
      const std::size_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) break;
      task(context, index);
    }
    inside_task = outer;
  }
};

void run_here(std::size_t count, void (*task)(void*, std::size_t), void* context) {
  const bool outer = inside_task;
  inside_task = true;
  for (std::size_t i = 0; i < count; ++i) task(context, i);
  inside_task = outer;
}

// The workers of one pool in one process. Held by the pool and by each worker; the last one to let
// go deletes it.
class Crew {
 public:
  Crew(int most, bool spin)
      : most_(most), spin_(spin), epoch_(fork_epoch.load(std::memory_order_relaxed)) {}

  bool from_before_fork() const { return epoch_ != fork_epoch.load(std::memory_order_relaxed); }
  int started() const { return started_.load(std::memory_order_relaxed); }

  void run(Job& job) {
    open(job);
    job.work();
    close(job);
    while (true) {
      const std::uint32_t seen = left_.load(std::memory_order_acquire);
      if (job.inside.load(std::memory_order_acquire) == 0) return;
      wait_while(left_, seen, spin_);
    }
  }

  // Ends the workers and returns when they are past their last task; no job may be open.
  void dismiss() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    news_.fetch_add(1, std::memory_order_release);
    news_.notify_all();
    for (int n = started(); n != 0; n = started()) started_.wait(n);
    release();
  }

  void release() {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  Crew* abandoned = nullptr;  ///< the next crew that a fork left behind

 private:
  void open(Job& job) {
    bool all;
    {
      const std::lock_guard lock(mutex_);
      int demand = job.wanted;
      Job** end = &first_;
      for (; *end != nullptr; end = &(*end)->later)
        demand = std::min(most_, demand + (*end)->wanted);
      *end = &job;
      while (started() < std::min(demand, most_) && start_worker()) {
      }
      all = job.wanted >= started();
    }
    news_.fetch_add(1, std::memory_order_release);
    if (all) {
      news_.notify_all();
    } else {
      for (int i = 0; i < job.wanted; ++i) news_.notify_one();
    }
  }

  // After this no worker can join the job.
  void close(Job& job) {
    const std::lock_guard lock(mutex_);
    for (Job** at = &first_; *at != nullptr; at = &(*at)->later) {
      if (*at == &job) {
        *at = job.later;
        return;
      }
    }
  }

  Job* join() {
    const std::lock_guard lock(mutex_);
    for (Job* job = first_; job != nullptr; job = job->later) {
      if (job->places > 0 && job->next.load(std::memory_order_relaxed) < job->count) {
        --job->places;
        job->inside.fetch_add(1, std::memory_order_relaxed);
        return job;
      }
    }
    return nullptr;
  }

  void leave(Job& job) {
    // The caller may return, and the job be gone, as soon as the count is down.
    if (job.inside.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      left_.fetch_add(1, std::memory_order_release);
      left_.notify_all();
    }
  }

  bool over() {
    const std::lock_guard lock(mutex_);
    return ending_;
  }

  void serve() {
    while (true) {
      const std::uint32_t seen = news_.load(std::memory_order_acquire);
      if (Job* job = join()) {
        job->work();
        leave(*job);
      } else if (over()) {
        break;
      } else {
        wait_while(news_, seen, spin_);
      }
    }
    started_.fetch_sub(1);
    started_.notify_all();
    release();
  }

  // Threads are detached: a pool that lives as long as the process has nobody to join them, and
  // dismiss() waits by itself.
  bool start_worker() {
    holders_.fetch_add(1, std::memory_order_relaxed);
    started_.fetch_add(1, std::memory_order_relaxed);
    const auto body = [](void* crew) -> void* {
      static_cast<Crew*>(crew)->serve();
      return nullptr;
    };
    const bool ok = start_detached(body, this);
    if (!ok) {
      started_.fetch_sub(1, std::memory_order_relaxed);
      holders_.fetch_sub(1, std::memory_order_relaxed);
    }
    return ok;
  }

  const int most_;
  const bool spin_;
  const std::uint32_t epoch_;
  std::atomic<int> holders_{1};
  std::atomic<int> started_{0};
  alignas(64) std::atomic<std::uint32_t> news_{0};  ///< counts jobs opened; idle workers wait on it
  alignas(64) std::atomic<std::uint32_t> left_{0};  ///< counts jobs left; callers wait on it
  alignas(64) std::mutex mutex_;
  Job* first_ = nullptr;
  bool ending_ = false;
};

// Keeps crews of before a fork reachable: nothing of theirs can be told to be consistent, so they
// are never freed.
std::atomic<Crew*> abandoned_crews{nullptr};

void abandon(Crew* crew) {
  crew->abandoned = abandoned_crews.load(std::memory_order_relaxed);
  while (!abandoned_crews.compare_exchange_weak(crew->abandoned, crew)) {
  }
}

}  // namespace

struct ThreadPool::State {
  int size = 1;
  bool spin = false;
  std::atomic<Crew*> crew{nullptr};

  // Returns this process's crew, made now if need be, or null where there is no memory for one.
  Crew* current() {
    Crew* old = crew.load(std::memory_order_acquire);
    while (old == nullptr || old->from_before_fork()) {
      Crew* fresh = new (std::nothrow) Crew(size - 1, spin);
      if (fresh == nullptr) return nullptr;
      if (crew.compare_exchange_strong(old, fresh, std::memory_order_acq_rel)) {
        if (old != nullptr) abandon(old);
        return fresh;
      }
      fresh->release();
    }
    return old;
  }
};

ThreadPool::ThreadPool(int size) : state_(std::make_unique<State>()) {
  state_->size = std::max(size, 1);
  // Spinning pays only while every thread has a CPU of its own.
  state_->spin = static_cast<unsigned>(state_->size) <= std::thread::hardware_concurrency();
}

ThreadPool::~ThreadPool() {
  Crew* crew = state_->crew.load(std::memory_order_acquire);
  if (crew == nullptr) return;
  if (crew->from_before_fork()) {
    abandon(crew);
  } else {
    crew->dismiss();
  }
}

int ThreadPool::concurrency() const noexcept {
  return state_->size;
}

void ThreadPool::run(std::size_t count, void (*task)(void* context, std::size_t index),
                     void* context, int threads) {
  const int most = threads > 0 ? std::min(threads, state_->size) : state_->size;
  const int wanted = static_cast<int>(std::min(static_cast<std::size_t>(most), count)) - 1;
  Crew* crew = wanted > 0 && !inside_task ? state_->current() : nullptr;
  if (crew == nullptr) {
    run_here(count, task, context);
    return;
  }
  Job job(count, task, context, wanted);
  crew->run(job);
}

int ThreadPool::started() const noexcept {
  const Crew* crew = state_->crew.load(std::memory_order_acquire);
  return crew == nullptr || crew->from_before_fork() ? 0 : crew->started();
}

}  // namespace base

Executor& default_executor() {
  // Never destroyed: other threads may still evaluate while the process ends. Made without a lock
  // that a fork could leave taken.
  static std::atomic<base::ThreadPool*> pool{nullptr};
  base::ThreadPool* known = pool.load(std::memory_order_acquire);
  if (known == nullptr) {
    auto fresh = std::make_unique<base::ThreadPool>(base::available_cpus());
    if (pool.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel)) {
      known = fresh.release();
    }
  }
  return *known;
}

}  // namespace tightloop
