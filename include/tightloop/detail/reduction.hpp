// Reductions of expression templates: their options, in any order, and the node that holds them.
#pragma once

#include <type_traits>

#include "tightloop/detail/expression.hpp"

namespace tightloop {

/// The type of `keepdims`.
struct KeepDims {
  explicit constexpr KeepDims() = default;
};

/// An option of a reduction, made by where(mask): elements where the mask is zero are left out.
template <class E>
struct WhereOption {
  E mask;
};
/// An option of a reduction, made by initial(value): what the reduction starts from.
template <class E>
struct InitialOption {
  E value;
};
/// An option of var and std, made by ddof(number): what is taken from the divisor.
struct DdofOption {
  double value;
};

namespace detail {

/// What the options of a reduction say together; `No` stands for an expression that is not given.
struct No {
  static constexpr std::size_t kSteps = 0;
  static constexpr std::size_t kLeaves = 0;
  static constexpr bool kElements = false;
  void write(StepWriter&) const {}
};

template <Op kOp, class X, class Mask, class Initial>
class Reduction : public tightloop::Expression<Reduction<kOp, X, Mask, Initial>> {
 public:
  static constexpr std::size_t kSteps = X::kSteps + Mask::kSteps + Initial::kSteps + 1;
  static constexpr std::size_t kLeaves = X::kLeaves + Mask::kLeaves + Initial::kLeaves;
  static constexpr bool kElements = false;
  Reduction(const X& x, const Mask& mask, const Initial& initial, const Axes& axes,
            const ReduceFlags& flags)
      : x_(x), mask_(mask), initial_(initial), axes_(axes), flags_(flags) {}
  void write(StepWriter& out) const {
    x_.write(out);
    mask_.write(out);
    initial_.write(out);
    ReduceFlags flags = flags_;
    flags.masked = std::is_same_v<Mask, No> ? 0 : 1;
    flags.seeded = std::is_same_v<Initial, No> ? 0 : 1;
    out.reduce(kOp, axes_, flags);
  }

 private:
  X x_;
  Mask mask_;
  Initial initial_;
  Axes axes_;
  ReduceFlags flags_;
};

template <class T>
struct OptionOf {  // what T is not an option of a reduction at all
  static constexpr bool kAny = false;
};
template <>
struct OptionOf<Axes> {
  static constexpr bool kAny = true, kWhere = false, kInitial = false, kDdof = false;
};
template <>
struct OptionOf<KeepDims> : OptionOf<Axes> {};
template <class E>
struct OptionOf<WhereOption<E>> {
  static constexpr bool kAny = true, kWhere = true, kInitial = false, kDdof = false;
};
template <class E>
struct OptionOf<InitialOption<E>> {
  static constexpr bool kAny = true, kWhere = false, kInitial = true, kDdof = false;
};
template <>
struct OptionOf<DdofOption> {
  static constexpr bool kAny = true, kWhere = false, kInitial = false, kDdof = true;
};

template <Op kOp, class T>
constexpr bool takes() {
  using O = OptionOf<T>;
  if constexpr (!O::kAny) {
    return false;
  } else {
    return (!O::kWhere || info(kOp).takes_where) && (!O::kInitial || info(kOp).takes_initial) &&
           (!O::kDdof || info(kOp).takes_ddof);
  }
}

/// Options that an operation takes, each kind at most once.
template <Op kOp, class... T>
concept ReduceOptions = (takes<kOp, T>() && ...) && ((OptionOf<T>::kWhere + ... + 0) <= 1) &&
                        ((OptionOf<T>::kInitial + ... + 0) <= 1) &&
                        ((OptionOf<T>::kDdof + ... + 0) <= 1) &&
                        ((std::is_same_v<T, Axes> + ... + 0) <= 1);

inline No mask_of() {
  return {};
}
template <class E, class... Rest>
const E& mask_of(const WhereOption<E>& option, const Rest&...) {
  return option.mask;
}
template <class T, class... Rest>
auto mask_of(const T&, const Rest&... rest) {
  return mask_of(rest...);
}

inline No initial_of() {
  return {};
}
template <class E, class... Rest>
const E& initial_of(const InitialOption<E>& option, const Rest&...) {
  return option.value;
}
template <class T, class... Rest>
auto initial_of(const T&, const Rest&... rest) {
  return initial_of(rest...);
}

struct PlainOptions {
  Axes axes;
  ReduceFlags flags;
  void take(const Axes& a) { axes = a; }
  void take(KeepDims) { flags.keepdims = 1; }
  void take(const DdofOption& d) { flags.ddof = d.value; }
  template <class T>
  void take(const T&) {}
};

template <Op kOp, class X, class... Options>
auto reduction(const X& x, const Options&... options) {
  PlainOptions plain;
  (plain.take(options), ...);
  const auto mask = mask_of(options...);
  const auto initial = initial_of(options...);
  return Reduction<kOp, X, std::remove_const_t<decltype(mask)>,
                   std::remove_const_t<decltype(initial)>>(x, mask, initial, plain.axes,
                                                           plain.flags);
}

}  // namespace detail

}  // namespace tightloop
