// What tells about the language and the process: functions, definitions, dtypes, the kernel cache.
#pragma once

#include <nanobind/nanobind.h>

namespace tightloop::python {

/// Adds functions(), define(), undefine(), definitions(), cache_info(), clear_cache(), names_of(),
/// dtype_name() and option_names to the module.
void add_inspection(nanobind::module_& m);

}  // namespace tightloop::python
