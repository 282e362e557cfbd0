// NumPy's C API, imported when the first array is met, and dtypes as NumPy and Tightloop name them.
#pragma once

#include <Python.h>

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_1_23_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL tightloop_numpy_api
#ifndef TIGHTLOOP_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>

#include <atomic>
#include <optional>

#include "tightloop/dtype.hpp"

namespace tightloop::python {

namespace tl = tightloop;

/// Imports NumPy where that has not been done. Throws PythonError.
void need_numpy();
/// True once it has been: before that no object can be an array.
extern std::atomic<bool> numpy_is_imported;
inline bool has_numpy() noexcept {
  return numpy_is_imported.load(std::memory_order_acquire);
}

/// Returns the dtype of NumPy's `descr`; none where Tightloop has no such type.
std::optional<tl::DType> dtype_of_descr(PyArray_Descr* descr) noexcept;

/// Returns NumPy's dtype object, a new reference. Throws PythonError, for a type that NumPy lacks
/// also where the package ml_dtypes is missing.
PyArray_Descr* descr_of(tl::DType dtype);

/// Reads whatever names a dtype: 'float32', np.float32, np.dtype('f4'), torch.float32, bool, int,
/// float, complex. Throws PythonError(TypeError).
tl::DType read_dtype(PyObject* object);

}  // namespace tightloop::python
