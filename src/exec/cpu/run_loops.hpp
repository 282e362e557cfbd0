// The kinds of stages; see stage_runner.hpp.
#pragma once

#include <cstdint>

#include "exec/cpu/stage_runner.hpp"

namespace tightloop::exec {

std::uint64_t run_map(const BoundStage& bound, const StageArguments& arguments, Workers workers);
std::uint64_t run_reduce(const BoundStage& bound, const StageArguments& arguments, Workers workers,
                         std::uint64_t& extra_bytes);
std::uint64_t run_small_product(const BoundStage& bound, const StageArguments& arguments,
                                const ProductPart& part, Workers workers);
std::uint64_t run_product(const BoundStage& bound, const StageArguments& arguments, Workers workers,
                          std::uint64_t& extra_bytes);

}  // namespace tightloop::exec
