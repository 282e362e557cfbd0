// What people write and what works: compiled with every compiler, and run (see ../programs).
#include <array>
#include <cstdint>
#include <cstdio>
#include <list>
#include <span>
#include <sstream>
#include <string>
#include <tightloop/print.hpp>
#include <tightloop/tightloop.hpp>
#include <utility>
#include <vector>

namespace tl = tightloop;

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "does not hold: %s\n", what);
}

tl::Array fresh_array() {
  const std::vector<double> x = {1, 2, 3};
  return tl::evaluate("x * 2", {{"x", x}});
}
std::vector<double> fresh_vector() {
  return {4, 5, 6};
}
const std::vector<double> fresh_constant() {
  return {1, 1, 1};
}
std::array<double, 3> fresh_std_array() {
  return {7, 8, 9};
}

/// Overwrites what a freed block or a dead frame held.
void disturb() {
  std::vector<std::vector<double>> other(100, std::vector<double>(3, -1.0));
  volatile double frame[512];
  for (int i = 0; i < 512; ++i) frame[i] = -2;
  expect(other[99][0] + frame[7] == -3, "what disturbs");
}

double value_of(const char* text, tl::BindingsView vars) {
  return tl::evaluate(text, vars).item<double>();
}

void bindings() {
  const std::vector<double> a = {1, 2, 3};
  const std::vector<double> b = {10, 20, 30};
  tl::Bindings vars = {{"a", a}, {"b", b}};
  disturb();
  expect(value_of("sum(a + b)", vars) == 66, "Bindings of the line before");
  vars.push_back({std::string("a_name_too_long_to_be_held_in_place"), fresh_array()});
  vars.push_back({"v", fresh_vector()});
  vars.push_back({"s", fresh_std_array()});
  vars.push_back({"c", fresh_constant()});
  vars.push_back({"k", 2});
  {
    tl::Array named = fresh_array();
    const tl::Array constant = fresh_array();
    vars.push_back({"named", named});
    vars.push_back({"constant", constant});
  }
  disturb();
  const tl::Bindings copy = vars;
  vars = {};
  disturb();
  expect(value_of("sum(a_name_too_long_to_be_held_in_place)", copy) == 12, "an owned array");
  expect(value_of("sum(v) * k", copy) == 30, "an owned vector");
  expect(value_of("sum(s)", copy) == 24, "an owned std::array");
  expect(value_of("sum(c)", copy) == 3, "an owned constant vector");
  expect(value_of("sum(named + constant)", copy) == 24, "arrays whose names are gone");
  std::vector<tl::Binding> list;
  list.push_back({"x", fresh_array()});
  list.push_back({"y", fresh_vector()});
  disturb();
  expect(value_of("sum(x + y)", list) == 27, "a vector of bindings");
  expect(value_of("sum(x + y)", {{"x", fresh_array()}, {"y", fresh_vector()}}) == 27,
         "temporaries of the call");
  std::vector<tl::Arg> args;
  args.push_back(fresh_array());
  args.push_back(fresh_vector());
  disturb();
  const tl::Function f = tl::compile("x + y", {{"x", tl::float64}, {"y", tl::float64}});
  expect(f.all(args)[0].values<double>()[2] == 12, "a vector of arguments");
  expect(f({fresh_array(), b}).values<double>()[0] == 12, "an argument of the call");
}

void results() {
  double total = 0;
  for (double v : fresh_array().values<double>()) total += v;
  expect(total == 12, "a loop over the values of a temporary");
  const auto values = fresh_array().values<double>();
  disturb();
  expect(values.size() == 3 && values[2] == 6, "values of a temporary that are kept");
  std::int64_t count = 1;
  for (std::int64_t extent : fresh_array().shape()) count *= extent;
  expect(count == 3, "a loop over the shape of a temporary");
  const tl::Array named = fresh_array();
  const tl::ArrayView view = named;
  const std::span<const double> span = named.values<double>();
  expect(view.size() == 3 && span[1] == 4, "views of what has a name");
  expect(tl::Array::copy_of(fresh_array()).size() == 3, "a copy of a temporary");
  std::ostringstream printed;
  printed << fresh_array();
  expect(printed.str() == tl::to_text(fresh_array()), "a temporary is printed");
}

void shapes() {
  double data[6] = {0, 1, 2, 3, 4, 5};
  const std::vector<int> ints = {2, 3};
  const std::vector<std::size_t> sizes = {2, 3};
  const std::list<short> shorts = {2, 3};
  const std::array<unsigned, 2> array = {2, 3};
  const std::span<const int> span = ints;
  const int plain[2] = {2, 3};
  const tl::Dims want = {2, 3};
  expect(tl::Dims(ints) == want && tl::Dims(sizes) == want && tl::Dims(shorts) == want &&
             tl::Dims(array) == want && tl::Dims(span) == want && tl::Dims(plain) == want &&
             tl::Dims(shorts.begin(), shorts.end()) == want && tl::Dims(plain, plain + 2) == want,
         "Dims of ranges of integers");
  const tl::ArrayView by_range(data, sizes);
  const tl::ArrayView transposed(data, {3, 2}, {8, 24});
  expect(by_range.shape() == want && transposed.strides() == tl::Dims{8, 24},
         "views with a shape and strides");
  expect(value_of("x[1, 0] * 10 + y[0, 1]", {{"x", by_range}, {"y", transposed}}) == 33,
         "elements of these views");
  const tl::Array flat(std::vector<float>{1, 2, 3, 4});
  const tl::Array square(std::vector<float>{1, 2, 3, 4}, {2, 2});
  expect(flat.shape() == tl::Dims{4} && square.values<float>()[3] == 4, "arrays of vectors");
  try {
    const tl::Array wrong(std::vector<float>{1, 2, 3}, {2, 2});
    expect(false, "a shape of another size is refused");
  } catch (const tl::Error& e) {
    expect(e.code() == tl::ErrorCode::shape, "the error is of the shape");
  }
}

void destinations() {
  const std::vector<double> x = {1, 2, 3};
  std::array<double, 3> out = {};
  tl::evaluate_into(out, "x + 1", {{"x", x}});
  expect(out[2] == 4, "a std::array as a destination");
  tl::assign(out, tl::lazy(x) * 3);
  expect(out[2] == 9, "a std::array as a destination of a template");
}

void truth() {
  const std::vector<double> x = {1, 2, 3};
  const std::vector<double> y = {1, 2, 3};
  expect(tl::all(tl::lazy(x) == tl::lazy(y)), "all() of a comparison");
  if (tl::sum(tl::lazy(x)) > 5) {
    expect(!(tl::sum(tl::lazy(x)) > 7), "a comparison of sums");
  } else {
    expect(false, "a sum is compared in a condition");
  }
  const bool equal = (tl::lazy(x) == tl::lazy(y)).eval().size() == 3;
  expect(equal, "eval() of a comparison");
}

}  // namespace

int main() {
  try {
    bindings();
    results();
    shapes();
    destinations();
    truth();
  } catch (const tl::Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  return failures == 0 ? 0 : 1;
}
