// Decides by which protocol an object is read.
#include "foreign.hpp"

#include <string>

#include "numpy_api.hpp"
#include "tightloop/argument.hpp"

namespace tightloop::python {
namespace {

/// Types are asked, not objects: an object may make up attributes as they are asked for.
bool has(PyObject* object, const char* method) {
  auto* type = reinterpret_cast<PyObject*>(Py_TYPE(object));
  return PyObject_HasAttrString(type, method) != 0;
}

bool is_of(PyObject* object, std::string_view package) {
  const Ref module(
      PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(object)), "__module__"));
  if (!module || !PyUnicode_Check(module.get())) {
    PyErr_Clear();
    return false;
  }
  const std::string_view name = checked(PyUnicode_AsUTF8(module.get()));
  return name == package || (name.starts_with(package) && name[package.size()] == '.');
}

/// Makes a NumPy array of an object, in Python: tightloop/_inputs.py says of what, and refuses the
/// rest with the variable's name.
Ref array_of(PyObject* object, std::string_view name) {
  const Ref convert = attribute_of_module("tightloop._inputs", "as_array");
  return Ref(
      checked(PyObject_CallFunction(convert.get(), "Os", object, std::string(name).c_str())));
}

tl::Arg keep_numpy(Ref array, std::string_view name, Keep& keep) {
  const tl::ArrayView view = view_of_numpy(array.get(), name, false);
  keep.count(view, false);
  keep.take(std::move(array));
  return tl::Arg(view);
}

}  // namespace

tl::Arg read_foreign(PyObject* object, std::string_view name, Keep& keep) {
  // A column of pandas exports Arrow only where pyarrow is installed, and then by a copy.
  if (is_of(object, "pandas")) return keep_numpy(array_of(object, name), name, keep);
  if (has(object, "__arrow_c_array__") || has(object, "__arrow_c_stream__")) {
    if (const auto view = read_arrow(object, name, keep)) {
      keep.count(*view, false);
      return tl::Arg(*view);
    }
  } else if (has(object, "__dlpack__")) {
    const tl::ArrayView view = read_dlpack(object, name, false, keep);
    keep.count(view, is_of(object, "torch"));
    return tl::Arg(view);
  }
  return keep_numpy(array_of(object, name), name, keep);
}

tl::ArrayView read_foreign_destination(PyObject* object, Keep& keep) {
  // Its arrays never change, which DLPack does not always say.
  if (is_of(object, "jaxlib") || is_of(object, "jax")) {
    fail(PyExc_ValueError, "'out' is a JAX array, which cannot be written to");
  }
  if (has(object, "__dlpack__")) return read_dlpack(object, "out", true, keep);
  if (PyObject_CheckBuffer(object) != 0) {
    Ref array(checked(PyArray_FromAny(object, nullptr, 0, 0, 0, nullptr)));
    const tl::ArrayView view = view_of_numpy(array.get(), "out", true);
    keep.take(std::move(array));
    return view;
  }
  fail(PyExc_TypeError, "'out' is of type %s; it must be an array that can be written to",
       Py_TYPE(object)->tp_name);
}

}  // namespace tightloop::python
