// The functions that only a session has, because they make arrays: load, array, random, arange,
// linspace, zeros, ones, full, eye; with NumPy's parameters.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tightloop/array.hpp"

namespace tightloop::tool {

struct Generator {
  std::string_view name;
  std::string_view signature;
  std::string_view doc;
};

/// Returns the table of generators.
std::span<const Generator> generators();
/// Returns the generator of that name, or null.
const Generator* find_generator(std::string_view name);

/// The value of a constant expression.
struct ScalarArgument {
  Array value;           ///< 0-d
  bool literal = false;  ///< without a dtype of its own: made of numbers alone
};

/// One argument of a call.
struct GeneratorArgument {
  std::string keyword;  ///< empty: by position
  Span span;            ///< for errors
  /// None, a string, a number or a tuple of integers.
  /// Of array(), an array.
  std::variant<std::monostate, std::string, ScalarArgument, std::vector<std::int64_t>, Array> value;
};

/// One call: its name's and its arguments' places are for errors.
struct GeneratorCall {
  std::string name;
  Span span;
  std::vector<GeneratorArgument> arguments;
  std::uint64_t seed = 0;                   ///< of random, where the call gives none
  const std::atomic<bool>* stop = nullptr;  ///< ends a long call with Error(stopped)
};

/// Returns the numbers of a list as an array: bool, int64, uint64, float64 or complex128, whichever
/// holds them all; of their own dtype where they have one and the same.
Array array_of(const std::vector<ScalarArgument>& items, const Dims& shape,
               std::optional<DType> dtype);

/// Makes the array. Arrays of one value, and eye, take memory of one element or one row: their
/// strides overlap. Throws Error with a span of the call.
Array generate(const GeneratorCall& call);

}  // namespace tightloop::tool
