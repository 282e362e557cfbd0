// The executables that a thread used last: found by comparing layouts where they stand, without a
// lock, a copy or an allocation.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "exec/executable.hpp"
#include "tightloop/argument.hpp"

namespace tightloop::exec {

/// Arguments and destinations of a call, as far as a plan depends on them.
struct Layouts {
  std::span<const Arg* const> args;
  std::span<const ArrayView* const> outs;

  /// Returns how many numbers describe them.
  std::size_t count() const;
  /// Writes these numbers.
  void write(std::int64_t* to) const;
};

class RecentPlan {
 public:
  /// Returns the calling thread's only place for such a call; what it holds may be another's.
  static RecentPlan& place_of(std::uint64_t program, const Layouts& layouts);

  /// Empties the calling thread's places.
  static void forget_all();

  bool holds(std::uint64_t program, const Layouts& layouts) const;
  /// The executable of a call that run_small runs as it stands: this is its place, and no
  /// destination shares memory with an argument. Writes the addresses, null for scalars. Null where
  /// any of it is not so, or an address is null: then the call takes the long way.
  const Executable* small_call(std::uint64_t program, const Layouts& layouts, const void** inputs,
                               void** results) const;
  void set(std::uint64_t program, const Layouts& layouts,
           std::shared_ptr<const Executable> executable);
  /// Only while holds().
  const std::shared_ptr<const Executable>& executable() const { return executable_; }
  /// True where no destination shares memory with an argument; false where that takes more than a
  /// comparison of addresses to tell. Only while holds().
  bool disjoint(const Layouts& layouts) const;

 private:
  struct Places;
  /// Which bytes a view touches, counted from its first element.
  struct Span {
    std::int64_t begin;
    std::int64_t end;
  };
  static Span span_of(const ArrayView& view);

  std::uint64_t program_ = 0;  // its serial number
  std::vector<std::int64_t> numbers_;
  std::vector<Span> spans_;  // of the arguments that are arrays, then of the destinations
  std::shared_ptr<const Executable> executable_;
};

}  // namespace tightloop::exec
