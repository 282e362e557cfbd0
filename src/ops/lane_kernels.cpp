// Instantiates the scalar meanings over blocks: one row of the op table times one lane type each.
// Overload resolution decides which pairs exist, so the table and scalar_ops.hpp are the only
// lists.
#include "ops/lane_kernels.hpp"

#include <array>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>

#include "ops/conversions.hpp"
#include "ops/lane_types.hpp"
#include "ops/scalar_ops.hpp"

namespace tightloop::ops {
namespace {

/// meaning(...) exists for the lane types that scalar_ops.hpp gives the row.
template <Op op>
struct Row {};
#define TIGHTLOOP_OP_elementwise_instr(id)          \
  template <>                                       \
  struct Row<Op::id> {                              \
    template <class... A>                           \
    static auto meaning(A... a) requires requires { \
      meaning::id(a...);                            \
    }                                               \
    { return meaning::id(a...); }                   \
  };
#define TIGHTLOOP_OP_elementwise_math(id) TIGHTLOOP_OP_elementwise_instr(id)
#define TIGHTLOOP_OP_elementwise_composed(id)
#define TIGHTLOOP_OP_reduction_instr(id)
#define TIGHTLOOP_OP(id, names, arity, kind, type_rule, range_rule, properties, lowering, ulp, \
                     doc)                                                                      \
  TIGHTLOOP_OP_##kind##_##lowering(id)
#include "tightloop/ops.def"
#undef TIGHTLOOP_OP
#undef TIGHTLOOP_OP_elementwise_instr
#undef TIGHTLOOP_OP_elementwise_math
#undef TIGHTLOOP_OP_elementwise_composed
#undef TIGHTLOOP_OP_reduction_instr

/// check(...) exists for the operations that can leave an integer type.
template <Op op>
struct Exactness {};
#define TIGHTLOOP_CAN_OVERFLOW(id)                \
  template <>                                     \
  struct Exactness<Op::id> {                      \
    template <class... A>                         \
    static bool check(A... a) requires requires { \
      overflow::id(a...);                         \
    }                                             \
    { return overflow::id(a...); }                \
  }
TIGHTLOOP_CAN_OVERFLOW(add);
TIGHTLOOP_CAN_OVERFLOW(subtract);
TIGHTLOOP_CAN_OVERFLOW(multiply);
TIGHTLOOP_CAN_OVERFLOW(square);
TIGHTLOOP_CAN_OVERFLOW(negative);
TIGHTLOOP_CAN_OVERFLOW(floor_divide);
TIGHTLOOP_CAN_OVERFLOW(fma);
TIGHTLOOP_CAN_OVERFLOW(shift_left);
TIGHTLOOP_CAN_OVERFLOW(pow);
#undef TIGHTLOOP_CAN_OVERFLOW

/// The operand types of an op whose last operand has type L.
template <Op op, class L>
auto operand_types() {
  if constexpr (op == Op::where) {
    return std::tuple<bool, L, L>();
  } else if constexpr (info(op).arity == 3) {
    return std::tuple<L, L, L>();
  } else if constexpr (info(op).arity == 2) {
    return std::tuple<L, L>();
  } else {
    return std::tuple<L>();
  }
}

template <Op op, class... A, std::size_t... k>
LaneKernel kernel_of(std::tuple<A...>, std::index_sequence<k...>) {
  LaneKernel kernel;
  if constexpr (requires(A... a) { Row<op>::meaning(a...); }) {
    using R = decltype(Row<op>::meaning(A{}...));
    kernel.result = dtype_of<R>;
    kernel.run = [](void* out, const void* const* args, std::size_t count) {
      auto* result = static_cast<R*>(out);
      const std::tuple<const A*...> in{static_cast<const A*>(args[k])...};
      for (std::size_t i = 0; i < count; ++i) result[i] = Row<op>::meaning(std::get<k>(in)[i]...);
    };
  }
  if constexpr (requires(A... a) { Exactness<op>::check(a...); }) {
    kernel.overflow = [](const void* const* args, std::size_t from, std::size_t count) {
      const std::tuple<const A*...> in{static_cast<const A*>(args[k])...};
      while (from < count && !Exactness<op>::check(std::get<k>(in)[from]...)) ++from;
      return from;
    };
  }
  return kernel;
}

inline constexpr int kLanes = kDTypeCount;
using KernelRow = std::array<LaneKernel, kLanes>;
/// Calls f with each dtype that is a lane.
template <class F>
void for_each_lane(F f) {
  for (const DType t : kDTypes) {
    if (lane_of(t) == t) f(t);
  }
}

template <Op op>
KernelRow make_row() {
  KernelRow row;
  for_each_lane([&row](DType lane) {
    row[static_cast<std::size_t>(lane)] = with_lane(lane, []<class L>() {
      const auto types = operand_types<op, L>();
      return kernel_of<op>(types, std::make_index_sequence<info(op).arity>());
    });
  });
  return row;
}

template <std::size_t... op>
std::array<KernelRow, kTableOps> make_table(std::index_sequence<op...>) {
  const auto row = []<std::size_t i>() {
    if constexpr (is_reduction(static_cast<Op>(i))) {
      return KernelRow{};
    } else {
      return make_row<static_cast<Op>(i)>();
    }
  };
  return {row.template operator()<op>()...};
}

/// Makes the kernel that applies `function` to each lane of type From.
template <class From, class Function>
LaneKernel unary_kernel(Function) {
  using R = decltype(Function{}(From{}));
  LaneKernel kernel;
  kernel.result = dtype_of<R>;
  kernel.run = [](void* out, const void* const* args, std::size_t count) {
    auto* result = static_cast<R*>(out);
    const auto* in = static_cast<const From*>(args[0]);
    for (std::size_t i = 0; i < count; ++i) result[i] = Function{}(in[i]);
  };
  return kernel;
}

/// The lane of an element type, and the way there and back.
template <class T>
using LaneOf = std::conditional_t<HalfElement<T>, float, T>;
template <class T>
LaneOf<T> loaded(T x) {
  if constexpr (HalfElement<T>) {
    return to_float(x);
  } else {
    return x;
  }
}
template <class T>
T stored(LaneOf<T> x) {
  if constexpr (HalfElement<T>) {
    return round_to_half<T>(x);
  } else {
    return x;
  }
}

/// Calls f.template operator()<T>() with the element type of a dtype other than bool.
template <class F>
LaneKernel with_stored(DType t, F&& f) {
  return visit_dtype(t, [&f]<class T>() {
    if constexpr (std::is_same_v<T, bool>) {
      return LaneKernel{};
    } else {
      return f.template operator()<T>();
    }
  });
}

/// Makes the search for the first lane for which `keeps` does not hold.
template <class From, class Predicate>
OverflowFunction first_that_fails(Predicate) {
  return [](const void* const* args, std::size_t from, std::size_t count) {
    const auto* in = static_cast<const From*>(args[0]);
    while (from < count && Predicate{}(in[from])) ++from;
    return from;
  };
}

template <class To, class From>
LaneKernel cast_kernel() {
  LaneKernel kernel = unary_kernel<From>([](From x) { return cast<To>(x); });
  kernel.overflow = first_that_fails<From>([](From x) { return keeps_value<To>(x); });
  return kernel;
}

template <class H, class From>
LaneKernel round_kernel() {
  LaneKernel kernel = unary_kernel<From>([](From x) { return round_half<H>(x); });
  kernel.overflow = first_that_fails<From>([](From x) { return half_keeps_value<H>(x); });
  return kernel;
}

}  // namespace

