// W10: what a call costs on ten elements, by the three ways to make one.
#include "call.hpp"

namespace bench {
namespace {

void add_call(Table& table, const char* way, double seconds, Run run) {
  Row row{std::string("W10 2*x + 3*y, ") + way, "float64", "10", {1}, {}, {}, {}, {}, seconds, {}};
  row.own = std::move(run);
  row.targets = {{"S9", Yardstick::seconds, 1.0}};
  table.add(row);
}

}  // namespace

void add_calls(Table& table) {
  Buffer<double> x(10), y(10), out(10);
  x.fill(1);
  y.fill(2);
  const tl::ArrayView a = view(x, {10}), b = view(y, {10}), to = place(out, {10});
  tl::Options options;
  options.threads = 1;
  const tl::Function f =
      tl::compile("2*x + 3*y", {{"x", tl::float64}, {"y", tl::float64}}, options);
  add_call(table, "Function", 100e-9, [&](int) { f.into(to, {a, b}); });
  add_call(table, "expression template", 150e-9,
           [&](int) { tl::assign(to, 2 * tl::lazy(a) + 3 * tl::lazy(b), options); });
  add_call(table, "text", 500e-9, [&](int) {
    tl::evaluate_into(to, "2*x + 3*y", {{"x", a}, {"y", b}}, options);
  });
}

}  // namespace bench
