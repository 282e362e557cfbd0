// Files appear whole or not at all: under a full disk, a size limit, a lost folder, a moved writer.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "io/atomic_file.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/npy.hpp"
#include "tightloop/source.hpp"

using namespace tightloop;
using tightloop::io::test::ScratchFolder;

namespace {

std::string refusal(const std::string& path, DType dtype, const Dims& shape) {
  try {
    NpyWriter writer(path, dtype, shape);
    return "(no error)";
  } catch (const Error& error) {
    return error.code() == ErrorCode::file ? error.what() : "(another code)";
  }
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Limits the size of files of this process for a scope.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    struct rlimit now = old_;
    now.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &now);
    old_handler_ = ::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  struct rlimit old_ {};
  void (*old_handler_)(int) = nullptr;
};

mode_t mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

}  // namespace

TEST_CASE("io: a writer's file appears at commit, with what was stored in its memory") {
  const ScratchFolder folder;
  const std::string path = folder.file("out.npy");
  {
    NpyWriter writer(path, DType::uint32, Dims{2, 3});
    auto* elements = static_cast<std::uint32_t*>(writer.view().mutable_data());
    REQUIRE(elements != nullptr);
    REQUIRE(reinterpret_cast<std::uintptr_t>(elements) % 64 == 0);
    for (std::uint32_t i = 0; i < 6; ++i) elements[i] = i * i;
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK(folder.entries() <= 1);
    writer.commit();
    CHECK(folder.entries() == 1);
    CHECK_THROWS_AS(writer.commit(), Error);
    CHECK_THROWS_AS(writer.view(), Error);
  }
  const Array back = read_npy(path);
  CHECK(back.shape() == Dims{2, 3});
  CHECK(back.values<std::uint32_t>()[5] == 25);
}

