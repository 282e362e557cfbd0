// The type of compiled functions.
#pragma once

#include <Python.h>

namespace tightloop::python {

/// Adds Function to the module. Throws PythonError.
///
/// Function(text, names, types, options): parses and types the text for parameters of these names
/// (a tuple of str) and dtypes (a tuple of str; 'weak float64' is a Python number), with options as
/// evaluate() takes them (a dict). Called with arrays, by position or by name, and `out=`.
void add_function_type(PyObject* module);

}  // namespace tightloop::python
