// An expression of the session, with what its names stood for when it was written; and the values
// that names stand for: arrays, or such expressions that nobody has evaluated yet.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tightloop/inspect.hpp"

namespace tightloop::tool {

struct Value;
/// Values never change; a name that is bound again stands for another one.
using ValuePtr = std::shared_ptr<const Value>;

struct BoundText {
  /// A place of the expression that does not stand for itself.
  struct Use {
    Span span;             ///< in `source`
    ValuePtr value;        ///< what it stands for; null for a function
    std::string function;  ///< the name under which the function of that time is kept
  };
  std::shared_ptr<const std::string> source;  ///< what was typed; errors are shown in it
  Span span;                                  ///< the expression's bytes of it
  std::vector<Use> uses;
  std::set<std::string> free;  ///< names that stand for no value: constants, unless mistaken
  /// Returns the expression as it was typed.
  std::string text() const { return source->substr(span.begin, span.end - span.begin); }
};

struct Value {
  std::string name;            ///< what it was called first
  std::optional<Array> array;  ///< none while it is lazy
  std::string origin;          ///< of an array: "load("a.npy")", "computed", ...
  BoundText expression;        ///< of a lazy one
  ResultType type;
  int depth = 0;  ///< the longest chain of lazy values it is made of
};

}  // namespace tightloop::tool
