// Evaluation in parts: the bits of an evaluation in memory, in windows of bounded size.
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "memory_streams.hpp"
#include "tightloop/tightloop.hpp"

using namespace streams;

namespace {

using Kind = MemorySource::Kind;

/// Numbers without a pattern.
MemorySource numbers(const Dims& shape, Kind kind = Kind::file, bool fortran_order = false) {
  std::size_t count = 1;
  for (std::int64_t e : shape) count *= static_cast<std::size_t>(e);
  std::vector<unsigned char> bytes(count * sizeof(double));
  std::uint64_t state = 88172645463325252ULL + count;
  for (std::size_t i = 0; i < count; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const double x = std::ldexp(static_cast<double>(state >> 40), -20) - 7;
    std::memcpy(bytes.data() + i * sizeof x, &x, sizeof x);
  }
  return MemorySource(kind, DType::float64, shape, std::move(bytes), fortran_order);
}

StreamOptions in_steps_of(std::uint64_t step, std::uint64_t memory = 1 << 24, int threads = 1) {
  StreamOptions options;
  options.step = step;
  options.memory = memory;
  options.options.threads = threads;
  return options;
}

/// Streams into sinks what is evaluated in memory, too; returns the memory that was needed.
std::uint64_t check_same(const std::string& text, MemorySource& x, const StreamOptions& how) {
  const std::vector<Array> want = evaluate_all(text, {{"x", x.view()}});
  std::vector<MemorySink> sinks(want.size());
  std::vector<Sink*> pointers;
  for (MemorySink& s : sinks) pointers.push_back(&s);
  Stats stats;
  StreamOptions options = how;
  options.options.stats = &stats;
  const std::vector<StreamBinding> vars = {{"x", x}};
  INFO(text << ", steps of " << how.step << " bytes, " << how.options.threads << " threads");
  CHECK(stream(text, vars, pointers, options).empty());
  for (std::size_t i = 0; i < want.size(); ++i) CHECK(same_bits(sinks[i], want[i]));
  return stats.peak_extra_bytes;
}

ErrorCode code_of(const std::string& text, MemorySource& x, MemorySink& sink,
                  const StreamOptions& options) {
  const std::vector<StreamBinding> vars = {{"x", x}};
  Sink* const sinks[] = {&sink};
  try {
    stream(text, vars, sinks, options);
  } catch (const Error& e) {
    UNSCOPED_INFO(e.what());
    return e.code();
  }
  return ErrorCode::internal;
}

}  // namespace

TEST_CASE("streaming: one pass gives the bits of an evaluation in memory", "[concurrent]") {
  for (const Dims& shape : {Dims{600, 7, 9}, Dims{37800}, Dims{3, 12600}, Dims{12600, 3}}) {
    for (const char* text :
         {"sqrt(abs(x)) + 1", "float16(x)", "x[1:] - x[:-1]", "x[::-1]", "x[5::3] * 2", "sum(x)",
          "mean(x, axis=-1)", "min(x), max(x), sum(x), argmax(x)", "var(x, axis=0)",
          "sum(x, axis=0)", "sum(x > 0, axis=0)", "mean(x, axis=0), std(x, axis=-1), x * 2"}) {
      for (const std::uint64_t step : {4 << 10, 24 << 10}) {
        for (const int threads : {1, 3}) {
          MemorySource x = numbers(shape, Kind::pipe);
          check_same(text, x, in_steps_of(step, 1 << 24, threads));
        }
      }
    }
  }
}

TEST_CASE("streaming: memory is bounded by steps, not by arrays") {
  MemorySource x = numbers({1500, 10, 10});  // 1.2 MB
  constexpr std::uint64_t kStep = 16 << 10;
  for (const char* text :
       {"x * 2", "float16(x)", "mean(x, axis=(1,2))", "sum(x)", "x[3:] + x[:-3]", "max(x), x + 1",
        "(x - mean(x, axis=-1, keepdims=True)) / std(x, axis=-1, keepdims=True)", "argmin(x)"}) {
    CHECK(check_same(text, x, in_steps_of(kStep)) < (100 << 10));
  }
  MemorySource tall = numbers({9000, 12});  // 864 kB
  CHECK(check_same("x.T @ x", tall, in_steps_of(kStep, 4 << 20)) < (100 << 10));
  // A block of 128 rows is added up at a time, in their order.
  CHECK(check_same("mean(x, axis=0)", x, in_steps_of(kStep)) < (200 << 10));
  CHECK(check_same("x - mean(x, axis=0)", x, in_steps_of(kStep, 1 << 20)) < (200 << 10));
}

