// Programs whose destinations may overlap their inputs: results that would overwrite what is still
// to be read go through a copy.
#include <algorithm>

#include "base/arena.hpp"
#include "exec/program.hpp"
#include "types/strides.hpp"

namespace tightloop::exec {
bool Program::needs_copy(const Executable& executable, std::size_t result, const ArrayView& out,
                         std::span<const Arg* const> args) const {
  // What is looked at twice has to be there still.
  const bool once = !graph_.checks_any() && !graph_.report_events;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i]->weak()) continue;
    const ArrayView& in = args[i]->view();
    if (once && executable.reads_what_it_stores(i, in, result, out)) continue;
    if (may_overlap(out, in)) return true;
  }
  return false;
}

std::string Program::state_after_overflow(std::span<const ArrayView* const> outs,
                                          std::span<const Arg* const> args,
                                          const Options& options) const {
  const Bound bound = bind({args, outs}, options);
  const auto copied = std::count_if(outs.begin(), outs.end(), [&](const ArrayView* out) {
    return !bound.disjoint && needs_copy(*bound.executable, 0, *out, args);
  });
  if (copied == static_cast<std::ptrdiff_t>(outs.size())) return "the destination is unchanged";
  constexpr const char* kHolds = "holds every element, what does not fit changed";
  if (copied == 0) return std::string("the destination ") + kHolds;
  return std::string("a destination that overlaps an argument is unchanged, any other ") + kHolds;
}

void Program::call_into_near(const Bound& bound, std::span<const ArrayView* const> outs,
                             std::span<const Arg* const> args, const Options& options) const {
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  std::vector<Array> temporaries;  // of destinations that overlap an input
  std::vector<ArrayView> views;
  auto** direct = arena.array<const ArrayView*>(outs.size());
  auto** addresses = arena.array<void*>(outs.size());
  std::copy(outs.begin(), outs.end(), direct);
  std::uint64_t copied = 0;
  for (std::size_t i = 0; i < outs.size(); ++i) {
    const bool copies = needs_copy(*bound.executable, i, *outs[i], args);
    if (copies) copied = plan::added(copied, plan::bytes_of(outs[i]->dtype(), outs[i]->shape()));
  }
  check_demand(bound.executable->demand(), copied, options);
  for (std::size_t i = 0; i < outs.size(); ++i) {
    if (needs_copy(*bound.executable, i, *outs[i], args)) {
      if (temporaries.empty()) {
        temporaries.resize(outs.size());
        views.resize(outs.size());
      }
      temporaries[i] = Array(outs[i]->dtype(), outs[i]->shape());
      views[i] = temporaries[i].view();
      direct[i] = &views[i];
    }
    addresses[i] = direct[i]->mutable_data();
  }
  const std::span<const ArrayView* const> targets(direct, outs.size());
  if (temporaries.empty()) {
    run(*bound.executable, args, addresses, targets, options);
  } else {
    run(*bind({args, targets}, options).executable, args, addresses, targets, options);
  }
  for (std::size_t i = 0; i < outs.size(); ++i) {
    if (direct[i] != outs[i]) copy_elements(*outs[i], views[i]);
  }
}

}  // namespace tightloop::exec
