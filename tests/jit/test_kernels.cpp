// Maps: loads and stores of every dtype and access, all lengths, halves exhaustively, streaming
// stores, parameters; large plans, faulty plans, kernels that outlive others, threads.
#include <cstring>
#include <memory>
#include <thread>

#include "catch.hpp"
#include "harness.hpp"
#include "kernel_maker.hpp"
#include "types/half.hpp"

namespace llvm {
[[noreturn]] void report_fatal_error(const char* reason, bool gen_crash_diag);
}

namespace tightloop::jit_test {
namespace {

using kernel::Access;
using kernel::KernelKind;

DType dtype_at(int i) {
  return static_cast<DType>(i);
}

// Runs a map of one load and one store over whole arrays.
void run_map(const kernel::Kernel& kernel, const void* in, void* out, std::int64_t n) {
  void* ptr[] = {const_cast<void*>(in), out};
  const std::int64_t step[] = {0, 0};
  std::uint64_t events = 0;
  kernel::KernelFrame frame{n, 1, ptr, step, nullptr, nullptr, 0, &events};
  kernel.call(frame);
}

std::shared_ptr<const kernel::Kernel> compiled(const TestTarget& target,
                                               const kernel::KernelPlan& plan) {
  std::string error;
  std::shared_ptr<const kernel::Kernel> kernel = make_kernel(*target.backend, plan, error);
  CAPTURE(error);
  REQUIRE(kernel != nullptr);
  return kernel;
}

kernel::KernelPlan copy_plan(DType from, DType to) {
  PlanBuilder p(KernelKind::map);
  p.store(to, p.load(from));
  return p.plan;
}

template <class H>
void check_all_halves(DType half) {
  std::vector<H> bits(65536);  // those of a byte many times
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i].bits = static_cast<HalfBits<H>>(i);
  for (const TestTarget& target : targets()) {
    CAPTURE(target.name);
    std::vector<float> floats(bits.size());
    run_map(*compiled(target, copy_plan(half, DType::float32)), bits.data(), floats.data(), 65536);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const float expected = to_float(bits[i]);
      const bool same = expected != expected ? floats[i] != floats[i]
                                             : std::memcmp(&expected, &floats[i], 4) == 0;
      wrong += same ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
}

// Every value of a half type, the midpoints between neighbours, and the floats next to both.
template <class H>
std::vector<float> around_halves() {
  std::vector<float> floats;
  for (std::uint32_t i = 0; i < 65536; ++i) {
    const float x = to_float(H{static_cast<HalfBits<H>>(i)});
    const float next = to_float(H{static_cast<HalfBits<H>>(i + 1)});
    const float middle =
        static_cast<float>((static_cast<double>(x) + static_cast<double>(next)) / 2);
    for (float v : {x, middle}) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, &v, 4);
      for (std::uint32_t b : {bits - 1, bits, bits + 1}) {
        float f = 0;
        std::memcpy(&f, &b, 4);
        floats.push_back(f);
      }
    }
  }
  return floats;
}

template <class H>
void check_rounding(DType half) {
  const std::vector<float> floats = around_halves<H>();
  std::vector<H> expected;
  for (float f : floats) expected.push_back(round_to_half<H>(f));
  for (const TestTarget& target : targets()) {
    CAPTURE(target.name);
    std::vector<H> actual(floats.size());
    run_map(*compiled(target, copy_plan(DType::float32, half)), floats.data(), actual.data(),
            static_cast<std::int64_t>(floats.size()));
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < actual.size(); ++i) wrong += actual[i] == expected[i] ? 0 : 1;
    CHECK(wrong == 0);
  }
}

}  // namespace

TEST_CASE("jit: copies of every dtype, all lengths") {
  for (int i = 0; i < kDTypeCount; ++i) {
    std::vector<RunShape> shapes = all_sizes(2 * 64 + 1);
    shapes.push_back({193});
    shapes.push_back({50, 4, 3});
    check_plan(copy_plan(dtype_at(i), dtype_at(i)), shapes, 20000 + static_cast<unsigned>(i));
  }
}

