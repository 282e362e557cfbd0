// W5 means along either axis, W8 errors between arrays of different precision, and several results
// of one pass.
#include <benchmark/benchmark.h>

#include <cmath>

#include "call.hpp"
#include "limit.hpp"

namespace bench {
namespace {

struct Shape {
  const char* name;
  std::int64_t rows, columns;  // rows 0: out of cache, by bytes
};
constexpr Shape kShapes[] = {{"(32,32)", 32, 32}, {"(256,256)", 256, 256}, {"(n,1000)", 0, 1000}};

template <class T, class R>
void add_means(Table& table, bool of_rows) {
  const std::string workload = of_rows ? "W5 mean(x, axis=1)" : "W5 mean(x, axis=0)";
  for (const Shape& s : kShapes) {
    if (!table.wants(workload, dtype_name<T>(), s.name)) continue;
    const bool large = s.rows == 0;
    const std::int64_t rows =
        large ? static_cast<std::int64_t>(2 * Size::kLargeBytes / sizeof(T)) / s.columns : s.rows;
    const std::int64_t outputs = of_rows ? rows : s.columns;
    Buffer<T> x(static_cast<std::size_t>(rows * s.columns));
    Buffer<R> out(static_cast<std::size_t>(outputs));
    x.fill(1);
    Row row{workload, dtype_name<T>(), s.name, table.threads(large), {}, {}, {}, {}, 0, {}};
    row.own = call(of_rows ? "mean(x, axis=1)" : "mean(x, axis=0)",
                   {{"x", view(x, {rows, s.columns})}}, {place(out, {outputs})});
    row.hand = [&](int threads) {
      const auto* data = hand_data(x);
      if (of_rows) {
        strict::row_means(out.data(), data, rows, s.columns, threads);
      } else {
        strict::column_means(out.data(), data, rows, s.columns, threads);
      }
    };
    row.limit = [&](int threads) {
      const Stream stream{x.data(), x.size() * sizeof(T)};
      benchmark::DoNotOptimize(read_streams(&stream, 1, threads));
    };
    row.targets = {large ? Target{"S1", Yardstick::limit, 0.95}
                         : Target{"S2", Yardstick::hand, 1.0}};
    if (large) row.targets.push_back({"S8", Yardstick::hand, 0.9});
    table.add(row);
  }
}

/// Three numbers of two arrays, in one pass.
template <class A, class B, class R>
void add_pass(Table& table, const std::string& workload, const char* text, const char* target) {
  const std::string dtypes =
      std::is_same_v<A, B> ? dtype_name<A>() : dtype_name<A>() + "/" + dtype_name<B>();
  for (const Size& size : kSizes) {
    if (!table.wants(workload, dtypes, size.name)) continue;
    const std::size_t n = size.count(sizeof(A));
    const auto count = static_cast<std::int64_t>(n);
    Buffer<A> a(n);
    Buffer<B> b(n);
    a.fill(1);
    b.fill(2);
    const bool errors = std::string(target) != "S7";
    R results[3] = {};
    double by_hand[3] = {};
    const auto to = [&](int i) {
      return tl::ArrayView(static_cast<void*>(results + i), tl::dtype_of<R>, {});
    };
    Row row{workload, dtypes, size.name, table.threads(size.large()), {}, {}, {}, {}, 0, {}};
    row.own = call(text, {{"a", view(a, {count})}, {"b", view(b, {count})}}, {to(0), to(1), to(2)});
    row.hand = [&](int threads) {
      if constexpr (std::is_same_v<A, B>) {
        strict::three_results(by_hand, a.data(), b.data(), count, threads);
      } else {
        strict::errors(by_hand, hand_data(a), hand_data(b), count, threads);
      }
      benchmark::DoNotOptimize(by_hand);
    };
    row.limit = [&](int threads) {
      const Stream streams[] = {{a.data(), n * sizeof(A)}, {b.data(), n * sizeof(B)}};
      benchmark::DoNotOptimize(read_streams(streams, 2, threads));
    };
    row.targets = {size.large() ? Target{errors ? "S1" : "S7", Yardstick::limit, 0.95}
                                : Target{"S2", Yardstick::hand, 1.0}};
    table.add(row);
  }
}

}  // namespace

void add_reductions(Table& table) {
  for (const bool of_rows : {true, false}) {
    add_means<double, double>(table, of_rows);
    add_means<float, float>(table, of_rows);
    add_means<tl::float16_t, float>(table, of_rows);
    add_means<std::uint8_t, double>(table, of_rows);
    add_means<std::int16_t, double>(table, of_rows);
    add_means<std::int32_t, double>(table, of_rows);
    add_means<std::int64_t, double>(table, of_rows);
  }
  constexpr const char* kErrors = "d = a - b; m = mean(d*d); m, -10*log10(m), max(abs(d))";
  add_pass<double, float, double>(table, "W8 mse, psnr, max(abs(a-b))", kErrors, "S1");
  add_pass<float, tl::float16_t, float>(table, "W8 mse, psnr, max(abs(a-b))", kErrors, "S1");
  constexpr const char* kThree = "d = a - b; mean(d*d), max(abs(d)), mean(d)";
  add_pass<double, double, double>(table, "mean(d*d), max(abs(d)), mean(d)", kThree, "S7");
  add_pass<float, float, float>(table, "mean(d*d), max(abs(d)), mean(d)", kThree, "S7");
}

}  // namespace bench