TEST_CASE("io: a writer that is dropped leaves the old file alone and nothing else") {
  const ScratchFolder folder;
  const std::string path = folder.write("out.npy", "old");
  { const NpyWriter writer(path, DType::float64, Dims{1000}); }
  CHECK(folder.read("out.npy") == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("io: writers move") {
  const ScratchFolder folder;
  std::vector<NpyWriter> writers;
  for (int i = 0; i < 5; ++i) {
    writers.emplace_back(folder.file(std::to_string(i)), DType::int8, Dims{i});
  }
  NpyWriter first = std::move(writers[0]);
  CHECK_THROWS_AS(writers[0].view(), Error);
  CHECK_THROWS_AS(writers[0].commit(), Error);
  writers[0] = std::move(first);
  for (NpyWriter& writer : writers) writer.commit();
  writers.clear();
  CHECK(folder.entries() == 5);
  CHECK(read_npy(folder.file("4")).shape() == Dims{4});
}

TEST_CASE("io: several writers of one target do not disturb each other; the last commit stays") {
  const ScratchFolder folder;
  NpyWriter a(folder.file("x"), DType::int8, Dims{1});
  NpyWriter b(folder.file("x"), DType::int8, Dims{1});
  *static_cast<char*>(a.view().mutable_data()) = 1;
  *static_cast<char*>(b.view().mutable_data()) = 2;
  b.commit();
  a.commit();
  CHECK(read_npy(folder.file("x")).item<int>() == 1);
  CHECK(folder.entries() == 1);
}

TEST_CASE("io: an array may be written over the file that it maps") {
  const ScratchFolder folder;
  const std::vector<std::int64_t> values = {1, 2, 3};
  write_npy(folder.file("x"), ArrayView(values.data(), Dims{3}));
  const Array mapped = map_npy(folder.file("x"));
  write_npy(folder.file("x"), mapped);
  CHECK(read_npy(folder.file("x")).values<std::int64_t>()[2] == 3);
  CHECK(mapped.values<std::int64_t>()[2] == 3);
}

TEST_CASE("io: past the size limit or the disk's space there is an error and no file") {
  const ScratchFolder folder;
  {
    const FileSizeLimit limit(100'000);
    CHECK(contains(refusal(folder.file("x"), DType::uint8, Dims{200'000}), "File too large"));
    const std::vector<double> values(50'000);
    CHECK_THROWS_AS(write_npy(folder.file("x"), ArrayView(values.data(), Dims{50'000})), Error);
    CHECK_NOTHROW(write_npy(folder.file("y"), ArrayView(values.data(), Dims{1000})));
  }
  CHECK(contains(refusal(folder.file("x"), DType::uint8, Dims{std::int64_t{1} << 62}),
                 "cannot write"));
  CHECK(folder.entries() == 1);
}

TEST_CASE("io: targets that cannot be written") {
  const ScratchFolder folder;
  const Dims shape{3};
  CHECK(contains(refusal(folder.file("no/such/folder.npy"), DType::int8, shape), "No such file"));
  CHECK(contains(refusal(folder.path().string(), DType::int8, shape), "is a folder"));
  CHECK(contains(refusal("", DType::int8, shape), "empty file name"));
  CHECK(contains(refusal(folder.file(std::string("a\0b", 3)), DType::int8, shape), "NUL"));
  CHECK(contains(refusal(folder.file(std::string(300, 'n')), DType::int8, shape), "cannot write"));
  folder.write("plain", "x");
  CHECK(contains(refusal(folder.file("plain/x.npy"), DType::int8, shape), "cannot write"));
  CHECK_THROWS_AS(NpyWriter(folder.file("x"), DType::int8, Dims{-1}), Error);
  CHECK_THROWS_AS(NpyWriter(folder.file("x"), DType::int64, Dims{std::int64_t{1} << 62}), Error);
  CHECK_THROWS_AS(write_npy(folder.file("x"), ArrayView()), Error);
  if (::geteuid() != 0) {
    folder.write("locked", "x");
    ::chmod(folder.file("locked").c_str(), 0444);
    CHECK(contains(refusal(folder.file("locked"), DType::int8, shape), "Permission denied"));
    std::filesystem::remove(folder.file("locked"));
  }
  CHECK(folder.entries() == 1);
}

TEST_CASE("io: permissions and symbolic links of the target stay") {
  const ScratchFolder folder;
  const std::vector<std::int8_t> value = {7};
  const ArrayView view(value.data(), Dims{1});
  folder.write("private", "x");
  ::chmod(folder.file("private").c_str(), 0640);
  write_npy(folder.file("private"), view);
  CHECK(mode_of(folder.file("private")) == 0640);

  const mode_t mask = ::umask(027);
  write_npy(folder.file("new"), view);
  ::umask(mask);
  CHECK(mode_of(folder.file("new")) == 0640);

  std::filesystem::create_symlink("private", folder.file("link"));
  std::filesystem::create_symlink("later", folder.file("dangling"));
  std::filesystem::create_symlink("loop", folder.file("loop"));
  write_npy(folder.file("link"), view);
  write_npy(folder.file("dangling"), view);
  CHECK(std::filesystem::is_symlink(folder.file("link")));
  CHECK(std::filesystem::is_symlink(folder.file("dangling")));
  CHECK(read_npy(folder.file("later")).item<int>() == 7);
  CHECK_THROWS_AS(write_npy(folder.file("loop"), view), Error);
}

TEST_CASE("io: long names get a temporary that fits") {
  const ScratchFolder folder;
  const std::vector<std::int8_t> value = {7};
  const std::string path = folder.file(std::string(251, 'n') + ".npy");
  write_npy(path, ArrayView(value.data(), Dims{1}));
  CHECK(read_npy(path).item<int>() == 7);
}

TEST_CASE("io: a rename that fails leaves no temporary") {
  const ScratchFolder folder;
  {
    NpyWriter writer(folder.file("x"), DType::int8, Dims{1});
    std::filesystem::create_directory(folder.file("x"));
    folder.write("x/inside", "1");
    CHECK_THROWS_AS(writer.commit(), Error);
  }
  CHECK(folder.entries() == 1);
}

TEST_CASE("io: what is no ordinary file is written in a stream and never replaced") {
  const ScratchFolder folder;
  const std::vector<std::int32_t> values = {1, 2, 3};
  const ArrayView array(values.data(), Dims{3});
  save(folder.file("wanted.npy"), array);
  save(folder.file("wanted.npz:a"), array);
  for (const char* kind : {"npy", "npz"}) {
    const std::string pipe = folder.file(std::string("pipe.") + kind);
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    std::string got;
    std::thread reader([&] {
      std::ifstream in(pipe, std::ios::binary);
      got.assign(std::istreambuf_iterator<char>(in), {});
    });
    save(kind == std::string("npz") ? pipe + ":a" : pipe, array);
    reader.join();
    CHECK(got == folder.read(std::string("wanted.") + kind));
    struct stat info {};
    REQUIRE(::stat(pipe.c_str(), &info) == 0);
    CHECK(S_ISFIFO(info.st_mode));
  }
  write_npy("/dev/null", array);
  save("/dev/null", array);
  struct stat info {};
  REQUIRE(::stat("/dev/null", &info) == 0);
  CHECK(S_ISCHR(info.st_mode));
  CHECK_THROWS_AS(write_npy("/dev/full", array), Error);
}

TEST_CASE("io: a descriptor that is open is written where it stands") {
  const ScratchFolder folder;
  const std::vector<std::int32_t> values = {1, 2, 3};
  const ArrayView array(values.data(), Dims{3});
  write_npy(folder.file("x.npy"), array);
  const std::string log = folder.write("log", "an old line\n");
  const int fd = ::open(log.c_str(), O_WRONLY | O_APPEND);
  REQUIRE(fd >= 0);
  for (const std::string& way :
       {"/dev/fd/" + std::to_string(fd), "/proc/self/fd/" + std::to_string(fd)}) {
    write_npy(way, array);
  }
  ::close(fd);
  CHECK(folder.read("log") == "an old line\n" + folder.read("x.npy") + folder.read("x.npy"));
}

TEST_CASE("io: a pipe that nobody reads is an error, not a signal") {
  const ScratchFolder folder;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  const auto old = ::signal(SIGPIPE, SIG_DFL);
  const std::vector<std::int32_t> values = {1, 2, 3};
  CHECK_THROWS_AS(
      write_npy("/dev/fd/" + std::to_string(ends[1]), ArrayView(values.data(), Dims{3})), Error);
  ::signal(SIGPIPE, old);
  ::close(ends[1]);
}

TEST_CASE("io: what a killed writer has left goes with the next write; a living one's stays") {
  const ScratchFolder folder;
  const std::string left = folder.write(".x.tmp-0", "half");
  const std::string second = folder.write(".x.tmp-2", "half");
  const std::string living = folder.write(".x.tmp-1", "half");
  const int fd = ::open(living.c_str(), O_RDWR);
  REQUIRE(::flock(fd, LOCK_EX | LOCK_NB) == 0);
  const std::vector<std::int32_t> values = {1, 2, 3};
  write_npy(folder.file("x"), ArrayView(values.data(), Dims{3}));
  CHECK_FALSE(std::filesystem::exists(left));
  CHECK_FALSE(std::filesystem::exists(second));
  CHECK(std::filesystem::exists(living));
  CHECK(read_npy(folder.file("x")).size() == 3);
  ::close(fd);
}
