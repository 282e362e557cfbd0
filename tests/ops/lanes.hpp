// Calls of single reference meanings, as the evaluator finds them: by op and lane type.
#pragma once

#include <string>
#include <tuple>

#include "ops/lane_kernels.hpp"
#include "tightloop/dtype.hpp"
#include "tightloop/error.hpp"
#include "tightloop/op.hpp"

namespace tightloop::ops {

template <class R, class... A>
R run_kernel(const LaneKernel& kernel, const std::string& what, A... a) {
  if (kernel.run == nullptr || kernel.result != dtype_of<R>) {
    throw Error(ErrorCode::internal, what + " has no such meaning");
  }
  R result{};
  const void* args[] = {&a...};
  kernel.run(&result, args, 1);
  return result;
}

template <class... A>
LaneKernel kernel_for(Op op) {
  using Last = std::tuple_element_t<sizeof...(A) - 1, std::tuple<A...>>;
  return find_kernel(op, dtype_of<Last>);
}

/// Computes one element; R must be the lane type of the result.
template <class R, class... A>
R apply(Op op, A... a) {
  return run_kernel<R>(kernel_for<A...>(op), std::string(id(op)), a...);
}

/// True where the exact result does not fit.
template <class... A>
bool overflows(Op op, A... a) {
  const LaneKernel kernel = kernel_for<A...>(op);
  const void* args[] = {&a...};
  return kernel.overflow != nullptr && kernel.overflow(args, 0, 1) == 0;
}

template <class To, class From>
To cast_lane(From x) {
  return run_kernel<To>(find_cast(dtype_of<From>, dtype_of<To>), "cast", x);
}
template <class From>
float round_half_lane(From x, DType half) {
  return run_kernel<float>(find_round_half(dtype_of<From>, half), "round_half", x);
}
/// Saturates to `to`, whose lane type is To.
template <class To, class From>
To saturate_lane(From x, DType to = dtype_of<To>) {
  return run_kernel<To>(find_saturate(dtype_of<From>, to), "saturate", x);
}

}  // namespace tightloop::ops
