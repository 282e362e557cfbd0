// A process that the system gives no more threads: evaluations in memory and in parts do without.
#include <pthread.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <tightloop/tightloop.hpp>
#include <vector>

extern "C" int pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) noexcept {
  return EAGAIN;
}

namespace tl = tightloop;

int main() {
  std::vector<double> x(600'000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i % 977) * 0.37;
  tl::save("x.npy", tl::ArrayView(x.data(), tl::Dims{static_cast<std::int64_t>(x.size())}));
  const char* text = "x * 2 - mean(x)";
  const tl::Array want = tl::evaluate(text, {{"x", x}});
  tl::StreamOptions options;
  options.memory = 1 << 20;
  const std::unique_ptr<tl::Source> source = tl::open_source("x.npy");
  const std::unique_ptr<tl::Sink> sink = tl::file_sink("y.npy");
  const tl::StreamBinding vars[] = {{"x", *source}};
  tl::Sink* const sinks[] = {sink.get()};
  tl::stream(text, vars, sinks, options);
  const tl::Array got = tl::load("y.npy");
  const bool right = got.size() == want.size() &&
                     tl::evaluate("all(a == b)", {{"a", got}, {"b", want}}).item<bool>();
  if (!right) std::fprintf(stderr, "other elements than in memory\n");
  return right ? 0 : 1;
}
