// Which variables a text may ask for, found once per text.
#pragma once

#include <Python.h>

#include <string>
#include <string_view>
#include <vector>

#include "inputs.hpp"

namespace tightloop::python {

/// A name that a text uses as a value.
struct TextName {
  PyObject* object;  ///< an interned str
  std::string_view text;
  bool optional;  ///< the text may mean something else: a name that it binds itself, a constant, a
                  ///< dtype, a module before a function
};

/// A text and its names. Never changes, and lives as long as the process or the cache's turn.
struct TextNames {
  ~TextNames();
  Ref source;
  std::string_view text;  // of `source`
  std::vector<TextName> names;
  Reach reach = Reach::product;
};

/// Tells how large arrays a text may make; looks at the functions that have been defined, too.
Reach reach_of(const TextNames& text);

/// Returns the names of a text, from a cache of texts. The result stays valid while `keep` does.
/// Throws PythonError(TypeError) where `text` is no str; tl::Error.
const TextNames& names_of(PyObject* text, Ref& keep);

/// Returns the names that a text needs and may need, as a tuple of str. Throws as above.
Ref names_as_tuple(PyObject* text);

}  // namespace tightloop::python
