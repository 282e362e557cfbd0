// Functions of the user's own, defined in the language: "f(x, y) = ...". A set of definitions is
// a value that Options can carry; what is defined without naming a set goes to one that the whole
// process shares.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tightloop/error.hpp"
#include "tightloop/list.hpp"

namespace tightloop {

/// Describes a function that is defined in the language.
struct DefinitionInfo {
  std::string name;
  std::string signature;  ///< "psnr(a, b, peak=1.0)"
  std::string body;       ///< the statements, as written
  std::string doc;        ///< the comment lines above the definition, joined; may be empty
};

namespace detail {
struct DefinitionSnapshot;
}

/// A set of functions that texts may call when Options::definitions points to it. Copies are
/// independent. Every member is thread-safe; evaluations that run meanwhile see the set as it was
/// when they began, and a compiled Function keeps the one that it was compiled with.
class TIGHTLOOP_API Definitions {
 public:
  Definitions();
  ~Definitions();
  Definitions(const Definitions& other);
  Definitions& operator=(const Definitions& other);

  /// Adds one or more functions: "name(parameters) = statements", each from the start of a line or
  /// after ';'. The last statement is the result; the others bind local names. A parameter may
  /// have a literal as its default ("peak=1.0", "axis=None"), and only such a parameter can be
  /// passed on where a literal is wanted (axis=, keepdims=, subscripts). Comment lines directly
  /// above are the doc. A body may call the operations, the functions of the set (as they are now)
  /// and the prelude, so that recursion cannot be written; a function of a name that exists
  /// replaces it for later texts and definitions, the prelude's too. Throws Error and adds nothing:
  /// syntax; name for a built-in operation's name, an unknown name and recursion; type; limit.
  void define(std::string_view text);
  /// Removes a function; returns false where there is none. Those that call it keep it.
  bool undefine(std::string_view name);
  /// Returns the functions of the set by name; the prelude is not among them.
  TIGHTLOOP_IN_CALLER std::vector<DefinitionInfo> list() const { return entries(); }

  /// Returns the current state, and its version alone; for the library's own use.
  std::shared_ptr<const detail::DefinitionSnapshot> snapshot() const;
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }

  /// What list() copies; for the library's own use.
  List<DefinitionInfo> entries() const;

 private:
  void take(std::shared_ptr<const detail::DefinitionSnapshot>& next);
  std::atomic<std::uint64_t> version_{0};
  std::shared_ptr<const detail::DefinitionSnapshot> now_;  // null while the set is empty
};

/// Returns the set that is used where Options::definitions is null; shared by the whole process.
TIGHTLOOP_API Definitions& default_definitions();

/// Adds functions to the process's set, as Definitions::define does:
/// `define("f(x, y) = sqrt(x*x + y*y)")`. A library had better carry a set of its own, so that its
/// names do not meet its user's.
TIGHTLOOP_API void define(std::string_view text);
/// Removes a function from the process's set; returns false where there is none.
TIGHTLOOP_API bool undefine(std::string_view name);
/// Returns the functions of the process's set by name.
TIGHTLOOP_IN_CALLER std::vector<DefinitionInfo> definitions() {
  return default_definitions().list();
}
namespace detail {
TIGHTLOOP_API List<DefinitionInfo> prelude_entries();
}
/// Returns the prelude: the functions that come with the library, in the order of its table.
TIGHTLOOP_IN_CALLER std::vector<DefinitionInfo> prelude() {
  return detail::prelude_entries();
}

}  // namespace tightloop
