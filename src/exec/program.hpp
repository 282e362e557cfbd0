// A typed graph that can be called: binds it to layouts (once per layout) and executes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/stop.hpp"
#include "exec/cpu/stage_runner.hpp"
#include "exec/engine_core.hpp"
#include "exec/executable.hpp"
#include "exec/recent_plans.hpp"
#include "ir/typed_graph.hpp"
#include "tightloop/argument.hpp"
#include "tightloop/options.hpp"

namespace tightloop::exec {

/// Converts a weak argument to how the typed graph holds it.
Scalar scalar_as(const Arg& arg, DType dtype);

/// Throws Error(value) for memory that cannot be written to as it stands.
void check_destination(const ArrayView& out);

/// True where events have to be looked for; the graph is then typed for it.
inline bool wants_events(const Options& options) {
  return options.events != nullptr || !options.raise.empty();
}

/// Returns the executor and the threads that the options allow.
Workers workers_of(const Options& options);

/// Thread-safe; calls run concurrently.
///
/// Where sums may overflow on the way to averages that do not, it says how to type its source once
/// more, so that averages are computed scaled, too. That second program gives the same bits where
/// all sums are finite, and takes over where one is not. It is made when first needed.
class Program {
 public:
  using Retype = std::function<ir::TypedGraph(const ir::Graph& source)>;

  Program(ir::TypedGraph graph, EngineCore& engine, Retype scale_averages = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The program whose averages do not overflow on the way.
  const Program& scaled() const;

  const ir::TypedGraph& graph() const { return graph_; }

  /// Evaluates into new C-ordered arrays. `args` is parallel to graph().inputs; weakness and dtypes
  /// must be those that the graph was typed for. Throws Error.
  std::vector<Array> call(std::span<const Arg* const> args, const Options& options) const;

  /// Evaluates into the caller's memory: one view per result, of the result's dtype; the layouts
  /// may overlap the inputs. Does not allocate for layouts seen before, unless they overlap or a
  /// reduced intermediate needs memory. Throws Error; the hint of Error(overflow) says what the
  /// destinations hold.
  void call_into(std::span<const ArrayView* const> outs, std::span<const Arg* const> args,
                 const Options& options) const;

  /// Binds and checks a call that will be made again and again; see call_into. Nothing is computed.
  SmallCall prepare(std::span<const ArrayView* const> outs, std::span<const Arg* const> args,
                    const Options& options) const;

  /// call_into for memory that nobody sees after an Error.
  void store(std::span<const ArrayView* const> outs, std::span<const Arg* const> args,
             const Options& options) const;

  /// Plans for these layouts (new results); `steps`, unless null, is told of each step.
  plan::LoopPlan plan(std::span<const Arg* const> args, ir::Steps* steps = nullptr) const;

  /// What evaluates these layouts into new results.
  std::shared_ptr<const Executable> executable(std::span<const Arg* const> args,
                                               const Options& options) const;
  /// Throws Error(limit) where the call would do more than the options allow. `new_bytes`: of the
  /// arrays that it makes for its results.
  static void check_demand(const plan::Demand& demand, std::uint64_t new_bytes,
                           const Options& options);

 private:
  Program(ir::TypedGraph graph, const Program& plain);

  using Signature = std::vector<std::int64_t>;
  struct Entry {
    Signature signature;
    std::shared_ptr<const Executable> executable;
  };
  /// What evaluates calls of some layouts. `disjoint`: the destinations are known not to overlap
  /// the arguments.
  struct Bound {
    std::shared_ptr<const Executable> executable;
    bool disjoint = false;
  };
  /// Finds or makes the executable for these layouts. `lasting`: it is not for the call at hand
  /// alone.
  Bound bind(const Layouts& layouts, const Options& options, bool lasting = false) const;
  std::shared_ptr<const Executable> find(std::uint64_t hash, const std::int64_t* signature,
                                         std::size_t size) const;
  std::shared_ptr<const Executable> make_executable(const Layouts& layouts,
                                                    const Options& options) const;
  std::vector<Dims> shapes(std::span<const Arg* const> args) const;
  void check_arguments(std::span<const Arg* const> args) const;
  void run(const Executable& executable, std::span<const Arg* const> args, void* const* results,
           std::span<const ArrayView* const> outs, const Options& options) const;
  static void fill_stats(const Executable& executable, double seconds, std::uint64_t extra_bytes,
                         Stats& stats);
  /// Throws Error(overflow) for the first element that overflows; returns where there is none.
  void confirm_overflow(std::span<const Arg* const> args, std::span<const ArrayView* const> outs,
                        StopFlag stop) const;
  /// Fills options.events and throws Error(arithmetic) for events that options.raise names.
  void report_events(std::span<const Arg* const> args, const Options& options) const;
  /// Says what destinations hold once an element did not fit.
  std::string state_after_overflow(std::span<const ArrayView* const> outs,
                                   std::span<const Arg* const> args, const Options& options) const;
  /// Evaluates into destinations that may overlap inputs: where that matters, through copies.
  void call_into_near(const Bound& bound, std::span<const ArrayView* const> outs,
                      std::span<const Arg* const> args, const Options& options) const;
  bool needs_copy(const Executable& executable, std::size_t result, const ArrayView& out,
                  std::span<const Arg* const> args) const;

  /// True where the results are all that a call asks for.
  bool wants_results_only(const Options& options) const;
  /// Runs a small executable that the thread has used last; false where the call has to take the
  /// long way.
  bool call_again(std::span<const ArrayView* const> outs, std::span<const Arg* const> args,
                  const Options& options) const;

  /// True where the scaled program is to be asked at once, because the last call needed it.
  bool asks_scaled() const;

  ir::TypedGraph graph_;
  EngineCore& engine_;
  const Retype scale_averages_;
  const Program* const plain_ = nullptr;  // whose scaled one this is
  mutable std::atomic<const Program*> scaled_{nullptr};
  mutable std::atomic<bool> needed_scaled_;
  const std::uint64_t serial_;  // never used again, unlike the address
  mutable std::unordered_multimap<std::uint64_t, Entry> executables_;  // under locks().plans
};

}  // namespace tightloop::exec
