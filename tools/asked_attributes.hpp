// Results that are asked for as "x.shape" and "x.dtype": texts, which no expression has as values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tightloop/inspect.hpp"

namespace tightloop::tool {

/// One result of an expression.
struct AskedResult {
  enum class What { value, shape, dtype };
  What what = What::value;
  Span span;  ///< in the text; of the operand alone where its shape or dtype is asked for
};

/// Finds the results of a text's last statement, which begins at `begin`.
struct AskedResults {
  std::size_t begin = 0;
  std::vector<AskedResult> results;
  bool any() const;  ///< whether one of them is a shape or a dtype
};
AskedResults asked_results(std::string_view text);

/// Returns what is printed for a shape or a dtype.
std::string attribute_text(AskedResult::What what, const ResultType& type);

}  // namespace tightloop::tool
