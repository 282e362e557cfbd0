// W1 sum(abs(a - b)) for every dtype, W2 a stack of frames against one frame, W3 a map of bytes.
#include <benchmark/benchmark.h>

#include "call.hpp"
#include "limit.hpp"

namespace bench {
namespace {

template <class T>
struct Pair {
  explicit Pair(std::size_t n) : a(n), b(n) {
    a.fill(1);
    b.fill(2);
  }
  Buffer<T> a, b;
};

template <class T>
void add_sum(Table& table, tl::Fp fp) {
  using R = std::conditional_t<std::is_integral_v<T>, std::uint64_t,
                               std::conditional_t<sizeof(T) == 2, float, T>>;
  const bool fast = fp == tl::Fp::fast;
  const std::string workload = fast ? "W1 sum(abs(a-b)), fast" : "W1 sum(abs(a-b))";
  for (const Size& size : kSizes) {
    if (!table.wants(workload, dtype_name<T>(), size.name)) continue;
    const std::size_t n = size.count(sizeof(T));
    const auto count = static_cast<std::int64_t>(n);
    Pair<T> data(n);
    Buffer<R> out(1);
    Row row{workload, dtype_name<T>(), size.name, table.threads(size.large()), {}, {}, {}, {}, 0,
            {}};
    row.own = call("sum(abs(a-b))", {{"a", view(data.a, {count})}, {"b", view(data.b, {count})}},
                   {place(out, {})}, fp);
    row.hand = [&](int threads) {
      benchmark::DoNotOptimize(
          BENCH_HAND(fast, sum_differences(hand_data(data.a), hand_data(data.b), count, threads)));
    };
    row.limit = [&](int threads) {
      const Stream streams[] = {{data.a.data(), n * sizeof(T)}, {data.b.data(), n * sizeof(T)}};
      benchmark::DoNotOptimize(read_streams(streams, 2, threads));
    };
    row.targets = {size.large() ? Target{"S1", Yardstick::limit, 0.95}
                                : Target{"S2", Yardstick::hand, 1.0}};
    table.add(row);
  }
}

void add_frames(Table& table) {
  struct Stack {
    const char* name;
    std::int64_t frames, side;
  };
  const std::string workload = "W2 sum(abs(a-b), axis=(-2,-1))";
  for (const Stack& s : {Stack{"(16,8,8)", 16, 8}, Stack{"(64,32,32)", 64, 32},
                         Stack{"(200,1000,1000)", 200, 1000}}) {
    if (!table.wants(workload, "uint8", s.name)) continue;
    const std::int64_t pixels = s.side * s.side;
    Buffer<std::uint8_t> a(static_cast<std::size_t>(s.frames * pixels));
    Buffer<std::uint8_t> b(static_cast<std::size_t>(pixels));
    Buffer<std::uint64_t> out(static_cast<std::size_t>(s.frames));
    a.fill(1);
    b.fill(2);
    const bool large = s.frames == 200;
    Row row{workload, "uint8", s.name, table.threads(large), {}, {}, {}, {}, 0, {}};
    row.own = call("sum(abs(a-b), axis=(-2,-1))",
                   {{"a", view(a, {s.frames, s.side, s.side})}, {"b", view(b, {s.side, s.side})}},
                   {place(out, {s.frames})});
    row.hand = [&](int threads) {
      strict::sum_frames(out.data(), a.data(), b.data(), s.frames, pixels, threads);
    };
    row.limit = [&](int threads) {
      const Stream stream{a.data(), a.size()};
      benchmark::DoNotOptimize(read_streams(&stream, 1, threads));
    };
    row.targets = {large ? Target{"S5", Yardstick::limit, 0.95}
                         : Target{"S2", Yardstick::hand, 1.0}};
    table.add(row);
  }
}

void add_map(Table& table) {
  const std::string workload = "W3 abs(a-b)";
  for (const Size& size : kSizes) {
    if (!table.wants(workload, "uint8", size.name)) continue;
    const std::size_t n = size.count(1);
    const auto count = static_cast<std::int64_t>(n);
    Pair<std::uint8_t> data(n);
    Buffer<std::uint8_t> out(n);
    Row row{workload, "uint8", size.name, table.threads(size.large()), {}, {}, {}, {}, 0, {}};
    row.own = call("abs(a-b)", {{"a", view(data.a, {count})}, {"b", view(data.b, {count})}},
                   {place(out, {count})});
    row.hand = [&](int threads) {
      strict::differences(out.data(), data.a.data(), data.b.data(), count, threads);
    };
    row.limit = [&](int threads) {
      triad(out.data(), n, data.a.data(), data.b.data(), n, size.large(), threads);
    };
    row.targets = {size.large() ? Target{"S1", Yardstick::limit, 0.95}
                                : Target{"S2", Yardstick::hand, 1.0}};
    table.add(row);
  }
}

}  // namespace

void add_differences(Table& table) {
  add_sum<std::uint8_t>(table, tl::Fp::strict);
  add_sum<std::uint16_t>(table, tl::Fp::strict);
  add_sum<std::uint32_t>(table, tl::Fp::strict);
  add_sum<std::uint64_t>(table, tl::Fp::strict);
  add_sum<std::int8_t>(table, tl::Fp::strict);
  add_sum<std::int16_t>(table, tl::Fp::strict);
  add_sum<std::int32_t>(table, tl::Fp::strict);
  add_sum<std::int64_t>(table, tl::Fp::strict);
  add_sum<tl::float16_t>(table, tl::Fp::strict);
  add_sum<float>(table, tl::Fp::strict);
  add_sum<double>(table, tl::Fp::strict);
  add_sum<tl::float16_t>(table, tl::Fp::fast);
  add_sum<float>(table, tl::Fp::fast);
  add_sum<double>(table, tl::Fp::fast);
  add_frames(table);
  add_map(table);
}

}  // namespace bench
