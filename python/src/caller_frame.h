/* Variables of the Python function that has called into this module. */
#pragma once

#include <Python.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns a new reference to the variable of that (interned) name which the innermost Python frame
   sees: its own, one of a function around it, or one of the module. Null where there is none; an
   error is set then only where the look-up itself has failed. */
PyObject* tightloop_find_in_caller(PyObject* name);

/* Returns a new reference to the variable of that (interned) name of the Python frame that is `up`
   calls above the innermost one: of its locals alone or of its module alone. Null where there is
   none; ValueError where there is no such frame. */
PyObject* tightloop_find_in_frame(int up, int is_global, PyObject* name);

#ifdef __cplusplus
}
#endif
