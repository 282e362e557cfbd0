// tightloop_bench: workloads W1, W2, W3, W6 and W7 beside the yardsticks "hand" and "limit", as one
// table of ratios (above 1: faster than the yardstick). Repeats are interleaved at random.
//   tightloop_bench [--filter=REGEX] [--repeats=N] [--threads=1,2] [--json=FILE]
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "arrays.hpp"
#include "hand_loops.hpp"
#include "hand_rows.hpp"
#include "limit.hpp"
#include "ratios.hpp"

namespace bench {
namespace {

namespace tl = tightloop;

struct Size {
  const char* name;
  std::size_t elements;  // 0: out of cache, by bytes
};
constexpr Size kSizes[] = {{"1Ki", 1 << 10}, {"64Ki", 1 << 16}, {"out of cache", 0}};
constexpr std::size_t kLargeBytes = std::size_t{192} << 20;  // per input
std::vector<int> thread_counts;

void add(const std::string& row, const char* column, std::function<void()> f) {
  benchmark::RegisterBenchmark((row + "|" + column).c_str(), [f](benchmark::State& state) {
    for (auto _ : state) {
      f();
      benchmark::ClobberMemory();
    }
  })->UseRealTime();
}

std::string row_name(const std::string& workload, tl::DType t, const char* size, int threads) {
  return workload + ", " + std::string(tl::name(t)) + ", " + size + ", " + std::to_string(threads) +
         "t";
}

template <class T>
struct Pair {
  explicit Pair(std::size_t n) : a(n), b(n) {
    a.fill(1);
    b.fill(2);
  }
  Buffer<T> a, b;
};

std::size_t count_of(const Size& size, std::size_t item) {
  return size.elements != 0 ? size.elements : kLargeBytes / item;
}

template <class T>
tl::ArrayView view(const Buffer<T>& b, const tl::Dims& shape) {
  return tl::ArrayView(static_cast<const void*>(b.data()), tl::dtype_of<T>, shape);
}

tl::Function compile(const char* text, tl::DType t, int threads, const char* x = "a",
                     const char* y = "b") {
  tl::Options options;
  options.threads = threads;
  return tl::compile(text, {{x, t}, {y, t}}, options);
}

void add_read_limit(const std::string& row, const void* a, const void* b, std::size_t bytes,
                    int threads) {
  if (bytes < 4096) return;
  add(row, "limit", [=] {
    const void* streams[] = {a, b};
    benchmark::DoNotOptimize(read_streams(streams, b != nullptr ? 2 : 1, bytes, threads));
  });
}

template <class T>
void add_w1(bool hand) {
  for (const Size& size : kSizes) {
    const std::size_t n = count_of(size, sizeof(T));
    auto data = std::make_shared<Pair<T>>(n);
    const tl::Dims shape{static_cast<std::int64_t>(n)};
    for (int threads : thread_counts) {
      if (threads > 1 && size.elements != 0) continue;
      const std::string row = row_name("W1 sum(abs(a-b))", tl::dtype_of<T>, size.name, threads);
      const tl::Function f = compile("sum(abs(a-b))", tl::dtype_of<T>, threads);
      auto out = std::make_shared<tl::Array>(f({view(data->a, {1}), view(data->b, {1})}));
      add(row, "tightloop", [=] { f.into(*out, {view(data->a, shape), view(data->b, shape)}); });
      if constexpr (std::is_arithmetic_v<T>) {
        if (hand) {
          add(row, "hand", [=] {
            benchmark::DoNotOptimize(
                hand_w1(data->a.data(), data->b.data(), static_cast<std::int64_t>(n), threads));
          });
        }
      }
      add_read_limit(row, data->a.data(), data->b.data(), n * sizeof(T), threads);
    }
  }
}

void add_w2() {
  struct Stack {
    const char* name;
    std::int64_t frames, pixels;
  };
  for (const Stack& s : {Stack{"(16,8,8)", 16, 64}, Stack{"(64,32,32)", 64, 1024},
                         Stack{"(200,1000,1000)", 200, 1000000}}) {
    struct Data {
      Buffer<std::uint8_t> a, b;
      std::vector<std::uint64_t> out;
    };
    auto d = std::shared_ptr<Data>(
        new Data{Buffer<std::uint8_t>(static_cast<std::size_t>(s.frames * s.pixels)),
                 Buffer<std::uint8_t>(static_cast<std::size_t>(s.pixels)),
                 std::vector<std::uint64_t>(static_cast<std::size_t>(s.frames))});
    d->a.fill(1);
    d->b.fill(2);
    const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(s.pixels)) + 0.5);
    for (int threads : thread_counts) {
      if (threads > 1 && s.frames < 200) continue;
      const std::string row =
          row_name("W2 sum(abs(a-b), axis=(-2,-1))", tl::uint8, s.name, threads);
      const tl::Function f = compile("sum(abs(a-b), axis=(-2,-1))", tl::uint8, threads);
      add(row, "tightloop", [=] {
        f.into(d->out, {view(d->a, {s.frames, side, side}), view(d->b, {side, side})});
      });
      add(row, "hand",
          [=] { hand_w2(d->out.data(), d->a.data(), d->b.data(), s.frames, s.pixels, threads); });
      add_read_limit(row, d->a.data(), nullptr, d->a.size(), threads);
    }
  }
}

