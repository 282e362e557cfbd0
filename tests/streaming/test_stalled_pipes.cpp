// Pipes whose writer has more to say but does not say it: evaluations end all the same.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;
using tightloop::io::test::ScratchFolder;

namespace {

/// A named pipe of a float64 array of a million elements, of which 50,000 bytes have come.
class StalledPipe {
 public:
  StalledPipe() {
    const std::vector<double> values(1'000'000, 1);
    save(folder_.file("x.npy"), ArrayView(values.data(), Dims{1000, 1000}));
    REQUIRE(::mkfifo(name().c_str(), 0600) == 0);
    descriptor_ = ::open(name().c_str(), O_RDWR);
    const std::string begin = folder_.read("x.npy").substr(0, 50'000);
    REQUIRE(::write(descriptor_, begin.data(), begin.size()) == 50'000);
  }
  StalledPipe(const StalledPipe&) = delete;
  StalledPipe& operator=(const StalledPipe&) = delete;
  ~StalledPipe() { ::close(descriptor_); }
  std::string name() const { return folder_.file("pipe"); }

 private:
  ScratchFolder folder_;
  int descriptor_ = -1;
};

/// Refuses the first elements, as a disk that is full does, when all that came is computed.
class FullSink final : public Sink {
 public:
  void begin(DType, const Dims&) override {}
  void write(const void*, std::size_t) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    throw Error(ErrorCode::file, "the disk is full");
  }
  void finish() override {}
};

}  // namespace

TEST_CASE("streaming: a stop is heard while a pipe says nothing") {
  // In parts, and, where all events are asked for, as a whole.
  for (const bool whole : {false, true}) {
    const StalledPipe pipe;
    const auto source = open_source(pipe.name());
    std::atomic<bool> stop{false};
    std::vector<Event> events;
    StreamOptions options;
    options.options.stop = &stop;
    if (whole) options.options.events = &events;
    std::thread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      stop = true;
    });
    try {
      stream("x + 1", std::vector<StreamBinding>{{"x", *source}}, {}, options);
      FAIL("nobody has written the rest");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::stopped);
    }
    later.join();
  }
}

TEST_CASE("streaming: a sink that fails ends it while a pipe says nothing") {
  const StalledPipe pipe;
  const auto source = open_source(pipe.name());
  FullSink sink;
  Sink* const sinks[] = {&sink};
  StreamOptions options;
  options.step = 16'000;
  try {
    stream("x + 1", std::vector<StreamBinding>{{"x", *source}}, sinks, options);
    FAIL("the sink takes nothing");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::file);
  }
}
