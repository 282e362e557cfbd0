// The oracle of the JIT's tests. In: a plan and packed operands. Out: stores, slots and events.
#include <bit>
#include <cstring>

#include "catch.hpp"
#include "ops/conversions.hpp"
#include "ops/lane_kernels.hpp"
#include "ops/lane_types.hpp"
#include "ops/scalar_ops.hpp"
#include "plan_oracle.hpp"

namespace tightloop::jit_test {
namespace {

using Bytes = std::vector<unsigned char>;
using ops::LaneKernel;

template <class T>
T read(const unsigned char* p) {
  T value;
  if constexpr (std::is_same_v<T, bool>) {
    value = *p != 0;
  } else {
    std::memcpy(&value, p, sizeof value);
  }
  return value;
}
template <class T>
void write(unsigned char* p, T value) {
  if constexpr (std::is_same_v<T, bool>) {
    *p = value ? 1 : 0;
  } else {
    std::memcpy(p, &value, sizeof value);
  }
}

// Storage to lane and back, one element.
void load_lane(DType t, const unsigned char* from, unsigned char* to) {
  visit_dtype(t, [&]<class T>() {
    if constexpr (HalfElement<T>) {
      write(to, to_float(T{read<HalfBits<T>>(from)}));
    } else if constexpr (std::is_same_v<T, bool>) {
      *to = *from != 0;
    } else {
      std::memcpy(to, from, sizeof(T));
    }
  });
}
void store_lane(DType t, const unsigned char* from, unsigned char* to) {
  visit_dtype(t, [&]<class T>() {
    if constexpr (HalfElement<T>) {
      write(to, round_to_half<T>(read<float>(from)).bits);
    } else {
      std::memcpy(to, from, sizeof(T));
    }
  });
}

LaneKernel kernel_of(const kernel::KernelPlan& plan, const kernel::Inst& inst) {
  const DType operand = plan.body[inst.args[inst.nargs - 1u]].lane;
  if (inst.op == Op::cast) return ops::find_cast(operand, inst.lane);
  if (inst.op == Op::round_half) return ops::find_round_half(operand, inst.target);
  if (inst.op == Op::saturate) return ops::find_saturate(operand, inst.target);
  if (inst.op == Op::bitcast) {
    const bool to_half = is_half(inst.target) && inst.lane == DType::float32;
    const bool from_half = is_half(inst.target) && !to_half;
    return ops::find_bitcast(from_half ? inst.target : operand, to_half ? inst.target : inst.lane);
  }
  return ops::find_kernel(inst.op, operand);
}

Bytes evaluate_inst(const kernel::KernelPlan& plan, const kernel::Inst& inst, PackedRun& run,
                    std::int64_t row, const std::vector<Bytes>& values) {
  const std::size_t size = itemsize(inst.lane);
  const auto n0 = static_cast<std::size_t>(run.n0);
  Bytes out(n0 * size);
  if (inst.op == Op::constant || inst.op == Op::variable) {
    for (std::size_t i = 0; i < n0; ++i) {
      unsigned char* to = &out[i * size];
      if (inst.op == Op::constant) {
        std::memcpy(to, plan.constants[inst.attr].bytes, size);
      } else if (inst.param) {
        load_lane(plan.params[inst.attr], &run.params[16 * inst.attr], to);
      } else {
        const kernel::KernelLoad& load = plan.loads[inst.attr];
        const bool splat = load.access == kernel::Access::splat;
        const std::size_t at = static_cast<std::size_t>(row) * (splat ? 1 : n0) + (splat ? 0 : i);
        load_lane(load.dtype, &run.loads[inst.attr][at * itemsize(load.dtype)], to);
      }
    }
    return out;
  }
  const LaneKernel kernel = kernel_of(plan, inst);
  REQUIRE(kernel.run != nullptr);
  const void* args[3] = {};
  for (unsigned k = 0; k < inst.nargs; ++k) args[k] = values[inst.args[k]].data();
  kernel.run(out.data(), args, n0);
  if (inst.check && kernel.overflow != nullptr && kernel.overflow(args, 0, n0) < n0) {
    run.events |= kernel::kNoted;
  }
  return out;
}

template <class A>
A combine(Op op, A x, A y) {
  if constexpr (ops::Bool<A>) {
    return op == Op::any || op == Op::max ? x || y : x && y;
  } else if constexpr (ops::Complex<A>) {
    return op == Op::sum ? ops::meaning::add(x, y) : ops::meaning::multiply(x, y);
  } else {
    if (op == Op::sum) return ops::meaning::add(x, y);
    if (op == Op::prod) return ops::meaning::multiply(x, y);
    return op == Op::max ? ops::meaning::maximum(x, y) : ops::meaning::minimum(x, y);
  }
}

template <class A>
A identity(Op op) {
  if constexpr (ops::Bool<A>) {
    return op == Op::all || op == Op::min;
  } else if constexpr (ops::Complex<A>) {
    return op == Op::sum ? A{-0.0, -0.0} : A{1.0, 0.0};
  } else {
    if (op == Op::sum) return ops::Float<A> ? static_cast<A>(-0.0) : A{0};
    if (op == Op::prod) return A{1};
    using Limits = std::numeric_limits<A>;
    if constexpr (ops::Float<A>) return op == Op::max ? -Limits::infinity() : Limits::infinity();
    return op == Op::max ? Limits::lowest() : Limits::max();
  }
}

// The accumulator's C++ type is that of lane_of(acc); `lane` is the operand's.
template <class A>
void take_partial(const kernel::KernelReduce& r, A partial, unsigned char* slot) {
  unsigned char lane[16];
  load_lane(r.acc, slot, lane);
  write(lane, combine(r.op, read<A>(lane), partial));
  store_lane(r.acc, lane, slot);
}

template <class A>
std::vector<A> widened(const Bytes& lanes, DType lane) {
  return ops::with_lane(lane, [&]<class L>() {
    std::vector<A> out;
    for (std::size_t at = 0; at < lanes.size(); at += sizeof(L)) {
      out.push_back(ops::cast<A>(read<L>(&lanes[at])));
    }
    return out;
  });
}

template <class A>
A row_partial(Op op, const std::vector<A>& values) {
  A acc[kernel::kSumLanes];
  for (A& a : acc) a = identity<A>(op);
  for (std::size_t i = 0; i < values.size(); ++i) {
    A& a = acc[i % kernel::kSumLanes];
    a = combine(op, a, values[i]);
  }
  for (int h = kernel::kSumLanes / 2; h != 0; h /= 2) {
    for (int j = 0; j < h; ++j) acc[j] = combine(op, acc[j], acc[j + h]);
  }
  return acc[0];
}

double narrow_row_partial(std::vector<float> values) {
  const std::size_t group = kernel::kSumLanes, lanes = kernel::kNarrowSumLanes;
  while (values.size() % group != 0) values.push_back(-0.0F);
  std::vector<double> acc(lanes, -0.0);
  for (std::size_t at = 0; at < values.size(); at += group) {
    const float* x = &values[at];
    for (std::size_t j = 0; j < lanes; ++j) {
      const float low = x[j] + x[j + 16], high = x[j + 8] + x[j + 24];
      acc[j] += static_cast<double>(low + high);
    }
  }
  for (std::size_t h = lanes / 2; h != 0; h /= 2) {
    for (std::size_t j = 0; j < h; ++j) acc[j] += acc[j + h];
  }
  return acc[0];
}

template <class A>
void reduce_rows(const kernel::KernelReduce& r, DType lane, const std::vector<Bytes>& rows,
                 PackedRun& run, Bytes& slots) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    A partial = row_partial(r.op, widened<A>(rows[row], lane));
    if constexpr (std::is_same_v<A, double>) {
      if (r.narrow_first) partial = narrow_row_partial(widened<float>(rows[row], lane));
    }
    take_partial(r, partial, &slots[run.slot_per_row ? row * itemsize(r.acc) : 0]);
  }
}

