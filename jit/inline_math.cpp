// The formulas of math/exponentials.hpp, logarithms.hpp and half_functions.hpp, step for step, in
// AVX-512's instructions; their constants and tables are those of math/.
#include "jit/inline_math.hpp"

#include <algorithm>

#include "jit/float_register.hpp"
#include "math/constants.hpp"
#include "math/power_constants.hpp"

namespace tightloop::jit {
namespace {

using V = llvm::Value*;
using Register = FloatRegister;

constexpr float kMagic = 0x1.8p19F;  // adding it rounds to sixteenths, which land in the low bits

// Pairs of terms, then Horner's rule in the square of x.
template <std::size_t n>
V polynomial(Register& f, V x, V square, const float (&c)[n]) {
  const auto pair = [&](std::size_t i) -> V {
    return i + 1 < n ? f.fma(f.all(c[i + 1]), x, f.all(c[i])) : f.all(c[i]);
  };
  std::size_t i = (n - 1) / 2 * 2;
  V sum = pair(i);
  while (i != 0) {
    i -= 2;
    sum = f.fma(sum, square, pair(i));
  }
  return sum;
}

V exponential(Register& f, V x) {
  V shifted = f.fma(x, f.all(math::kLog2EF), f.all(kMagic));
  V n = f.minus(shifted, f.all(kMagic));
  V r = f.negated_fma(n, f.all(math::kLn2HiF), x);
  r = f.within_sixteenth(f.negated_fma(n, f.all(math::kLn2LoF), r));
  V t = f.lookup(math::kExp2TableF, f.bits(shifted));
  V square = f.times(r, r);
  V q = f.fma(square, polynomial(f, r, square, math::kExpPolyF), r);
  return f.scaled(f.fma(t, q, t), n);
}

V exponential2(Register& f, V x) {
  V shifted = f.plus(x, f.all(kMagic));
  V n = f.minus(shifted, f.all(kMagic));
  V r = f.within_sixteenth(f.minus(x, n));
  V t = f.lookup(math::kExp2TableF, f.bits(shifted));
  V curve = polynomial(f, r, f.times(r, r), math::kExp2PolyF);
  return f.scaled(f.fma(f.times(t, r), curve, t), n);
}

// What logarithms to one base are made of; `low` null where `high` is all there is of it.
struct Base {
  const float (&near)[32];  // what the significands of an interval are near 1 after a product with
  const float (&high)[32];  // and the logarithms of that
  const float (*low)[32];
  float of2_high, of2_low, lead_high, lead_low;
  const float (&poly)[4];
};
#define TIGHTLOOP_BASE(name, low)                                                             \
  {                                                                                           \
    math::k##name##CF, math::k##name##HiF, low, math::k##name##Of2HiF, math::k##name##Of2LoF, \
        math::k##name##LeadHiF, math::k##name##LeadLoF, math::k##name##PolyF                  \
  }
constexpr Base kNatural = TIGHTLOOP_BASE(Log, nullptr);
constexpr Base kBinary = TIGHTLOOP_BASE(Log2, nullptr);
constexpr Base kDecimal = TIGHTLOOP_BASE(Log10, &math::kLog10LoF);
#undef TIGHTLOOP_BASE

V logarithm(Register& f, V x, const Base& base) {
  const bool natural = base.lead_high == 1, binary = base.of2_high == 1;
  V m = f.significand(x);
  V k = f.exponent(x);
  V j = f.interval(m);
  V r = f.fma(m, f.lookup(base.near, j), f.all(-1));
  V square = f.times(r, r);
  V curve = polynomial(f, r, square, base.poly);
  V low = nullptr;
  if (base.low != nullptr) {
    low = f.lookup(*base.low, j);
    if (!binary) low = f.fma(k, f.all(base.of2_low), low);
    if (!natural) low = f.fma(r, f.all(base.lead_low), low);
    low = f.fma(square, curve, low);
  } else if (!natural) {
    low = f.fma(square, curve, f.times(r, f.all(base.lead_low)));
  } else {
    low = f.times(square, curve);
  }
  V high = f.lookup(base.high, j);
  high = binary ? f.plus(high, k) : f.fma(k, f.all(base.of2_high), high);
  return f.plus(high, natural ? f.plus(r, low) : f.fma(r, f.all(base.lead_high), low));
}

V function(Register& f, Op op, V x) {
  switch (op) {
    case Op::exp: return exponential(f, x);
    case Op::exp2: return exponential2(f, x);
    case Op::log: return logarithm(f, x, kNatural);
    case Op::log2: return logarithm(f, x, kBinary);
    case Op::log10: return logarithm(f, x, kDecimal);
    default: return nullptr;
  }
}

V half_exp2(Register& f, V y) {
  const auto& c = math::kHalfExp2PolyF;
  V r = f.fraction(y);
  V p = f.fma(f.all(c[3]), r, f.all(c[2]));
  p = f.fma(p, r, f.all(c[1]));
  p = f.fma(p, r, f.all(c[0]));
  return f.scaled(f.fma(p, r, f.all(1)), f.minus(y, r));
}

V half_logarithm(Register& f, V x, const float (&near)[32], const float (&high)[32], float of2,
                 const float (&c)[3]) {
  V m = f.significand(x);
  V j = f.interval(m);
  V r = f.fma(m, f.lookup(near, j), f.all(-1));
  V whole = f.fma(f.exponent(x), f.all(of2), f.lookup(high, j));
  V q = f.fma(f.fma(f.all(c[2]), r, f.all(c[1])), r, f.all(c[0]));
  return f.fma(q, r, whole);
}

V half_log(Register& f, V x) {
  return half_logarithm(f, x, math::kLogCF, math::kLogHiF, math::kLogOf2HiF, math::kHalfLogPolyF);
}

V half_function(Register& f, Op op, V x) {
  using namespace math;
  switch (op) {
    case Op::exp: return half_exp2(f, f.times(x, f.all(kLog2EF)));
    case Op::exp2: return half_exp2(f, x);
    case Op::exp10: return half_exp2(f, f.times(x, f.all(kLog2Of10F)));
    case Op::log: return half_log(f, x);
    case Op::log2: return half_logarithm(f, x, kLog2CF, kLog2HiF, kLog2Of2HiF, kHalfLog2PolyF);
    case Op::log10: return f.times(half_log(f, x), f.all(kLog10LeadHiF));
    default: return nullptr;
  }
}

bool is_inlined(Op op, DType precision) {
  if (precision == DType::float64) return false;
  switch (op) {
    case Op::exp:
    case Op::exp2:
    case Op::log:
    case Op::log2:
    case Op::log10: return true;
    case Op::exp10: return is_half(precision);
    default: return false;
  }
}

}  // namespace

bool has_few_functions(const kernel::KernelPlan& plan, const Target& target) {
  const auto count =
      std::count_if(plan.body.begin(), plan.body.end(),
                    [](const kernel::Inst& inst) { return is_inlined(inst.op, inst.target); });
  return static_cast<std::size_t>(count) <= target.tuning.inlined_functions;
}

V inline_math(Emitter& e, Op op, DType precision, V x) {
  constexpr unsigned kBytes = 64;
  if (!e.inlines_math || !is_inlined(op, precision)) return nullptr;
  if (!e.target.avx512 || e.lanes % Register::kLanes != 0) return nullptr;
  const llvm::IRBuilderBase::FastMathFlagGuard guard(e.b);
  e.b.setFastMathFlags({});
  return e.by_pieces({x}, kBytes, [&](const std::vector<V>& piece) -> V {
    Register f(e);
    return is_half(precision) ? half_function(f, op, piece[0]) : function(f, op, piece[0]);
  });
}

}  // namespace tightloop::jit
