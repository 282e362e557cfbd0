// Functions defined in the language itself: "f(x, eps=1e-5) = ..." is read and checked once, and
// kept as text, which every call expands (expansion.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tightloop::lang {

struct Definition;

/// Functions by name. A definition never changes, so that dictionaries share them.
using Dictionary = std::map<std::string, std::shared_ptr<const Definition>, std::less<>>;

/// A parameter; `fallback` is the text of the literal that stands for an argument left out, empty
/// where the argument is required.
struct DefinedParameter {
  std::string name;
  std::string fallback;
};

/// One function. Recursion is impossible: the functions that it calls were complete before it.
struct Definition {
  /// A place in the body that names a parameter.
  struct Use {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t parameter = 0;
    bool whole = false;  ///< it is all of an argument, subscript or statement, not an operand
  };
  std::string name;
  std::vector<DefinedParameter> parameters;
  std::string body;  ///< statements; the last one is the result
  std::string doc;   ///< the comment lines before it, joined; may be empty
  std::vector<Use> uses;
  /// The functions that the body calls, as they were defined when it was read.
  Dictionary callees;
};

/// Returns "f(x, eps=1e-5)".
std::string signature(const Definition& definition);

/// Reads one or more definitions: "name(parameters) = statements", each from the start of a
/// statement, with comment lines before it as its doc. Bodies may call built-in functions, those of
/// `known` and `prelude` (in this order), and those that stand earlier in the text. Throws Error
/// with spans of `text`: syntax; name for a built-in function's name, unknown names and recursion;
/// limit. Nothing of the text can make it run long: expansions are bounded.
std::vector<std::shared_ptr<const Definition>> read_definitions(std::string_view text,
                                                                const Dictionary& known,
                                                                const Dictionary& prelude);

}  // namespace tightloop::lang
