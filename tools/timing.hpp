// What --time and :time do: an evaluation repeated, and the median of its times.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tightloop/argument.hpp"
#include "tightloop/options.hpp"

namespace tightloop::tool {

/// What was measured.
struct Timing {
  int repeats = 0;
  double median_seconds = 0;
  double gigabytes_per_second = 0;  ///< of inputs read and results written
};

/// Repeats an evaluation into the results of an earlier one, for about a second. Throws as
/// evaluate_all_into.
Timing measure(std::string_view text, BindingsView bindings, Options options,
               std::vector<Array>& results);

/// Returns one line, with a final newline.
std::string timing_text(const Timing& timing);

}  // namespace tightloop::tool
