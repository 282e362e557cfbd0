// The types of Arrow's columns: those that have a dtype, and the names of those that have none.
#pragma once

#include <string>

#include "tightloop/arrow_c.h"
#include "tightloop/dtype.hpp"

namespace tightloop::capi {

/// Throws Error(type) that names what the schema describes, where that is no column of numbers.
DType dtype_of_arrow(const ArrowSchema& schema);
/// The format string of a dtype. Throws Error(type) where Arrow has none.
const char* arrow_format_of(DType dtype);

}  // namespace tightloop::capi
