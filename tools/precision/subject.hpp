// The user's expression as a function of the language, to be called with the data as they are and
// with the data stored otherwise.
#pragma once

#include <string>
#include <vector>

#include "precision/data.hpp"

namespace tightloop::tool {

/// Refers to the Data that it is made with.
class Subject {
 public:
  /// Checks the expression over the data. Throws Error with the expression as its source: for what
  /// evaluate would refuse, for several results, and for a complex result.
  Subject(const std::string& expression, const Data& data);

  /// Returns the options of the data with the function among the definitions.
  Options options() const;
  /// Returns the dtype and the shape of the exact result.
  const ResultType& exact() const { return exact_; }
  /// Returns a call of the expression with one argument text per file.
  std::string call(const std::vector<std::string>& files) const;
  /// Returns a call with the files as they are, floats widened to float64.
  std::string exact_call() const;
  /// Returns what a call of these arguments gives where the files have that dtype. Throws Error.
  ResultType result_of(const std::vector<std::string>& files, DType dtype) const;

 private:
  ResultType type_of(const std::string& text, const std::vector<DType>& dtypes,
                     const Options& options) const;

  const Data& data_;
  Definitions definitions_;
  std::string function_;
  ResultType exact_;
};

}  // namespace tightloop::tool
