// One step as a range of outputs, of blocks, of a product or of tiles.
#include "streaming/step_runner.hpp"

#include <algorithm>

namespace tightloop::streaming {
namespace {

const exec::StageArguments* arguments_of_pass(const exec::BoundPlan& bound, const plan::Pass& pass,
                                              const exec::CallArguments& call,
                                              void* const* intermediates, base::Arena& arena) {
  auto* out = arena.array<exec::StageArguments>(pass.count);
  for (std::uint32_t i = 0; i < pass.count; ++i) {
    const plan::Stage& stage = *bound.stages[pass.first + i].stage;
    new (out + i) exec::StageArguments(exec::arguments_of(stage, call, intermediates, arena));
  }
  return out;
}

/// What a step covers of loops [from, to), counted over them, the last running fastest.
exec::Piece covered(const Job& job, const Step& step, std::size_t from, std::size_t to) {
  exec::Piece out{0, 1};
  for (std::size_t d = from; d < to; ++d) {
    const bool inside = d + 1 > job.depth;
    const std::int64_t index = inside ? 0 : d + 1 < job.depth ? step.at[d] : step.first;
    out.first = out.first * job.loops[d] + index;
    out.count *= inside ? job.loops[d] : d + 1 < job.depth ? 1 : step.count;
  }
  return out;
}

}  // namespace

StepRunner::StepRunner(const exec::BoundPlan& bound, const Job& job,
                       const exec::CallArguments& call, void* const* intermediates,
                       exec::Workers workers, base::Arena& arena)
    : bound_(bound),
      job_(job),
      pass_(bound.plan.passes[job.pass]),
      workers_(workers),
      arguments_(arguments_of_pass(bound, pass_, call, intermediates, arena)),
      part_(bound.stages[pass_.first]) {
  part_.cost /= static_cast<double>(job.steps());
}

std::uint64_t StepRunner::run(std::int64_t number) {
  const Step step = job_.step(number);
  std::uint64_t held = 0;
  switch (job_.kind) {
    case Job::Kind::outputs: return run_outputs(step);
    case Job::Kind::blocks: return run_blocks(step);
    case Job::Kind::tiles: return run_tiles(step);
    case Job::Kind::product: return run_product(step);
    case Job::Kind::whole: break;
  }
  if (pass_.extents.empty()) return run_stage(part_, arguments_[0], workers_, held);
  return run_pass(bound_, pass_, {0, pass_.tiles()}, arguments_, workers_, held);
}

// Goes to one index of the first loops; where one of them is cut, to a range of it.
void StepRunner::move(const Step& step, std::size_t loops) {
  const plan::Stage& stage = *part_.stage;
  const exec::StageArguments& from = arguments_[0];
  place_.m = stage.m;
  const auto index = [&](std::size_t d) { return d < step.at.size() ? step.at[d] : step.first; };
  for (std::size_t d = 0; d < loops; ++d) place_.m[d] = d < step.at.size() ? 1 : step.count;
  const auto moved = [&](const plan::Operand& o, char* at) {
    for (std::size_t d = 0; d < loops && at != nullptr; ++d) at += index(d) * o.m[d];
    return at;
  };
  const auto move_all = [&](std::vector<char*>& to, char* const* base, const auto& operands) {
    to.resize(operands.size());
    for (std::size_t k = 0; k < operands.size(); ++k) to[k] = moved(operands[k], base[k]);
  };
  move_all(place_.main, from.main, stage.main.operands);
  if (stage.has_epilogue) move_all(place_.epilogue, from.epilogue, stage.epilogue.operands);
  place_.copies.resize(stage.copies.size());
  for (std::size_t k = 0; k < stage.copies.size(); ++k) {
    place_.copies[k] = moved(stage.copies[k].to, from.copies[k]);
  }
  place_.arguments = {place_.m.data(),      place_.main.data(), place_.epilogue.data(),
                      place_.copies.data(), from.main_params,   from.epilogue_params};
}

std::uint64_t StepRunner::run_outputs(const Step& step) {
  move(step, job_.depth);
  std::uint64_t held = 0;
  return run_stage(part_, place_.arguments, workers_, held);
}

std::uint64_t StepRunner::run_blocks(const Step& step) {
  const auto [begin, count] = covered(job_, step, job_.outer, job_.loops.size());
  if (begin == 0) {
    move(step, job_.outer);
    reduction_ = std::make_unique<exec::ReductionInSteps>(
        part_, place_.arguments, exec::workers_for(part_.cost, workers_, *part_.machine));
  }
  std::uint64_t events = reduction_->advance(begin + count);
  if (begin + count == part_.stage->blocking.blocks) {
    events |= reduction_->finish();
    reduction_.reset();
  }
  return events;
}

std::uint64_t StepRunner::run_product(const Step& step) {
  exec::ProductPart part = exec::whole_product(*part_.stage->product);
  part.batches = covered(job_, step, 0, job_.outer);
  exec::Piece& own = job_.cut == Job::Cut::rows      ? part.rows
                     : job_.cut == Job::Cut::columns ? part.columns
                                                     : part.depth;
  own = covered(job_, step, job_.outer, job_.loops.size());
  std::uint64_t held = 0;
  return run_product_part(part_, arguments_[0], part,
                          exec::workers_for(part_.cost, workers_, *part_.machine), held);
}

std::uint64_t StepRunner::run_tiles(const Step& step) {
  const auto [begin, count] = covered(job_, step, 0, job_.loops.size());
  std::uint64_t held = 0;
  return run_pass(bound_, pass_, {begin, count}, arguments_, workers_, held);
}

}  // namespace tightloop::streaming