TEST_CASE("streaming: what is not in the order of the file is held, or refused") {
  MemorySource x = numbers({300, 200});  // 480 kB
  CHECK(check_same("x.T + 1", x, in_steps_of(8 << 10)) > 450000);
  MemorySink sink;
  CHECK(code_of("x.T + 1", x, sink, in_steps_of(8 << 10, 200 << 10)) == ErrorCode::memory);
  CHECK(sink.bytes.empty());
  MemorySource fortran = numbers({300, 200}, Kind::file, true);
  CHECK(check_same("mean(x, axis=0)", fortran, in_steps_of(8 << 10)) < (64 << 10));
  CHECK(check_same("sum(x)", fortran, in_steps_of(8 << 10)) < (64 << 10));
  check_same("x + 1", fortran, in_steps_of(8 << 10));
  CHECK(check_same("x.T + 1", fortran, in_steps_of(8 << 10)) < (64 << 10));
  const StreamBinding names[] = {{"x", fortran}};
  Sink* const sinks[] = {&sink};
  try {
    stream("x + 1", names, sinks, in_steps_of(8 << 10, 200 << 10));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK_THAT(error.hint(), Catch::Contains("'x' is in Fortran order"));
  }
}

TEST_CASE("streaming: parts that lie far apart are read one by one where memory is short") {
  MemorySource frames = numbers({5, 400, 300});  // 4.8 MB
  for (const int threads : {1, 2}) {
    for (const char* text : {"mean(x, axis=0)", "max(x, axis=0), x[0] - x[4]",
                             "var(x[::-1], axis=0)", "x - mean(x, axis=0)"}) {
      CHECK(check_same(text, frames, in_steps_of(0, 1 << 20, threads)) <= (1 << 20));
    }
    MemorySource fortran = numbers({3000, 70}, Kind::file, true);  // 1.7 MB
    CHECK(check_same("x * 2", fortran, in_steps_of(0, 1 << 20, threads)) <= (1 << 20));
    MemorySource wide = numbers({70, 3000});
    CHECK(check_same("copy(x.T)", wide, in_steps_of(0, 1 << 20, threads)) <= (1 << 20));
    CHECK(check_same("x.T[::-1] * 2", wide, in_steps_of(0, 1 << 20, threads)) <= (1 << 20));
  }
  MemorySource pipe = numbers({5, 400, 300}, Kind::pipe);
  MemorySink sink;
  CHECK(code_of("mean(x, axis=0)", pipe, sink, in_steps_of(0, 1 << 20)) == ErrorCode::memory);
  CHECK(pipe.bytes_read == 0);
}

