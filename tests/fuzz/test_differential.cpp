// The JIT against the reference evaluator over random expressions, dtypes, layouts and sizes.
// TIGHTLOOP_FUZZ_CASES sets the number of cases, TIGHTLOOP_FUZZ_SEED the seed.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <iomanip>
#include <map>
#include <optional>
#include <string>

#include "../plan/reduced_size.hpp"
#include "api/front.hpp"
#include "base/background.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"
#include "random_arrays.hpp"
#include "random_expressions.hpp"
#include "tightloop/evaluate.hpp"
#include "types/half.hpp"
#include "types/strides.hpp"

namespace {

using namespace tightloop;
using fuzz::Random;

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Extents around every vector width, nothing, one, and more than a block.
std::int64_t random_extent(Random& random) {
  static const std::int64_t edges[] = {2, 4, 8, 16, 32, 64, 128};
  switch (random.below(12)) {
    case 0: return random.chance(40) ? 0 : 1;
    case 1:
    case 2: return 1;
    case 3:
    case 4:
    case 5: return edges[random.below(7)] + random.below(3) - 1;
    case 6: return 1 + random.below(200);
    default: return 1 + random.below(12);
  }
}

Dims random_shape(Random& random) {
  if (random.chance(3)) return Dims{4000 + random.below(300)};
  if (random.chance(1)) return Dims{70000 + random.below(64)};
  if (random.chance(2)) return Dims{3 + random.below(3), 2040 + random.below(40)};
  if (random.chance(2)) return Dims{500 + random.below(40), 1 + random.below(70)};
  Dims shape;
  const int rank = random.below(4);
  for (int i = 0; i < rank; ++i) shape.push_back(random_extent(random));
  return shape;
}

/// A shape that broadcasts to `shape`: some axes 1, some leading ones gone.
Dims narrowed(Random& random, const Dims& shape) {
  Dims out;
  const int skip = random.chance(25) ? random.below(shape.size() + 1) : 0;
  for (int i = skip; i < shape.size(); ++i) out.push_back(random.chance(15) ? 1 : shape[i]);
  return out;
}

struct Outcome {
  std::vector<Array> results;
  std::string error;
};

Outcome evaluate(exec::EngineCore& engine, const std::string& text, BindingsView vars,
                 const Options& options) {
  Outcome out;
  try {
    out.results = detail::evaluate_with(engine, text, vars, options);
  } catch (const Error& e) {
    out.error = std::string(to_string(e.code())) + ": " + e.what();
  }
  return out;
}

template <class T>
std::int64_t ordered(T x) {  // neighbours in value are neighbours in this order; -0 == +0
  if constexpr (sizeof(T) == 4) {
    const auto b = std::bit_cast<std::int32_t>(x);
    return b >= 0 ? b : std::int64_t{INT32_MIN} - b;
  } else {
    const auto b = std::bit_cast<std::int64_t>(x);
    return b >= 0 ? b : INT64_MIN - b;
  }
}

template <class T>
bool within_ulp(T x, T y, std::int64_t ulp) {
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
  if (std::isinf(x) || std::isinf(y)) {
    // The last step below infinity may round either way.
    const T big = std::numeric_limits<T>::max() * static_cast<T>(1 - 1e-6);
    return x == y || (ulp > 0 && std::abs(x) >= big && std::abs(y) >= big &&
                      std::signbit(x) == std::signbit(y));
  }
  const __int128 d = static_cast<__int128>(ordered(x)) - ordered(y);
  return (d < 0 ? -d : d) <= ulp;
}

/// Reads element i of a C-ordered array as doubles (real and imaginary part).
std::complex<double> number_at(const Array& a, std::int64_t i) {
  const auto at = [&](auto* p) { return static_cast<double>(p[i]); };
  switch (a.dtype()) {
    case DType::float16: return to_double(a.data<float16_t>()[i]);
    case DType::bfloat16: return to_double(a.data<bfloat16_t>()[i]);
    case DType::float8_e4m3fn: return to_double(a.data<float8_e4m3fn_t>()[i]);
    case DType::float8_e5m2: return to_double(a.data<float8_e5m2_t>()[i]);
    case DType::float32: return at(a.data<float>());
    case DType::float64: return at(a.data<double>());
    case DType::complex64: return std::complex<double>(a.data<std::complex<float>>()[i]);
    case DType::complex128: return a.data<std::complex<double>>()[i];
    default: return 0;
  }
}

bool same_value(double x, double y, DType t, std::int64_t ulp) {
  switch (t) {
    case DType::float8_e4m3fn:
    case DType::float8_e5m2:
    case DType::float16:
    case DType::bfloat16:
    case DType::float32:
    case DType::complex64: {
      const std::int64_t steps = std::int64_t{1} << (23 - info(t).fraction_bits);
      const std::int64_t room = is_half(t) ? (ulp > 0 ? steps + steps / 2 : 0) : ulp;
      return within_ulp(static_cast<float>(x), static_cast<float>(y), room) ||
             (is_half(t) && ulp > 0 && std::abs(x - y) <= least_positive(t));
    }
    default: return within_ulp(x, y, ulp);
  }
}

bool same_bits_but_nan(const Array& a, const Array& b) {
  if (!is_float(a.dtype()) && !is_complex(a.dtype())) {
    return std::memcmp(a.data(), b.data(),
                       static_cast<std::size_t>(a.size()) * itemsize(a.dtype())) == 0;
  }
  const auto same = [](double x, double y) {
    return (std::isnan(x) && std::isnan(y)) ||
           std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  };
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const auto x = number_at(a, i), y = number_at(b, i);
    if (!same(x.real(), y.real()) || !same(x.imag(), y.imag())) return false;
  }
  return true;
}

