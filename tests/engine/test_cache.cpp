// What is compiled once is found again, whichever front end asks, and warm calls do not allocate.
#include <atomic>
#include <cstdlib>
#include <new>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define COUNT_ALLOCATIONS 1
namespace {
std::atomic<long> allocations{0};
}
void* operator new(std::size_t n) {
  ++allocations;
  if (void* p = std::malloc(n)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t n, std::align_val_t align) {
  ++allocations;
  if (void* p = std::aligned_alloc(static_cast<std::size_t>(align), (n + 63) / 64 * 64)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}
#endif

TEST_CASE("engine: text and templates share a kernel") {
  if (tl::cache_info().backend != "jit") return;
  const std::vector<std::uint16_t> a{1, 2, 3}, b{5, 1, 1};
  const std::vector<std::uint16_t> x(100), y(100);
  tl::evaluate("sum(abs(a-b))", {{"a", a}, {"b", b}});
  const tl::CacheInfo before = tl::cache_info();
  const std::uint64_t s = tl::sum(tl::abs(tl::lazy(x) - tl::lazy(y)));
  CHECK(s == 0);
  tl::evaluate("d = p - q; sum(abs(d))", {{"p", a}, {"q", b}});
  const tl::CacheInfo after = tl::cache_info();
  CHECK(after.compiled == before.compiled);
  CHECK(after.hits > before.hits);
}

TEST_CASE("engine: a cleared cache compiles again, kernels in use stay") {
  const std::vector<float> x{1, 2, 3};
  const tl::Function f = tl::compile("x * 3 + 1", {{"x", tl::float32}});
  CHECK(f({x}).values<float>()[2] == 10);
  tl::clear_cache();
  CHECK(f({x}).values<float>()[2] == 10);
  CHECK(tl::evaluate("x * 3 + 1", {{"x", x}}).values<float>()[2] == 10);
}

namespace {

/// An executor that evaluates something else before it runs what it was given.
class Nosy : public tl::Executor {
 public:
  int concurrency() const noexcept override { return 2; }
  void run(std::size_t count, void (*task)(void*, std::size_t), void* context, int) override {
    const std::vector<double> own{1, 2};
    for (int i = 0; i < 40; ++i) {  // more than a thread remembers
      tl::evaluate("x + " + std::to_string(i), {{"x", own}});
    }
    for (std::size_t i = 0; i < count; ++i) task(context, i);
  }
};

}  // namespace

TEST_CASE("engine: a call may evaluate other expressions on its own thread") {
  Nosy nosy;
  tl::Options options;
  options.executor = &nosy;
  const std::vector<double> x(200000, 2);
  std::vector<double> out(x.size());
  for (int i = 0; i < 4; ++i) {
    tl::evaluate_into(out, "x * 3", {{"x", x}}, options);
    CHECK(out[199999] == 6);
    tl::assign(out, tl::lazy(x) * 5, options);
    CHECK(out[199999] == 10);
  }
}

TEST_CASE("engine: what a thread remembers of a call is told from other calls") {
  std::vector<double> x{1, 2, 3}, y{4, 5, 6}, out(3);
  std::vector<float> narrow{1, 2, 3};
  for (int i = 0; i < 3; ++i) {
    CHECK(tl::evaluate("x - y", {{"x", x}, {"y", y}}).values<double>()[0] == -3);
    CHECK(tl::evaluate("x - y", {{"x", y}, {"y", x}}).values<double>()[0] == 3);
    CHECK(tl::evaluate("x - y", {{"y", x}, {"x", y}}).values<double>()[0] == 3);
    CHECK(tl::evaluate("x - y", {{"x", narrow}, {"y", narrow}}).dtype() == tl::float32);
    CHECK(tl::evaluate("x - y", {{"x", x}, {"y", 1}}).values<double>()[2] == 2);
    CHECK(tl::evaluate("x - y", {{"x", x}, {"y", 300}}).values<double>()[2] == -297);
    for (double k : {2.0, 3.0}) {
      tl::assign(out, tl::lazy(x) * k);  // steps that differ in a constant alone
      CHECK(out[2] == 3 * k);
      tl::assign(out, (tl::lazy(x) + 1) * k);
      CHECK(out[2] == 4 * k);
    }
    // In place, shifted within the same memory, and apart: one layout, three relations.
    const tl::ArrayView head(x.data(), {2}), tail(x.data() + 1, {2});
    std::vector<double> two(2);
    tl::evaluate_into(two, "x + 0", {{"x", head}});
    CHECK(two[1] == 2);
    tl::evaluate_into(tl::ArrayView(x.data() + 1, {2}), "x + 0", {{"x", head}});
    CHECK(x == std::vector<double>{1, 1, 2});
    tl::evaluate_into(tl::ArrayView(x.data(), {2}), "x + 0", {{"x", tail}});
    CHECK(x == std::vector<double>{1, 2, 2});
    x = {1, 2, 3};
    tl::evaluate_into(x, "x * x", {{"x", x}});
    CHECK(x == std::vector<double>{1, 4, 9});
    x = {1, 2, 3};
    tl::define("remembered(x) = x + " + std::to_string(i));
    CHECK(tl::evaluate("remembered(x)", {{"x", x}}).values<double>()[0] == 1 + i);
    if (i == 1) tl::clear_cache();
  }
  tl::undefine("remembered");
}

#ifdef COUNT_ALLOCATIONS
TEST_CASE("engine: warm calls into the caller's memory do not allocate") {
  if (tl::cache_info().backend != "jit") return;
  const std::vector<double> x(3000, 1.5), y(3000, 2);
  std::vector<double> out(3000), total(1);
  tl::Options one;
  one.threads = 1;
  const tl::Function f = tl::compile("2*x + 3*y", {{"x", tl::float64}, {"y", tl::float64}}, one);
  const tl::Function g =
      tl::compile("sum(abs(x - y))", {{"x", tl::float64}, {"y", tl::float64}}, one);
  const tl::ArrayView whole(total.data(), tl::Dims{});
  for (int i = 0; i < 3; ++i) {
    f.into(out, {x, y});
    g.into(whole, {x, y});
    tl::evaluate_into(out, "x - y", {{"x", x}, {"y", y}}, one);
    tl::assign(out, tl::lazy(x) - tl::lazy(y), one);
  }
  const long before = allocations;
  for (int i = 0; i < 10; ++i) {
    f.into(out, {x, y});
    g.into(whole, {x, y});
    tl::evaluate_into(out, "x - y", {{"x", x}, {"y", y}}, one);
    tl::assign(out, tl::lazy(x) - tl::lazy(y), one);
  }
  CHECK(allocations == before);
  CHECK(out[7] == -0.5);
  CHECK(total[0] == 1500);
}
#endif