void add_map_limit(const std::string& row, void* out, const void* a, const void* b,
                   std::size_t bytes, bool large, int threads) {
  add(row, "limit", [=] {
    triad(static_cast<double*>(out), static_cast<const double*>(a), static_cast<const double*>(b),
          bytes / 8, large, threads);
  });
}

void add_w3() {
  for (const Size& size : kSizes) {
    const std::size_t n = count_of(size, 1);
    auto data = std::make_shared<Pair<std::uint8_t>>(n);
    auto out = std::make_shared<Buffer<std::uint8_t>>(n);
    const tl::Dims shape{static_cast<std::int64_t>(n)};
    for (int threads : thread_counts) {
      if (threads > 1 && size.elements != 0) continue;
      const std::string row = row_name("W3 abs(a-b)", tl::uint8, size.name, threads);
      const tl::Function f = compile("abs(a-b)", tl::uint8, threads);
      const tl::ArrayView to(static_cast<void*>(out->data()), tl::uint8, shape);
      add(row, "tightloop", [=] { f.into(to, {view(data->a, shape), view(data->b, shape)}); });
      add(row, "hand", [=] {
        hand_w3(out->data(), data->a.data(), data->b.data(), static_cast<std::int64_t>(n), threads);
      });
      add_map_limit(row, out->data(), data->a.data(), data->b.data(), n, size.elements == 0,
                    threads);
    }
  }
}

template <class T>
void add_w6() {
  for (const Size& size : kSizes) {
    const std::size_t n = count_of(size, sizeof(T));
    auto data = std::make_shared<Pair<T>>(n);
    auto out = std::make_shared<Buffer<T>>(n);
    const tl::Dims shape{static_cast<std::int64_t>(n)};
    const tl::ArrayView to(static_cast<void*>(out->data()), tl::dtype_of<T>, shape);
    for (int which = 0; which < kW6Count; ++which) {
      for (int threads : thread_counts) {
        if (threads > 1 && size.elements != 0) continue;
        const std::string row =
            row_name(std::string("W6 ") + kW6[which], tl::dtype_of<T>, size.name, threads);
        const tl::Function f = compile(kW6[which], tl::dtype_of<T>, threads, "x", "y");
        add(row, "tightloop", [=] { f.into(to, {view(data->a, shape), view(data->b, shape)}); });
        add(row, "hand", [=] {
          hand_w6(which, out->data(), data->a.data(), data->b.data(), static_cast<std::int64_t>(n),
                  threads);
        });
        add_map_limit(row, out->data(), data->a.data(), data->b.data(), n * sizeof(T),
                      size.elements == 0, threads);
      }
    }
  }
}

