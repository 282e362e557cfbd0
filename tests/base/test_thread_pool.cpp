// The thread pool: every index once, shared by callers, nested, resized by nobody, forked.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/thread_pool.hpp"
#include "catch.hpp"

using tightloop::base::ThreadPool;

namespace {

#if defined(__SANITIZE_THREAD__)
// ThreadSanitizer's runtime cannot start threads in the child of a process that had several.
constexpr bool kCanForkThreads = false;
#else
constexpr bool kCanForkThreads = true;
#endif

// Counts how often each index was run, and by which threads.
struct Tally {
  explicit Tally(std::size_t n) : seen(n) {}
  std::vector<std::atomic<int>> seen;
  std::mutex mutex;
  std::set<std::thread::id> threads;

  static void task(void* context, std::size_t index) {
    auto* tally = static_cast<Tally*>(context);
    tally->seen[index].fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(tally->mutex);
    tally->threads.insert(std::this_thread::get_id());
  }
  bool each_once() const {
    for (const auto& n : seen) {
      if (n.load(std::memory_order_relaxed) != 1) return false;
    }
    return true;
  }
};

// Holds its tasks until `parties` of them run at once, so that a test can count on that many
// threads.
struct Meeting {
  explicit Meeting(int n) : parties(n) {}
  const int parties;
  std::atomic<int> here{0};

