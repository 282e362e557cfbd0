// W9: arrays that are not walked in order: every other element, a transposed operand.
#include "call.hpp"

namespace bench {
namespace {

template <class T>
void add_steps(Table& table) {
  const std::string workload = "W9 a[::2]-b[::2]";
  for (const Size& size : kSizes) {
    if (!table.wants(workload, dtype_name<T>(), size.name)) continue;
    const std::size_t n = size.count(sizeof(T));
    const auto count = static_cast<std::int64_t>(n);
    Buffer<T> a(n), b(n), out(n / 2);
    a.fill(1);
    b.fill(2);
    Row row{workload, dtype_name<T>(), size.name, table.threads(size.large()), {}, {}, {}, {}, 0,
            {}};
    row.own = call("a[::2]-b[::2]", {{"a", view(a, {count})}, {"b", view(b, {count})}},
                   {place(out, {count / 2})});
    row.hand = [&](int threads) {
      strict::every_other(out.data(), a.data(), b.data(), count / 2, threads);
    };
    row.targets = {{size.large() ? "S8" : "S2", Yardstick::hand, size.large() ? 0.9 : 1.0}};
    table.add(row);
  }
}

template <class T>
void add_transposed(Table& table) {
  struct Square {
    const char* name;
    std::int64_t side;
  };
  const std::string workload = "W9 a + b.T";
  for (const Square& s :
       {Square{"(32,32)", 32}, Square{"(256,256)", 256}, Square{"(5000,5000)", 5000}}) {
    if (!table.wants(workload, dtype_name<T>(), s.name)) continue;
    const auto n = static_cast<std::size_t>(s.side * s.side);
    const bool large = s.side == 5000;
    Buffer<T> a(n), b(n), out(n);
    a.fill(1);
    b.fill(2);
    const tl::Dims shape{s.side, s.side};
    Row row{workload, dtype_name<T>(), s.name, table.threads(large), {}, {}, {}, {}, 0, {}};
    row.own = call("a + b.T", {{"a", view(a, shape)}, {"b", view(b, shape)}}, {place(out, shape)});
    row.hand = [&](int threads) {
      strict::plus_transposed(out.data(), a.data(), b.data(), s.side, threads);
    };
    row.targets = {{large ? "S8" : "S2", Yardstick::hand, large ? 0.9 : 1.0}};
    table.add(row);
  }
}

}  // namespace

void add_layouts(Table& table) {
  add_steps<double>(table);
  add_steps<float>(table);
  add_transposed<double>(table);
  add_transposed<float>(table);
}

}  // namespace bench
