// Expressions that are compiled once and called often.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "tightloop/argument.hpp"
#include "tightloop/array.hpp"
#include "tightloop/list.hpp"
#include "tightloop/options.hpp"

namespace tightloop {

/// The dtype of a parameter of a compiled Function; weak(t) declares a weak scalar.
struct ParameterType {
  ParameterType(DType t) : dtype(t) {}
  DType dtype;
  bool weak = false;
};
/// Declares a weak scalar parameter: bool_, int64, uint64, float64 or complex128.
inline ParameterType weak(DType t) {
  ParameterType p(t);
  p.weak = true;
  return p;
}
struct Parameter {
  std::string_view name;
  ParameterType type;
};

namespace detail {
struct FunctionState;
struct PreparedState;
}  // namespace detail

/// A call that is bound to its arrays: what can be known of it is found once, by Function::prepare,
/// and a run only computes. It keeps the Function, scalars and what it was handed by rvalue;
/// elements of other arrays are read, and results written, where they were: that memory must
/// outlive it. Copies share one state.
class TIGHTLOOP_API PreparedCall {
 public:
  /// Evaluates once more. Throws what Function::into throws. Runs of one call may not overlap in
  /// time: they write to the same memory.
  void operator()() const;

 private:
  friend class Function;
  std::shared_ptr<const detail::PreparedState> state_;
};

/// A compiled expression: any shapes, fixed dtypes. Copies share one state; every member is
/// thread-safe. A call with layouts seen before does not allocate, lock or parse.
class TIGHTLOOP_API Function {
 public:
  /// Evaluates the (only) result into a new array; arguments in the order of the parameters.
  Array operator()(std::initializer_list<Arg> args) const;
  TIGHTLOOP_IN_CALLER std::vector<Array> all(std::span<const Arg> args) const { return list(args); }
  /// Evaluates into the caller's memory; see evaluate_into.
  void into(const Destination& out, std::initializer_list<Arg> args) const;
  void into(std::span<const Destination> outs, std::span<const Arg> args) const;
  /// Binds arguments and destinations for calls that are repeated as they are. Throws Error for
  /// what `into` would refuse before it computes; nothing is written.
  PreparedCall prepare(const Destination& out, std::initializer_list<Arg> args) const;
  PreparedCall prepare(std::span<const Destination> outs, std::span<const Arg> args) const;
  /// Returns the number of results.
  std::size_t results() const noexcept;

 private:
  friend TIGHTLOOP_API Function compile(std::string_view, std::span<const Parameter>,
                                        const Options&);
  friend struct detail::FunctionState;
  List<Array> list(std::span<const Arg> args) const;
  std::shared_ptr<detail::FunctionState> state_;
};

/// Parses and types an expression for parameters of these dtypes; the kernels of a layout are
/// compiled at its first call. Throws Error. `options.stats` and `options.events` are not kept.
TIGHTLOOP_API Function compile(std::string_view text, std::initializer_list<Parameter> parameters,
                               const Options& options = {});
/// The same for as many parameters as the program knows when it runs.
TIGHTLOOP_API Function compile(std::string_view text, std::span<const Parameter> parameters,
                               const Options& options = {});

}  // namespace tightloop