void take_narrow_columns(const std::vector<Bytes>& rows, DType lane, std::vector<double>& acc) {
  const auto row = [&](std::size_t k) { return widened<float>(rows[k], lane); };
  const std::size_t at_once = kernel::kNarrowSumRows, grouped = rows.size() / at_once * at_once;
  for (std::size_t k = 0; k < grouped; k += at_once) {
    const auto a = row(k), b = row(k + 1), c = row(k + 2), d = row(k + 3);
    for (std::size_t i = 0; i < acc.size(); ++i) {
      const float low = a[i] + b[i], high = c[i] + d[i];
      acc[i] += static_cast<double>(low + high);
    }
  }
  for (std::size_t k = grouped; k < rows.size(); ++k) {
    const auto rest = row(k);
    for (std::size_t i = 0; i < acc.size(); ++i) acc[i] += static_cast<double>(rest[i]);
  }
}

template <class A>
void reduce_columns(const kernel::KernelReduce& r, DType lane, const std::vector<Bytes>& rows,
                    Bytes& slots) {
  std::vector<A> acc(rows[0].size() / itemsize(lane));
  for (std::size_t i = 0; i < acc.size(); ++i) acc[i] = identity<A>(r.op);
  bool taken = false;
  if constexpr (std::is_same_v<A, double>) {
    if (r.narrow_first) take_narrow_columns(rows, lane, acc);
    taken = r.narrow_first;
  }
  for (std::size_t k = 0; k < rows.size() && !taken; ++k) {
    const std::vector<A> values = widened<A>(rows[k], lane);
    for (std::size_t i = 0; i < acc.size(); ++i) acc[i] = combine<A>(r.op, acc[i], values[i]);
  }
  for (std::size_t i = 0; i < acc.size(); ++i) {
    take_partial<A>(r, acc[i], &slots[i * itemsize(r.acc)]);
  }
}

}  // namespace

