// What an executable is unless it says otherwise: never small, and only to be run as a whole.
#include "exec/executable.hpp"

#include "tightloop/error.hpp"

namespace tightloop::exec {

std::uint64_t Executable::run_small(const CallArguments& call) const {
  std::uint64_t extra_bytes = 0;
  return run(call, {}, extra_bytes);
}

SmallCall Executable::prepare(const std::shared_ptr<const Executable>&, std::vector<const void*>,
                              std::vector<Scalar>, std::vector<void*>) const {
  return {};
}

bool Executable::reads_what_it_stores(std::size_t, const ArrayView&, std::size_t,
                                      const ArrayView&) const {
  return false;
}

const BoundPlan& Executable::in_parts() const {
  throw Error(ErrorCode::unsupported, "this engine does not evaluate in parts");
}

}  // namespace tightloop::exec