bool within(const Array& a, const Array& b, std::int64_t ulp) {
  const DType part = a.dtype() == DType::complex64    ? DType::float32
                     : a.dtype() == DType::complex128 ? DType::float64
                                                      : a.dtype();
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const auto x = number_at(a, i), y = number_at(b, i);
    if (same_value(x.real(), y.real(), part, ulp) && same_value(x.imag(), y.imag(), part, ulp)) {
      continue;
    }
    // Annex G leaves the sign of an infinity beside a NaN open.
    const auto half_nan = [](std::complex<double> z) {
      return std::isnan(z.real()) != std::isnan(z.imag());
    };
    if (half_nan(x) && half_nan(y) && std::isnan(x.real()) == std::isnan(y.real()) &&
        std::abs(x) == std::abs(y)) {
      continue;
    }
    UNSCOPED_INFO("element " << i << ": " << std::setprecision(17) << x << " and " << y);
    return false;
  }
  return true;
}

double epsilon(DType t) {
  switch (t) {
    case DType::float64:
    case DType::complex128: return 0x1p-52;
    default: return power_of_two(-info(t).fraction_bits);
  }
}

/// Sums: the difference is at most a few rounding errors of the sum of magnitudes; of a product's
/// sums, which run through blocks of 256 terms in the type of the result, as many as those have.
bool sums_agree(const Array& a, const Array& b, const Array& magnitude, bool product) {
  const double unit = (product ? 300 : 1) * epsilon(a.dtype());
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const auto x = number_at(a, i), y = number_at(b, i);
    const double m = std::abs(number_at(magnitude, i));
    const double room = m * (1e-12 + unit) + 1e-300;
    for (const auto& [p, q] : {std::pair{x.real(), y.real()}, std::pair{x.imag(), y.imag()}}) {
      if (!std::isfinite(p) || !std::isfinite(q) || !std::isfinite(m)) {
        if (std::isfinite(p) && std::isfinite(q)) continue;  // a finite part beside one that is not
        if (std::isfinite(p) != std::isfinite(q) && std::isfinite(m)) return false;
        continue;
      }
      if (std::abs(p - q) > room) return false;
    }
  }
  return true;
}

