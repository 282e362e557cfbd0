// Calls of small plans: what they cost beside the kernel is what matters. No lock, no allocation,
// one look at the layouts; prepared calls not even that.
#include <new>

#include "exec/program.hpp"

namespace tightloop::exec {

bool Program::wants_results_only(const Options& options) const {
  return plain_ == nullptr && !graph_.report_events && options.stats == nullptr &&
         options.most_elements == 0 && options.most_bytes == 0 && !asks_scaled();
}

bool Program::call_again(std::span<const ArrayView* const> outs, std::span<const Arg* const> args,
                         const Options& options) const {
  constexpr std::size_t kFew = 8;  // of either
  if (args.size() > kFew || outs.size() > kFew || !wants_results_only(options)) return false;
  const Layouts layouts{args, outs};
  const void* inputs[kFew];
  void* results[kFew];
  const Executable* executable =
      RecentPlan::place_of(serial_, layouts).small_call(serial_, layouts, inputs, results);
  if (executable == nullptr) return false;
  alignas(Scalar) unsigned char scalars[kFew * sizeof(Scalar)];
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (inputs[i] != nullptr) continue;
    new (scalars + i * sizeof(Scalar)) Scalar(scalar_as(*args[i], graph_.inputs[i].dtype));
  }
  // Sums that overflow and elements that are looked at twice are the long way's.
  return executable->run_small({inputs, reinterpret_cast<const Scalar*>(scalars), results}) == 0;
}

SmallCall Program::prepare(std::span<const ArrayView* const> outs, std::span<const Arg* const> args,
                           const Options& options) const {
  check_arguments(args);
  for (const ArrayView* out : outs) check_destination(*out);
  const Layouts layouts{args, outs};
  Bound bound = bind(layouts, options, true);
  check_demand(bound.executable->demand(), 0, options);
  bound = bind(layouts, options, true);  // found now, where it is known what overlaps
  if (!bound.executable->is_small() || !bound.disjoint || !wants_results_only(options)) {
    return {};
  }
  std::vector<const void*> inputs;
  std::vector<Scalar> scalars;
  std::vector<void*> results;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const bool weak = args[i]->weak();
    inputs.push_back(weak ? nullptr : args[i]->view().data());
    scalars.push_back(weak ? scalar_as(*args[i], graph_.inputs[i].dtype) : Scalar{});
  }
  for (const ArrayView* o : outs) results.push_back(o->mutable_data());
  return bound.executable->prepare(bound.executable, std::move(inputs), std::move(scalars),
                                   std::move(results));
}

}  // namespace tightloop::exec
