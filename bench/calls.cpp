// W10: what a call costs on ten elements, by the ways to make one.
#include "call.hpp"

namespace bench {
namespace {

constexpr const char* kMap = "2*x + 3*y";
constexpr const char* kSum = "sum(abs(x - y))";

void add_call(Table& table, const char* text, const char* way, double seconds, Run run) {
  Row row{
      std::string("W10 ") + text + ", " + way, "float64", "10", {1}, {}, {}, {}, {}, seconds, {}};
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
  double total[1];
  const tl::ArrayView number(static_cast<void*>(total), tl::float64, {});
  const std::initializer_list<tl::Parameter> both = {{"x", tl::float64}, {"y", tl::float64}};
  const tl::Function map = tl::compile(kMap, both, options);
  const tl::Function sum = tl::compile(kSum, both, options);
  add_call(table, kMap, "Function", 100e-9, [&](int) { map.into(to, {a, b}); });
  add_call(table, kSum, "Function", 100e-9, [&](int) { sum.into(number, {a, b}); });
  const tl::PreparedCall prepared_map = map.prepare(to, {a, b});
  const tl::PreparedCall prepared_sum = sum.prepare(number, {a, b});
  add_call(table, kMap, "prepared call", 25e-9, [=](int) { prepared_map(); });
  add_call(table, kSum, "prepared call", 25e-9, [=](int) { prepared_sum(); });
  add_call(table, kMap, "expression template", 150e-9,
           [&](int) { tl::assign(to, 2 * tl::lazy(a) + 3 * tl::lazy(b), options); });
  add_call(table, kSum, "expression template", 150e-9,
           [&](int) { tl::assign(number, tl::sum(tl::abs(tl::lazy(a) - tl::lazy(b))), options); });
  add_call(table, kMap, "text", 500e-9, [&](int) {
    tl::evaluate_into(to, kMap, {{"x", a}, {"y", b}}, options);
  });
  add_call(table, kSum, "text", 500e-9, [&](int) {
    tl::evaluate_into(number, kSum, {{"x", a}, {"y", b}}, options);
  });
}

}  // namespace bench
