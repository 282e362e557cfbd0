// The order in which sums are formed is part of what users rely on: the bits of many reductions are
// as in summation_bits.txt, on every engine, for any number of threads, and whatever the machine
// model says.
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "../fuzz/random_arrays.hpp"
#include "api/front.hpp"
#include "base/thread_pool.hpp"
#include "catch.hpp"
#include "engine/summation_cases.hpp"
#include "plan/machine_model.hpp"

using namespace tightloop;

namespace {

const std::string kPath = std::string(TIGHTLOOP_SOURCE) + "/tests/engine/summation_bits.txt";

using Kind = exec::EngineCore::Kind;

/// Null for a JIT where there is no code generator.
std::unique_ptr<exec::EngineCore> make_engine(Kind kind, const plan::MachineModel& machine = {}) {
  try {
    return std::make_unique<exec::EngineCore>(kind, "", machine);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::unsupported) throw;
    return nullptr;
  }
}

std::string bits_on(exec::EngineCore& engine, const summation::Case& c,
                    const summation::Inputs& inputs, const Options& options) {
  const std::vector<Binding> bindings = inputs.bindings();
  return summation::bits_of(detail::evaluate_with(engine, c.text, bindings, options));
}

/// Few elements, many kinds of plans: what the machine model decides, in a short time.
std::vector<summation::Case> small_cases() {
  std::vector<summation::Case> out;
  for (const char* inputs :
       {"x: float64 (90, 700)", "x: float32 (700, 90)", "x: float16 (90, 700) gaps",
        "x: bfloat16 (700, 90)", "x: complex64 (90, 300)", "x: int32 (300, 90)",
        "x: float64 (9, 20000)", "x: float64 (300, 90) F"}) {
    const bool complex = std::string(inputs).find("complex") != std::string::npos;
    out.push_back({inputs, "sum(x), sum(x, axis=0), sum(x, axis=1), mean(x * 2, axis=1)", ""});
    out.push_back({inputs, "sum(x.T, axis=0), sum(x[:, ::5], axis=1), x[::-1, ::7] + 1", ""});
    if (complex) continue;
    out.push_back({inputs, "var(x), var(x, axis=0), std(x, axis=1), norm(x, axis=1)", ""});
    out.push_back({inputs, "softmax(x / 1024, axis=1)", ""});
    out.push_back({inputs,
                   "sum(tanh(x / 64), axis=1), sum(tanh(x / 64) * (x - max(tanh(x / 64), axis=1, "
                   "keepdims=True)), axis=1), x - mean(x, axis=0)",
                   ""});
  }
  out.push_back({"x: float64 (20, 33000); y: float64 (33000)", "sum(x * y, axis=1)", ""});
  out.push_back({"x: uint8 (20, 140000); y: uint8 (140000)",
                 "sum(absdiff(x, y), axis=1), max(minimum(x, y), axis=1)", ""});
  out.push_back({"a: float32 (60, 300); b: float32 (300, 70)", "a @ b, b.T @ a.T", ""});
  out.push_back({"a: float64 (31, 17) gaps; b: float64 (17, 29)", "a @ b, sum(a @ b)", ""});
  out.push_back({"a: float64 (50, 8, 8); b: float64 (50, 8, 8)", "a @ b", ""});
  out.push_back({"a: complex64 (20, 12); b: complex64 (12, 18)", "a @ b", ""});
  out.push_back({"a: int16 (40, 30); b: int16 (30, 20)", "a @ b", ""});
  return out;
}

/// Evaluates the small cases on engines of one kind with other machine models; kernels that do not
/// differ are compiled once.
class Sweep {
 public:
  explicit Sweep(Kind kind) : kind_(kind), pool_(3), cases_(small_cases()) {
    for (const summation::Case& c : cases_) inputs_.push_back(summation::make_inputs(c.inputs));
    const std::unique_ptr<exec::EngineCore> usual = make_engine(kind);
    for (std::size_t i = 0; usual != nullptr && i < cases_.size(); ++i) {
      cases_[i].bits = bits_on(*usual, cases_[i], inputs_[i], {});
    }
    works_ = usual != nullptr;
  }

  bool works() const { return works_; }

  /// All cases, or every `of`th from `first` on.
  void check(const plan::MachineModel& machine, std::size_t first = 0, std::size_t of = 1) {
    const std::unique_ptr<exec::EngineCore> engine = make_engine(kind_, machine);
    const std::atomic<bool> stop{false};
    Options options;
    options.executor = &pool_;
    for (std::size_t i = first % of; i < cases_.size(); i += of) {
      for (const int threads : {1, 3}) {
        options.threads = threads;
        options.stop = threads == 1 ? nullptr : &stop;  // then kernels are called in pieces
        const std::string bits = bits_on(*engine, cases_[i], inputs_[i], options);
        if (bits == cases_[i].bits) continue;
        INFO(cases_[i].inputs << " | " << cases_[i].text << ", " << threads << " threads");
        CHECK(bits == cases_[i].bits);
      }
    }
  }