TEST_CASE("streaming: the memory that an error asks for is enough") {
  const auto asked = [](const Error& e) {
    const std::string text = e.what();
    const std::size_t at = text.find("needs ") + 6;
    std::size_t used = 0;
    const double number = std::stod(text.substr(at), &used);
    const char unit = text[at + used + 1];
    return static_cast<std::uint64_t>(number * (unit == 'M' ? 1e6 : unit == 'k' ? 1e3 : 1));
  };
  for (const Kind kind : {Kind::file, Kind::pipe}) {
    for (const bool fortran : {false, true}) {
      for (const char* text : {"x * 2", "x.T + 1", "sum(x, axis=0)",
                               "x - mean(x, axis=1, keepdims=True)", "x @ x.T[:, :40]"}) {
        for (const std::uint64_t memory : {1000ULL, 50'000ULL, 300'000ULL, 1'200'000ULL}) {
          StreamOptions options = in_steps_of(0, memory);
          for (int turn = 0; turn < 2; ++turn) {
            MemorySource x = numbers({300, 400}, kind, fortran);  // 960 kB
            MemorySink sink;
            Sink* const sinks[] = {&sink};
            const std::vector<StreamBinding> vars = {{"x", x}};
            INFO(text << " in " << options.memory << " bytes, fortran order " << fortran);
            try {
              stream(text, vars, sinks, options);
              break;
            } catch (const Error& e) {
              if (e.code() == ErrorCode::value) break;  // a pipe that would be read twice
              CHECK(e.code() == ErrorCode::memory);
              CHECK(sink.bytes.empty());
              REQUIRE(turn == 0);
              options.memory = asked(e);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("streaming: without room for a code generator kernels are interpreted") {
  MemorySource x = numbers({3000, 100});
  StreamOptions options = in_steps_of(0, 2 << 20);
  options.code = 32 << 20;
  check_same("sqrt(x * x + 1)", x, options);
  check_same("mean(x, axis=0), sum(x)", x, options);
  options.memory = 64 << 20;
  check_same("sqrt(x * x + 1)", x, options);
}

TEST_CASE("streaming: a file is read for each pass, a pipe once or not at all") {
  const Dims shape{1500, 50};  // 600 kB
  MemorySource file = numbers(shape);
  check_same("x - mean(x)", file, in_steps_of(16 << 10, 256 << 10));
  CHECK(file.bytes_read == 2 * file.bytes());
  MemorySource pipe = numbers(shape, Kind::pipe);
  MemorySink sink;
  CHECK(code_of("x - mean(x)", pipe, sink, in_steps_of(16 << 10, 256 << 10)) == ErrorCode::value);
  CHECK(pipe.bytes_read == 0);
  check_same("x - mean(x)", pipe, in_steps_of(16 << 10, 1 << 20));
  MemorySource rest = numbers(shape);
  check_same("x[1400:] + 1", rest, in_steps_of(16 << 10));
  CHECK(rest.bytes_read == 100 * 50 * 8);
}

TEST_CASE("streaming: arrays, numbers and results without a sink") {
  MemorySource x = numbers({700, 40});
  MemorySource row = numbers({40}, Kind::pipe);
  const std::vector<double> weights(40, 0.25);
  const std::vector<StreamBinding> vars = {
      {"x", x}, {"row", row}, {"w", Arg(weights)}, {"k", Arg(3)}, {"unused", Arg(1)}};
  MemorySink sink;
  Sink* const sinks[] = {nullptr, &sink, nullptr};
  const char* text = "sum(x * w + row), k * x - row, max(x, axis=0)";
  const std::vector<Array> got = stream(text, vars, sinks, in_steps_of(8 << 10));
  const std::vector<Array> want =
      evaluate_all(text, {{"x", x.view()}, {"row", row.view()}, {"w", weights}, {"k", 3}});
  REQUIRE(got.size() == 2);
  CHECK(same_bits(got[0], want[0]));
  CHECK(same_bits(sink, want[1]));
  CHECK(same_bits(got[1], want[2]));
  CHECK(same_bits(stream("1 + k", vars)[0], evaluate("1 + k", {{"k", 3}})));
}

TEST_CASE("streaming: matrix products go row by row, or over their depth") {
  MemorySource x = numbers({9000, 12});  // 864 kB
  const MemorySource w = numbers({12, 5});
  const MemorySource v = numbers({7, 9000});
  for (const char* text : {"(x * 2) @ w", "w.T @ x.T", "v @ x", "x.T @ x", "sum(x @ w, axis=1)"}) {
    for (const int threads : {1, 3}) {
      MemorySink sink;
      Sink* const sinks[] = {&sink};
      const std::vector<StreamBinding> vars = {
          {"x", x}, {"w", Arg(w.view())}, {"v", Arg(v.view())}};
      Stats stats;
      StreamOptions options = in_steps_of(16 << 10, 4 << 20, threads);
      options.options.stats = &stats;
      INFO(text << ", " << threads << " threads");
      stream(text, vars, sinks, options);
      CHECK(same_bits(sink, evaluate(text, {{"x", x.view()}, {"w", w.view()}, {"v", v.view()}})));
      const bool by_column = std::string(text) == "w.T @ x.T";  // of the result: it is held
      CHECK(stats.peak_extra_bytes < (by_column ? 500 << 10 : 450 << 10));
    }
  }
}

TEST_CASE("streaming: small products go by parts of the batch, rows or columns") {
  const MemorySource m = numbers({3, 3});
  const std::pair<const char*, Dims> cases[] = {{"x @ x", {5000, 3, 3}},
                                                {"x @ m", {5000, 3, 3}},
                                                {"m @ x", {3, 20000}},
                                                {"x @ m", {20000, 3}},
                                                {"sum(x @ m, axis=0)", {20000, 3}}};
  for (const auto& [text, shape] : cases) {
    for (const int threads : {1, 3}) {
      MemorySource x = numbers(shape);  // 360 kB and more
      MemorySink sink;
      Sink* const sinks[] = {&sink};
      const std::vector<StreamBinding> vars = {{"x", x}, {"m", Arg(m.view())}};
      INFO(text << ", " << threads << " threads");
      stream(text, vars, sinks, in_steps_of(16 << 10, 4 << 20, threads));
      CHECK(same_bits(sink, evaluate(text, {{"x", x.view()}, {"m", m.view()}})));
    }
  }
}

TEST_CASE("streaming: failures of sources and sinks come through, and nothing is finished",
          "[concurrent]") {
  for (const int threads : {1, 2}) {
    MemorySource x = numbers({2000, 30}, Kind::pipe);
    x.fail_at(300000);
    MemorySink sink;
    CHECK(code_of("x + 1", x, sink, in_steps_of(8 << 10, 1 << 20, threads)) == ErrorCode::file);
    CHECK_FALSE(sink.finished);
    CHECK(sink.bytes.size() < 300000);
    MemorySource y = numbers({2000, 30}, Kind::pipe);
    MemorySink full;
    full.fails_at = 100000;
    CHECK(code_of("x + 1", y, full, in_steps_of(8 << 10, 64 << 10, threads)) == ErrorCode::file);
    CHECK_FALSE(full.finished);
    CHECK(y.bytes_read < y.bytes());
  }
}

TEST_CASE("streaming: mistakes are found before anything is read") {
  MemorySource x = numbers({10, 10}, Kind::pipe);
  MemorySink sink;
  CHECK(code_of("x +", x, sink, {}) == ErrorCode::syntax);
  CHECK(code_of("x + y", x, sink, {}) == ErrorCode::name);
  CHECK(code_of("sum(x, axis=5)", x, sink, {}) == ErrorCode::shape);
  CHECK(code_of("x, x", x, sink, {}) == ErrorCode::value);
  const std::vector<StreamBinding> twice = {{"x", x}, {"y", x}};
  CHECK_THROWS_AS(stream("x + y", twice), Error);
  CHECK(x.bytes_read == 0);
  CHECK_FALSE(sink.finished);
}

TEST_CASE("streaming: events and overflow are found where everything fits") {
  MemorySource x = numbers({100, 10}, Kind::pipe);
  std::vector<Event> events;
  StreamOptions options;
  options.options.events = &events;
  const std::vector<StreamBinding> vars = {{"x", x}};
  stream("1 / (x - x)", vars, {}, options);
  CHECK(events.size() == 1);
  options.memory = 1000;
  CHECK_THROWS_AS(stream("1 / (x - x)", vars, {}, options), Error);
}

TEST_CASE("streaming: progress is told and a stop is heard") {
  class Slow : public MemorySource {
   public:
    using MemorySource::MemorySource;
    void read(void* into, std::size_t count) override {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      MemorySource::read(into, count);
    }
  };
  Slow x(Kind::file, DType::uint8, {64, 64 << 10}, std::vector<unsigned char>(4 << 20, 1));
  const std::vector<StreamBinding> vars = {{"x", x}};
  std::atomic<bool> stop{false};
  std::uint64_t last = 0, all = 0;
  int calls = 0;
  StreamOptions options = in_steps_of(64 << 10, 1 << 20);
  options.options.stop = &stop;
  options.progress = [&](std::uint64_t done, std::uint64_t in_all) {
    CHECK(done >= last);
    last = done;
    all = in_all;
    if (++calls == 3) stop = true;
  };
  CHECK_THROWS_AS(stream("sum(x)", vars, {}, options), Error);
  CHECK(calls == 3);
  CHECK(last < all);
  CHECK(all == x.bytes());
}

TEST_CASE("streaming: arrays without elements") {
  for (const Dims& shape : {Dims{0, 5}, Dims{5, 0}, Dims{0}}) {
    MemorySource x(Kind::pipe, DType::float64, shape, {});
    check_same("x + 1, sum(x), sum(x, axis=0)", x, in_steps_of(4 << 10));
  }
}
