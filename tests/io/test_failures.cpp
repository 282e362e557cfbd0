// Every format under a size limit, into a full device and with the writer killed: no file, or the
// whole file.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "io/counted.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

namespace {

const std::vector<std::string>& formats() {
  static const std::vector<std::string> ends = {".npy", ".npz", ".npz:name", ".png",
                                                ".pgm", ".raw", ".txt",      ".csv"};
  return ends;
}

}  // namespace

TEST_CASE("io: past a size limit no format leaves a file") {
  const ScratchFolder folder;
  const Array image = counted(DType::uint16, Dims{300, 400});
  const pid_t child = ::fork();
  if (child == 0) {
    // In a child, because a limit cannot always be raised again.
    ::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit { 500, 500 };
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int wrong = 0;
    for (const std::string& end : formats()) {
      const std::string message = message_of([&] { save(folder.file("x" + end), image); });
      if (!contains(message, "File too large")) ++wrong;
    }
    ::_exit(wrong);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(folder.entries() == 0);
}

TEST_CASE("io: devices, folders and missing folders are no targets") {
  const ScratchFolder folder;
  const Array image = counted(DType::uint8, Dims{3, 4});
  for (const std::string& end : formats()) {
    INFO(end);
    CHECK(contains(message_of([&] { save(folder.file("no/x" + end), image); }), "No such file"));
  }
  std::filesystem::create_symlink("/dev/full", folder.file("full.npy"));
  CHECK(contains(message_of([&] { save(folder.file("full.npy"), image); }), "No space left"));
  std::filesystem::create_directory(folder.file("x.npy"));
  const std::vector<SavedArray> two = {{folder.file("a.npy"), image},
                                       {folder.file("x.npy"), image}};
  CHECK(contains(message_of([&] { save_all(two); }), "is a folder"));
  CHECK(folder.entries() == 2);
}

TEST_CASE("io: a process killed while it writes leaves the old file or the new one") {
  const ScratchFolder folder;
  const Array old = counted(DType::uint16, Dims{200, 300}, 1);
  const Array fresh = counted(DType::uint16, Dims{200, 300}, 2);
  for (const std::string end : {".npy", ".npz", ".pgm", ".raw"}) {
    const std::string path = folder.file("x" + end);
    save(path, old);
    for (int i = 0; i < 6; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        for (;;) save(path, fresh);
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200 + 900 * i));
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
      const Array found = load(path + (end == ".raw" ? ":uint16:200x300" : ""));
      INFO(end << " " << i);
      CHECK((same(found, old) || same(found, fresh)));
      // Left by who was killed between naming and renaming it, or without unnamed files.
      for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with('.')) std::filesystem::remove(entry.path());
      }
    }
  }
}
