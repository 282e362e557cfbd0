/* Looks variables up in the frame of the caller, without the dictionary of all its variables that
   locals() makes: on Python 3.11 such a dictionary would keep arrays alive after their last use. */
#include <patchlevel.h>

#if PY_VERSION_HEX < 0x030C0000
#define Py_BUILD_CORE_MODULE 1
#endif
#include "caller_frame.h"

#if PY_VERSION_HEX < 0x030C0000
#include <internal/pycore_code.h>
#include <internal/pycore_frame.h>
#endif

/* Finds a key in a dictionary or another mapping. */
static PyObject* in_mapping(PyObject* mapping, PyObject* name) {
  PyObject* found;
  if (mapping == NULL) return NULL;
  if (PyDict_CheckExact(mapping)) {
#if PY_VERSION_HEX >= 0x030D0000
    PyDict_GetItemRef(mapping, name, &found); /* null with or without an error */
#else
    found = PyDict_GetItemWithError(mapping, name);
    Py_XINCREF(found);
#endif
    return found;
  }
  found = PyObject_GetItem(mapping, name);
  if (found == NULL && PyErr_ExceptionMatches(PyExc_KeyError)) PyErr_Clear();
  return found;
}

static PyObject* not_so_deep(void) {
  PyErr_SetString(PyExc_ValueError, "call stack is not deep enough");
  return NULL;
}

#if PY_VERSION_HEX < 0x030C0000

/* A list, set or dictionary display runs in a frame of its own, inside the frame around it. */
static int is_display(const PyCodeObject* code) {
  return PyUnicode_CompareWithASCIIString(code->co_name, "<listcomp>") == 0 ||
         PyUnicode_CompareWithASCIIString(code->co_name, "<setcomp>") == 0 ||
         PyUnicode_CompareWithASCIIString(code->co_name, "<dictcomp>") == 0;
}

/* Finds a function's own variable or one of a function around it; in a class body, a module or
   exec() in the mapping of the variables. */
static PyObject* in_locals(const _PyInterpreterFrame* frame, PyObject* name) {
  const PyCodeObject* code = frame->f_code;
  for (int i = 0; i < code->co_nlocalsplus; ++i) {
    if (PyTuple_GET_ITEM(code->co_localsplusnames, i) != name) continue;
    PyObject* value = frame->localsplus[i];
    const char kind = PyBytes_AS_STRING(code->co_localspluskinds)[i];
    if (value != NULL && (kind & (CO_FAST_CELL | CO_FAST_FREE)) && PyCell_Check(value)) {
      value = PyCell_GET(value);
    }
    if (value == NULL) break;
    return Py_NewRef(value);
  }
  return code->co_flags & CO_OPTIMIZED ? NULL : in_mapping(frame->f_locals, name);
}

PyObject* tightloop_find_in_caller(PyObject* name) {
  const _PyInterpreterFrame* frame = PyThreadState_Get()->cframe->current_frame;
  if (frame == NULL) return NULL;
  PyObject* globals = frame->f_globals;
  for (; frame != NULL; frame = frame->previous) {
    PyObject* found = in_locals(frame, name);
    if (found != NULL || PyErr_Occurred()) return found;
    if (!is_display(frame->f_code)) break;
  }
  return in_mapping(globals, name);
}

PyObject* tightloop_find_in_frame(int up, int is_global, PyObject* name) {
  const _PyInterpreterFrame* frame = PyThreadState_Get()->cframe->current_frame;
  for (; frame != NULL; frame = frame->previous) {
    if (!_PyFrame_IsIncomplete((_PyInterpreterFrame*)frame) && up-- <= 0) {
      return is_global ? in_mapping(frame->f_globals, name) : in_locals(frame, name);
    }
  }
  return not_so_deep();
}

#else

static PyObject* in_locals(PyFrameObject* frame, PyObject* name) {
  PyCodeObject* code = PyFrame_GetCode(frame);
  const int is_fast = (code->co_flags & CO_OPTIMIZED) != 0;
  Py_DECREF(code);
  PyObject* found = NULL;
  if (is_fast) {
    found = PyFrame_GetVar(frame, name);
    if (found == NULL && PyErr_ExceptionMatches(PyExc_NameError)) PyErr_Clear();
    return found;
  }
  PyObject* locals = PyFrame_GetLocals(frame);
  if (locals == NULL) return NULL;
  found = in_mapping(locals, name);
  Py_DECREF(locals);
  return found;
}

static PyObject* in_globals(PyFrameObject* frame, PyObject* name) {
  PyObject* globals = PyFrame_GetGlobals(frame);
  PyObject* found = in_mapping(globals, name);
  Py_DECREF(globals);
  return found;
}

PyObject* tightloop_find_in_caller(PyObject* name) {
  PyFrameObject* frame = PyEval_GetFrame(); /* borrowed */
  if (frame == NULL) return NULL;
  PyObject* found = in_locals(frame, name);
  return found != NULL || PyErr_Occurred() ? found : in_globals(frame, name);
}

PyObject* tightloop_find_in_frame(int up, int is_global, PyObject* name) {
  PyFrameObject* frame = (PyFrameObject*)Py_XNewRef((PyObject*)PyEval_GetFrame());
  for (; frame != NULL && up > 0; --up) {
    PyFrameObject* back = PyFrame_GetBack(frame);
    Py_DECREF(frame);
    frame = back;
  }
  if (frame == NULL) return not_so_deep();
  PyObject* found = is_global ? in_globals(frame, name) : in_locals(frame, name);
  Py_DECREF(frame);
  return found;
}

#endif
