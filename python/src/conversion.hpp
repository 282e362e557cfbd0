// Conversion of files to other dtypes, block by block.
#pragma once

#include <nanobind/nanobind.h>

namespace tightloop::python {

/// Adds Converter to the module; tightloop/_convert.py writes its expressions.
///
/// Converter(source, path, dtype, text, tests): converts a Source by an expression of x, into a
/// file that appears at commit(), or, where `path` is None, into memory. run(progress) reads the
/// source once and returns a (count, index, value) per test: how many elements it is true for, and
/// the first of them; index and value are None where there is none. array() returns the elements.
/// close() comes last, whatever has happened: frames of exceptions keep objects alive.
void add_conversion(nanobind::module_& m);

}  // namespace tightloop::python
