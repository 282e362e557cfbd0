// One stage of a pass, made ready once for all tiles of a task: what a tile then costs beside its
// kernels is a few stores.
#pragma once

#include <cstdint>
#include <optional>

#include "exec/cpu/nest_runner.hpp"
#include "exec/cpu/reduction.hpp"

namespace tightloop::exec {

class TileStage {
 public:
  /// True for a stage whose rows in a tile are one call of its kernel.
  static bool suits(const plan::Stage& stage);
  /// Bytes that one holds for tiles of so many rows, beside a few small arrays.
  static std::uint64_t bytes(const plan::Stage& stage, std::int64_t rows);

  /// `at` holds the arguments of a tile of `rows` rows, the most of all; it and the memory that it
  /// points to must outlive the stage, and hold those of the present tile when it runs.
  TileStage(const BoundStage& bound, const StageArguments& at, std::int64_t rows, StopFlag stop,
            base::Arena& arena);

  /// Returns where an accumulator's rows are, plain elements once a tile has run.
  char* accumulator(std::uint32_t i) const { return static_cast<char*>(slots_[i]); }

  /// Runs the first `rows` rows of the present tile; returns the events of all tiles so far. Throws
  /// Error(stopped).
  std::uint64_t run(std::int64_t rows);

 private:
  const BoundNest& nest_;
  const std::int64_t columns_;
  NestRunner main_;
  std::optional<Reduction> reduction_;
  std::optional<NestRunner> epilogue_;
  void** slots_ = nullptr;
};

}  // namespace tightloop::exec
