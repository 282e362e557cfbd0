// The data that a precision report is about: the variables of an expression, each a file or a
// number, and evaluations over them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "process_memory.hpp"
#include "tightloop/tightloop.hpp"

namespace tightloop::tool {

/// A variable of the user's expression.
struct Datum {
  std::string name;
  std::string alias;          ///< what the texts for Data::evaluate() call it: "v0", "v1" ...
  std::string spec;           ///< as the user wrote it
  std::optional<Arg> number;  ///< a weak scalar; else `array`
  ArrayView array;            ///< of a file: dtype and shape, and no elements
  bool fortran_order = false;
};

/// A leading part of the data that is held in memory.
struct Sample {
  std::vector<Array> arrays;  ///< parallel to Data::files()
  int axis = -1;              ///< the axis that was cut; -1: the data are whole
  std::int64_t taken = 0;     ///< along that axis
  std::int64_t extent = 0;    ///< of the data along that axis
};

/// Looks at files when made, and reads them as often as it is asked to. Not thread-safe.
class Data {
 public:
  /// `memory` limits the process; with a limit the files are read in parts, else mapped or held.
  /// Throws UsageError for a limit that is too low, a text that is neither a number nor a file and
  /// for a pipe, Error(file), and Error(type) for complex data.
  Data(const std::vector<NamedText>& variables, const Options& options, std::uint64_t memory);

  const std::vector<Datum>& all() const { return all_; }
  /// Returns those that are files.
  const std::vector<Datum>& files() const { return files_; }
  /// Returns the size of all files' elements.
  std::uint64_t bytes() const;
  const Options& options() const { return options_; }
  /// Returns how many bytes of arrays may be held; 0 means no limit.
  std::uint64_t memory() const { return memory_.arrays; }

  /// Evaluates a text whose variables are all(), in order, under names "v0", "v1" ....
  std::vector<Array> evaluate(const std::string& text, const Options& options) const;
  /// Returns how many bytes of the files evaluate() has read.
  std::uint64_t bytes_read() const { return bytes_read_; }

  /// Returns at most about `values` leading elements of the largest file, and of those of its
  /// shape; other files are small, and whole. Returns none where a file is too large to be held
  /// whole.
  std::optional<Sample> sample(std::int64_t values) const;

 private:
  std::vector<Array> evaluate_held(const std::string& text, const Options& options) const;
  std::vector<Array> evaluate_parts(const std::string& text, const Options& options) const;

  std::vector<Datum> all_;
  std::vector<Datum> files_;
  mutable std::vector<Array> arrays_;  // parallel to files_; empty before they are needed
  Options options_;
  MemoryShares memory_;
  mutable std::uint64_t bytes_read_ = 0;
};

}  // namespace tightloop::tool
