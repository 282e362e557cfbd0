// Many different expressions in one process: kernels beyond the cache's limit are freed, and memory
// stops growing. The long case is run by its tag, [long].
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "api/front.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"

namespace tightloop {
namespace {

/// Pieces of executable memory that belong to no file: one per compiled kernel.
std::size_t code_pieces() {
  std::ifstream in("/proc/self/maps");
  std::string line;
  std::size_t count = 0;
  while (std::getline(in, line)) {
    const bool code = line.find(" r-xp ") != std::string::npos;
    if (code && line.find('/') == std::string::npos && line.find('[') == std::string::npos) ++count;
  }
  return count;
}

long resident_kib() {
  std::ifstream in("/proc/self/status");
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind("VmRSS:", 0) == 0) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return -1;
}

std::unique_ptr<exec::EngineCore> make_engine(exec::CompileTime when, std::size_t kernels) {
  auto cache = std::make_unique<exec::KernelCache>("", "", when, kernels);
  try {
    cache->backend();
  } catch (const exec::NoCodeGenerator&) {
    return nullptr;
  }
  return std::make_unique<exec::EngineCore>(std::move(cache), false);
}

/// Evaluates the i-th of a series of expressions whose kernels all differ.
bool evaluate_one(exec::EngineCore& engine, int i, const std::vector<double>& x) {
  const std::string number = std::to_string(i) + ".5";
  const auto out = detail::evaluate_with(engine, "x * " + number + " + " + number, {{"x", x}}, {});
  return out[0].values<double>()[1] == x[1] * (i + 0.5) + (i + 0.5);
}

}  // namespace

TEST_CASE("engine: kernels beyond the cache's limit are freed") {
  const auto engine = make_engine(exec::CompileTime::first, 16);
  if (engine == nullptr) return;
  const std::vector<double> x{1, 2, 3};
  detail::forget_prepared();
  evaluate_one(*engine, 0, x);
  const std::size_t before = code_pieces();
  int wrong = 0;
  for (int i = 1; i <= 200; ++i) wrong += evaluate_one(*engine, i, x) ? 0 : 1;
  CHECK(wrong == 0);
  CHECK(engine->cache_info().kernels <= 16);
  detail::forget_prepared();  // programs hold the kernels they use
  evaluate_one(*engine, 0, x);
  // A thread still holds what it used last.
  CHECK(code_pieces() <= before + 16 + 32);
}

TEST_CASE("engine: thousands of expressions in a small cache") {
  const auto engine = make_engine(exec::CompileTime::background, 32);
  if (engine == nullptr) return;
  const std::vector<double> x{1, 2, 3};
  int wrong = 0;
  for (int i = 0; i < 2000; ++i) wrong += evaluate_one(*engine, i, x) ? 0 : 1;
  CHECK(wrong == 0);
  CHECK(engine->cache_info().kernels <= 32);
  detail::forget_prepared();
}

TEST_CASE("engine: memory of a hundred thousand expressions", "[.][long]") {
  const auto engine = make_engine(exec::CompileTime::first, 1024);
  if (engine == nullptr) return;
  const std::vector<double> x{1, 2, 3};
  int wrong = 0;
  long early = 0;
  for (int i = 0; i < 100'000; ++i) {
    wrong += evaluate_one(*engine, i, x) ? 0 : 1;
    if (i == 20'000) early = resident_kib();
  }
  CHECK(wrong == 0);
  CHECK(engine->cache_info().kernels <= 1024);
  const long grown = resident_kib() - early;
  INFO("the last 80,000 expressions took " << grown << " KiB");
  CHECK(grown < 16 * 1024);
  detail::forget_prepared();
}

}  // namespace tightloop
