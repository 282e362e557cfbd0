// Descriptors that do not block: nothing is lost, in either direction.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "io/byte_stream.hpp"
#include "io/descriptor.hpp"
#include "io/messages.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

namespace {

/// A pipe whose ends do not block, smaller than what goes through it.
struct Pipe {
  Pipe() {
    REQUIRE(::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    ::fcntl(ends[1], F_SETPIPE_SZ, 4096);
  }
  ~Pipe() { close_writer(), ::close(ends[0]); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_writer() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
  int ends[2] = {-1, -1};
};

}  // namespace

TEST_CASE("io: a pipe that does not block is waited for") {
  std::string sent(100'000, ' ');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 7 + i / 256);
  Pipe pipe;
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the reader finds nothing at first
    io::write_to(pipe.ends[1], sent.data(), sent.size(), "the pipe");
    pipe.close_writer();
  });
  io::PipeStream stream(pipe.ends[0], "the pipe");
  std::string got(sent.size() + 1, ' ');
  const std::size_t count = stream.read(got.data(), got.size());
  writer.join();
  got.resize(count);
  CHECK(got == sent);
}

TEST_CASE("io: a descriptor that is none is an error") {
  char byte = 0;
  CHECK(contains(message_of([&] { io::read_from(-1, &byte, 1, "x"); }), "cannot read 'x'"));
  CHECK(contains(message_of([&] { io::write_to(-1, &byte, 1, "x"); }), "cannot write 'x'"));
  CHECK(io::read_from(-1, &byte, 0, "x") == 0);
  io::write_to(-1, &byte, 0, "x");
}
