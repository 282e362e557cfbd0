// Options of C, which may come from a program that was compiled with another version of the header.
#include <algorithm>
#include <atomic>
#include <cstring>

#include "api/capi/convert.hpp"

namespace tightloop::capi {

static_assert(TL_PROMOTION_NUMEXPR == static_cast<int>(Promotion::numexpr));
static_assert(TL_FP_FAST == static_cast<int>(Fp::fast));
static_assert(TL_CASTING_SAME_VALUE == static_cast<int>(Casting::same_value));
static_assert(TL_CASTING_SATURATE == static_cast<int>(Casting::saturate));
static_assert(TL_EVENT_UNDERFLOW == 1 << static_cast<int>(EventKind::underflow));
// The caller's flag is one byte that any thread may write.
static_assert(sizeof(std::atomic<bool>) == sizeof(bool) && alignof(std::atomic<bool>) == 1);
static_assert(std::atomic<bool>::is_always_lock_free);

namespace {

constexpr std::size_t kFirstSize = offsetof(tl_options, stats) + sizeof(tl_options::stats);
constexpr std::uint32_t kAllEvents =
    TL_EVENT_DIVIDE | TL_EVENT_INVALID | TL_EVENT_OVERFLOW | TL_EVENT_UNDERFLOW;

/// Reads as much as the caller's version has. What a later one adds must not be used.
tl_options read(const tl_options* given) {
  tl_options out{};
  if (given == nullptr) return out;
  if (given->size < kFirstSize) {
    throw Error(ErrorCode::value,
                "the size of the options is " + std::to_string(given->size) + ", less than " +
                    std::to_string(kFirstSize),
                {}, "begin with: tl_options options = TL_OPTIONS_INIT;");
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  if (given->size > sizeof out &&
      !std::all_of(bytes + sizeof out, bytes + std::min<std::size_t>(given->size, 4096),
                   [](unsigned char b) { return b == 0; })) {
    throw Error(ErrorCode::unsupported, "an option is set that this version does not know", {},
                "the program was compiled with the header of a newer version");
  }
  std::memcpy(&out, given, std::min(given->size, sizeof out));
  return out;
}

template <class T>
T choice(std::int32_t value, std::int32_t last, const char* what) {
  if (value < 0 || value > last) {
    throw Error(ErrorCode::value, "the option " + std::string(what) + " is " +
                                      std::to_string(value) + "; it can be 0 to " +
                                      std::to_string(last));
  }
  return static_cast<T>(value);
}

Overflow overflow_of(std::int32_t value) {
  constexpr Overflow order[] = {Overflow::by_promotion, Overflow::wrap, Overflow::check};
  return order[choice<std::size_t>(value, TL_OVERFLOW_CHECK, "overflow")];
}

EventSet event_set(std::uint32_t bits) {
  if ((bits & ~kAllEvents) != 0) {
    throw Error(ErrorCode::value, "the option raise has bits that nobody knows: " +
                                      std::to_string(bits & ~kAllEvents));
  }
  EventSet out;
  for (unsigned kind = 0; kind < 4; ++kind) {
    if ((bits >> kind & 1) != 0) out.add(static_cast<EventKind>(kind));
  }
  return out;
}

template <class T>
void check_size(const T* filled, const char* what) {
  if (filled != nullptr && filled->size != sizeof(T)) {
    throw Error(ErrorCode::value,
                "the size of the " + std::string(what) + " is " + std::to_string(filled->size) +
                    ", not " + std::to_string(sizeof(T)),
                {}, "set it to sizeof(tl_" + std::string(what) + ")");
  }
}

void write(const std::vector<Event>& events, tl_events& out) noexcept {
  out.count = 0;
  for (const Event& event : events) {
    if (out.count == 4) return;
    tl_event& to = out.event[out.count++];
    to = {};
    to.kind = 1 << static_cast<int>(event.kind);
    to.ndim = event.index.size();
    std::copy(event.index.begin(), event.index.end(), to.index);
    to.span_begin = event.span.begin;
    to.span_end = event.span.end;
  }
}

void write(const Stats& stats, tl_stats& out) noexcept {
  out = {sizeof(tl_stats),      stats.parse_seconds, stats.type_seconds,     stats.plan_seconds,
         stats.compile_seconds, stats.run_seconds,   stats.peak_extra_bytes, stats.bytes_read,
         stats.bytes_written,   stats.stages,        stats.kernels_compiled};
}

}  // namespace

CallOptions::CallOptions(const tl_options* given) {
  const tl_options o = read(given);
  check_size(o.events, "events");
  check_size(o.stats, "stats");
  options_.promotion = choice<Promotion>(o.promotion, TL_PROMOTION_NUMEXPR, "promotion");
  options_.fp = choice<Fp>(o.fp, TL_FP_FAST, "fp");
  options_.overflow = overflow_of(o.overflow);
  options_.casting = choice<Casting>(o.casting, TL_CASTING_SATURATE, "casting");
  if (o.dtype != 0) options_.dtype = dtype_of_code(o.dtype, {"the option dtype"});
  options_.threads = o.threads;
  options_.most_elements = o.most_elements;
  options_.most_bytes = o.most_bytes;
  options_.raise = event_set(o.raise);
  options_.stop = reinterpret_cast<const std::atomic<bool>*>(const_cast<const bool*>(o.stop));
  if (o.executor != nullptr) options_.executor = &executor_.emplace(*o.executor);
  if (o.definitions != nullptr) options_.definitions = &o.definitions->set;
  if (o.stats != nullptr) options_.stats = &stats_;
  if (o.events != nullptr) options_.events = &events_;
  given_ = o;
}

CallOptions::~CallOptions() {
  if (given_.events != nullptr) write(events_, *given_.events);
  if (given_.stats != nullptr) write(stats_, *given_.stats);
}

Options CallOptions::keep(std::optional<CallerExecutor>& kept) const {
  Options out = options_;
  out.events = nullptr;
  out.stats = nullptr;
  if (executor_) out.executor = &kept.emplace(*executor_);
  return out;
}

}  // namespace tightloop::capi
