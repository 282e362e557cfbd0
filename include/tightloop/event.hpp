// Floating-point events: what operations on numbers signal beside their results, in NumPy's names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

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

/// Where the events of an evaluation go: a vector of the caller's, or nowhere. Converts from the
/// vector's address.
class EventList {
 public:
  constexpr EventList(std::nullptr_t = nullptr) noexcept {}
  template <class A>
  EventList(std::vector<Event, A>* list) noexcept
      : list_(list), put_([](void* to, const Event* event) {
          auto& events = *static_cast<std::vector<Event, A>*>(to);
          event == nullptr ? events.clear() : events.push_back(*event);
        }) {}
  void clear() const {
    if (list_ != nullptr) put_(list_, nullptr);
  }
  void push_back(const Event& event) const {
    if (list_ != nullptr) put_(list_, &event);
  }
  const EventList* operator->() const noexcept { return this; }
  explicit operator bool() const noexcept { return list_ != nullptr; }
  friend bool operator==(const EventList& a, std::nullptr_t) noexcept { return a.list_ == nullptr; }

 private:
  void* list_ = nullptr;
  void (*put_)(void* list, const Event* event) = nullptr;  // clears for null
};

}  // namespace tightloop