struct Case {
  fuzz::Expression expression;
  std::vector<fuzz::RandomArray> arrays;
  std::vector<std::string> names;
  std::vector<Binding> bindings;
  Options options;
};

Arg random_scalar(Random& random) {
  if (random.chance(50)) return static_cast<std::int64_t>(random.below(600) - 200);
  if (random.chance(50)) return static_cast<double>(random.below(64)) / 8;
  return random.chance(50);
}

Case make_case(Random& random) {
  Case c;
  const int count = 1 + random.below(3);
  const Dims shape = random_shape(random);
  const auto one = static_cast<DType>(random.below(kDTypeCount));
  for (int i = 0; i < count; ++i) {
    const DType t = random.chance(60) ? one : static_cast<DType>(random.below(kDTypeCount));
    const Dims own = i == 0 ? shape : narrowed(random, shape);
    c.arrays.push_back(random_array(random, t, own, random.chance(40)));
    c.names.push_back(std::string(1, static_cast<char>('a' + i)));
  }
  if (random.chance(25)) c.names.emplace_back("n");
  for (std::size_t i = 0; i < c.arrays.size(); ++i) {
    c.bindings.push_back({c.names[i], Arg(c.arrays[i].view)});
  }
  if (c.names.size() > c.arrays.size()) {
    c.bindings.push_back({"n", random_scalar(random)});
  }
  std::int64_t size = 1;
  for (std::int64_t extent : shape) size *= extent;
  c.expression = fuzz::ExpressionGenerator(random, c.names, size <= 400).make();
  if (random.chance(25)) c.options.promotion = Promotion::numpy;
  c.options.overflow = random.chance(8) ? Overflow::check : Overflow::wrap;
  c.options.threads = 1;
  return c;
}

std::string describe(const Case& c) {
  std::string out = c.expression.text;
  for (std::size_t i = 0; i < c.arrays.size(); ++i) {
    const ArrayView& v = c.arrays[i].view;
    out += "\n  " + c.names[i] + ": " + std::string(name(v.dtype())) + " " + to_string(v.shape()) +
           " strides " + to_string(v.strides()) +
           (v.byte_order() == ByteOrder::swapped ? " swapped" : "");
  }
  if (c.options.promotion == Promotion::numpy) out += "\n  promotion numpy";
  if (c.options.overflow == Overflow::check) out += "\n  overflow check";
  return out;
}

/// No array of the plan is larger than a reduction's result; scratch is a block per packed operand,
/// and what fits a cache for each turn of a group.
bool plan_is_bounded(const plan::LoopPlan& plan, const ir::TypedGraph& graph) {
  for (const plan::Intermediate& mid : plan.intermediates) {
    if (mid.tile_bytes > 48 << 10) return false;
    const bool reduced = plan_test::has_reduced_size(plan, graph, mid.node);
    if (mid.tile_bytes == 0 && !reduced) return false;
    if (!(mid.shape == plan.shapes[mid.node])) return false;
  }
  for (const plan::Stage& stage : plan.stages) {
    constexpr std::int64_t kMost = 4096;
    if (stage.blocking.tile > kMost || stage.blocking.chunks > kMost) return false;
  }
  return true;
}

bool check_plan(exec::EngineCore& engine, const Case& c) {
  // Verifies what there is after each step, and throws what is not sound.
  if (explain_steps(c.expression.text, c.bindings, c.options).empty()) return false;
  std::vector<detail::Variable> variables;
  for (const Binding& b : c.bindings) variables.push_back({b.name, &b.value});
  const auto prepared = detail::prepare({c.expression.text, {}}, variables, {}, c.options, engine);
  std::vector<const Arg*> args;
  for (std::uint32_t at : prepared->argument_of_input) args.push_back(variables[at].value);
  return plan_is_bounded(prepared->program->plan(args), prepared->program->graph());
}

