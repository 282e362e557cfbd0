// Sources: the elements of files and pipes, read in parts, again, from the middle; and what ends
// early.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/npy.hpp"
#include "tightloop/source.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

namespace {

std::vector<std::uint16_t> counting(std::size_t count) {
  std::vector<std::uint16_t> values(count);
  std::iota(values.begin(), values.end(), std::uint16_t{1});
  return values;
}

/// Standard input from a file or a pipe, for a scope.
class StandardInput {
 public:
  explicit StandardInput(int descriptor) : saved_(::dup(0)) { ::dup2(descriptor, 0); }
  ~StandardInput() {
    ::dup2(saved_, 0);
    ::close(saved_);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  int saved_;
};

}  // namespace

TEST_CASE("io: a source is read in parts, again and from the middle") {
  const ScratchFolder folder;
  const auto values = counting(1000);
  write_npy(folder.file("x.npy"), ArrayView(values.data(), Dims{10, 100}));
  const auto source = open_source(folder.file("x.npy"));
  CHECK(source->dtype() == DType::uint16);
  CHECK(source->shape() == Dims{10, 100});
  CHECK(source->bytes() == 2000);
  CHECK_FALSE(source->swapped());
  CHECK_FALSE(source->fortran_order());
  CHECK(source->name() == folder.file("x.npy"));
  REQUIRE(source->rewindable());
  std::vector<std::uint16_t> got(1000);
  auto* bytes = reinterpret_cast<char*>(got.data());
  for (std::size_t at = 0; at < 2000; at += 125) source->read(bytes + at, 125);
  CHECK(got == values);
  CHECK(contains(message_of([&] { source->read(bytes, 1); }), "are asked for"));
  source->seek(1990);
  source->read(bytes, 10);
  CHECK(std::memcmp(bytes, values.data() + 995, 10) == 0);
  CHECK(contains(message_of([&] { source->seek(2001); }), "are asked for"));
}

TEST_CASE("io: Fortran order, swapped bytes and odd bools come as they are told") {
  const ScratchFolder folder;
  const std::string text = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }";
  const std::string elements("\0\1\0\2\0\3\0\4\0\5\0\6", 12);
  const std::string head = std::string("\x93NUMPY\1\0", 8) + static_cast<char>(text.size()) + '\0';
  const std::string path = folder.write("f.npy", head + text + elements);
  const auto source = open_source(path);
  CHECK(source->fortran_order());
  CHECK(source->swapped());
  std::string got(12, '\0');
  source->read(got.data(), 12);
  CHECK(got == elements);
  CHECK(Array::copy_of(load(path)).values<std::int16_t>()[1] == 3);

  const std::string bools = "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }";
  const std::string odd = std::string("\x93NUMPY\1\0", 8) + static_cast<char>(bools.size()) + '\0';
  const auto flags = open_source(folder.write("b.npy", odd + bools + std::string("\0\2\xff", 3)));
  flags->read(got.data(), 3);
  CHECK(got.substr(0, 3) == std::string("\0\1\1", 3));
}

TEST_CASE("io: a file that shrinks after it was opened is an error") {
  const ScratchFolder folder;
  const auto values = counting(1000);
  const std::string path = folder.file("x.npy");
  write_npy(path, ArrayView(values.data(), Dims{1000}));
  const auto source = open_source(path);
  REQUIRE(::truncate(path.c_str(), 1128) == 0);
  std::vector<char> bytes(2000);
  const std::string message = message_of([&] { source->read(bytes.data(), 2000); });
  CHECK(contains(message, "x.npy': ended 1000 bytes early"));
  CHECK(contains(message_of([&] { open_source(path); }), "shorter than its header says"));
}

