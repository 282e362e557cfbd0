// One line for each event.
#include "events_text.hpp"

namespace tightloop::tool {

std::string events_text(const std::vector<Event>& events) {
  std::string text;
  for (const Event& event : events) {
    text += std::string("event: ") + to_string(event.kind) + " in '" + event.expression + "'";
    const char* before = " at index (";
    for (std::int64_t i : event.index) {
      text += before + std::to_string(i);
      before = ", ";
    }
    if (!event.index.empty()) text += event.index.size() == 1 ? ",)" : ")";
    text += '\n';
  }
  return text;
}

}  // namespace tightloop::tool
