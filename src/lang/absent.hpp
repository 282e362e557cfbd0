// What users of NumPy look for and do not find here.
#pragma once

#include <string_view>

namespace tightloop::lang {

/// Returns what to write in place of a function that there is not; empty for other names.
std::string_view absent_hint(std::string_view function);

}  // namespace tightloop::lang
