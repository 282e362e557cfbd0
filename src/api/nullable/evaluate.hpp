// Evaluation over columns with nulls. In: text, variables, masks of those that have nulls. Out: new
// arrays, and masks of those results that may have nulls. What nulls mean is in masks.hpp.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tightloop/argument.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/function.hpp"
#include "tightloop/options.hpp"

namespace tightloop::nullable {

/// Elements and, where some are null, bools of their shape that say which are there.
struct Column {
  Array values;
  std::optional<Array> valid;
};

struct Variable {
  std::string_view name;
  Arg value;
  const Array* valid = nullptr;   ///< null: no element is null
  const Arg* typed_as = nullptr;  ///< when not null, what has the type that the value is taken for
};

/// Evaluates an expression of one or more results. A result's `valid` is there where an element is
/// null. Thread-safe. Throws Error: what evaluate() throws, and unsupported for operations without
/// a meaning for nulls and for Options::events and raise.
std::vector<Column> evaluate(std::string_view text, std::span<const Variable> variables,
                             const Options& options);

/// Calls a function with columns; `masks` is parallel to the arguments, null where nothing is null.
/// Results have the dtypes that they have without nulls. The text is rewritten at each call.
/// Thread-safe. Throws what evaluate() and the function throw.
std::vector<Column> call(const Function& function, std::span<const Arg> args,
                         std::span<const Array* const> masks);

}  // namespace tightloop::nullable
