// Definitions of the user's: which evaluations see them, replacement, snapshots, threads.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

double value(std::string_view text, const Options& options = {}) {
  return evaluate(text, {}, options).item<double>();
}

ErrorCode failure(std::string_view text, const Options& options = {}) {
  try {
    evaluate(text, {}, options);
  } catch (const Error& e) {
    return e.code();
  }
  return ErrorCode::internal;
}

}  // namespace

TEST_CASE("engine: the process's definitions come, change and go") {
  CHECK(failure("tripled(2)") == ErrorCode::name);
  define("# Three times x.\ntripled(x) = 3*x");
  CHECK(value("tripled(2)") == 6);
  CHECK(value("tripled(2)") == 6);
  define("tripled(x) = 3.5*x");  // the text is known, and must not give the old result
  CHECK(value("tripled(2)") == 7);
  REQUIRE(definitions().size() == 1);
  CHECK(definitions()[0].name == "tripled");
  CHECK(definitions()[0].signature == "tripled(x)");
  CHECK(definitions()[0].body == "3.5*x");
  CHECK(definitions()[0].doc.empty());
  CHECK(undefine("tripled"));
  CHECK(!undefine("tripled"));
  CHECK(failure("tripled(2)") == ErrorCode::name);
  CHECK(definitions().empty());
}

TEST_CASE("engine: options carry definitions") {
  Definitions set;
  set.define("f(x) = x + 1; g(x) = f(x) * 10");
  Options with;
  with.definitions = &set;
  CHECK(value("g(2)", with) == 30);
  CHECK(failure("g(2)") == ErrorCode::name);
  Definitions other = set;
  other.define("f(x) = x + 2");
  Options with_other;
  with_other.definitions = &other;
  CHECK(value("f(2)", with_other) == 4);
  CHECK(value("g(2)", with_other) == 30);
  CHECK(value("f(2)", with) == 3);
  other = set;
  CHECK(value("f(2)", with_other) == 3);
  CHECK(other.list().size() == 2);
  CHECK(set.undefine("f"));
  CHECK(value("g(2)", with) == 30);
  CHECK(failure("f(2)", with) == ErrorCode::name);
  CHECK(value("mse(1, 3)", with) == 4);
}

TEST_CASE("engine: a failed definition adds nothing") {
  Definitions set;
  try {
    set.define("f(x) = x\n# g's\ng(x) = ff(x)");
    FAIL("defined");
  } catch (const Error& e) {
    CHECK(
        e.picture() ==
        "error: unknown function 'ff'\n 3 | g(x) = ff(x)\n   |        ^~\nhint: did you mean 'f'?");
  }
  CHECK(set.list().empty());
}

TEST_CASE("engine: a compiled function keeps its definitions") {
  Function doubled;
  {
    Definitions set;
    set.define("f(x) = 2*x");
    Options with;
    with.definitions = &set;
    doubled = compile("f(x)", {{"x", float32}}, with);
    set.define("f(x) = 5*x");
  }
  const std::vector<float> x = {1, 2, 3};
  CHECK(doubled({x}).values<float>()[2] == 6);
  std::vector<double> out(3);
  doubled.into(out, {x});  // another program of the same function
  CHECK(out == std::vector<double>{2, 4, 6});
}

TEST_CASE("engine: definitions may change while others evaluate", "[concurrent]") {
  Definitions set;
  set.define("f(x) = 1*x");
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      Options with;
      with.definitions = &set;
      double last = 1;
      while (!stop) {
        const double now = value("f(1)", with);
        if (now < last) ++wrong;  // never an older state after a newer one
        last = now;
      }
    });
  }
  for (int i = 2; i < 60; ++i) set.define("f(x) = " + std::to_string(i) + "*x");
  stop = true;
  for (std::thread& t : readers) t.join();
  CHECK(wrong == 0);
  CHECK(set.list().size() == 1);
}

TEST_CASE("engine: the prelude is listed with its docs") {
  const std::vector<DefinitionInfo> list = prelude();
  REQUIRE(list.size() > 30);
  CHECK(list[2].signature == "mse(a, b, axis=None, keepdims=False)");
  CHECK(list[2].doc == "mean squared error: the mean of |a - b|**2");
}
