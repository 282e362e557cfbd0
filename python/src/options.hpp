// The keyword arguments that choose how an expression is evaluated.
#pragma once

#include <Python.h>

#include <string_view>
#include <vector>

#include "python_error.hpp"
#include "tightloop/options.hpp"

namespace tightloop::python {

/// What the keywords of a call ask for.
struct Choices {
  Choices() = default;
  Choices(const Choices&) = delete;
  Choices& operator=(const Choices&) = delete;
  tl::Options options;
  PyObject* out = nullptr;             // borrowed; null: new arrays
  PyObject* variables = nullptr;       // `vars` or `local_dict`
  PyObject* more_variables = nullptr;  // `global_dict`
  PyObject* events = nullptr;          // a list that receives them
  std::vector<tl::Event> event_list;

  /// Takes an option. Returns false where `name` is none. Throws PythonError for a bad value.
  bool take(PyObject* name, PyObject* value);
  /// Fills the list of the caller with what has happened.
  void report_events() const;
};

/// Returns the names of all options, for messages and completion; a new tuple of str.
Ref option_names();

/// Returns the name of an option that is near to what was typed; empty where none is.
std::string_view nearest_option(std::string_view typed);

}  // namespace tightloop::python
