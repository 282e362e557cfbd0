// Matrix products: halves beside floats, and many products of 4x4 matrices.
#include "call.hpp"

namespace bench {
namespace {

constexpr std::int64_t kSide = 1024;

/// Halves are summed as float32: they are not to take longer than these.
void add_half(Table& table) {
  const std::string workload = "a @ b";
  if (!table.wants(workload, "float16", "(1024,1024)")) return;
  const auto n = static_cast<std::size_t>(kSide * kSide);
  const tl::Dims shape{kSide, kSide};
  Buffer<tl::float16_t> a(n), b(n);
  Buffer<float> wide_a(n), wide_b(n), out(n), wide_out(n);
  a.fill(1);
  b.fill(2);
  wide_a.fill(1);
  wide_b.fill(2);
  Row row{workload, "float16", "(1024,1024)", table.threads(true), {}, {}, {}, {}, 0, {}};
  row.own = call("a @ b", {{"a", view(a, shape)}, {"b", view(b, shape)}}, {place(out, shape)});
  row.other = call("a @ b", {{"a", view(wide_a, shape)}, {"b", view(wide_b, shape)}},
                   {place(wide_out, shape)});
  row.targets = {{"float32", Yardstick::other, 1.0}};
  table.add(row);
}

template <class T>
void add_small(Table& table) {
  const std::string workload = "a @ b";
  if (!table.wants(workload, dtype_name<T>(), "(100000,4,4)")) return;
  constexpr std::int64_t kCount = 100000;
  Buffer<T> a(16 * kCount), b(16 * kCount), out(16 * kCount);
  a.fill(1);
  b.fill(2);
  const tl::Dims shape{kCount, 4, 4};
  Row row{workload, dtype_name<T>(), "(100000,4,4)", table.threads(true), {}, {}, {}, {}, 0, {}};
  row.own = call("a @ b", {{"a", view(a, shape)}, {"b", view(b, shape)}}, {place(out, shape)});
  row.hand = [&](int threads) {
    strict::small_products(out.data(), a.data(), b.data(), kCount, threads);
  };
  row.targets = {{"S2", Yardstick::hand, 1.0}};
  table.add(row);
}

}  // namespace

void add_products(Table& table) {
  add_half(table);
  add_small<double>(table);
  add_small<float>(table);
}

}  // namespace bench
