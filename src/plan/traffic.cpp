// Walks the operands of stages and products; what stays in the memory of a tile is not counted.
#include "plan/traffic.hpp"

#include <algorithm>

namespace tightloop::plan {

void Traffic::add(const Stage& stage) {
  if (stage.product) return add(*stage.product);
  const bool empty = stage.m_size() == 0 || stage.r_size() == 0;
  for (const Operand& o : stage.main.operands) {
    if (!empty) add(o, stage.m, stage.r);
  }
  if (stage.m_size() == 0) return;
  for (const Operand& o : stage.epilogue.operands) {
    if (o.source.kind == Memory::Kind::result) add(o, stage.m, {});
  }
  for (const AccumulatorCopy& c : stage.copies) {
    if (c.to.source.kind == Memory::Kind::result) add(c.to, stage.m, {});
  }
}

void Traffic::add(const MatrixProduct& p) {
  for (const bool left : {true, false}) {
    const Nest& nest = left ? p.left : p.right;
    const Extents& own = left ? p.rows : p.columns;
    Extents m = p.batch;
    m.insert(m.end(), own.begin(), own.end());
    for (std::size_t i = 0; i < nest.kernel.loads.size(); ++i) add(nest.operands[i], m, p.depth);
  }
  Extents m = p.batch;
  m.insert(m.end(), p.rows.begin(), p.rows.end());
  m.insert(m.end(), p.columns.begin(), p.columns.end());
  if (p.target.source.kind == Memory::Kind::result) add(p.target, m, {});
}

void Traffic::add(const Operand& o, const Extents& m, const Extents& r) {
  if (o.source.kind == Memory::Kind::intermediate &&
      intermediates_[o.source.index].tile_bytes > 0) {
    return;
  }
  const auto item = static_cast<std::int64_t>(itemsize(o.dtype));
  auto bytes = static_cast<std::uint64_t>(item);
  std::int64_t begin = o.offset, end = o.offset + item;
  const auto walk = [&](std::int64_t stride, std::int64_t extent) {
    if (stride == 0) return;
    bytes *= static_cast<std::uint64_t>(extent);
    (stride < 0 ? begin : end) += stride * (extent - 1);
  };
  for (std::size_t i = 0; i < o.m.size(); ++i) walk(o.m[i], m[i]);
  for (std::size_t i = 0; i < r.size(); ++i) walk(o.r[i], r[i]);
  const auto [at, fresh] = uses_.try_emplace({o.source.kind, o.source.index}, Use{0, begin, end});
  Use& use = at->second;
  use = {use.bytes + bytes, std::min(use.begin, begin), std::max(use.end, end)};
}

std::uint64_t Traffic::total(bool results) const {
  std::uint64_t sum = 0;
  for (const auto& [source, use] : uses_) {
    if ((source.first == Memory::Kind::result) != results) continue;
    sum += std::min(use.bytes, static_cast<std::uint64_t>(use.end - use.begin));
  }
  return sum;
}

std::uint64_t Traffic::read() const {
  return total(false);
}

std::uint64_t Traffic::written() const {
  return total(true);
}

}  // namespace tightloop::plan
