// Small product kernels of every target against their interpretation: dtypes, sizes around the
// tiles, steps of all kinds, and that nothing but the products is written.
#include <cstring>
#include <memory>
#include <random>

#include "catch.hpp"
#include "exec/cache/tiered_kernel.hpp"
#include "harness.hpp"
#include "kernel_maker.hpp"
#include "math/leaf_array.hpp"

namespace tightloop::jit_test {
namespace {

using Bytes = std::vector<unsigned char>;

struct Sides {
  std::int64_t rows, depth, columns, products;
};

kernel::KernelPlan product_plan(DType factor, DType multiplied, DType stored, unsigned rows,
                                unsigned columns) {
  PlanBuilder p(kernel::KernelKind::small_product);
  std::uint32_t x[2];
  for (unsigned k : {0U, 1U}) {
    x[k] = p.load(factor, k == 0 ? kernel::Access::splat : kernel::Access::contiguous);
    if (p.plan.body[x[k]].lane != multiplied) x[k] = p.convert(Op::cast, multiplied, x[k]);
  }
  p.store(stored, p.op(Op::multiply, multiplied, {x[0], x[1]}));
  p.plan.tile_rows = static_cast<std::uint8_t>(rows);
  p.plan.tile_columns = static_cast<std::uint8_t>(columns);
  return p.plan;
}

/// Small whole numbers, which every dtype holds.
Bytes elements(DType t, std::int64_t count, std::mt19937_64& random) {
  Bytes bytes;
  for (std::int64_t i = 0; i < count * (is_complex(t) ? 2 : 1); ++i) {
    const auto n = static_cast<double>(random() % 12) - (is_float(t) || is_complex(t) ? 5.5 : 0);
    unsigned char e[8] = {};
    std::size_t size = itemsize(t) / (is_complex(t) ? 2 : 1);
    const auto put = [&](auto value) { std::memcpy(e, &value, sizeof value); };
    if (is_bool(t)) {
      e[0] = n > 5;
    } else if (is_integer(t)) {
      put(static_cast<std::int64_t>(n));
    } else if (size == 4) {
      put(static_cast<float>(n * 0.7));
    } else if (size == 8) {
      put(n * 0.7);
    } else {
      put(t == DType::float16 ? 0x3c00 + static_cast<std::uint16_t>(random() % 512) : 0x3f80);
      size = 2;
    }
    bytes.insert(bytes.end(), e, e + size);
  }
  return bytes;
}

Bytes multiply(const kernel::Kernel& kernel, const kernel::KernelPlan& plan, const Sides& s,
               const Bytes& left, const Bytes& right, bool left_turned) {
  const auto size = [](DType t) { return static_cast<std::int64_t>(itemsize(t)); };
  const std::int64_t l = size(plan.loads[0].dtype), r = size(plan.loads[1].dtype);
  const std::int64_t t = size(plan.stores[0].dtype), pitch = (s.columns + 1) * t;
  Bytes out(static_cast<std::size_t>(s.products * s.rows * pitch), 0xa5);
  const std::int64_t along = left_turned ? s.rows * l : l, across = left_turned ? l : s.depth * l;
  const std::int64_t steps[] = {
      s.rows * s.depth * l, across,         along, s.depth * s.columns * r,
      s.columns * r,        s.rows * pitch, pitch};
  void* pointers[] = {const_cast<unsigned char*>(left.data()),
                      const_cast<unsigned char*>(right.data()), out.data()};
  std::uint64_t events = 0;
  kernel::KernelFrame frame{s.columns, s.rows, pointers, steps, nullptr, nullptr, 0, &events};
  frame.n2 = s.depth;
  frame.n3 = s.products;
  kernel.call(frame);
  CHECK(events == 0);
  for (std::int64_t row = 1; row <= s.products * s.rows; ++row) {  // the gaps between rows
    for (std::int64_t i = row * pitch - t; i < row * pitch; ++i) {
      if (out[static_cast<std::size_t>(i)] != 0xa5) CHECK(out[static_cast<std::size_t>(i)] == 0xa5);
    }
  }
  return out;
}

void check_products(DType factor, DType multiplied, DType stored) {
  std::mt19937_64 random(81);
  const Sides sizes[] = {{2, 2, 2, 3}, {3, 3, 3, 4},  {4, 4, 4, 2},  {1, 5, 7, 2},   {8, 2, 16, 1},
                         {9, 3, 5, 2}, {2, 7, 33, 1}, {17, 4, 1, 2}, {13, 32, 19, 1}};
  const unsigned tiles[][2] = {{2, 2}, {3, 2}, {4, 4}, {8, 16}, {1, 8}, {4, 1}};
  for (const auto& tile : tiles) {
    const kernel::KernelPlan plan = product_plan(factor, multiplied, stored, tile[0], tile[1]);
    INFO(describe(plan));
    const int host_bytes = math::host_lanes(DType::float64).back() * 8;
    auto made = exec::InterpretedKernel::make(plan, host_bytes);
    REQUIRE(made != nullptr);
    const exec::TieredKernel interpreted(std::move(made));
    for (const TestTarget& target : targets()) {
      std::string error;
      const auto kernel = make_kernel(*target.backend, plan, error);
      CAPTURE(target.name, error);
      REQUIRE(kernel != nullptr);
      for (const Sides& s : sizes) {
        const Bytes left = elements(factor, s.products * s.rows * s.depth, random);
        const Bytes right = elements(factor, s.products * s.depth * s.columns, random);
        for (bool turned : {false, true}) {
          CAPTURE(s.rows, s.depth, s.columns, turned);
          const bool same = multiply(*kernel, plan, s, left, right, turned) ==
                            multiply(interpreted, plan, s, left, right, turned);
          CHECK(same);
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("jit: small products of floats and complex numbers") {
  for (DType t : {DType::float32, DType::float64, DType::complex64, DType::complex128}) {
    check_products(t, t, t);
  }
  check_products(DType::float16, DType::float32, DType::float32);
  check_products(DType::bfloat16, DType::float32, DType::float32);
}

TEST_CASE("jit: small products of whole numbers, as floats and as words") {
  check_products(DType::bool_, DType::float32, DType::uint64);
  check_products(DType::int8, DType::float32, DType::int64);
  check_products(DType::uint16, DType::float64, DType::uint64);
  check_products(DType::int32, DType::int32, DType::int64);
  check_products(DType::uint32, DType::uint32, DType::uint64);
  check_products(DType::int64, DType::int64, DType::int64);
  check_products(DType::uint64, DType::uint64, DType::uint64);
}

TEST_CASE("jit: small products of faulty plans are refused") {
  const auto fault = [](const kernel::KernelPlan& plan) {
    std::string error;
    CHECK(make_kernel(*targets()[0].backend, plan, error) == nullptr);
    return error;
  };
  const kernel::KernelPlan good = product_plan(DType::int8, DType::float32, DType::int64, 4, 4);
  kernel::KernelPlan plan = good;
  plan.tile_columns = 3;
  CHECK(fault(plan).find("tiles of an odd size") != std::string::npos);
  plan = good;
  plan.tile_rows = 9;
  CHECK(fault(plan).find("tiles of an odd size") != std::string::npos);
  plan = good;
  plan.body.back().args[0] = plan.body.back().args[1];
  CHECK(fault(plan).find("a factor that is no load") != std::string::npos);
  plan = good;
  plan.stores[0].dtype = DType::int32;
  CHECK(fault(plan).find("a target unlike its factors") != std::string::npos);
  plan = good;
  plan.body.clear();
  CHECK(fault(plan).find("not a product of elements") != std::string::npos);
}

}  // namespace tightloop::jit_test