/// True where strides are so odd that elements of one view may share bytes.
bool may_share_elements(const ArrayView& v) {
  std::int64_t span = static_cast<std::int64_t>(itemsize(v.dtype()));
  std::vector<std::pair<std::int64_t, std::int64_t>> axes;
  for (int d = 0; d < v.ndim(); ++d) {
    if (v.shape()[d] > 1) axes.emplace_back(std::abs(v.strides()[d]), v.shape()[d]);
  }
  std::sort(axes.begin(), axes.end());
  for (const auto& [stride, extent] : axes) {
    if (stride < span) return true;
    span += stride * (extent - 1);
  }
  return false;
}

/// Evaluates into a destination of a random layout: exactly its elements change, to those of
/// `want`.
std::optional<std::string> check_destination(Random& random, const Case& c, const Array& want) {
  fuzz::RandomArray to = fuzz::random_array(random, want.dtype(), want.shape());
  for (int d = 0; d < to.view.ndim(); ++d) {
    if (to.view.strides()[d] == 0 && to.view.shape()[d] > 1) return std::nullopt;
  }
  const std::vector<unsigned char> before(to.memory.get(), to.memory.get() + to.bytes);
  const auto view = [&](unsigned char* memory) {
    const auto at = static_cast<const unsigned char*>(to.view.data()) - to.memory.get();
    return ArrayView(static_cast<void*>(memory + at), to.view.dtype(), to.view.shape(),
                     to.view.strides(), to.view.byte_order());
  };
  std::vector<unsigned char> expected = before;
  if (may_share_elements(to.view)) return std::nullopt;
  copy_elements(view(expected.data()), want.view());
  evaluate_into(view(to.memory.get()), c.expression.text, Bindings(c.bindings), c.options);
  Array got(want.dtype(), want.shape());
  copy_elements(got.view(), view(to.memory.get()));
  if (same_bits_but_nan(got, want)) copy_elements(view(to.memory.get()), want.view());
  if (std::memcmp(expected.data(), to.memory.get(), to.bytes) == 0) return std::nullopt;
  return "a destination " + to_string(to.view.shape()) + " strides " +
         to_string(to.view.strides()) + " differs";
}

/// Kernels that are interpreted for good, run before they are compiled or are replaced meanwhile
/// give the same bits.
std::optional<std::string> check_interpreted(const Case& c, exec::EngineCore& engine,
                                             const Outcome& compiled) {
  const Outcome out = evaluate(engine, c.expression.text, Bindings(c.bindings), c.options);
  if (out.error != compiled.error) return "interpreted, the error is " + out.error;
  for (std::size_t k = 0; k < out.results.size(); ++k) {
    if (!same_bits_but_nan(out.results[k], compiled.results[k])) return "interpreted bits differ";
  }
  return std::nullopt;
}

/// True where functions that round once for real operands may have met complex ones.
bool calls_complex_roots(const Case& c) {
  const auto has = [&](const char* text) {
    return c.expression.text.find(text) != std::string::npos;
  };
  const bool any_complex =
      has("complex") || has("2j") ||
      std::any_of(c.arrays.begin(), c.arrays.end(),
                  [](const fuzz::RandomArray& a) { return is_complex(a.view.dtype()); });
  return any_complex && (has("abs(") || has("absdiff(") || has("sign(") || has("sqrt("));
}

