// Floating-point events as lines for people.
#pragma once

#include <string>
#include <vector>

#include "tightloop/event.hpp"

namespace tightloop::tool {

/// Returns a line for each event, with a final newline: its kind, operation and element.
std::string events_text(const std::vector<Event>& events);

}  // namespace tightloop::tool
