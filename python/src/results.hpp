// Results of the library as Python objects.
#pragma once

#include <Python.h>

#include "python_error.hpp"
#include "tightloop/array.hpp"
#include "tightloop/list.hpp"

namespace tightloop::python {

/// What results are made of.
enum class ResultKind {
  numpy,  ///< arrays; scalars where there are no dimensions
  array,  ///< arrays, always
  torch,  ///< tensors
};

/// Returns a Python object that has the elements of `array`, without a copy where it is large.
Ref result_of(tl::Array&& array, ResultKind kind);
/// Returns the only result, or a tuple of several.
Ref results_of(tl::List<tl::Array>&& arrays, ResultKind kind);

/// Returns a new NumPy array whose elements are not initialised, a new reference.
Ref empty_array(tl::DType dtype, const tl::Dims& shape);

/// Returns a NumPy scalar of the element at `data`.
Ref scalar_at(tl::DType dtype, const void* data);

/// The largest result that is copied, or written at once, into memory of NumPy's, in bytes.
inline constexpr std::size_t kSmallResult = 1024;

/// Returns a NumPy array over the memory of `array`, which it keeps. Read-only where the array is.
Ref shared_array(tl::Array&& array);

/// Adds to the module the type of the objects that keep the library's arrays. Throws PythonError.
void add_owner_type(PyObject* module);

}  // namespace tightloop::python
