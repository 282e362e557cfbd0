// Turns C++ exceptions into Python's.
#include "python_error.hpp"

#include <new>
#include <string>

namespace tightloop::python {

void fail(PyObject* type, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  PyErr_FormatV(type, format, arguments);
  va_end(arguments);
  throw PythonError{};
}

Ref item_of(PyObject* dict, PyObject* key) {
#if PY_VERSION_HEX >= 0x030D0000
  // Without the GIL another thread may drop the dictionary's own reference at any time.
  PyObject* found = nullptr;
  if (PyDict_GetItemRef(dict, key, &found) < 0) throw PythonError{};
  return Ref(found);
#else
  PyObject* found = PyDict_GetItemWithError(dict, key);
  if (found == nullptr && PyErr_Occurred() != nullptr) throw PythonError{};
  return Ref::borrow(found);
#endif
}

Ref attribute_of_module(const char* module, const char* attribute) {
  const Ref imported(checked(PyImport_ImportModule(module)));
  return Ref(checked(PyObject_GetAttrString(imported.get(), attribute)));
}

namespace {

PyObject* text_of(const std::string& text) {
  return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
}

/// Raises tightloop.Error, or the subclass of it that stands for the code.
void set_library_error(const tl::Error& error) {
  // What Ctrl-C stopped ends as it does everywhere in Python.
  if (error.code() == tl::ErrorCode::stopped && PyErr_CheckSignals() != 0) return;
  const Ref make = attribute_of_module("tightloop._errors", "make");
  const Ref message(checked(text_of(error.message())));
  const Ref hint(checked(text_of(error.hint())));
  const Ref source(checked(text_of(error.source())));
  const Ref picture(checked(text_of(error.picture())));
  const Ref made(checked(
      PyObject_CallFunction(make.get(), "sOOOnnO", tl::to_string(error.code()), message.get(),
                            hint.get(), source.get(), static_cast<Py_ssize_t>(error.span().begin),
                            static_cast<Py_ssize_t>(error.span().end), picture.get())));
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(made.get())), made.get());
}

}  // namespace

void set_python_error() noexcept {
  try {
    throw;
  } catch (const PythonError&) {
  } catch (const tl::Error& error) {
    try {
      set_library_error(error);
    } catch (const PythonError&) {
    } catch (const std::exception&) {
      PyErr_NoMemory();
    }
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
}

}  // namespace tightloop::python
