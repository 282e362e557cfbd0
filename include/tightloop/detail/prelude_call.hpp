// Functions of the prelude in expression templates: a call is one step, which the engine expands as
// it does calls in a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "tightloop/detail/expression.hpp"

namespace tightloop {

struct KeepDims;

namespace detail {

/// The rows of prelude.def, in order.
enum class PreludeFunction : std::uint8_t {
#define TIGHTLOOP_PRELUDE(name, parameters, body, doc, example) name,
#include "tightloop/prelude.def"
#undef TIGHTLOOP_PRELUDE
};

/// What a function of the prelude takes.
struct PreludeParameters {
  std::size_t required = 0;  ///< operands without a default
  std::size_t operands = 0;  ///< parameters besides axis and keepdims
  bool axis = false;
  bool keepdims = false;
};

/// Reads "a, b, peak=1.0, axis=None".
constexpr PreludeParameters read_parameters(std::string_view text) {
  PreludeParameters out;
  while (!text.empty()) {
    const std::size_t comma = text.find(", ");
    const std::string_view parameter = text.substr(0, comma);
    const std::size_t equals = parameter.find('=');
    const std::string_view name = parameter.substr(0, equals);
    if (name == "axis") {
      out.axis = true;
    } else if (name == "keepdims") {
      out.keepdims = true;
    } else {
      ++out.operands;
      if (equals == std::string_view::npos) ++out.required;
    }
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 2);
  }
  return out;
}

inline constexpr PreludeParameters kPreludeParameters[] = {
#define TIGHTLOOP_PRELUDE(name, parameters, body, doc, example) read_parameters(parameters),
#include "tightloop/prelude.def"
#undef TIGHTLOOP_PRELUDE
};

template <PreludeFunction kFunction, class... A>
constexpr bool takes_arguments() {
  constexpr PreludeParameters p = kPreludeParameters[static_cast<std::size_t>(kFunction)];
  constexpr std::size_t operands = (std::size_t{LazyOperand<A>} + ... + 0);
  constexpr std::size_t axes = (std::size_t{std::is_same_v<A, Axes>} + ... + 0);
  constexpr std::size_t flags = (std::size_t{std::is_same_v<A, KeepDims>} + ... + 0);
  return operands + axes + flags == sizeof...(A) && operands >= p.required &&
         operands <= p.operands && axes <= std::size_t{p.axis} && flags <= std::size_t{p.keepdims};
}

/// Arguments of a call: expressions and scalars for the parameters in their order, at least one an
/// expression; and, in any place, axis() and keepdims where the function has them.
template <PreludeFunction kFunction, class... A>
concept PreludeArguments = (LazyExpression<A> || ...) && takes_arguments<kFunction, A...>();

/// A call; `Operands` is a tuple of nodes.
template <PreludeFunction kFunction, class Operands>
class PreludeCall;

template <PreludeFunction kFunction, class... X>
class PreludeCall<kFunction, std::tuple<X...>>
    : public tightloop::Expression<PreludeCall<kFunction, std::tuple<X...>>> {
 public:
  static constexpr std::size_t kSteps = (X::kSteps + ... + 1);
  static constexpr std::size_t kLeaves = (X::kLeaves + ... + 0);
  static constexpr bool kElements = false;
  template <class... A>
  PreludeCall(const std::tuple<X...>& operands, const A&... arguments) : operands_(operands) {
    (option(arguments), ...);
  }
  void write(StepWriter& out) const {
    std::apply([&](const auto&... x) { (x.write(out), ...); }, operands_);
    out.call(static_cast<std::uint64_t>(kFunction), sizeof...(X), axes_, axis_given_, keepdims_);
  }

 private:
  template <class A>
  void option(const A& argument) {
    if constexpr (std::is_same_v<A, Axes>) {
      axes_ = argument;
      axis_given_ = true;
    } else if constexpr (std::is_same_v<A, KeepDims>) {
      keepdims_ = true;
    }
  }
  std::tuple<X...> operands_;
  Axes axes_;
  bool axis_given_ = false;
  bool keepdims_ = false;
};

template <class A>
auto operand_node(const A& argument) {
  if constexpr (LazyOperand<A>) {
    return std::tuple<Node<A>>(Node<A>(argument));
  } else {
    return std::tuple<>();
  }
}

template <PreludeFunction kFunction, class... A>
auto call_prelude(const A&... arguments) {
  auto operands = std::tuple_cat(operand_node(arguments)...);
  return PreludeCall<kFunction, decltype(operands)>(operands, arguments...);
}

}  // namespace detail
}  // namespace tightloop
