// The least and the greatest finite element of an expression, found in one pass.
#pragma once

#include "repl/workspace.hpp"
#include "tightloop/evaluate.hpp"

namespace tightloop::tool {

struct ValueRange {
  double low = 0;
  double high = 0;              ///< below low where no element is finite
  Array exact_low, exact_high;  ///< 0-d, integers and bools: the same in their own dtype
  std::int64_t nans = 0;
  std::int64_t infinities = 0;
};

/// Evaluates the range of a real expression of that type. Throws Error.
ValueRange value_range(const BoundText& expression, const ResultType& type,
                       const Workspace& workspace);

/// Makes a value of an expression, to be named in a composition.
ValuePtr as_value(const BoundText& expression, const ResultType& type);

/// Evaluates lines that name one value: `line(name)` is the last line of the composition.
template <class Line>
std::vector<Array> evaluate_about(const ValuePtr& value, const Workspace& workspace, Line&& line) {
  return workspace.with_composition(std::vector<ValuePtr>{value}, [&](Composition& composition) {
    composition.finish(line(composition.name(value)));
    return evaluate_all(composition.text(), composition.bindings(), workspace.options());
  });
}

}  // namespace tightloop::tool
