// Floating-point events: what operations on numbers signal beside their results, in NumPy's names.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "tightloop/array.hpp"
#include "tightloop/error.hpp"

namespace tightloop {

/// Kinds of events, each judged by operation as IEEE 754 does.
enum class EventKind : std::uint8_t {
  divide,     ///< a pole: x / 0, log(0); also an integer divided by zero
  invalid,    ///< NaN from operands that are none: 0 / 0, inf - inf, sqrt(-1); also the conversion
              ///< of a float that the integer type cannot hold
  overflow,   ///< an infinite result of finite operands that is no pole
  underflow,  ///< a result that lost digits, or vanished, because it is too small
};

/// Returns the lower-case name of a kind. The string is static.
TIGHTLOOP_API const char* to_string(EventKind kind) noexcept;

/// Holds some kinds of events.
class EventSet {
 public:
  constexpr EventSet() = default;
  constexpr EventSet(std::initializer_list<EventKind> kinds) {
    for (EventKind kind : kinds) add(kind);
  }
  static constexpr EventSet all() {
    return {EventKind::divide, EventKind::invalid, EventKind::overflow, EventKind::underflow};
  }
  constexpr void add(EventKind kind) {
    bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<unsigned>(kind));
  }
  constexpr bool contains(EventKind kind) const {
    return (bits_ >> static_cast<unsigned>(kind) & 1) != 0;
  }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(const EventSet&, const EventSet&) = default;

 private:
  std::uint8_t bits_ = 0;
};

/// Says where an event of a kind happened first: in the first operation, in the order in which the
/// expression is computed, that signalled it.
struct Event {
  EventKind kind = EventKind::divide;
  std::string expression;  ///< the operation as text
  Span span;               ///< its bytes of the source; empty for expression templates
  Dims index;              ///< of the first such element, in the shape of the operation's result
};

}  // namespace tightloop
