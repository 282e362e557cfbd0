// evaluate() and re_evaluate() of tightloop.numexpr.
#pragma once

#include <Python.h>

namespace tightloop::python {

/// Adds to the module `add_numexpr_calls(module)`, which adds evaluate, re_evaluate and
/// getArguments to a module that has `_plans` (a dict of texts to Dispatch objects), `_plan_of`
/// (makes one) and
/// `_last` (a context variable). Throws PythonError.
void add_numexpr_calls(PyObject* module);

}  // namespace tightloop::python