 private:
  const Kind kind_;
  base::ThreadPool pool_;
  std::vector<summation::Case> cases_;
  std::vector<summation::Inputs> inputs_;
  bool works_ = false;
};

plan::MachineModel all_at_random(fuzz::Random& random) {
  plan::MachineModel out;
  for (const plan::MachineField& f : plan::machine_fields()) {
    const int magnitude = random.below(41);
    const auto any = static_cast<std::int64_t>(random.bits() % (std::uint64_t{2} << magnitude));
    out.*f.member = random.pick({f.least, f.most, any, any, any});
  }
  return plan::within_limits(out);
}

void check_each_field(Sweep& sweep, std::size_t of) {
  std::size_t number = 0;
  for (const plan::MachineField& f : plan::machine_fields()) {
    for (const std::int64_t value : {f.least, f.least + 1, f.most}) {
      plan::MachineModel machine;
      machine.*f.member = value;
      INFO(f.name << " = " << value);
      sweep.check(machine, number++, of);
    }
  }
}

void check_at_random(Sweep& sweep, int models, std::size_t of) {
  fuzz::Random random(11);
  for (int i = 0; i < models; ++i) {
    const plan::MachineModel machine = all_at_random(random);
    INFO(plan::to_string(machine));
    sweep.check(machine, static_cast<std::size_t>(i), of);
  }
}

}  // namespace

TEST_CASE("engine: the bits of sums are as in the golden file") {
  summation::GoldenFile golden = summation::read_golden(kPath);
  const bool write = std::getenv("TIGHTLOOP_WRITE_GOLDEN") != nullptr;
  REQUIRE(golden.cases.size() >= 60);
  base::ThreadPool pool(3);
  const std::unique_ptr<exec::EngineCore> interpreted = make_engine(Kind::interpreter);
  const std::unique_ptr<exec::EngineCore> compiled = make_engine(Kind::jit);
  for (summation::Case& c : golden.cases) {
    const summation::Inputs inputs = summation::make_inputs(c.inputs);
    if (write) c.bits = bits_on(*interpreted, c, inputs, {});
    for (exec::EngineCore* engine : {interpreted.get(), compiled.get()}) {
      for (const int threads : {1, 2, 3}) {
        if (engine == nullptr) continue;
        Options options;
        options.executor = &pool;
        options.threads = threads;
        INFO(c.inputs << " | " << c.text << ", " << threads << " threads, "
                      << (engine == compiled.get() ? "compiled" : "interpreted"));
        INFO(
            "if it is meant: TIGHTLOOP_WRITE_GOLDEN=1 tightloop_tests \"engine: the bits of "
            "sums*\"");
        CHECK(bits_on(*engine, c, inputs, options) == c.bits);
      }
    }
  }
  if (write) summation::write_golden(kPath, golden);
}

TEST_CASE("engine: no field of the machine model changes a bit, interpreted") {
  Sweep sweep(Kind::interpreter);
  check_each_field(sweep, 8);
  check_at_random(sweep, 8, 2);
}

TEST_CASE("engine: no field of the machine model changes a bit, compiled") {
  Sweep sweep(Kind::jit);
  if (!sweep.works()) return;
  check_each_field(sweep, 32);
  check_at_random(sweep, 4, 4);
}

TEST_CASE("engine: no machine model changes a bit of many cases", "[long]") {
  for (const Kind kind : {Kind::interpreter, Kind::jit}) {
    Sweep sweep(kind);
    if (!sweep.works()) continue;
    check_each_field(sweep, 1);
    check_at_random(sweep, 60, 1);
  }
}

TEST_CASE("engine: many strided results of one reduction are each complete") {
  constexpr std::int64_t kColumns = 3000;
  constexpr std::size_t kResults = 6;  // packed together, they take a tile in pieces
  std::vector<double> x(2 * kColumns), memory(kResults * 2 * kColumns);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i % kColumns);
  std::vector<Destination> outs;
  std::string text;
  for (std::size_t k = 0; k < kResults; ++k) {
    outs.emplace_back(ArrayView(memory.data() + k * 2 * kColumns, {kColumns}, {16}));
    text += (k == 0 ? "sum(x, axis=0) + " : ", sum(x, axis=0) + ") + std::to_string(k + 1);
  }
  evaluate_all_into(outs, text, {{"x", ArrayView(x.data(), {2, kColumns})}});
  bool good = true;
  for (std::size_t k = 0; k < kResults; ++k) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      const double want = 2 * static_cast<double>(j) + static_cast<double>(k + 1);
      good = good && memory[2 * (k * kColumns + j)] == want;
    }
  }
  CHECK(good);
}