LaneKernel find_kernel(Op op, DType lane) {
  static const auto table = make_table(std::make_index_sequence<kTableOps>());
  if (!in_table(op)) return {};
  return table[static_cast<std::size_t>(op)][static_cast<std::size_t>(lane)];
}

bool has_meaning(Op op) {
  bool found = false;
  for_each_lane([&](DType lane) { found |= find_kernel(op, lane).run != nullptr; });
  return found;
}

LaneKernel find_cast(DType from, DType to) {
  return with_lane(to, [from]<class To>() {
    return with_lane(from, []<class From>() { return cast_kernel<To, From>(); });
  });
}

LaneKernel find_round_half(DType from, DType half) {
  if (is_complex(from) || !is_half(half)) return {};
  return with_lane(from, [half]<class From>() {
    return visit_dtype(half, []<class H>() {
      if constexpr (Real<From> && HalfElement<H>) {
        return round_kernel<H, From>();
      } else {
        return LaneKernel{};
      }
    });
  });
}

LaneKernel find_saturate(DType from, DType to) {
  if (is_complex(from) || is_complex(to)) return {};
  return with_lane(from, [to]<class From>() {
    return visit_dtype(to, []<class To>() {
      if constexpr (Real<From> && HalfElement<To>) {
        return unary_kernel<From>([](From x) { return saturate_half<To>(x); });
      } else if constexpr (Real<From> && Real<To>) {
        return unary_kernel<From>([](From x) { return saturate<To>(x); });
      } else {
        return LaneKernel{};
      }
    });
  });
}

LaneKernel find_bitcast(DType from, DType to) {
  if (itemsize(from) != itemsize(to)) return {};
  return with_stored(to, [from]<class To>() {
    return with_stored(from, []<class From>() {
      if constexpr (sizeof(From) == sizeof(To)) {
        return unary_kernel<LaneOf<From>>([](LaneOf<From> x) {
          const From held = stored<From>(x);
          To bits;
          std::memcpy(static_cast<void*>(&bits), &held, sizeof bits);
          return loaded(bits);
        });
      } else {
        return LaneKernel{};
      }
    });
  });
}

}  // namespace tightloop::ops
