// Reductions as accumulators in vector registers: how they start, take values in, merge and end in
// their slots. Row reducers fold lanes together at the end; column reducers keep them apart.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "jit/emitter.hpp"
#include "jit/kernel_shape.hpp"

namespace tightloop::jit {

/// The registers of one accumulator.
using Parts = std::vector<llvm::Value*>;
/// The body's values that a reduction reads in one vector step.
using Sources = std::vector<Value>;

class Reducer {
 public:
  virtual ~Reducer() = default;
  virtual Parts identity(Emitter& e) = 0;
  /// Takes in one vector step, which stands at e.place; lanes that are not live are left out by row
  /// reducers.
  virtual void update(Emitter& e, Parts& acc, const Sources& values) = 0;
  /// Takes in as many steps as there are accumulators, each into its own; the first stands at
  /// e.place, the others follow.
  virtual void update_all(Emitter& e, std::vector<Parts>& acc, const std::vector<Sources>& values);
};

class RowReducer : public Reducer {
 public:
  /// Order matters: set k holds the elements whose vector step is k modulo the number of sets.
  bool ordered = false;
  /// True for a reducer that may ask for its row to be visited again. The first visit is of the
  /// first kernel::kMomentSample elements at most.
  bool revisits = false;
  /// True for a reducer with one set of accumulators, whose update takes kernel::kSumLanes
  /// elements.
  bool takes_groups = false;
  /// What visits hand on to the next, and with what the first begins.
  virtual Parts first_visit(Emitter&) { return {}; }
  virtual void begin_visit(Emitter&, const Parts&) {}
  /// What a set of accumulators holds that has taken in one step.
  virtual Parts only(Emitter& e, const Sources& values) {
    Parts acc = identity(e);
    update(e, acc, values);
    return acc;
  }
  /// Ends a visit of `n` elements: changes what the next one begins with, and returns whether a
  /// visit of the whole row would have to be repeated (i1).
  virtual llvm::Value* end_visit(Emitter&, const std::vector<Parts>&, llvm::Value*, Parts&) {
    return nullptr;
  }
  virtual void merge(Emitter& e, Parts& acc, const Parts& other) = 0;
  /// Combines the row's partial into the slot. `n0` is the row's length. The result is an i64 that
  /// is non-zero if a product overflowed, or null.
  virtual llvm::Value* finish(Emitter& e, const std::vector<Parts>& acc, llvm::Value* n0,
                              llvm::Value* slot) = 0;
};

class ColumnReducer : public Reducer {
 public:
  /// Most rows of a group.
  static constexpr unsigned kGroup = 32;
  static_assert(kernel::moment_rows(kGroup) == kGroup && kernel::moment_rows(kGroup / 4) < kGroup);
  /// Returns what update() adds the rows of a group to, by default the accumulators themselves.
  virtual Parts open(Emitter&, const Parts& acc) { return acc; }
  /// Returns the accumulators with a group, that open() began, added to them.
  virtual Parts close(Emitter&, const Parts&, const Parts& group) { return group; }
  /// Combines `lanes` columns into their slots from `slot` on (under the live mask, or with all
  /// of them accessible; see memory.hpp). Notes overflow.
  virtual void finish(Emitter& e, const Parts& acc, llvm::Value* slot) = 0;
  /// True where finish() itself leaves the slots of dead lanes alone.
  bool by_lane = false;
  /// Takes in kernel::kNarrowSumRows rows at once; the first is the one at e.place.
  virtual void update_rows(Emitter& e, Parts& acc, const std::vector<Sources>& rows);
};

/// The floats that a reducer which takes groups reads, as one vector; dead lanes are -0.
llvm::Value* group_of(Emitter& e, const std::vector<Sources>& steps);

/// `lane` is the lane type of the values that `source` names.
std::unique_ptr<RowReducer> make_row_reducer(const Emitter& e, const kernel::KernelReduce& r,
                                             const ReductionSource& source, DType lane);
std::unique_ptr<ColumnReducer> make_column_reducer(const kernel::KernelReduce& r, DType lane);

/// Calls f(lane) in a loop over the live lanes of the step.
void for_live_lanes(Emitter& e, const std::function<void(llvm::Value* lane)>& f);

}  // namespace tightloop::jit
