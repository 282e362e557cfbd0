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
  }
  const long before = allocations;
  for (int i = 0; i < 10; ++i) {
    f.into(out, {x, y});
    g.into(whole, {x, y});
    tl::evaluate_into(out, "x - y", {{"x", x}, {"y", y}}, one);
  }
  CHECK(allocations == before);
  CHECK(out[7] == -0.5);
  CHECK(total[0] == 1500);
}
#endif
