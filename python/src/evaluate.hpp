// The calls that evaluate a text, as functions of CPython's own calling convention: its overhead is
// what small arrays feel.
#pragma once

#include <Python.h>

#include <span>

#include "inputs.hpp"
#include "options.hpp"
#include "results.hpp"
#include "text_names.hpp"
#include "tightloop/argument.hpp"

namespace tightloop::python {

/// The arguments of a call of evaluate() or of its relatives, read.
struct TextCall {
  Choices choices;
  Keep keep;
  Ref names;  // keeps the text
  std::string_view text;
  std::vector<tl::Binding> bindings;
  /// Where they are not null, they receive the variables and the options as they are, and nothing
  /// is read.
  Ref raw_variables;
  Ref raw_options;

  /// Reads `f(text, vars=None, /, **keywords)`; `function` is its name, for messages. Names come
  /// from keywords, then from the mapping, or where there is none from the caller's frame.
  TextCall(const char* function, PyObject* const* args, Py_ssize_t count, PyObject* keywords,
           bool raw = false);

 private:
  void bind(const TextName& name, PyObject* value);
};

/// Reads `out`: one array, or a list or tuple of several.
std::vector<tl::Destination> read_destinations(PyObject* out, Keep& keep);

PyObject* evaluate(PyObject* module, PyObject* const* args, Py_ssize_t count, PyObject* keywords);
PyObject* explain(PyObject* module, PyObject* const* args, Py_ssize_t count, PyObject* keywords);
PyObject* result_types(PyObject* module, PyObject* const* args, Py_ssize_t count,
                       PyObject* keywords);

}  // namespace tightloop::python