TEST_CASE("io: standard input is read in order, from a pipe or a file") {
  const ScratchFolder folder;
  const auto values = counting(50'000);
  write_npy(folder.file("x.npy"), ArrayView(values.data(), Dims{50'000}));
  const std::string file = folder.read("x.npy");
  int ends[2];
  const auto feed = [&](const std::string& bytes) {
    REQUIRE(::pipe(ends) == 0);
    return std::thread([&ends, bytes] {
      for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t done = ::write(ends[1], bytes.data() + at, bytes.size() - at);
        if (done <= 0) break;
        at += static_cast<std::size_t>(done);
      }
      ::close(ends[1]);
    });
  };
  {
    std::thread writer = feed(file);
    const StandardInput redirected(ends[0]);
    const auto source = open_source("-");
    CHECK_FALSE(source->rewindable());
    CHECK(source->name() == "standard input");
    std::vector<std::uint16_t> got(50'000);
    source->read(got.data(), 100'000);
    writer.join();
    CHECK(got == values);
    CHECK(contains(message_of([&] { source->seek(0); }), "only once"));
  }
  ::close(ends[0]);
  for (const std::size_t length : {std::size_t{0}, std::size_t{5}, std::size_t{9}, std::size_t{60},
                                   std::size_t{128}, file.size() - 1}) {
    std::thread writer = feed(file.substr(0, length));
    std::string message;
    {
      const StandardInput redirected(ends[0]);
      message = message_of([] { load("-"); });
    }
    writer.join();
    ::close(ends[0]);
    INFO(length << ": " << message);
    CHECK(contains(message, "'standard input'"));
    CHECK(contains(message, length == 0    ? "is empty"
                            : length < 128 ? "is cut off inside the .npy header"
                                           : "bytes early"));
  }
  const int opened = ::open(folder.file("x.npy").c_str(), O_RDONLY);
  {
    const StandardInput redirected(opened);
    CHECK(open_source("-")->rewindable());
    CHECK(load("-").values<std::uint16_t>()[49'999] == values[49'999]);
  }
  ::close(opened);
}

TEST_CASE("io: a named pipe is a source") {
  const ScratchFolder folder;
  const auto values = counting(100);
  write_npy(folder.file("x.npy"), ArrayView(values.data(), Dims{100}));
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  std::thread writer([&] {
    const std::string bytes = folder.read("x.npy");
    const int fd = ::open(folder.file("pipe").c_str(), O_WRONLY);
    if (::write(fd, bytes.data(), bytes.size()) < 0) std::abort();
    ::close(fd);
  });
  const Array read = load(folder.file("pipe"));
  writer.join();
  CHECK(read.values<std::uint16_t>()[99] == 100);
}

TEST_CASE("io: what is no source and what is no format") {
  const ScratchFolder folder;
  CHECK(contains(message_of([&] { open_source(folder.file("absent.npy")); }), "No such file"));
  CHECK(contains(message_of([&] { open_source(folder.path().string()); }), "is a folder"));
  CHECK(contains(message_of([&] { open_source("/dev/null"); }), "is a device"));
  CHECK(contains(message_of([&] { open_source(std::string("a\0b", 3)); }), "NUL"));
  // Names cannot talk to the terminal; no character is cut in two.
  CHECK(contains(message_of([&] { open_source("a\x1b[2J\xc2\x9b\xc3\xa9"); }),
                 "'a\\x1b[2J\\x9b\xc3\xa9'"));
  std::string accents = "a";
  for (int i = 0; i < 150; ++i) accents += "\xc3\xa9";
  CHECK(contains(message_of([&] { open_source(accents); }), accents.substr(0, 199) + "...'"));
  const auto values = counting(3);
  const ArrayView view(values.data(), Dims{3});
  CHECK(contains(message_of([&] { save(folder.file("x.what"), view); }), "no known format"));
  CHECK(contains(message_of([&] { save("-", view); }), "not a file"));
  for (const std::string name : {"x.npy", "X.NPY", "x"}) {
    save(folder.file(name), view);
    CHECK(load(folder.file(name)).values<std::uint16_t>()[2] == 3);
  }
  CHECK(folder.entries() == 3);
}
