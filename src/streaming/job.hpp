// A sweep over memory cut into steps: which loops steps are cut from, and what bytes of the arrays
// that have windows each step touches. In: a loop plan. Out: numbers; nothing is executed here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plan/loop_plan.hpp"

namespace tightloop::streaming {

/// An array of the call, and whether it has a window.
struct ArrayUse {
  std::uint64_t bytes = 0;
  bool windowed = false;    ///< else it is in memory as a whole
  std::uint64_t slack = 0;  ///< bytes that its window may hold beyond what is asked for
};

/// The arrays of a call: inputs, then results.
struct Arrays {
  std::vector<ArrayUse> all;
  std::size_t inputs = 0;
  std::uint32_t of_input(std::uint32_t i) const { return i; }
  std::uint32_t of_result(std::uint32_t i) const { return static_cast<std::uint32_t>(inputs) + i; }
};

/// Bytes [begin, end) of an array.
struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// A row of equal parts of an array.
struct Row {
  std::int64_t count = 1;
  std::int64_t stride = 0;  ///< bytes from one to the next
};

/// Parts of an array of the same size that lie far apart, as the teeth of a comb: those of rows of
/// rows.
struct Comb {
  std::int64_t begin = 0;   ///< of the first tooth
  std::int64_t length = 0;  ///< bytes of each
  std::vector<Row> rows;    ///< innermost first
  std::uint64_t teeth() const;
  /// Returns where tooth `i` is, in order of the array, within `size` bytes.
  Extent tooth(std::uint64_t i, std::uint64_t size) const;
  /// Bytes of the pages that hold its teeth, at most.
  std::uint64_t held_bytes() const;
};

/// An operand that is in a windowed array.
struct Touch {
  std::uint32_t array = 0;
  std::int64_t begin = 0;  ///< of what index 0 of all loops touches
  std::int64_t end = 0;
  std::vector<std::int64_t> step;  ///< bytes per index of each loop
  std::int64_t first = 0;          ///< of an element: the one of index 0 of everything
  std::int64_t item = 0;           ///< its bytes
  std::vector<Row> rest;           ///< what a step walks beside the loops; in begin and end
};

/// What a step covers: one index of each loop before the last one, `count` indices of that, and all
/// of the loops after it.
struct Step {
  std::vector<std::int64_t> at;
  std::int64_t first = 0;
  std::int64_t count = 0;
};

struct Job {
  enum class Kind : std::uint8_t {
    whole,    ///< one step
    outputs,  ///< loops are map dimensions: each step completes its outputs
    blocks,   ///< then blocks of a reduction: outputs are complete when all of theirs are through
    tiles,    ///< tiles of a pass
    product,  ///< batches of a matrix product, then its rows, columns or depth
  };
  /// Which axes of a product are cut.
  enum class Cut : std::uint8_t { rows, columns, depth };
  Kind kind = Kind::whole;
  std::uint32_t pass = 0;
  std::vector<std::int64_t> loops;  ///< outermost first
  std::size_t outer = 0;            ///< blocks: how many loops are map dimensions; product:
                                    ///< how many are batches
  Cut cut = Cut::rows;              ///< product: what the others are
  std::size_t depth = 0;            ///< how many loops are cut; 0: none
  std::int64_t piece = 1;           ///< indices of the last of them that one step takes
  std::vector<Touch> touches;
  std::uint64_t held = 0;  ///< bytes of accumulators
  bool combed = false;     ///< outputs: inputs that can be are read tooth by tooth

  std::int64_t steps() const;
  Step step(std::int64_t number) const;
  /// The bytes of an array that a step touches, with those between them.
  Extent extent(const Touch& touch, const Step& step, const Arrays& arrays) const;
  /// The same without what lies between them, as far as that is worth leaving out.
  Comb comb(const Touch& touch, const Step& step) const;
  /// The bytes of all windowed arrays that the first step touches, or, of inputs that are combed,
  /// holds.
  std::uint64_t step_bytes(const Arrays& arrays) const;
  /// Takes as many indices of the last loop that is cut as `bytes` per step allow; at least one.
  void fit(std::uint64_t bytes, const Arrays& arrays);
};

/// The ways in which a pass of the plan can be cut, those with the fewest loops first; the last
/// one is not to cut it.
std::vector<Job> ways_to_cut(const plan::LoopPlan& plan, std::uint32_t pass, const Arrays& arrays,
                             int threads, const plan::MachineModel& machine);

}  // namespace tightloop::streaming
