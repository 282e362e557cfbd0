// A user's program: each way to call the installed library, with the results that the language
// promises. Exits with 0 where all hold.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <tightloop/tightloop.hpp>
#include <vector>

namespace tl = tightloop;

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "does not hold: %s\n", what);
}

void text() {
  const std::vector<std::uint8_t> a = {10, 0, 255, 7};
  const std::vector<std::uint8_t> b = {20, 255, 0, 7};
  const tl::Array sum = tl::evaluate("sum(abs(a - b))", {{"a", a}, {"b", b}});
  expect(sum.dtype() == tl::uint64 && sum.ndim() == 0, "a sum of uint8 is a 0-d uint64");
  expect(sum.item<std::uint64_t>() == 520, "differences of uint8 do not wrap");
  const tl::Array map = tl::evaluate("abs(a - b)", {{"a", a}, {"b", b}});
  expect(map.dtype() == tl::uint8 && map.values<std::uint8_t>()[1] == 255, "abs(a - b) is uint8");
}

void several_results() {
  const std::vector<float> x = {1.0F, 2.0F, 4.0F};
  const std::vector<float> y = {1.5F, 2.0F, 3.0F};
  const auto [squares, worst] =
      tl::evaluate_all<2>("d = x - y; sum(d * d), max(abs(d))", {{"x", x}, {"y", y}});
  expect(squares.item<double>() == 1.25, "the sum of squares");
  expect(worst.item<double>() == 1.0, "the largest difference, from the same pass");
}

void destination() {
  std::vector<double> x = {1, 2, 3};
  tl::evaluate_into(x, "2 * x + 1", {{"x", x}});
  expect(x == std::vector<double>{3, 5, 7}, "a destination may be an input");
}

void compiled() {
  const tl::Function f =
      tl::compile("x * k + 1", {{"x", tl::float32}, {"k", tl::weak(tl::float64)}});
  const std::vector<float> x = {1, 2, 3};
  const tl::Array out = f({x, 0.5});
  expect(out.dtype() == tl::float32 && out.values<float>()[2] == 2.5F, "a compiled function");
}

void templates() {
  const std::vector<std::int16_t> a = {1, -2, 3};
  const std::vector<std::int16_t> b = {4, 5, -6};
  const tl::Array sum = tl::sum(tl::abs(tl::lazy(a) - tl::lazy(b)));
  expect(sum.item<std::int64_t>() == 19, "an expression template");
}

void error() {
  const std::vector<float> a = {1};
  try {
    tl::evaluate("sum(aa)", {{"a", a}});
    expect(false, "an unknown name is an error");
  } catch (const tl::Error& e) {
    expect(e.code() == tl::ErrorCode::name && e.span() == tl::Span{4, 6},
           "an error names its place");
    expect(std::strstr(e.what(), "'aa'") != nullptr, "an error names the name");
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    text();
    several_results();
    destination();
    compiled();
    templates();
    error();
  } catch (const tl::Error& e) {
    std::fprintf(stderr, "%s\n", e.picture().c_str());
    return 1;
  }
  // The argument names the back end that the installation should have.
  const tl::CacheInfo info = tl::cache_info();
  expect(argc < 2 || info.backend == argv[1], "the kernels come from the installed back end");
  std::printf("back end %s, target %s\n", info.backend.c_str(), info.target.c_str());
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
