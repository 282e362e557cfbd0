// One bound for each instruction, from those of its operands; unknown where no rule gives one.
#include "plan/magnitudes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "types/range.hpp"

namespace tightloop::plan {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();

double largest(DType t) {
  if (is_float(t) && itemsize(t) <= 4) return largest_finite(t);
  if (is_bool(t) || is_integer(t)) {
    const Range all = range_of(t);
    return static_cast<double>(std::max(all.hi, -all.lo));
  }
  return kUnknown;
}

double magnitude(const Scalar& s) {
  const double x = s.dtype == DType::float32   ? static_cast<double>(s.as<float>())
                   : s.dtype == DType::float64 ? s.as<double>()
                                               : largest(s.dtype);
  return std::isfinite(x) ? std::fabs(x) : kUnknown;
}

double of_inst(const kernel::KernelPlan& plan, const kernel::Inst& inst,
               const std::vector<double>& known) {
  const auto x = [&](unsigned k) { return known[inst.args[k]]; };
  switch (inst.op) {
    case Op::constant: return magnitude(plan.constants[inst.attr]);
    case Op::variable: return inst.param ? kUnknown : largest(plan.loads[inst.attr].dtype);
    case Op::add:
    case Op::subtract:
    case Op::absdiff: return x(0) + x(1);
    case Op::multiply: return x(0) * x(1);
    case Op::square: return x(0) * x(0);
    case Op::abs:
    case Op::negative:
    case Op::positive:
    case Op::trunc:
    case Op::copysign:
    case Op::cast: return x(0);
    case Op::floor:
    case Op::ceil:
    case Op::round: return x(0) + 1;
    case Op::minimum:
    case Op::maximum:
    case Op::fmin:
    case Op::fmax: return std::max(x(0), x(1));
    case Op::clip: return std::max(x(1), x(2));
    case Op::where: return std::max(x(1), x(2));
    case Op::sqrt: return std::max(x(0), 1.0);
    case Op::sign:
    case Op::sin:
    case Op::cos:
    case Op::tanh:
    case Op::erf: return 1;
    case Op::round_half:
    case Op::saturate: return largest(inst.target);
    default: return kUnknown;
  }
}

}  // namespace

std::vector<double> magnitudes(const kernel::KernelPlan& plan) {
  std::vector<double> out;
  for (const kernel::Inst& inst : plan.body) {
    // A rounding may add a little to each step; 0 times an unknown bound is unknown.
    constexpr double kRounding = 1 + 0x1p-20;
    const double bound = is_complex(inst.lane) ? kUnknown : of_inst(plan, inst, out) * kRounding;
    out.push_back(std::isnan(bound) ? kUnknown : bound);
  }
  return out;
}

}  // namespace tightloop::plan