/// Returns what is wrong, or nothing.
std::optional<std::string> compare(const Case& c, const Outcome& jit, const Outcome& reference,
                                   exec::EngineCore& oracle) {
  // outer and vdot see their operands as vectors; the oracle does not ask whether a view can.
  if (jit.error.find("needs a copy") != std::string::npos) return std::nullopt;
  if (jit.error != reference.error)
    return "errors differ:\n  " + jit.error + "\n  " + reference.error;
  for (std::size_t i = 0; i < jit.results.size(); ++i) {
    const Array& a = jit.results[i];
    const Array& b = reference.results[i];
    if (a.dtype() != b.dtype() || !(a.shape() == b.shape())) return "dtype or shape differ";
    const bool inexact_type = is_float(a.dtype()) || is_complex(a.dtype());
    if (!c.expression.math && !c.expression.sums && !same_bits_but_nan(a, b)) {
      if (!calls_complex_roots(c)) return "bits differ";
      // What follows a root may magnify its last digit.
      const bool outermost =
          c.expression.text.find_first_of(",(") == c.expression.text.find_last_of('(');
      if (inexact_type && outermost && !within(a, b, 5)) return "beyond the stated ULP";
    }
    if (c.expression.inexact_inside) continue;
    if (!inexact_type) {
      const bool exact = !c.expression.math && !calls_complex_roots(c);
      if (exact && !same_bits_but_nan(a, b)) return "integers differ";
      continue;
    }
    // A function may magnify the last digit of a root.
    const bool stated = c.expression.math && !c.expression.sums && !calls_complex_roots(c);
    if (stated && !within(a, b, 5)) return "beyond the stated ULP";
    if (c.expression.sums && !c.expression.magnitude.empty()) {
      const Outcome m = evaluate(oracle, c.expression.magnitude, Bindings(c.bindings), c.options);
      if (m.error.empty() && !sums_agree(a, b, m.results[0], c.expression.product)) {
        return "sums differ";
      }
    }
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("fuzz: the JIT equals the reference evaluator over random expressions") {
  exec::EngineCore jit(exec::EngineCore::Kind::jit);
  exec::EngineCore reference(exec::EngineCore::Kind::reference);
  exec::EngineCore interpreter(exec::EngineCore::Kind::interpreter);
  exec::EngineCore tiered(
      std::make_unique<exec::KernelCache>("", "", exec::CompileTime::background, 16), false);
  const std::uint64_t seed = setting("TIGHTLOOP_FUZZ_SEED", 20260901);
  const std::uint64_t cases = setting("TIGHTLOOP_FUZZ_CASES", 20000);
  WARN("seed " << seed << ", " << cases << " evaluated cases");
  std::uint64_t evaluated = 0;
  int failures = 0;
  std::map<std::string, int> covered;
  for (std::uint64_t i = 0; evaluated < cases && failures < 10; ++i) {
    Random random(seed + i * 7919);
    const Case c = make_case(random);
    const Outcome expected =
        evaluate(reference, c.expression.text, Bindings(c.bindings), c.options);
    const Outcome actual = evaluate(jit, c.expression.text, Bindings(c.bindings), c.options);
    const bool fine = expected.error.empty() && actual.error.empty();
    if (fine) ++evaluated;
    auto wrong = compare(c, actual, expected, reference);
    if (!wrong && fine && !check_plan(jit, c)) wrong = "the plan holds too much";
    if (!wrong && fine && i % 4 == 0 && actual.results.size() == 1) {
      wrong = check_destination(random, c, actual.results[0]);
    }
    if (!wrong && fine && i % 2 == 1) {
      wrong = check_interpreted(c, i % 4 == 1 ? tiered : interpreter, actual);
    }
    if (wrong) {
      ++failures;
      UNSCOPED_INFO("case " << i << ": " << *wrong << "\n  " << describe(c));
      CHECK(false);
      continue;
    }
    if (!fine) continue;
    for (const OpInfo& row : op_table()) {
      const std::string spelled = std::string(row.names.substr(0, row.names.find(' '))) + "(";
      if (c.expression.text.find(spelled) != std::string::npos) ++covered[std::string(row.id)];
    }
  }
  base::wait_for_background();
  CHECK(failures == 0);
  if (cases >= 10000) {
    for (const OpInfo& row : op_table()) {
      INFO("operation " << row.id);
      CHECK(covered[std::string(row.id)] > 0);
    }
  }
}
