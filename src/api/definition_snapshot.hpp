// One state of a set of definitions: immutable, told from all other states by its version.
#pragma once

#include <cstdint>
#include <memory>

#include "lang/definition.hpp"
#include "tightloop/definitions.hpp"

namespace tightloop::detail {

struct DefinitionSnapshot {
  lang::Dictionary functions;
  std::uint64_t version = 0;  ///< unique in the process; 0 is for the empty set alone
};

/// Returns the set that a call sees which names this one (null: the process's).
const Definitions& set_of(const Definitions* definitions);
/// Returns the functions of that set; null where there are none.
std::shared_ptr<const DefinitionSnapshot> snapshot_of(const Definitions* definitions);

}  // namespace tightloop::detail
