// One place for each of a few calls of a thread, chosen by the program and the first extents.
#include "exec/recent_plans.hpp"

#include <algorithm>
#include <array>

#include "base/per_thread.hpp"
#include "types/strides.hpp"

namespace tightloop::exec {
namespace {

std::int64_t kind_of(const ArrayView& v) {
  return v.ndim() * 2 + (v.byte_order() == ByteOrder::swapped ? 1 : 0);
}

std::int64_t* put(std::int64_t* at, const ArrayView& v) {
  *at++ = kind_of(v);
  at = std::copy(v.shape().begin(), v.shape().end(), at);
  return std::copy(v.strides().begin(), v.strides().end(), at);
}

/// Steps over the numbers of a view; null where they are another's.
inline const std::int64_t* match(const std::int64_t* at, const ArrayView& v) {
  if (*at++ != kind_of(v)) return nullptr;
  const std::ptrdiff_t count = v.ndim();
  const std::int64_t *extent = v.shape().begin(), *stride = v.strides().begin();
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    if (at[i] != extent[i] || at[count + i] != stride[i]) return nullptr;
  }
  return at + 2 * count;
}

std::size_t count_of(const ArrayView& v) {
  return 1 + 2 * static_cast<std::size_t>(v.ndim());
}

}  // namespace

std::size_t Layouts::count() const {
  std::size_t n = 1;
  for (const Arg* a : args) n += a->weak() ? 0 : count_of(a->view());
  for (const ArrayView* o : outs) n += count_of(*o);
  return n;
}

void Layouts::write(std::int64_t* to) const {
  *to++ = static_cast<std::int64_t>(outs.size());
  for (const Arg* a : args) {
    if (!a->weak()) to = put(to, a->view());
  }
  for (const ArrayView* o : outs) to = put(to, *o);
}

struct RecentPlan::Places : std::array<RecentPlan, 16> {};

void RecentPlan::forget_all() {
  for (RecentPlan& place : base::PerThread<Places>::get()) {
    place.program_ = 0;
    place.executable_ = nullptr;
  }
}

RecentPlan& RecentPlan::place_of(std::uint64_t program, const Layouts& layouts) {
  std::uint64_t mix = program * 2 + (layouts.outs.empty() ? 0 : 1);
  // Of one program mostly the extents of the first array differ.
  for (const Arg* a : layouts.args) {
    if (a->weak()) continue;
    for (std::int64_t extent : a->view().shape()) {
      mix = mix * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(extent);
    }
    break;
  }
  return base::PerThread<Places>::get()[(mix * 0xff51afd7ed558ccdULL) >> 60];
}

bool RecentPlan::holds(std::uint64_t program, const Layouts& layouts) const {
  if (program_ != program) return false;
  const std::int64_t* at = numbers_.data();
  if (*at++ != static_cast<std::int64_t>(layouts.outs.size())) return false;
  for (const Arg* a : layouts.args) {
    if (!a->weak() && (at = match(at, a->view())) == nullptr) return false;
  }
  for (const ArrayView* o : layouts.outs) {
    if ((at = match(at, *o)) == nullptr) return false;
  }
  return true;
}

const Executable* RecentPlan::small_call(std::uint64_t program, const Layouts& layouts,
                                         const void** inputs, void** results) const {
  if (program_ != program || !executable_->is_small()) return nullptr;
  const std::int64_t* at = numbers_.data();
  if (*at++ != static_cast<std::int64_t>(layouts.outs.size())) return nullptr;
  for (const Arg* a : layouts.args) {
    const void* address = nullptr;
    if (!a->weak()) {
      address = a->view().data();
      if (address == nullptr || (at = match(at, a->view())) == nullptr) return nullptr;
    }
    *inputs++ = address;
  }
  for (const ArrayView* o : layouts.outs) {
    void* const address = o->mutable_data();
    if (address == nullptr || (at = match(at, *o)) == nullptr) return nullptr;
    *results++ = address;
  }
  return disjoint(layouts) ? executable_.get() : nullptr;
}

RecentPlan::Span RecentPlan::span_of(const ArrayView& view) {
  const MemoryRange range = memory_range(view);
  const auto first = reinterpret_cast<std::uintptr_t>(view.data());
  return {static_cast<std::int64_t>(range.begin - first),
          static_cast<std::int64_t>(range.end - first)};
}

void RecentPlan::set(std::uint64_t program, const Layouts& layouts,
                     std::shared_ptr<const Executable> executable) {
  program_ = 0;  // an allocation below may throw
  numbers_.resize(layouts.count());
  layouts.write(numbers_.data());
  spans_.clear();
  for (const Arg* a : layouts.args) {
    if (!a->weak()) spans_.push_back(span_of(a->view()));
  }
  for (const ArrayView* o : layouts.outs) spans_.push_back(span_of(*o));
  executable_ = std::move(executable);
  program_ = program;
}

bool RecentPlan::disjoint(const Layouts& layouts) const {
  const Span* of_out = spans_.data() + (spans_.size() - layouts.outs.size());
  for (const ArrayView* o : layouts.outs) {
    const auto* out = static_cast<const char*>(o->data());
    const Span* of_arg = spans_.data();
    for (const Arg* a : layouts.args) {
      if (a->weak()) continue;
      // As numbers: the addresses belong to different arrays.
      const auto distance =
          static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(a->view().data()) -
                                    reinterpret_cast<std::uintptr_t>(out));
      if (of_out->begin < distance + of_arg->end && distance + of_arg->begin < of_out->end) {
        return false;
      }
      ++of_arg;
    }
    ++of_out;
  }
  return true;
}

}  // namespace tightloop::exec
