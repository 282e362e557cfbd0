// What computes: a loop plan and the layouts it was made for went in, addresses go in at each call.
// Which kind of executable it is was chosen with the engine, and nobody asks again.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "exec/cpu/execute.hpp"
#include "exec/cpu/run_small.hpp"
#include "plan/demand.hpp"
#include "plan/loop_plan.hpp"
#include "tightloop/array.hpp"

namespace tightloop::exec {

/// Immutable once made; shared by concurrent calls.
class Executable {
 public:
  virtual ~Executable() = default;
  Executable(const Executable&) = delete;
  Executable& operator=(const Executable&) = delete;

  const plan::LoopPlan& plan() const { return plan_; }
  /// Without the results, which may be the caller's.
  const plan::Demand& demand() const { return demand_; }
  /// True where run_small computes everything, on one thread, sooner than others would begin.
  bool is_small() const { return small_; }

  /// Computes and stores all results; returns the events of kernels, and kNotFinite where sums may
  /// have overflowed on the way. `extra_bytes` becomes the memory held beyond inputs and results.
  /// Throws Error(memory, stopped).
  virtual std::uint64_t run(const CallArguments& call, Workers workers,
                            std::uint64_t& extra_bytes) const = 0;
  /// The same, at once, of what is_small.
  virtual std::uint64_t run_small(const CallArguments& call) const;
  /// Binds the addresses and scalars of a call of what is_small, which the call keeps alive.
  virtual SmallCall prepare(const std::shared_ptr<const Executable>& self,
                            std::vector<const void*> inputs, std::vector<Scalar> scalars,
                            std::vector<void*> results) const;

  /// True where every load of an input reads the very element that is stored to a result next, so
  /// that both may be the same memory.
  virtual bool reads_what_it_stores(std::size_t input, const ArrayView& in, std::size_t result,
                                    const ArrayView& out) const;
  /// Returns the stages with their kernels, for evaluations in parts. Throws Error(unsupported)
  /// where there are none.
  virtual const BoundPlan& in_parts() const;

 protected:
  explicit Executable(plan::LoopPlan plan)
      : plan_(std::move(plan)), demand_(plan::demand_of(plan_)) {}
  void set_small(bool small) { small_ = small; }

 private:
  const plan::LoopPlan plan_;
  const plan::Demand demand_;
  bool small_ = false;
};

}  // namespace tightloop::exec
