// Exceptions between the two languages: a Python error as a C++ exception, and tightloop::Error as
// a Python one.
#pragma once

#include <Python.h>

#include <cstdarg>
#include <utility>

#include "tightloop/error.hpp"

namespace tightloop::python {

namespace tl = tightloop;

/// Thrown where a Python error is set: it is what the caller in Python will see.
struct PythonError {};
/// A PythonError that an array has more dimensions than the library's arrays.
struct TooDeep : PythonError {};

/// Sets a Python error, by the format of PyErr_Format(), and throws.
[[noreturn]] void fail(PyObject* type, const char* format, ...);

/// Throws where a call of Python's C API has returned null.
template <class T>
T* checked(T* object) {
  if (object == nullptr) throw PythonError{};
  return object;
}

/// Sets the Python error for a C++ exception that is being handled. Call it in a catch block.
void set_python_error() noexcept;

/// Owns a reference.
class Ref {
 public:
  Ref() = default;
  /// Takes over a reference; it may be null.
  explicit Ref(PyObject* owned) noexcept : object_(owned) {}
  static Ref borrow(PyObject* object) noexcept {
    Py_XINCREF(object);
    return Ref(object);
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() { Py_XDECREF(object_); }
  PyObject* get() const noexcept { return object_; }
  PyObject* release() noexcept { return std::exchange(object_, nullptr); }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

/// Finds a key of a dictionary; empty where there is none. Throws PythonError.
Ref item_of(PyObject* dict, PyObject* key);

/// Imports `module` and returns its attribute, a new reference. Throws PythonError.
Ref attribute_of_module(const char* module, const char* attribute);

}  // namespace tightloop::python