TEST_CASE("jit: loads that skip elements or run downwards, all dtypes and lengths") {
  for (int i = 0; i < kDTypeCount; ++i) {
    for (int stride : {2, 3, 4, -1, -2, -3, -4}) {
      PlanBuilder p(KernelKind::map);
      const std::uint32_t x = p.load(dtype_at(i), Access::strided);
      p.plan.loads[0].stride = static_cast<std::int8_t>(stride);
      p.store(dtype_at(i), x);
      std::vector<RunShape> shapes = some_sizes();
      for (std::int64_t n0 : {2, 7, 15, 17, 32, 33, 63, 128}) shapes.push_back({n0});
      check_plan(p.plan, shapes, 25000 + 16 * static_cast<unsigned>(i));
    }
  }
}

TEST_CASE("jit: reductions of loads that skip elements") {
  for (KernelKind kind : {KernelKind::row_reduce, KernelKind::column_reduce}) {
    for (DType t : {DType::uint8, DType::int16, DType::float32, DType::float64}) {
      for (int stride : {2, 3, -1, -2}) {
        PlanBuilder p(kind);
        const std::uint32_t x = p.load(t, Access::strided), y = p.load(t);
        p.plan.loads[0].stride = static_cast<std::int8_t>(stride);
        p.reduce(Op::max, t, x);
        if (t == DType::float64) p.reduce(Op::sum, t, p.op(Op::multiply, t, {x, y}));
        std::vector<RunShape> shapes = some_sizes();
        for (RunShape& s : shapes) s.finite = true;
        shapes.push_back({300, 7, 3});
        check_plan(p.plan, shapes, 26000);
      }
    }
  }
}

TEST_CASE("jit: splat loads, parameters and constants") {
  for (int i = 0; i < kDTypeCount; ++i) {
    const DType t = dtype_at(i);
    const DType lane = ir::lane_of(t);
    PlanBuilder p(KernelKind::map);
    const std::uint32_t row = p.load(t, Access::splat);
    const std::uint32_t param = p.param(lane);
    Scalar two;
    two.dtype = lane;
    two.bytes[0] = 1;
    const std::uint32_t constant = p.constant(two);
    const std::uint32_t row_first = p.op(Op::equal, bool_, {row, param});
    const std::uint32_t x = p.load(t);
    const std::uint32_t chosen =
        p.op(Op::where, lane,
             {row_first, constant,
              p.op(Op::where, lane, {p.op(Op::not_equal, bool_, {x, row}), x, param})});
    p.store(t, chosen);
    p.store(t, row);
    p.store(lane, param);
    p.store(lane, constant);
    check_plan(p.plan, {{1, 5}, {40, 5, 2}, {64, 3}, {131, 2, 1}},
               21000 + static_cast<unsigned>(i));
  }
}

TEST_CASE("jit: values that never depend on elements") {
  PlanBuilder p(KernelKind::row_reduce);
  const std::uint32_t a = p.param(DType::float64);
  const std::uint32_t b = p.load(DType::float64, Access::splat);
  p.reduce(Op::sum, DType::float64, p.op(Op::multiply, DType::float64, {a, b}));
  p.reduce(Op::max, DType::float64, a);
  check_plan(p.plan, {{1, 2}, {7, 2}, {100, 3}}, 22000);
  PlanBuilder c(KernelKind::column_reduce);
  c.reduce(Op::sum, DType::float64, c.load(DType::float64, Access::splat));
  c.store(DType::float64, 0);
  check_plan(c.plan, {{1, 2}, {7, 2}, {100, 3}}, 22001);
}

TEST_CASE("jit: every value of the half types loads exactly") {
  check_all_halves<float16_t>(DType::float16);
  check_all_halves<bfloat16_t>(DType::bfloat16);
  check_all_halves<float8_e4m3fn_t>(DType::float8_e4m3fn);
  check_all_halves<float8_e5m2_t>(DType::float8_e5m2);
}

