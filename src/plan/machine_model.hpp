// What decides how fast a plan runs: sizes of caches, costs, sizes of tasks; the fields are in
// machine_model.def. It is given to planner and executor, and never changes a bit of a result:
// what does is in kernel/summation_tree.hpp, which cannot see it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tightloop::plan {

/// Numbers of one machine. As made, those that suit the x86-64 servers it was measured on. Plain
/// data; copies are independent.
struct MachineModel {
  static constexpr std::int64_t kHuge = std::int64_t{1} << 40;
  static constexpr std::int64_t kMany = std::int64_t{1} << 20;
  static constexpr std::int64_t kFarthest = 0xffff;  ///< KernelLoad's distances have 16 bits

#define TIGHTLOOP_MACHINE(field, value, least, most, unit, meaning) std::int64_t field = value;
#include "plan/machine_model.def"
#undef TIGHTLOOP_MACHINE
};

/// One field: where it is, what it may be, and what it says, for people.
struct MachineField {
  std::string_view name;
  std::int64_t MachineModel::*member;
  std::int64_t least, most;
  std::string_view unit, meaning;
};

/// Returns all fields, in the order of the table.
std::span<const MachineField> machine_fields();

/// Returns the model with each field moved into its range, as planner and executor need it.
MachineModel within_limits(MachineModel model);

/// Prints one line a field: its name, number and unit.
std::string to_string(const MachineModel& model);

}  // namespace tightloop::plan
