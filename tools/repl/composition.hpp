// One text for the library from an expression and the lazy values it is made of: each of these is a
// statement before it, so that all fuse. And the way back: errors in what the user wrote.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "repl/bound_text.hpp"
#include "tightloop/argument.hpp"

namespace tightloop::tool {

/// What a composition has to know of the session's names.
struct KnownNames {
  std::vector<std::string> variables;  ///< for the library's "did you mean"
  /// From the name under which a function is kept to its own, where that still means it.
  std::map<std::string, std::string> functions;
};

class Composition {
 public:
  /// Composes an expression, or several with commas between them.
  Composition(BoundText expression, const KnownNames& known);
  /// Composes the statements of values alone; finish() adds what is to be computed of them.
  Composition(const std::vector<ValuePtr>& values, const KnownNames& known);
  Composition(const Composition&) = delete;
  Composition& operator=(const Composition&) = delete;

  /// Returns the name that a value has in the text.
  const std::string& name(const ValuePtr& value) const { return names_.at(value.get()); }
  /// Appends the last line.
  void finish(const std::string& line) { text_ += line; }

  const std::string& text() const { return text_; }
  /// Returns what the text's names stand for; refers to this object.
  BindingsView bindings() const { return bindings_; }
  /// Returns an error of the library about text() as one about what the user wrote.
  Error relocate(const Error& error) const;

 private:
  /// Bytes of text_ that come from an expression.
  struct Piece {
    std::size_t begin = 0;
    std::size_t end = 0;
    const BoundText* source = nullptr;
    const Value* value = nullptr;  // whose expression it is; null for the user's own
    Span span;                     // in source->source
    bool replaced = false;         // the bytes are not those of the source
  };

  void collect(const ValuePtr& value);
  void choose_names();
  void add_statements(const KnownNames& known);
  void add(const BoundText& expression, const Value* value, const KnownNames& known);
  const Piece* piece_at(std::size_t at) const;

  BoundText expression_;
  std::vector<ValuePtr> order_;  // operands before what uses them
  std::map<const Value*, std::string> names_;
  std::set<std::string> taken_;
  std::string text_;
  std::vector<Piece> pieces_;
  std::vector<Binding> bindings_;
};

}  // namespace tightloop::tool
