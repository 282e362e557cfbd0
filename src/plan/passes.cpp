// Fusing stages into passes. softmax has three stages: max(x), sum(exp(x - max)) and the quotient.
// One after another they read x three times from memory. But each row needs its own maximum and sum
// alone: if all three run on a few rows before the next few, the rows stay in the cache.
// Stages may share a pass if they have common axes: not reduced in any of them, of equal extents,
// and such that whatever one stage reads of what another made in the same pass is at the same index
// of these axes (aligned()). Axes are counted from the last, as broadcasting does, so that stages
// of different ranks can be compared.
// The choice is greedy. Stages come by level; each tries to join the passes that make what it reads
// or read the same inputs, the latest first, never one before its producers. It joins where common
// axes are left and a tile over them fits the caches (Fitting), else it begins a pass of its own. A
// tile is one index of all common axes but the last, and as many rows of that as fit.
#include "plan/passes.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

namespace tightloop::plan {
namespace {

std::int64_t product(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t kMost = std::int64_t{1} << 60;
  std::int64_t out = 0;
  return __builtin_mul_overflow(a, b, &out) || out > kMost ? kMost : out;
}

std::size_t index_of(int axis, int rank) {
  return static_cast<std::size_t>(axis + rank);
}

bool contains(const std::vector<int>& axes, int axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

/// Axes of a stage that may be common ones: not reduced, of more than one index.
std::vector<int> free_axes(const Draft& draft) {
  const Dims& space = draft.outline.iteration;
  std::vector<int> axes;
  if (draft.outline.product) return axes;  // it walks its operands in blocks of its own
  for (int i = 0; i < space.size(); ++i) {
    const bool reduced = ((draft.outline.mask >> i) & 1U) != 0;
    if (!reduced && space[i] > 1) axes.push_back(i - space.size());
    if (space[i] == 0) return {};
  }
  return axes;
}

/// What a tile touches of the arrays that it walks through, and of those that all tiles share.
struct Footprint {
  std::int64_t per_row = 0;
  std::int64_t read = 0;  ///< of these, not results
  std::int64_t shared = 0;
  bool in_pieces = false;  ///< columns rather than rows: short pieces that evict each other
};

class Fitting {
 public:
  Fitting(std::vector<const Draft*> drafts, const MachineModel& machine)
      : drafts_(std::move(drafts)), machine_(machine) {}

  /// Chooses the tiles over some of the axes; none where a tile does not fit the caches.
  std::optional<Tiling> fit(std::vector<int> axes) const {
    sort_outermost_first(axes);
    for (std::size_t count = 1; count <= axes.size(); ++count) {
      Tiling tiling;
      tiling.axes.assign(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(count));
      for (int a : tiling.axes) tiling.extents.push_back(extent(*drafts_[0], a));
      const Footprint f = footprint(tiling);
      if (f.in_pieces || f.per_row + f.shared > machine_.index_bytes) continue;
      const std::int64_t extent = tiling.extents.back();
      std::int64_t before = 1;  // indices of the other common axes
      for (std::size_t i = 0; i + 1 < count; ++i) before = product(before, tiling.extents[i]);
      std::int64_t most = std::min(extent, machine_.tile_rows);
      if (product(product(before, extent), f.per_row) > machine_.one_thread_bytes) {
        const std::int64_t tiles = machine_.fewest_tiles;
        if (product(before, extent) < tiles) continue;
        most = std::min(most, (product(before, extent) + tiles - 1) / tiles);
      }
      const std::int64_t fitting = machine_.tile_bytes / std::max<std::int64_t>(f.read, 1);
      tiling.rows = std::clamp<std::int64_t>(fitting, 1, most);
      return tiling;
    }
    return std::nullopt;
  }

 private:
  static std::int64_t extent(const Draft& draft, int axis) {
    const Dims& space = draft.outline.iteration;
    return space[static_cast<int>(index_of(axis, space.size()))];
  }

  void sort_outermost_first(std::vector<int>& axes) const {
    const auto reach = [&](int axis) {
      std::uint64_t sum = 0;
      for (const Draft* d : drafts_) {
        for (std::size_t i = 0; i < d->main_count; ++i) {
          const AxisOperand& o = d->operands[i];
          if (o.operand.source.kind == Memory::Kind::intermediate) continue;
          const std::int64_t s = o.strides[index_of(axis, d->outline.iteration.size())];
          sum += static_cast<std::uint64_t>(std::abs(s));
        }
      }
      return sum;
    };
    std::stable_sort(axes.begin(), axes.end(), [&](int a, int b) { return reach(a) > reach(b); });
  }

  /// The number of bytes of one operand for each index of the last common axis.
  static std::int64_t bytes_of(const Draft& draft, const AxisOperand& o, const Tiling& tiling) {
    const Dims& space = draft.outline.iteration;
    auto bytes = static_cast<std::int64_t>(itemsize(o.operand.dtype));
    for (int i = 0; i < space.size(); ++i) {
      if (o.strides[static_cast<std::size_t>(i)] == 0) continue;
      if (!contains(tiling.axes, i - space.size())) bytes = product(bytes, space[i]);
    }
    return bytes;
  }

  /// True for an operand whose tile consists of many pieces: columns of a matrix in C order.
  static bool in_pieces(const Draft& draft, const AxisOperand& o, const Tiling& tiling) {
    const Dims& space = draft.outline.iteration;
    const std::int64_t along = std::abs(o.strides[index_of(tiling.axes.back(), space.size())]);
    for (int i = 0; i < space.size() && along != 0; ++i) {
      const std::int64_t stride = std::abs(o.strides[static_cast<std::size_t>(i)]);
      if (contains(tiling.axes, i - space.size()) || space[i] == 1) continue;
      if (stride > along) return true;
    }
    return false;
  }

  Footprint footprint(const Tiling& tiling) const {
    Footprint f;
    std::map<std::pair<Memory::Kind, std::uint32_t>, std::pair<std::int64_t, bool>> arrays;
    for (const Draft* d : drafts_) {
      for (std::size_t i = 0; i < d->main_count; ++i) {
        const AxisOperand& o = d->operands[i];
        const std::int64_t along =
            o.strides[index_of(tiling.axes.back(), d->outline.iteration.size())];
        auto& [bytes, walks] = arrays[{o.operand.source.kind, o.operand.source.index}];
        bytes = std::max(bytes, bytes_of(*d, o, tiling));
        walks = walks || along != 0;
        f.in_pieces = f.in_pieces || in_pieces(*d, o, tiling);
      }
    }
    for (const auto& [source, use] : arrays) {
      (use.second ? f.per_row : f.shared) += use.first;
      if (use.second && source.first != Memory::Kind::result) f.read += use.first;
    }
    return f;
  }

  std::vector<const Draft*> drafts_;
  const MachineModel& machine_;
};

class PassChoice {
 public:
  PassChoice(std::span<const Draft> drafts, const MachineModel& machine)
      : drafts_(drafts), machine_(machine) {}

  std::vector<PassDraft> run() {
    for (const std::uint32_t p : order()) {
      const std::size_t at = place(p);
      for (std::size_t k = 0; k < drafts_[p].operands.size(); ++k) {
        const AxisOperand& o = drafts_[p].operands[k];
        if (o.is_store && o.operand.source.kind == Memory::Kind::intermediate) {
          producers_[o.operand.source.index] = {p, k, at};
        }
      }
      for (std::size_t i = 0; i < drafts_[p].main_count; ++i) {
        const Memory& s = drafts_[p].operands[i].operand.source;
        if (s.kind == Memory::Kind::input) last_reader_[s.index] = at;
      }
    }
    return std::move(passes_);
  }

 private:
  struct Producer {
    std::uint32_t outline;
    std::size_t operand;
    std::size_t pass;
  };

  /// Of one level, stages that go row by row come last: later ones may join them.
  std::vector<std::uint32_t> order() const {
    std::vector<std::pair<std::uint32_t, bool>> keys;
    std::vector<std::uint32_t> out;
    for (std::uint32_t p = 0; p < drafts_.size(); ++p) {
      const bool by_row = Fitting({&drafts_[p]}, machine_).fit(free_axes(drafts_[p])).has_value();
      keys.emplace_back(drafts_[p].outline.level, by_row);
      out.push_back(p);
    }
    std::stable_sort(out.begin(), out.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return keys[a] < keys[b]; });
    return out;
  }

  /// Adds a stage to the pass where it gains most, or to one of its own.
  std::size_t place(std::uint32_t outline) {
    const Draft& draft = drafts_[outline];
    std::size_t earliest = 0;
    bool depends = false;
    std::vector<std::size_t> related;
    for (const AxisOperand& o : draft.operands) {
      if (o.is_store) continue;
      const Memory& s = o.operand.source;
      if (s.kind == Memory::Kind::intermediate) {
        earliest = std::max(earliest, producers_.at(s.index).pass);
        depends = true;
      } else if (s.kind == Memory::Kind::input) {
        const auto at = last_reader_.find(s.index);
        if (at != last_reader_.end()) related.push_back(at->second);
      }
    }
    if (depends) related.push_back(earliest);
    std::sort(related.begin(), related.end(), std::greater<>());
    related.erase(std::unique(related.begin(), related.end()), related.end());
    const auto tries = static_cast<std::size_t>(machine_.passes_tried);
    for (std::size_t i = 0; i < std::min(related.size(), tries); ++i) {
      if (related[i] >= earliest && join(related[i], outline)) return related[i];
    }
    passes_.push_back({{outline}, {}});
    axes_.push_back(free_axes(draft));
    return passes_.size() - 1;
  }

  /// Keeps of the axes those along which a read meets what is at the same index; false where the
  /// read goes elsewhere too.
  bool aligned(const Draft& reader, const AxisOperand& read, std::vector<int>& axes) const {
    const Producer& from = producers_.at(read.operand.source.index);
    const std::vector<std::int64_t>& made = drafts_[from.outline].operands[from.operand].strides;
    const int rank = reader.outline.iteration.size();
    if (read.operand.offset != 0) return false;
    for (int i = 0; i < rank; ++i) {
      const int axis = i - rank;
      const std::int64_t stride = read.strides[static_cast<std::size_t>(i)];
      const int there = static_cast<int>(made.size()) + axis;
      const std::int64_t own = there < 0 ? 0 : made[static_cast<std::size_t>(there)];
      const bool moves = stride != 0 && reader.outline.iteration[i] > 1;
      if (moves && stride != own) return false;
      if (moves || own == 0) continue;
      std::erase(axes, axis);
    }
    return true;
  }

  bool join(std::size_t pass, std::uint32_t outline) {
    const auto most = static_cast<std::size_t>(machine_.stages_of_pass);
    const Draft& draft = drafts_[outline];
    const Dims& space = draft.outline.iteration;
    std::vector<int> axes = axes_[pass];
    if (axes.empty() || passes_[pass].stages.size() >= most) return false;
    const std::vector<int> own = free_axes(draft);
    const Dims& first = drafts_[passes_[pass].stages[0]].outline.iteration;
    std::erase_if(axes, [&](int a) {
      return !contains(own, a) || space[space.size() + a] != first[first.size() + a];
    });
    for (const AxisOperand& o : draft.operands) {
      if (o.is_store || o.operand.source.kind != Memory::Kind::intermediate) continue;
      if (producers_.at(o.operand.source.index).pass != pass) continue;
      if (!aligned(draft, o, axes)) return false;
    }
    std::vector<const Draft*> all;
    for (std::uint32_t p : passes_[pass].stages) all.push_back(&drafts_[p]);
    all.push_back(&draft);
    const std::optional<Tiling> tiling = Fitting(std::move(all), machine_).fit(axes);
    if (!tiling) return false;
    passes_[pass].stages.push_back(outline);
    passes_[pass].tiling = *tiling;
    axes_[pass] = std::move(axes);
    return true;
  }

  std::span<const Draft> drafts_;
  const MachineModel& machine_;
  std::vector<PassDraft> passes_;
  std::vector<std::vector<int>> axes_;  // of each pass: those that its stages have in common
  std::map<std::uint32_t, Producer> producers_;       // of intermediates
  std::map<std::uint32_t, std::size_t> last_reader_;  // of inputs: a pass
};

}  // namespace

std::int64_t bytes_in_tile(const std::vector<std::int64_t>& strides, const Dims& iteration,
                           std::size_t item, const Tiling& tiling) {
  auto bytes = static_cast<std::int64_t>(item);
  for (int i = 0; i < iteration.size(); ++i) {
    const int axis = i - iteration.size();
    std::int64_t count = iteration[i];
    if (contains(tiling.axes, axis)) count = axis == tiling.axes.back() ? tiling.rows : 1;
    bytes += product(std::abs(strides[static_cast<std::size_t>(i)]), count - 1);
  }
  return bytes;
}

std::vector<PassDraft> choose_passes(std::span<const Draft> drafts, const MachineModel& machine) {
  return PassChoice(drafts, machine).run();
}

}  // namespace tightloop::plan
