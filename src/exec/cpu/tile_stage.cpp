// Which stages suit, what is made ready for them, and one tile.
#include "exec/cpu/tile_stage.hpp"

#include <type_traits>

namespace tightloop::exec {

static_assert(std::is_trivially_destructible_v<TileStage>, "it lives in an arena");

bool TileStage::suits(const plan::Stage& s) {
  if (s.product || s.main.any_packed || s.epilogue.any_packed) return false;
  const std::size_t walked = s.r.empty() ? 1 : 0;  // dimensions of m that are not common ones
  if (s.m.size() != s.common.size() + walked || s.common.back() + walked + 1 != s.m.size()) {
    return false;
  }
  return s.r.empty() || (s.r.size() == 1 && s.r[0] > 0 && s.blocking.blocks == 1 &&
                         s.main.kernel.kind == kernel::KernelKind::row_reduce);
}

std::uint64_t TileStage::bytes(const plan::Stage& stage, std::int64_t rows) {
  std::uint64_t sum = 0;
  for (const kernel::KernelReduce& r : stage.main.kernel.reductions) sum += kernel::slot_bytes(r);
  return sum * static_cast<std::uint64_t>(rows);
}

TileStage::TileStage(const BoundStage& bound, const StageArguments& at, std::int64_t rows,
                     StopFlag stop, base::Arena& arena)
    : nest_(bound.nests[0]),
      columns_(bound.stage->m.back()),
      main_(nest_, at.main, at.main_params, arena, stop) {
  if (bound.stage->r.empty()) return;
  reduction_.emplace(bound, at, Workers{nullptr, 1, stop});
  slots_ = reduction_->slots(arena, rows);
  if (!bound.stage->has_epilogue) return;
  epilogue_.emplace(bound.nests[1], at.epilogue, at.epilogue_params, arena, stop);
}

std::uint64_t TileStage::run(std::int64_t rows) {
  if (!reduction_) {
    main_.call_at_base(columns_, nest_.m.back().data(), rows, nest_.m[nest_.m.size() - 2].data());
    return main_.events();
  }
  reduction_->fill(slots_, rows);
  reduction_->add_whole(main_, 0, rows, slots_);
  reduction_->finish(0, rows, slots_, epilogue_ ? &*epilogue_ : nullptr);
  return main_.events() | (epilogue_ ? epilogue_->events() : 0);
}

}  // namespace tightloop::exec
