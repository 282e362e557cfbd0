// Files and streams.
#pragma once

#include <nanobind/nanobind.h>

namespace tightloop::python {

/// Adds Source, open(), load(), save(), stream() and explain_stream() to the module.
void add_streams(nanobind::module_& m);

}  // namespace tightloop::python
