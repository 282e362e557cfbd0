// From what was typed to expressions whose names are bound: tokens in, statements and BoundTexts
// out. Calls of generators are made here.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "repl/bound_text.hpp"
#include "repl/workspace.hpp"

namespace tightloop::tool {

/// One statement of an input.
struct Statement {
  enum class Kind { assignment, definition, results };
  Kind kind = Kind::results;
  std::string name;                ///< what is defined
  std::vector<std::string> names;  ///< what is bound: one, or several of "a, b = 1, 2"
  std::string op;                  ///< of "x += 1": "+"
  Span target;                     ///< of the names
  Span span;                       ///< of the expression, or of all the definition
};

/// Splits an input at ';' and the ends of lines. A definition ("f(x) = ...") reaches to the end of
/// the input, as its body may have statements of its own.
std::vector<Statement> statements(const std::string& source);

/// Looks up the names in a part of the source and makes the arrays that it asks generators for.
/// What is not of the language is left for the library to refuse. Throws Error with the source.
BoundText bind(const std::shared_ptr<const std::string>& source, Span span, Workspace& workspace);

/// Splits an expression at the commas between its results.
std::vector<BoundText> results(const BoundText& expression);

/// Returns the value of the name, or of the generator's call, that is the whole expression; null
/// where there is more.
ValuePtr only_value(const BoundText& expression);

/// Puts the lines of one input together. It goes on while a bracket is open, after a line that ends
/// in a backslash, and, after the head of a definition ("f(x) ="), up to an empty line.
class InputLines {
 public:
  /// Adds a line; true where more have to follow.
  bool add(std::string_view line);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::size_t open_ = 0;
  bool joins_ = false;
  bool body_ = false;
};

}  // namespace tightloop::tool
