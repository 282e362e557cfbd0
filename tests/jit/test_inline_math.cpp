// Functions that kernels compute themselves give the bits of their leaves.
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "../math/samples.hpp"
#include "catch.hpp"
#include "harness.hpp"
#include "kernel_maker.hpp"
#include "types/half.hpp"

namespace tightloop::jit_test {
namespace {

// Every half of both types, and what float32 lanes may hold besides.
std::vector<float> arguments() {
  std::vector<float> xs = math::landmarks<float>();
  const std::vector<float> more = math::random_arguments<float>(200000, 12);
  xs.insert(xs.end(), more.begin(), more.end());
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto word = static_cast<std::uint16_t>(bits);
    xs.push_back(static_cast<float>(to_double(std::bit_cast<float16_t>(word))));
    xs.push_back(std::bit_cast<float>(bits << 16));
  }
  return xs;
}

// The function of float32 lanes; with a condition, so that a vector step is as long as its bytes
// allow.
std::vector<float> by_kernel(kernel::Backend& backend, Op op, DType precision,
                             const std::vector<float>& xs, bool condition) {
  PlanBuilder p(kernel::KernelKind::map);
  const std::uint32_t x = p.load(DType::float32);
  std::uint32_t id = p.op(op, DType::float32, {x});
  p.plan.body[id].target = precision;
  if (condition) id = p.op(Op::where, DType::float32, {p.load(DType::bool_), id, x});
  p.store(DType::float32, id);
  std::string error;
  const auto kernel = make_kernel(backend, p.plan, error);
  CAPTURE(error);
  REQUIRE(kernel != nullptr);
  std::vector<float> out(xs.size());
  std::vector<std::uint8_t> all(xs.size(), 1);
  std::vector<void*> ptr{const_cast<float*>(xs.data()), out.data()};
  if (condition) ptr.insert(ptr.begin() + 1, all.data());
  const std::int64_t steps[] = {0, 0, 0};
  std::uint64_t events = 0;
  kernel::KernelFrame frame{
      static_cast<std::int64_t>(xs.size()), 1, ptr.data(), steps, nullptr, nullptr, 0, &events};
  kernel->call(frame);
  return out;
}

}  // namespace

TEST_CASE("jit: functions inside kernels are bit for bit their leaves") {
  const std::vector<float> xs = arguments();
  const int widest = math::host_lanes(DType::float32).back();
  for (const Op op : {Op::exp, Op::exp2, Op::exp10, Op::log, Op::log2, Op::log10, Op::sin}) {
    for (const DType precision : {DType::float32, DType::float16, DType::bfloat16}) {
      std::vector<float> want(xs.size());
      math::apply_leaf(op, widest, xs.data(), nullptr, want.data(), xs.size(), precision);
      for (const auto& [target, condition] : {std::pair{0, false}, {0, true}, {1, false}}) {
        if (static_cast<std::size_t>(target) >= targets().size()) continue;
        const TestTarget& made = targets()[static_cast<std::size_t>(target)];
        const std::vector<float> got = by_kernel(*made.backend, op, precision, xs, condition);
        for (std::size_t i = 0; i < xs.size(); ++i) {
          if (math::bits_of(got[i]) == math::bits_of(want[i])) continue;
          CAPTURE(made.name, condition, std::string(id(op)), std::string(name(precision)), xs[i],
                  got[i], want[i]);
          FAIL_CHECK("other bits");
          break;
        }
      }
    }
  }
}

TEST_CASE("jit: kernels with few exponentials and logarithms call none, where AVX-512 is") {
  const TestTarget& host = targets()[0];
  const bool wide = math::host_lanes(DType::float32).back() == 16;
  for (const DType precision : {DType::float32, DType::float16}) {
    for (const int functions : {1, 8, 9}) {
      PlanBuilder p(kernel::KernelKind::map);
      std::uint32_t id = p.load(DType::float32);
      for (int i = 0; i < functions; ++i) {
        id = p.op(i % 2 == 0 ? Op::exp : Op::log10, DType::float32, {id});
        p.plan.body[id].target = precision;
      }
      p.store(DType::float32, id);
      std::string error;
      const std::string text = host.backend->assembly(p.plan, error);
      CAPTURE(functions, error);
      const bool calls = text.find("tightloop_leaf") != std::string::npos;
      CHECK(calls == (!wide || functions > 8));
      CHECK((text.find("vscalefps") == std::string::npos) == calls);
    }
  }
}

}  // namespace tightloop::jit_test