/// Row by row; the limit is a copy.
void add_w7() {
  struct Shape {
    const char* name;
    std::int64_t rows, columns;
  };
  for (const Shape& s : {Shape{"(64,1024)", 64, 1024}, Shape{"(4096,1024)", 4096, 1024},
                         Shape{"(65536,1024)", 65536, 1024}}) {
    const auto n = static_cast<std::size_t>(s.rows * s.columns);
    auto data = std::make_shared<Pair<float>>(n);
    auto out = std::make_shared<Buffer<float>>(n);
    const tl::Dims shape{s.rows, s.columns};
    const tl::ArrayView to(static_cast<void*>(out->data()), tl::float32, shape);
    for (int which = 0; which < kW7Count; ++which) {
      for (int threads : thread_counts) {
        if (threads > 1 && s.rows < 4096) continue;
        const std::string row =
            row_name(std::string("W7 ") + kW7[which], tl::float32, s.name, threads);
        tl::Options options;
        options.threads = threads;
        const bool one = std::string(kW7Text[which]).find('y') == std::string::npos;
        const tl::Function f =
            one ? tl::compile(kW7Text[which], {{"x", tl::float32}}, options)
                : tl::compile(kW7Text[which], {{"x", tl::float32}, {"y", tl::float32}}, options);
        if (one) {
          add(row, "tightloop", [=] { f.into(to, {view(data->a, shape)}); });
        } else {
          add(row, "tightloop", [=] {
            f.into(to, {view(data->a, shape), view(data->b, {2, s.columns})});
          });
        }
        add(row, "hand", [=] {
          hand_w7(which, out->data(), data->a.data(), data->b.data(), s.rows, s.columns, threads);
        });
        add(row, "limit", [=] {
          copy(out->data(), data->a.data(), 4 * n, 8 * n >= std::size_t{8} << 20, threads);
        });
      }
    }
  }
}

void register_all() {
  add_w1<std::uint8_t>(true);
  add_w1<std::uint16_t>(true);
  add_w1<std::uint32_t>(true);
  add_w1<std::uint64_t>(true);
  add_w1<std::int8_t>(true);
  add_w1<std::int16_t>(true);
  add_w1<std::int32_t>(true);
  add_w1<std::int64_t>(true);
  add_w1<tl::float16_t>(false);
  add_w1<float>(true);
  add_w1<double>(true);
  add_w2();
  add_w3();
  add_w6<double>();
  add_w6<float>();
  add_w7();
}

const char* option(int argc, char** argv, const char* name) {
  const std::size_t length = std::strlen(name);
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], name, length) == 0 && argv[i][length] == '=')
      return argv[i] + length + 1;
  }
  return nullptr;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  const char* threads = bench::option(argc, argv, "--threads");
  for (const char* at = threads != nullptr ? threads : "1,2"; *at != '\0'; ++at) {
    if (*at >= '1' && *at <= '9') bench::thread_counts.push_back(*at - '0');
  }
  bench::register_all();
  const char* filter = bench::option(argc, argv, "--filter");
  const char* repeats = bench::option(argc, argv, "--repeats");
  std::vector<std::string> flags = {
      argv[0], "--benchmark_enable_random_interleaving=true", "--benchmark_min_time=0.02",
      std::string("--benchmark_repetitions=") + (repeats != nullptr ? repeats : "9"),
      std::string("--benchmark_filter=") + (filter != nullptr ? filter : ".*")};
  std::vector<char*> list;
  for (std::string& f : flags) list.push_back(f.data());
  int count = static_cast<int>(list.size());
  benchmark::Initialize(&count, list.data());
  bench::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  const char* json = bench::option(argc, argv, "--json");
  if (json != nullptr && !reporter.write_json(json)) {
    std::fprintf(stderr, "tightloop_bench: cannot write %s\n", json);
    return 2;
  }
  return 0;
}
