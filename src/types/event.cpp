// The names of events.
#include "tightloop/event.hpp"

namespace tightloop {

const char* to_string(EventKind kind) noexcept {
  constexpr const char* names[] = {"divide", "invalid", "overflow", "underflow"};
  return names[static_cast<int>(kind)];
}

}  // namespace tightloop
