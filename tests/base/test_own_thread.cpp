// The signals that threads of our own take.
#include "base/own_thread.hpp"

#include <atomic>
#include <initializer_list>
#include <thread>

#include "base/background.hpp"
#include "base/thread_pool.hpp"
#include "catch.hpp"
#include "streaming/start_thread.hpp"

using namespace tightloop;
using namespace tightloop::base;

namespace {

bool is_blocked(int signal) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return sigismember(&mask, signal) == 1;
}

/// True on a thread that takes what its own instructions raise and leaves the rest to the host.
bool is_ours() {
  for (const int raised : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTRAP}) {
    if (is_blocked(raised)) return false;
  }
  for (const int of_host : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGALRM, SIGUSR1, SIGPROF}) {
    if (!is_blocked(of_host)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("base: threads take the signals that they raise themselves and no others") {
  for (int size = 2; size <= 6; ++size) {
    struct Seen {
      std::thread::id caller = std::this_thread::get_id();
      std::atomic<int> wrong{0};
    } seen;
    ThreadPool pool(size);
    pool.run(
        1000,
        [](void* context, std::size_t) {
          auto& s = *static_cast<Seen*>(context);
          if (std::this_thread::get_id() != s.caller && !is_ours()) ++s.wrong;
        },
        &seen, size);
    CHECK(seen.wrong == 0);
  }
  static std::atomic<int> in_background{-1};
  run_in_background([] { in_background = is_ours() ? 1 : 0; });
  wait_for_background();
  CHECK(in_background == 1);
  bool beside = false;
  streaming::start_thread([&] { beside = is_ours(); })->join();
  CHECK(beside);
  CHECK_FALSE(is_blocked(SIGINT));
}
