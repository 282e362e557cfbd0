// A text of the language that is built piece by piece, with a list of scalar results; and the
// answers. All of them come from one evaluation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "precision/data.hpp"

namespace tightloop::tool {

class Questions {
 public:
  /// Gives a value a name.
  void let(const std::string& name, const std::string& expression) {
    bound_ += name + " = " + expression + "\n";
  }
  /// Adds a result, a number, and returns its index.
  std::size_t ask(const std::string& expression) {
    asked_ += (count_ == 0 ? "" : ", ") + expression;
    return count_++;
  }
  /// Evaluates. Throws Error.
  void answer(const Data& data, const Options& options) {
    if (count_ > 0) answers_ = data.evaluate(bound_ + asked_, options);
  }
  std::int64_t count(std::size_t index) const { return answers_.at(index).item<std::int64_t>(); }
  double real(std::size_t index) const { return answers_.at(index).item<double>(); }
  const Array& value(std::size_t index) const { return answers_.at(index); }

 private:
  std::string bound_;
  std::string asked_;
  std::size_t count_ = 0;
  std::vector<Array> answers_;
};

}  // namespace tightloop::tool
