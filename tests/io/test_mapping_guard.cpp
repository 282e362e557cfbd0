// Mapped files that shrink, in a child process each: an error instead of SIGBUS, and what has other
// causes goes to the handler that was there before.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "base/thread_pool.hpp"
#include "catch.hpp"
#include "io/counted.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/npy.hpp"
#include "tightloop/options.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

namespace {

constexpr int kFine = 0;

/// Runs f in a child, whose exit status it returns; a signal gives 100 and its number.
template <class F>
int in_child(F&& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 99;
    try {
      status = f();
    } catch (...) {
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

/// Serial and interpreted first: a forked child has no threads of its parent's.
Options serial() {
  Options options;
  options.threads = 1;
  return options;
}

bool refuses(const std::string& text, const Array& x) {
  const std::string message = message_of([&] { evaluate(text, {{"x", x}}, serial()); });
  return contains(message, "x.npy': has become shorter while it was read");
}

volatile sig_atomic_t g_seen = 0;

}  // namespace

TEST_CASE("io: a mapped file that shrinks ends the evaluation with an error") {
  const ScratchFolder folder;
  const std::string path = folder.file("x.npy");
  for (const off_t length : {off_t{0}, off_t{100}, off_t{300'000}, off_t{800'127}}) {
    save(path, counted(DType::float64, Dims{1000, 100}));
    const int status = in_child([&] {
      guard_mapped_files();
      const Array x = load(path);
      if (evaluate("sum(x)", {{"x", x}}, serial()).size() != 1) return 1;
      if (::truncate(path.c_str(), length) != 0) return 2;
      if (!refuses("sum(x)", x)) return 3;
      if (!refuses("x * 2", x) || !refuses("sum(x)", x)) return 4;
      const Array y = counted(DType::float64, Dims{10});
      return evaluate("sum(x)", {{"x", y}}, serial()).size() == 1 ? kFine : 5;
    });
    INFO("cut to " << length);
    CHECK(status == kFine);
  }
}

TEST_CASE("io: a mapped file that shrinks ends evaluations on any number of threads") {
  const ScratchFolder folder;
  const std::string path = folder.file("x.npy");
  const Array whole = counted(DType::float32, Dims{1000, 1000});
  for (const int threads : {1, 2, 3, 4, 8, 0}) {
    const int status = in_child([&] {
      guard_mapped_files();
      base::ThreadPool pool(8);
      Options options;
      options.threads = threads;
      if (threads != 0) options.executor = &pool;
      for (int i = 0; i < 10; ++i) {
        save(path, whole);
        const Array x = load(path);
        if (::truncate(path.c_str(), 4096 * i) != 0) return 1;
        const std::string message = message_of([&] {
          evaluate(i % 2 == 0 ? "x * 2" : "sum(x)", {{"x", x}}, options);
        });
        if (!contains(message, "has become shorter while it was read")) return 2;
      }
      return kFine;
    });
    INFO(threads << " threads");
    CHECK(status == kFine);
  }
}

TEST_CASE("io: a file that is replaced, removed or grows while mapped stays as it was") {
  const ScratchFolder folder;
  const std::string path = folder.file("x.npy");
  save(path, counted(DType::float64, Dims{1000}));
  CHECK(in_child([&] {
          guard_mapped_files();
          guard_mapped_files();
          const Array x = load(path);
          const double sum = evaluate("sum(x)", {{"x", x}}, serial()).item<double>();
          save(path, counted(DType::int8, Dims{1}));
          if (evaluate("sum(x)", {{"x", x}}, serial()).item<double>() != sum) return 1;
          std::filesystem::remove(path);
          if (evaluate("sum(x)", {{"x", x}}, serial()).item<double>() != sum) return 2;
          return kFine;
        }) == kFine);
}

TEST_CASE("io: a mapping that goes leaves its place in the guard's list to the next") {
  const ScratchFolder folder;
  const std::string path = folder.file("x.npy");
  const std::string other = folder.file("y.npy");
  save(path, counted(DType::float64, Dims{1000, 100}));
  save(other, counted(DType::float64, Dims{1000, 100}));
  CHECK(in_child([&] {
          guard_mapped_files();
          {
            const Array x = load(path);
            if (::truncate(path.c_str(), 0) != 0 || !refuses("sum(x)", x)) return 1;
          }
          const Array y = load(other);
          return evaluate("sum(x)", {{"x", y}}, serial()).size() == 1 ? kFine : 2;
        }) == kFine);
}

TEST_CASE("io: a file being written that loses its space is not committed") {
  const ScratchFolder folder;
  CHECK(in_child([&] {
          guard_mapped_files();
          NpyWriter writer(folder.file("out.npy"), DType::float64, Dims{100'000});
          // The file may have no name but that of its descriptor.
          for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code failed;
            const std::string file = std::filesystem::read_symlink(entry.path(), failed).string();
            if (!file.starts_with(folder.path().string())) continue;
            if (::truncate(entry.path().c_str(), 4096) != 0) return 1;
          }
          auto* elements = static_cast<double*>(writer.view().mutable_data());
          for (int i = 0; i < 100'000; ++i) elements[i] = i;
          const std::string message = message_of([&] { writer.commit(); });
          return contains(message, "lost its space") ? kFine : 2;
        }) == kFine);
  CHECK_FALSE(std::filesystem::exists(folder.file("out.npy")));
}

TEST_CASE("io: other bus errors go to the handler that was there before") {
  const ScratchFolder folder;
  const std::string path = folder.write("page", std::string(4096, 'x'));
  const auto touch_lost_page = [&] {
    const int fd = ::open(path.c_str(), O_RDWR);
    auto* bytes = static_cast<volatile char*>(::mmap(nullptr, 8192, PROT_READ, MAP_SHARED, fd, 0));
    return static_cast<int>(bytes[5000]);
  };
  CHECK(in_child([&] {
          ::signal(SIGBUS, [](int) { ::_exit(42); });
          guard_mapped_files();
          return touch_lost_page();
        }) == 42);
  CHECK(in_child([&] {
          struct sigaction action {};
          action.sa_sigaction = [](int, siginfo_t* info, void*) {
            ::_exit(info->si_addr != nullptr ? 43 : 1);
          };
          action.sa_flags = SA_SIGINFO;
          ::sigaction(SIGBUS, &action, nullptr);
          guard_mapped_files();
          return touch_lost_page();
        }) == 43);
  CHECK(in_child([&] {
          ::signal(SIGBUS, SIG_DFL);
          guard_mapped_files();
          return touch_lost_page();
        }) == 100 + SIGBUS);
  CHECK(in_child([&] {
          ::signal(SIGBUS, [](int) { g_seen = 1; });
          guard_mapped_files();
          ::raise(SIGBUS);
          return g_seen == 1 ? kFine : 1;
        }) == kFine);
}

TEST_CASE("io: without the guard a mapping is only marked") {
  const ScratchFolder folder;
  save(folder.file("x.npy"), counted(DType::float64, Dims{1000}));
  const Array x = load(folder.file("x.npy"));
  CHECK(evaluate("sum(x)", {{"x", x}}).size() == 1);
}
