// What a plan asks for before it runs: how many elements its loops compute, how many bytes it
// takes.
#pragma once

#include <cstdint>

#include "plan/loop_plan.hpp"

namespace tightloop::plan {

/// Numbers past 64 bits are the largest one.
struct Demand {
  std::uint64_t elements = 0;  ///< of all loops: one for each element of a map, one for each that
                               ///< is reduced, one for each multiplication of a matrix product
  std::uint64_t bytes = 0;     ///< of what stages keep for later ones
};

Demand demand_of(const LoopPlan& plan);

std::uint64_t bytes_of(DType dtype, const Dims& shape);
std::uint64_t added(std::uint64_t x, std::uint64_t y);

}  // namespace tightloop::plan
