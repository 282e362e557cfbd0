// Runs the tasks of a stage on an executor: collects events, and turns exceptions, which tasks must
// not throw, into one at the end.
#pragma once

#include <cxxabi.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <new>
#include <string>

#include "exec/cpu/stage_runner.hpp"

namespace tightloop::exec {

/// Completes this thread's stores around the caches, which no lock or atomic orders. To be called
/// at the end of a task whose kernels have streaming_stores: a fence after each call would wait for
/// memory each time.
inline void complete_streaming_stores() {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

/// Hands tasks to an executor. Whatever a host's own one throws is an Error.
inline void run_on(Executor& executor, std::size_t count, void (*task)(void*, std::size_t),
                   void* context, int threads) {
  try {
    executor.run(count, task, context, threads);
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    throw Error(ErrorCode::unsupported, std::string("the executor failed: ") + e.what());
  } catch (const abi::__forced_unwind&) {
    throw;  // the thread is cancelled
  } catch (...) {
    throw Error(ErrorCode::unsupported, "the executor failed");
  }
}

/// Calls run_task(i) for i in [0, count); each returns its events. Returns all of them together.
template <class RunTask>
std::uint64_t run_tasks(std::int64_t count, Workers workers, RunTask&& run_task) {
  if (count <= 0) return 0;
  struct Shared {
    RunTask& run_task;
    StopFlag stop;
    std::atomic<std::uint64_t> events{0};
    std::atomic<bool> no_memory{false};
    std::atomic<bool> failed{false};
  } shared{run_task, workers.stop};
  const auto body = [](void* context, std::size_t index) {
    auto& s = *static_cast<Shared*>(context);
    if (is_set(s.stop)) return;
    try {
      const std::uint64_t e = s.run_task(static_cast<std::int64_t>(index));
      if (e != 0) s.events.fetch_or(e, std::memory_order_relaxed);
    } catch (const std::bad_alloc&) {
      s.no_memory.store(true, std::memory_order_relaxed);
    } catch (const Error& e) {  // stopped, or of a task of a task
      if (e.code() == ErrorCode::stopped) return;
      (e.code() == ErrorCode::memory ? s.no_memory : s.failed)
          .store(true, std::memory_order_relaxed);
    } catch (...) {
      s.failed.store(true, std::memory_order_relaxed);
    }
  };
  if (count == 1 || workers.threads <= 1) {
    for (std::int64_t i = 0; i < count; ++i) body(&shared, static_cast<std::size_t>(i));
  } else {
    run_on(*workers.executor, static_cast<std::size_t>(count), body, &shared, workers.threads);
  }
  check_stop(shared.stop);
  if (shared.no_memory)
    throw Error(ErrorCode::memory, "no memory for the scratch space of a thread");
  if (shared.failed) throw Error(ErrorCode::internal, "a task of a stage failed");
  return shared.events;
}

}  // namespace tightloop::exec
