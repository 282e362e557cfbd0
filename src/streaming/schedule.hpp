// The order of all steps of an evaluation, and which bytes of each array have to be in memory when.
// In: a loop plan, the arrays that have windows, the memory there may be. Out: plain numbers; they
// depend on nothing else, so that what fits once always fits.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "streaming/job.hpp"

namespace tightloop::streaming {

/// What the schedule needs to know of an array beyond its size.
struct ArrayTraits {
  std::string name;            ///< for messages
  bool read_once = false;      ///< a pipe
  bool fortran_order = false;  ///< of a file; results are written in C order
};

/// The step of a job.
struct Item {
  std::uint32_t job = 0;
  std::int64_t step = 0;
};

/// The window of an array while a sweep runs; one number per item.
struct Track {
  std::uint32_t array = 0;
  std::vector<std::uint64_t> begin;  ///< the first byte that this item or a later one touches
  std::vector<std::uint64_t> end;    ///< the end of what this item or one before touches
  std::uint64_t most = 0;            ///< the largest end - begin
  bool combed = false;  ///< each step reads its teeth anew: no begin or end, and most bytes of
                        ///< pages that hold them
};

/// Jobs whose steps alternate, so that each array is gone through once for all of them.
struct Sweep {
  std::vector<Job> jobs;
  std::vector<Item> items;
  std::vector<Track> tracks;  ///< of the arrays that the sweep touches
  std::uint64_t held = 0;     ///< accumulators
};

struct Schedule {
  std::vector<Sweep> sweeps;
  std::vector<bool> resident;  ///< by array: stays in memory from its first use on
  std::uint64_t intermediates = 0;
  std::uint64_t needed = 0;  ///< most bytes at once: windows, accumulators, intermediates
};

struct Limits {
  std::uint64_t memory = 0;  ///< bytes there may be at once
  std::uint64_t step = 0;    ///< bytes that a step moves, about
  int threads = 1;
  const plan::MachineModel* machine = nullptr;  ///< that the plan is made for
  std::uint64_t beside = 0;   ///< bytes that are held beside; errors name sizes with them
  std::uint64_t allowed = 0;  ///< with them, as the caller said
};

/// Schedules a plan; takes smaller steps where that is what fits. Throws Error(memory) that says
/// how much would do, by itself, and which array asks for it, Error(value) for an array that is
/// read once but needed again.
Schedule make_schedule(const plan::LoopPlan& plan, const Arrays& arrays,
                       std::span<const ArrayTraits> traits, const Limits& limits);

/// Returns a size for people: "256 MB", "1.5 GB" (powers of 1000).
std::string size_text(std::uint64_t bytes);
/// The same of a size that is to be enough: never less than it.
std::string enough_text(std::uint64_t bytes);

}  // namespace tightloop::streaming