  static void task(void* context, std::size_t) {
    auto* meeting = static_cast<Meeting*>(context);
    meeting->here.fetch_add(1);
    while (meeting->here.load() < meeting->parties) std::this_thread::yield();
  }
};

bool sums_right(ThreadPool& pool, std::size_t count, int threads) {
  Tally tally(count);
  pool.run(count, Tally::task, &tally, threads);
  return tally.each_once();
}

// Runs `body` in a forked child that is killed when it hangs; true where the child exits with 0.
template <class Body>
bool child_succeeds(const Body& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(body() ? 0 : 1);
  }
  int status = -1;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("base: the pool runs every index once", "[concurrent]") {
  ThreadPool pool(4);
  CHECK(pool.concurrency() == 4);
  for (std::size_t count : {0U, 1U, 2U, 3U, 4U, 5U, 100U, 1000U}) {
    for (int threads : {1, 2, 3, 4, 100, 0}) {
      CAPTURE(count, threads);
      CHECK(sums_right(pool, count, threads));
    }
  }
}

TEST_CASE("base: no worker exists before a run that needs one", "[concurrent]") {
  ThreadPool pool(4);
  CHECK(pool.started() == 0);
  CHECK(sums_right(pool, 1, 4));
  CHECK(sums_right(pool, 100, 1));
  CHECK(pool.started() == 0);
  CHECK(sums_right(pool, 2, 4));
  CHECK(pool.started() == 1);
  CHECK(sums_right(pool, 100, 3));
  CHECK(pool.started() == 2);
  CHECK(sums_right(pool, 100, 4));
  CHECK(pool.started() == 3);
}

TEST_CASE("base: a pool of one, or less, is its caller", "[concurrent]") {
  for (int size : {1, 0, -3}) {
    ThreadPool pool(size);
    CHECK(pool.concurrency() == 1);
    Tally tally(10);
    pool.run(10, Tally::task, &tally, 8);
    CHECK(tally.each_once());
    CHECK(tally.threads == std::set{std::this_thread::get_id()});
    CHECK(pool.started() == 0);
  }
}

TEST_CASE("base: as many threads as asked for take part, never more", "[concurrent]") {
  ThreadPool pool(6);
  for (int round = 0; round < 20; ++round) {
    // Sleeping and spinning workers are both waited for.
    if (round % 5 == 4) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    for (int threads : {2, 3, 6}) {
      Meeting meeting(threads);
      pool.run(static_cast<std::size_t>(threads), Meeting::task, &meeting, threads);
      CHECK(meeting.here == threads);
      Tally tally(64);
      pool.run(64, Tally::task, &tally, threads);
      CHECK(tally.each_once());
      CHECK(tally.threads.size() <= static_cast<std::size_t>(threads));
    }
  }
}

TEST_CASE("base: one thread is given the indices in order", "[concurrent]") {
  ThreadPool pool(3);
  struct Last {
    std::atomic<std::size_t> next{0};
    std::atomic<bool> ordered{true};
  };
  // Each thread sees its own indices rise, whatever the others do.
  static thread_local std::size_t mine;
  mine = 0;
  Last last;
  pool.run(
      1000,
      [](void* context, std::size_t index) {
        auto* l = static_cast<Last*>(context);
        if (l->next.fetch_add(1) > 1000 || (mine != 0 && index <= mine)) l->ordered = false;
        mine = index;
      },
      &last, 3);
  CHECK(last.ordered);
  CHECK(last.next == 1000);
}

TEST_CASE("base: a run inside a task stays in its thread", "[concurrent]") {
  ThreadPool pool(4);
  struct Outer {
    ThreadPool* pool;
    std::atomic<int> inner{0};
    std::atomic<int> strangers{0};
  } outer{&pool};
  const auto task = [](void* context, std::size_t) {
    auto* o = static_cast<Outer*>(context);
    Tally tally(16);
    o->pool->run(16, Tally::task, &tally, 4);
    if (tally.threads != std::set{std::this_thread::get_id()}) o->strangers.fetch_add(1);
    if (tally.each_once()) o->inner.fetch_add(1);
  };
  for (int threads : {1, 4}) {
    outer.inner = 0;
    pool.run(32, task, &outer, threads);
    CHECK(outer.inner == 32);
    CHECK(outer.strangers == 0);
  }
}

TEST_CASE("base: eight threads share one pool", "[concurrent]") {
  ThreadPool pool(4);
  std::atomic<int> good{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 8; ++t) {
    callers.emplace_back([&, t] {
      for (int round = 0; round < 200; ++round) {
        const auto count = static_cast<std::size_t>((t * 7 + round) % 40);
        if (sums_right(pool, count, 1 + (round + t) % 5)) good.fetch_add(1);
      }
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(good == 8 * 200);
  CHECK(pool.started() <= 3);
}

TEST_CASE("base: what tasks write, the caller reads", "[concurrent]") {
  ThreadPool pool(4);
  std::vector<std::uint64_t> values(512);
  for (std::uint64_t round = 1; round <= 100; ++round) {
    struct Context {
      std::uint64_t* values;
      std::uint64_t round;
    } context{values.data(), round};
    pool.run(
        values.size(),
        [](void* c, std::size_t i) {
          const auto* x = static_cast<Context*>(c);
          x->values[i] = x->round * i;
        },
        &context, 4);
    std::uint64_t sum = 0;
    for (const std::uint64_t v : values) sum += v;
    REQUIRE(sum == round * 511 * 512 / 2);
  }
}

TEST_CASE("base: pools come and go", "[concurrent]") {
  for (int round = 0; round < 50; ++round) {
    ThreadPool pool(1 + round % 5);
    CHECK(sums_right(pool, static_cast<std::size_t>(round % 7), 4));
  }
}

TEST_CASE("base: a forked child has a pool of its own", "[concurrent]") {
  if (!kCanForkThreads) return;
  ThreadPool pool(4);
  CHECK(child_succeeds([&] { return pool.started() == 0 && sums_right(pool, 100, 4); }));
  REQUIRE(sums_right(pool, 100, 4));
  REQUIRE(pool.started() == 3);
  CHECK(child_succeeds([&] {
    return pool.started() == 0 && sums_right(pool, 100, 4) && pool.started() == 3 &&
           child_succeeds([&] { return sums_right(pool, 50, 4); });
  }));
  CHECK(sums_right(pool, 100, 4));
  // A pool of before the fork can be destroyed in the child, used there or not.
  for (bool used : {false, true}) {
    auto other = std::make_unique<ThreadPool>(3);
    REQUIRE(sums_right(*other, 10, 3));
    CHECK(child_succeeds([&] {
      const bool good = !used || sums_right(*other, 10, 3);
      other.reset();
      return good;
    }));
  }
}

TEST_CASE("base: forks while other threads run", "[concurrent]") {
  if (!kCanForkThreads) return;
  ThreadPool pool(4);
  std::atomic<bool> stop{false};
  std::atomic<int> bad{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 3; ++t) {
    callers.emplace_back([&] {
      while (!stop) {
        if (!sums_right(pool, 40, 4)) bad.fetch_add(1);
      }
    });
  }
  int good = 0;
  for (int round = 0; round < 25; ++round) {
    if (child_succeeds([&] {
          for (int i = 0; i < 5; ++i) {
            if (!sums_right(pool, 20, 4)) return false;
          }
          return true;
        })) {
      ++good;
    }
  }
  stop = true;
  for (auto& caller : callers) caller.join();
  CHECK(good == 25);
  CHECK(bad == 0);
}

TEST_CASE("base: the default executor is one pool of all CPUs", "[concurrent]") {
  std::vector<tightloop::Executor*> seen(8);
  std::vector<std::thread> threads;
  for (auto& slot : seen) {
    threads.emplace_back([&slot] { slot = &tightloop::default_executor(); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto* executor : seen) CHECK(executor == seen[0]);
  CHECK(seen[0]->concurrency() == tightloop::base::available_cpus());
  Tally tally(100);
  seen[0]->run(100, Tally::task, &tally, 0);
  CHECK(tally.each_once());
}