TEST_CASE("jit: float32 is stored as the nearest half") {
  check_rounding<float16_t>(DType::float16);
  check_rounding<bfloat16_t>(DType::bfloat16);
  check_rounding<float8_e4m3fn_t>(DType::float8_e4m3fn);
  check_rounding<float8_e5m2_t>(DType::float8_e5m2);
}

TEST_CASE("jit: stores around the caches") {
  for (DType t : {DType::uint8, DType::float16, DType::int32, DType::float64, DType::complex128,
                  DType::bool_}) {
    PlanBuilder p(KernelKind::map);
    const std::uint32_t x = p.load(t);
    p.store(t, x);
    p.store(bool_, p.op(Op::equal, bool_, {x, x}));
    p.plan.streaming_stores = true;
    std::vector<RunShape> shapes;
    for (bool aligned : {false, true}) {
      for (std::int64_t n0 : {1, 63, 64, 128, 200}) shapes.push_back({n0, 3, 1, true, aligned});
    }
    check_plan(p.plan, shapes, 23000);
  }
}

TEST_CASE("jit: operands of mixed widths share a vector step") {
  PlanBuilder p(KernelKind::map);
  const std::uint32_t byte = p.load(DType::uint8);
  const std::uint32_t wide = p.load(DType::complex128);
  const std::uint32_t half = p.load(DType::float16);
  const std::uint32_t flag = p.load(bool_);
  const std::uint32_t z = p.convert(Op::cast, DType::complex128, byte);
  const std::uint32_t h = p.convert(Op::cast, DType::complex128, half);
  p.store(DType::complex128, p.op(Op::where, DType::complex128,
                                  {flag, p.op(Op::add, DType::complex128, {z, wide}), h}));
  p.store(DType::uint8, byte);
  check_plan(p.plan, all_sizes(70), 24000);
}

TEST_CASE("jit: large bodies") {
  PlanBuilder p(KernelKind::map);
  std::vector<std::uint32_t> values;
  for (int k = 0; k < 40; ++k) values.push_back(p.load(DType::float32));
  for (int k = 0; k < 300; ++k) {
    const auto i = static_cast<std::size_t>(k);
    const Op op = k % 3 == 0 ? Op::multiply : k % 3 == 1 ? Op::subtract : Op::maximum;
    values.push_back(p.op(op, DType::float32, {values[i], values[i + 39]}));
  }
  for (int k = 0; k < 20; ++k)
    p.store(DType::float32, values[values.size() - 1 - 7 * static_cast<std::size_t>(k)]);
  check_plan(p.plan, {{1}, {33}, {100, 2, 3}}, 25000);
}

TEST_CASE("jit: faulty plans give errors") {
  kernel::Backend& backend = *targets()[0].backend;
  const auto refused = [&](const kernel::KernelPlan& plan) {
    std::string error;
    CHECK(make_kernel(backend, plan, error) == nullptr);
    CHECK(!error.empty());
    std::string again;
    CHECK(backend.assembly(plan, again).empty());
    CHECK(again == error);
  };
  refused({});
  PlanBuilder forward(KernelKind::map);
  forward.op(Op::negative, DType::int32, {5});
  forward.store(DType::int32, 0);
  refused(forward.plan);
  PlanBuilder lanes(KernelKind::map);
  lanes.store(DType::int32, lanes.op(Op::add, DType::int32,
                                     {lanes.load(DType::int32), lanes.load(DType::int16)}));
  refused(lanes.plan);
  PlanBuilder meaningless(KernelKind::map);
  meaningless.store(DType::int32,
                    meaningless.op(Op::sqrt, DType::int32, {meaningless.load(DType::int32)}));
  refused(meaningless.plan);
  PlanBuilder ordered(KernelKind::map);
  ordered.store(bool_,
                ordered.op(Op::less, bool_,
                           {ordered.load(DType::complex64), ordered.load(DType::complex64)}));
  refused(ordered.plan);
  // And the backend is as good as before.
  check_plan(copy_plan(DType::int32, DType::int32), {{10}}, 26000);
}

