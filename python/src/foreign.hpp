// Arrays of other packages: DLPack (torch, JAX), Arrow, and what NumPy can make an array of.
#pragma once

#include <Python.h>

#include <optional>
#include <string_view>

#include "inputs.hpp"
#include "tightloop/argument.hpp"

namespace tightloop::python {

/// Reads an object that is neither a NumPy array nor a number. Throws PythonError(TypeError) that
/// names the variable where it is nothing that can be computed with.
tl::Arg read_foreign(PyObject* object, std::string_view name, Keep& keep);
tl::ArrayView read_foreign_destination(PyObject* object, Keep& keep);

/// Reads an object that has __dlpack__, without a copy. Throws PythonError.
tl::ArrayView read_dlpack(PyObject* object, std::string_view name, bool writable, Keep& keep);

/// Reads an object that has __arrow_c_array__, or __arrow_c_stream__ of one chunk, without a copy
/// but for bools, which Arrow packs. None for a stream of several chunks. Throws PythonError.
std::optional<tl::ArrayView> read_arrow(PyObject* object, std::string_view name, Keep& keep);

}  // namespace tightloop::python
