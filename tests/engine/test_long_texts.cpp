// Long texts: on small stacks, while others go on, and with the process's memory given back.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "catch.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/executor.hpp"
#include "tightloop/options.hpp"

using namespace tightloop;
using Clock = std::chrono::steady_clock;

namespace {

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string repeated(const std::string& part, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += part;
  return out;
}

Array numbers() {
  Array out(DType::float64, Dims{100});
  for (int i = 0; i < 100; ++i) static_cast<double*>(out.data())[i] = i;
  return out;
}

/// Runs f on a thread with a stack of 512 KB.
template <class F>
void on_small_stack(F&& f) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, std::size_t{512} << 10);
  pthread_t thread;
  const auto body = [](void* argument) -> void* {
    (*static_cast<F*>(argument))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, body, &f) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

/// Takes long to generate code for, and cannot be interpreted; each number has code of its own.
struct LongOne {
  explicit LongOne(int number)
      : text(repeated("a*" + std::to_string(number) + ".5+", 20'000) + "a") {
    options.fp = Fp::fast;
  }
  std::string text;
  Options options;
};

}  // namespace

TEST_CASE("engine: long texts of every kind end well on a small stack") {
  const Array a = numbers();
  const std::string texts[] = {
      repeated("a+", 54'000) + "a",     repeated("a%", 4'000) + "a",
      repeated("exp(a)*", 5'000) + "a", repeated("a[1:]+", 5'000) + "a[:-1]",
      repeated("sum(a)+", 5'000) + "a", repeated("-", 900) + "a",
      repeated("d=a+1;", 10'000) + "d", "a" + repeated("**1.5", 900)};
  for (const std::string& text : texts) {
    std::string failure;
    on_small_stack([&] {
      try {
        const Array result = evaluate(text, {{"a", a}});
        if (result.size() < 99) failure = "another size";
      } catch (const Error& e) {
        if (e.code() != ErrorCode::limit) failure = e.what();
      }
    });
    INFO(text.substr(0, 20));
    CHECK(failure.empty());
  }
}

TEST_CASE("engine: many reductions in one text have the bits that each has alone") {
  const Array a = numbers();
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += (i == 0 ? "" : ", ") + std::string("sum(a*") + std::to_string(i) + ".3)";
  }
  const std::vector<Array> all = evaluate_all(text, {{"a", a}});
  REQUIRE(all.size() == 100);
  for (std::size_t i = 0; i < 100; i += 7) {
    const Array one = evaluate("sum(a*" + std::to_string(i) + ".3)", {{"a", a}});
    CHECK(all[i].item<double>() == one.item<double>());
  }
}

TEST_CASE("engine: code generation keeps nobody waiting: a stop, another thread, a fork",
          "[concurrent]") {
  const Array a = numbers();
  std::atomic<bool> stop{false};
  std::atomic<bool> stopped{false};
  std::thread busy([&] {
    for (int number = 1; !stopped && number < 10'000; ++number) {
      LongOne one(number);
      one.options.stop = &stop;
      try {
        evaluate(one.text, {{"a", a}}, one.options);
      } catch (const Error& e) {
        stopped = e.code() == ErrorCode::stopped;
      }
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  auto start = Clock::now();
  Options fast;
  fast.fp = Fp::fast;
  CHECK(evaluate("a*2.25+1", {{"a", a}}, fast).size() == 100);
  CHECK(seconds_since(start) < 3);
  start = Clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    const bool good = evaluate("a*3.25+1", {{"a", a}}, fast).size() == 100;
    ::_exit(good ? 0 : 1);
  }
  CHECK(seconds_since(start) < 3);
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  start = Clock::now();
  stop = true;
  busy.join();
  CHECK(seconds_since(start) < 3);
  CHECK(stopped);
}

TEST_CASE("engine: whatever an executor throws is an Error") {
  struct Thrower : Executor {
    int what = 0;
    int concurrency() const noexcept override { return 4; }
    void run(std::size_t, void (*)(void*, std::size_t), void*, int) override {
      if (what == 0) throw 42;
      if (what == 1) throw std::runtime_error("no more");
      throw std::bad_alloc();
    }
  } thrower;
  Options options;
  options.executor = &thrower;
  options.threads = 4;
  const Array big(DType::float64, Dims{2'000'000});
  const auto code = [&] {
    try {
      evaluate("a*2", {{"a", big}}, options);
    } catch (const Error& e) {
      return e.code();
    }
    return ErrorCode::internal;
  };
  CHECK(code() == ErrorCode::unsupported);
  thrower.what = 1;
  CHECK(code() == ErrorCode::unsupported);
  thrower.what = 2;
  CHECK(code() == ErrorCode::memory);
}

TEST_CASE("engine: what a text's definitions call is bounded for all of them together") {
  std::string text = "f0(x) = x" + repeated("+x", 2'000) + ";";
  for (int i = 1; i < 1'000; ++i) {
    text += "f" + std::to_string(i) + "(x) = f0(x)+f0(x);";
  }
  Definitions set;
  try {
    set.define(text);
    FAIL("it is within the limits");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::limit);
  }
}
