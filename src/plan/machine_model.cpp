// The fields of the machine model as a table: limits, and a text for people.
#include "plan/machine_model.hpp"

#include <algorithm>

namespace tightloop::plan {
namespace {

constexpr std::int64_t kHuge = MachineModel::kHuge;
constexpr std::int64_t kMany = MachineModel::kMany;
constexpr std::int64_t kFarthest = MachineModel::kFarthest;

constexpr MachineField kFields[] = {
#define TIGHTLOOP_MACHINE(field, value, least, most, unit, meaning) \
  {#field, &MachineModel::field, least, most, unit, meaning},
#include "plan/machine_model.def"
#undef TIGHTLOOP_MACHINE
};

}  // namespace

std::span<const MachineField> machine_fields() {
  return kFields;
}

MachineModel within_limits(MachineModel model) {
  for (const MachineField& f : kFields) {
    model.*f.member = std::clamp(model.*f.member, f.least, f.most);
  }
  return model;
}

std::string to_string(const MachineModel& model) {
  std::string out;
  for (const MachineField& f : kFields) {
    ((out += f.name) += " " + std::to_string(model.*f.member) + " ") += f.unit;
    out += "\n";
  }
  return out;
}

}  // namespace tightloop::plan
