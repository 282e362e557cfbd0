// W4 exp(x)+log(x**2) and W6, element by element, in the floating dtypes; 2*x+3*y of integers too.
#include <algorithm>

#include "call.hpp"
#include "limit.hpp"

namespace bench {
namespace {

struct Map {
  const char* text;
  bool math;        ///< bound by arithmetic rather than by memory
  double math_win;  ///< how much faster than hand where math-bound
};
/// In the order of the hand-written loops.
constexpr Map kMaps[] = {{"exp(x) + log(x**2)", true, 1.4},
                         {"2*x + 3*y", false, 1},
                         {"x**2 + y**2 + 2*x*y", false, 1},
                         {"sqrt(x*x + y*y)", false, 1},
                         {"where(x > y, x, y)", false, 1},
                         {"sin(x)**2 + cos(y)**2", true, 1},
                         {"exp(x)*log(y)", true, 1.4},
                         {"((((0.1*x + 0.2)*x + 0.3)*x + 0.4)*x + 0.5)*x + y", false, 1}};
constexpr std::size_t kMapCount = std::size(kMaps);

template <class T>
struct Arrays {
  explicit Arrays(std::size_t n) : x(n), y(n), out(n) {
    x.fill(1);
    y.fill(2);
  }
  Buffer<T> x, y, out;
};

std::string name_of(std::size_t which, tl::Fp fp) {
  return std::string(which == 0 ? "W4 " : "W6 ") + kMaps[which].text +
         (fp == tl::Fp::fast ? ", fast" : "");
}

std::vector<Named> inputs_of(std::size_t which, const tl::ArrayView& x, const tl::ArrayView& y) {
  if (which == 0) return {{"x", x}};
  return {{"x", x}, {"y", y}};
}

template <class T>
std::vector<Target> targets_of(std::size_t which, const Size& size, tl::Fp fp) {
  std::vector<Target> out;
  if (kMaps[which].math) {
    out.push_back({"S3", Yardstick::hand, kMaps[which].math_win});
  } else if (size.large()) {
    out.push_back({"S1", Yardstick::limit, 0.95});
  } else {
    out.push_back({"S2", Yardstick::hand, 1.0});
  }
  if (fp == tl::Fp::fast || sizeof(T) == 8) return out;
  const bool half = sizeof(T) == 2;
  if (which == 0) out.push_back({"S4", Yardstick::other, half ? 3.0 : 2.7});
  if (which == 1 && half && size.large()) out.push_back({"S4", Yardstick::other, 4.0});
  return out;
}

template <class T>
void add_float_map(Table& table, std::size_t which, const Size& size, tl::Fp fp) {
  const std::string workload = name_of(which, fp);
  if (!table.wants(workload, dtype_name<T>(), size.name)) return;
  const std::size_t own = size.count(sizeof(T));
  const auto count = static_cast<std::int64_t>(own);
  const bool fast = fp == tl::Fp::fast;
  Arrays<T> data(own);
  Row row{workload, dtype_name<T>(), size.name, table.threads(size.large()), {}, {}, {}, {}, 0, {}};
  const tl::Dims shape{count};
  row.own = call(kMaps[which].text, inputs_of(which, view(data.x, shape), view(data.y, shape)),
                 {place(data.out, shape)}, fp);
  row.hand = [&](int threads) {
    BENCH_HAND(fast, map(static_cast<int>(which), hand_data(data.out), hand_data(data.x),
                         hand_data(data.y), count, threads));
  };
  const std::size_t bytes = own * sizeof(T);
  row.limit = [&](int threads) {
    if (which == 0) return copy(data.out.data(), data.x.data(), bytes, size.large(), threads);
    triad(data.out.data(), bytes, data.x.data(), data.y.data(), bytes, size.large(), threads);
  };
  row.targets = targets_of<T>(which, size, fp);
  std::unique_ptr<Arrays<double>> wide;
  if (std::any_of(row.targets.begin(), row.targets.end(),
                  [](const Target& t) { return t.yardstick == Yardstick::other; })) {
    wide = std::make_unique<Arrays<double>>(own);
    row.other =
        call(kMaps[which].text, inputs_of(which, view(wide->x, shape), view(wide->y, shape)),
             {place(wide->out, shape)}, fp);
  }
  table.add(row);
}

template <class T, class R>
void add_integer_map(Table& table) {
  for (const Size& size : kSizes) {
    const std::string workload = name_of(1, tl::Fp::strict);
    if (!table.wants(workload, dtype_name<T>(), size.name)) continue;
    const std::size_t n = size.count(sizeof(R));
    const auto count = static_cast<std::int64_t>(n);
    const tl::Dims shape{count};
    Buffer<T> x(n), y(n);
    Buffer<R> out(n);
    x.fill(1);
    y.fill(2);
    Row row{workload, dtype_name<T>(), size.name, table.threads(size.large()), {}, {}, {}, {}, 0,
            {}};
    row.own =
        call(kMaps[1].text, {{"x", view(x, shape)}, {"y", view(y, shape)}}, {place(out, shape)});
    row.hand = [&](int threads) {
      strict::two_three(out.data(), x.data(), y.data(), count, threads);
    };
    row.limit = [&](int threads) {
      triad(out.data(), n * sizeof(R), x.data(), y.data(), n * sizeof(T), size.large(), threads);
    };
    row.targets = {size.large() ? Target{"S1", Yardstick::limit, 0.95}
                                : Target{"S2", Yardstick::hand, 1.0}};
    table.add(row);
  }
}

/// The result is a new array every time.
void add_new_result(Table& table) {
  const std::string workload = "W6 2*x + 3*y, new result";
  for (const Size& size : kSizes) {
    if (!table.wants(workload, "float64", size.name)) continue;
    const std::size_t n = size.count(sizeof(double));
    const auto count = static_cast<std::int64_t>(n);
    const tl::Dims shape{count};
    Arrays<double> data(n);
    Row row{workload, "float64", size.name, table.threads(size.large()), {}, {}, {}, {}, 0, {}};
    std::map<int, tl::Function> functions;
    for (const int t : row.threads) {
      tl::Options options;
      options.threads = t;
      functions[t] = tl::compile("2*x + 3*y", {{"x", tl::float64}, {"y", tl::float64}}, options);
    }
    row.own = [&](int threads) { functions[threads]({view(data.x, shape), view(data.y, shape)}); };
    row.hand = [&](int threads) {
      const std::unique_ptr<double[]> out(new double[n]);
      strict::map(1, out.get(), data.x.data(), data.y.data(), count, threads);
    };
    row.limit = [&](int threads) {
      triad(data.out.data(), n * 8, data.x.data(), data.y.data(), n * 8, size.large(), threads);
    };
    row.targets = {{"S2", Yardstick::hand, 1.0}};
    table.add(row);
  }
}

}  // namespace

void add_maps(Table& table) {
  for (const tl::Fp fp : {tl::Fp::strict, tl::Fp::fast}) {
    for (std::size_t which = 0; which < kMapCount; ++which) {
      for (const Size& size : kSizes) {
        add_float_map<double>(table, which, size, fp);
        add_float_map<float>(table, which, size, fp);
        add_float_map<tl::float16_t>(table, which, size, fp);
      }
    }
  }
  add_integer_map<std::uint8_t, std::uint16_t>(table);
  add_integer_map<std::int16_t, std::int32_t>(table);
  add_integer_map<std::int32_t, std::int64_t>(table);
  add_integer_map<std::int64_t, std::int64_t>(table);
  add_new_result(table);
}

}  // namespace bench
