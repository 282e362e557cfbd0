// The object that --json prints.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "tightloop/options.hpp"
#include "timing.hpp"

namespace tightloop::tool {

/// Returns one line of JSON without a final newline: `results` (dtype, shape and value of each;
/// values of arrays of more than 10,000 elements are null, with "elided": true), `seconds`,
/// `peak_extra_bytes`, `backend`, `timing` where there is one, and `events` (kind, expression and
/// index of each) where they were asked for. The results are in C order.
std::string json_text(std::span<const Array> results, const Stats& stats,
                      const std::string& backend, const std::optional<Timing>& timing,
                      const std::vector<Event>* events = nullptr);

}  // namespace tightloop::tool