TEST_CASE("jit: unknown targets and missing leaves give errors") {
  std::string error;
  CHECK(make_backend(nullptr, "no-such-cpu", error) == nullptr);
  CHECK(error.find("no-such-cpu") != std::string::npos);
  const std::unique_ptr<kernel::Backend> bare(make_backend(nullptr, "", error));
  REQUIRE(bare != nullptr);
  PlanBuilder p(KernelKind::map);
  p.store(DType::float64, p.op(Op::exp, DType::float64, {p.load(DType::float64)}));
  CHECK(make_kernel(*bare, p.plan, error) == nullptr);
  CHECK(error.find("exp") != std::string::npos);
}

TEST_CASE("jit: fatal errors of LLVM become errors of one compilation") {
  static bool fail = true;
  const auto leaf = [](Op, DType, int) -> void* {
    if (fail) llvm::report_fatal_error("as asked", false);
    return nullptr;
  };
  std::string error;
  const std::unique_ptr<kernel::Backend> backend(make_backend(leaf, "", error));
  REQUIRE(backend != nullptr);
  PlanBuilder p(KernelKind::map);
  p.store(DType::float64, p.op(Op::exp, DType::float64, {p.load(DType::float64)}));
  for (int round = 0; round < 3; ++round) {
    CHECK(make_kernel(*backend, p.plan, error) == nullptr);
    CHECK(error.find("as asked") != std::string::npos);
  }
  fail = false;
  CHECK(make_kernel(*backend, p.plan, error) == nullptr);
  CHECK(error.find("exp") != std::string::npos);
  const TestTarget target{"host", backend.get()};
  std::int64_t in = 7;
  std::int64_t out = 0;
  run_map(*compiled(target, copy_plan(DType::int64, DType::int64)), &in, &out, 1);
  CHECK(out == 7);
}

TEST_CASE("jit: kernels come and go, on several threads") {
  const TestTarget& target = targets()[0];
  std::vector<std::shared_ptr<const kernel::Kernel>> kept(4);
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 20; ++round) {
        PlanBuilder p(KernelKind::map);
        const std::uint32_t x = p.load(DType::int64);
        const auto value = static_cast<std::int64_t>(t) * 100 + round;
        p.store(DType::int64, p.op(Op::add, DType::int64, {x, p.constant(Scalar::of(value))}));
        std::string error;
        std::shared_ptr<const kernel::Kernel> kernel = make_kernel(*target.backend, p.plan, error);
        if (kernel == nullptr) {
          ++wrong[t];
          continue;
        }
        const std::int64_t in[5] = {1, 2, 3, 4, 5};
        std::int64_t out[5] = {};
        run_map(*kernel, in, out, 5);
        for (int i = 0; i < 5; ++i) wrong[t] += out[i] == in[i] + value ? 0 : 1;
        kept[t] = std::move(kernel);
      }
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("jit: assembly holds the instructions that the speed depends on") {
  const TestTarget& host = targets()[0];
  const bool wide = host.backend->fingerprint().find("+avx512bw") != std::string::npos;
  PlanBuilder sad(KernelKind::row_reduce);
  const std::uint32_t d =
      sad.op(Op::absdiff, DType::uint8, {sad.load(DType::uint8), sad.load(DType::uint8)});
  sad.reduce(Op::sum, DType::uint64, sad.convert(Op::cast, DType::uint64, d));
  std::string error;
  const std::string text = host.backend->assembly(sad.plan, error);
  CHECK(text.find("psadbw") != std::string::npos);
  CHECK(text.find("pminub") == std::string::npos);
  CHECK(host.backend->ir(sad.plan, error).find("define") != std::string::npos);

  PlanBuilder map(KernelKind::map);
  map.store(DType::uint8,
            map.op(Op::absdiff, DType::uint8, {map.load(DType::uint8), map.load(DType::uint8)}));
  const std::string bytes = host.backend->assembly(map.plan, error);
  CHECK(bytes.find("pmaxub") != std::string::npos);
  CHECK(bytes.find("pmovzx") == std::string::npos);
  if (wide) {
    CHECK(text.find("zmm") != std::string::npos);
    CHECK(bytes.find("zmm") != std::string::npos);
  }
}

}  // namespace tightloop::jit_test