void evaluate(const kernel::KernelPlan& plan, PackedRun& run) {
  std::vector<std::vector<Bytes>> reduced(plan.reductions.size());
  const auto n0 = static_cast<std::size_t>(run.n0);
  for (std::int64_t row = 0; row < run.n1; ++row) {
    std::vector<Bytes> values;
    for (const kernel::Inst& inst : plan.body) {
      values.push_back(evaluate_inst(plan, inst, run, row, values));
    }
    for (std::size_t k = 0; k < plan.stores.size(); ++k) {
      const kernel::KernelStore& s = plan.stores[k];
      const std::size_t size = itemsize(s.dtype);
      const std::size_t lane = itemsize(plan.body[s.value].lane);
      for (std::size_t i = 0; i < n0; ++i) {
        store_lane(s.dtype, &values[s.value][i * lane],
                   &run.stores[k][(static_cast<std::size_t>(row) * n0 + i) * size]);
      }
    }
    for (std::size_t k = 0; k < plan.reductions.size(); ++k) {
      reduced[k].push_back(values[plan.reductions[k].value]);
    }
  }
  for (std::size_t k = 0; k < plan.reductions.size(); ++k) {
    const kernel::KernelReduce& r = plan.reductions[k];
    ops::with_lane(ir::lane_of(r.acc), [&]<class A>() {
      const DType lane = plan.body[r.value].lane;
      if (plan.kind == kernel::KernelKind::row_reduce) {
        reduce_rows<A>(r, lane, reduced[k], run, run.slots[k]);
      } else {
        reduce_columns<A>(r, lane, reduced[k], run.slots[k]);
      }
    });
  }
}

TEST_CASE("jit: the oracle sums a row in kSumLanes accumulators") {
  std::vector<double> values(33, 0.0);
  values[0] = 1e300;
  values[16] = -1e300;  // meets element 0 first
  values[32] = 1.0;     // joins element 0, and is lost in it
  values[1] = 2.0;
  CHECK(row_partial(Op::sum, values) == 2.0);
  CHECK(std::signbit(row_partial(Op::sum, std::vector<double>{-0.0})));
}

}  // namespace tightloop::jit_test
