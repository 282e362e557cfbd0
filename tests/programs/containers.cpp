// Compiled with macros that change the layout of the standard library's containers, and linked to a
// library that was compiled without: every call whose types would be containers.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <tightloop/tightloop.hpp>
#include <vector>

namespace tl = tightloop;

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "does not hold: %s\n", what);
}

void calls() {
  const std::vector<double> x = {1, 2, 3};
  std::vector<double> out(3);
  expect(tl::evaluate("sum(x)", {{"x", x}}).item<double>() == 6, "evaluate");
  const std::vector<tl::Array> all = tl::evaluate_all("x + 1, sum(x)", {{"x", x}});
  expect(all.size() == 2 && all[0].values<double>()[2] == 4, "evaluate_all");
  const auto [low, high] = tl::evaluate_all<2>("min(x), max(x)", {{"x", x}});
  expect(low.item<double>() == 1 && high.item<double>() == 3, "evaluate_all<2>");
  const std::vector<tl::Binding> list = {{"x", x}, {"k", 2}};
  tl::evaluate_into(out, "x * k", list);
  expect(out[2] == 6, "a vector of bindings");
  const tl::Function f = tl::compile("x * k, x - k", {{"x", tl::float64}, {"k", tl::float64}});
  const std::vector<tl::Arg> args = {x, x};
  const std::vector<tl::Array> both = f.all(args);
  expect(both.size() == 2 && both[0].values<double>()[2] == 9, "Function::all");
  const double total = tl::sum(tl::lazy(x));
  expect(total == 6, "a template");
}

void events() {
  const std::vector<double> x = {1, 0, -1};
  tl::Options options;
  std::vector<tl::Event> events;
  options.events = &events;
  tl::evaluate("log(x)", {{"x", x}}, options);
  expect(events.size() == 2, "two kinds of events");
  for (const tl::Event& e : events) {
    expect(e.index[0] == (e.kind == tl::EventKind::divide ? 1 : 2), "where an event happened");
    expect(e.expression == "log(x)", "an event's expression");
  }
}

void lists() {
  tl::define("containers_test(x) = x + 1");
  const std::vector<tl::DefinitionInfo> own = tl::definitions();
  expect(own.size() == 1 && own[0].name == "containers_test", "definitions");
  tl::Definitions set;
  set.define("twice(x) = 2 * x");
  expect(set.list().size() == 1 && set.list()[0].name == "twice", "Definitions::list");
  bool mse = false;
  for (const tl::DefinitionInfo& d : tl::prelude()) mse = mse || d.name == "mse";
  expect(mse, "prelude");
  expect(!tl::cache_info().backend.empty(), "cache_info");
}

void streams() {
  const std::vector<float> x(100, 1.5F);
  const tl::StreamBinding vars[] = {{"x", x}};
  const std::vector<tl::Array> held = tl::stream("x * 2, sum(x)", vars);
  expect(held.size() == 2 && held[0].values<float>()[99] == 3 && held[1].item<double>() == 150,
         "stream");
  tl::StreamOptions options;
  int calls_seen = 0;
  options.progress = [&](std::uint64_t, std::uint64_t) { ++calls_seen; };
  expect(tl::stream("sum(x)", vars, {}, options)[0].item<double>() == 150, "stream with progress");
}

}  // namespace

int main() {
  try {
    calls();
    events();
    lists();
    streams();
  } catch (const tl::Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  return failures == 0 ? 0 : 1;
}
