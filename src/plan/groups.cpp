#include "plan/groups.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

namespace tightloop::plan {
namespace {

// An index with all that it reads and writes must fit the second-level cache.
constexpr std::int64_t kMostPerIndex = 512 << 10;
constexpr std::int64_t kMostRows = 1024;
// Less than this is the work of one thread, more is shared out in at least so many turns.
constexpr std::int64_t kOneThread = 512 << 10;
constexpr std::int64_t kFewestTurns = 8;

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

/// Axes of a pass that may be common ones: not reduced, of more than one index.
std::vector<int> free_axes(const Draft& draft) {
  const Dims& space = draft.pass.iteration;
  std::vector<int> axes;
  if (draft.pass.product) return axes;  // it walks its operands in blocks of its own
  for (int i = 0; i < space.size(); ++i) {
    const bool reduced = ((draft.pass.mask >> i) & 1U) != 0;
    if (!reduced && space[i] > 1) axes.push_back(i - space.size());
    if (space[i] == 0) return {};
  }
  return axes;
}

/// What a turn touches of the arrays that it walks through, and of those that all turns share.
struct Footprint {
  std::int64_t per_row = 0;
  std::int64_t read = 0;  ///< of these, not results
  std::int64_t shared = 0;
  bool in_pieces = false;  ///< columns rather than rows: short pieces that evict each other
};

class Fitting {
 public:
  explicit Fitting(std::vector<const Draft*> drafts) : drafts_(std::move(drafts)) {}

  /// Chooses the turns over some of the axes; none where a turn does not fit the caches.
  std::optional<Turns> fit(std::vector<int> axes) const {
    sort_outermost_first(axes);
    for (std::size_t count = 1; count <= axes.size(); ++count) {
      Turns turns;
      turns.axes.assign(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(count));
      for (int a : turns.axes) turns.extents.push_back(extent(*drafts_[0], a));
      const Footprint f = footprint(turns);
      if (f.in_pieces || f.per_row + f.shared > kMostPerIndex) continue;
      const std::int64_t extent = turns.extents.back();
      std::int64_t before = 1;  // indices of the other common axes
      for (std::size_t i = 0; i + 1 < count; ++i) before = product(before, turns.extents[i]);
      std::int64_t most = std::min(extent, kMostRows);
      if (product(product(before, extent), f.per_row) > kOneThread) {
        if (product(before, extent) < kFewestTurns) continue;
        most = std::min(most, (product(before, extent) + kFewestTurns - 1) / kFewestTurns);
      }
      const std::int64_t fitting = kTurnBytes / std::max<std::int64_t>(f.read, 1);
      turns.rows = std::clamp<std::int64_t>(fitting, 1, most);
      return turns;
    }
    return std::nullopt;
  }

 private:
  static std::int64_t extent(const Draft& draft, int axis) {
    const Dims& space = draft.pass.iteration;
    return space[static_cast<int>(index_of(axis, space.size()))];
  }

  void sort_outermost_first(std::vector<int>& axes) const {
    const auto reach = [&](int axis) {
      std::uint64_t sum = 0;
      for (const Draft* d : drafts_) {
        for (std::size_t i = 0; i < d->main_count; ++i) {
          const AxisOperand& o = d->operands[i];
          if (o.operand.source.kind == Source::Kind::intermediate) continue;
          const std::int64_t s = o.strides[index_of(axis, d->pass.iteration.size())];
          sum += static_cast<std::uint64_t>(std::abs(s));
        }
      }
      return sum;
    };
    std::stable_sort(axes.begin(), axes.end(), [&](int a, int b) { return reach(a) > reach(b); });
  }

  /// The number of bytes of one operand for each index of the last common axis.
  static std::int64_t bytes_of(const Draft& draft, const AxisOperand& o, const Turns& turns) {
    const Dims& space = draft.pass.iteration;
    auto bytes = static_cast<std::int64_t>(itemsize(o.operand.dtype));
    for (int i = 0; i < space.size(); ++i) {
      if (o.strides[static_cast<std::size_t>(i)] == 0) continue;
      if (!contains(turns.axes, i - space.size())) bytes = product(bytes, space[i]);
    }
    return bytes;
  }

  /// True for an operand whose turn consists of many pieces: columns of a matrix in C order.
  static bool in_pieces(const Draft& draft, const AxisOperand& o, const Turns& turns) {
    const Dims& space = draft.pass.iteration;
    const std::int64_t along = std::abs(o.strides[index_of(turns.axes.back(), space.size())]);
    for (int i = 0; i < space.size() && along != 0; ++i) {
      const std::int64_t stride = std::abs(o.strides[static_cast<std::size_t>(i)]);
      if (contains(turns.axes, i - space.size()) || space[i] == 1) continue;
      if (stride > along) return true;
    }
    return false;
  }

  Footprint footprint(const Turns& turns) const {
    Footprint f;
    std::map<std::pair<Source::Kind, std::uint32_t>, std::pair<std::int64_t, bool>> arrays;
    for (const Draft* d : drafts_) {
      for (std::size_t i = 0; i < d->main_count; ++i) {
        const AxisOperand& o = d->operands[i];
        const std::int64_t along = o.strides[index_of(turns.axes.back(), d->pass.iteration.size())];
        auto& [bytes, walks] = arrays[{o.operand.source.kind, o.operand.source.index}];
        bytes = std::max(bytes, bytes_of(*d, o, turns));
        walks = walks || along != 0;
        f.in_pieces = f.in_pieces || in_pieces(*d, o, turns);
      }
    }
    for (const auto& [source, use] : arrays) {
      (use.second ? f.per_row : f.shared) += use.first;
      if (use.second && source.first != Source::Kind::result) f.read += use.first;
    }
    return f;
  }

  std::vector<const Draft*> drafts_;
};

class Grouping {
 public:
  explicit Grouping(std::span<const Draft> drafts) : drafts_(drafts) {}

  std::vector<PassGroup> run() {
    for (const std::uint32_t p : order()) {
      const std::size_t at = place(p);
      for (std::size_t k = 0; k < drafts_[p].operands.size(); ++k) {
        const AxisOperand& o = drafts_[p].operands[k];
        if (o.is_store && o.operand.source.kind == Source::Kind::intermediate) {
          producers_[o.operand.source.index] = {p, k, at};
        }
      }
      for (std::size_t i = 0; i < drafts_[p].main_count; ++i) {
        const Source& s = drafts_[p].operands[i].operand.source;
        if (s.kind == Source::Kind::input) last_reader_[s.index] = at;
      }
    }
    return std::move(groups_);
  }

 private:
  struct Producer {
    std::uint32_t pass;
    std::size_t operand;
    std::size_t group;
  };

  /// Of one level, passes that go row by row come last: later ones may join them.
  std::vector<std::uint32_t> order() const {
    std::vector<std::pair<std::uint32_t, bool>> keys;
    std::vector<std::uint32_t> out;
    for (std::uint32_t p = 0; p < drafts_.size(); ++p) {
      const bool by_row = Fitting({&drafts_[p]}).fit(free_axes(drafts_[p])).has_value();
      keys.emplace_back(drafts_[p].pass.level, by_row);
      out.push_back(p);
    }
    std::stable_sort(out.begin(), out.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return keys[a] < keys[b]; });
    return out;
  }

  /// Adds a pass to the group where it gains most, or to one of its own.
  std::size_t place(std::uint32_t pass) {
    const Draft& draft = drafts_[pass];
    std::size_t earliest = 0;
    bool depends = false;
    std::vector<std::size_t> related;
    for (const AxisOperand& o : draft.operands) {
      if (o.is_store) continue;
      const Source& s = o.operand.source;
      if (s.kind == Source::Kind::intermediate) {
        earliest = std::max(earliest, producers_.at(s.index).group);
        depends = true;
      } else if (s.kind == Source::Kind::input) {
        const auto at = last_reader_.find(s.index);
        if (at != last_reader_.end()) related.push_back(at->second);
      }
    }
    if (depends) related.push_back(earliest);
    std::sort(related.begin(), related.end(), std::greater<>());
    related.erase(std::unique(related.begin(), related.end()), related.end());
    constexpr std::size_t kTries = 4;
    for (std::size_t i = 0; i < std::min(related.size(), kTries); ++i) {
      if (related[i] >= earliest && join(related[i], pass)) return related[i];
    }
    groups_.push_back({{pass}, {}});
    axes_.push_back(free_axes(draft));
    return groups_.size() - 1;
  }

  /// Keeps of the axes those along which a read meets what is at the same index; false where the
  /// read goes elsewhere too.
  bool aligned(const Draft& reader, const AxisOperand& read, std::vector<int>& axes) const {
    const Producer& from = producers_.at(read.operand.source.index);
    const std::vector<std::int64_t>& made = drafts_[from.pass].operands[from.operand].strides;
    const int rank = reader.pass.iteration.size();
    if (read.operand.offset != 0) return false;
    for (int i = 0; i < rank; ++i) {
      const int axis = i - rank;
      const std::int64_t stride = read.strides[static_cast<std::size_t>(i)];
      const int there = static_cast<int>(made.size()) + axis;
      const std::int64_t own = there < 0 ? 0 : made[static_cast<std::size_t>(there)];
      const bool moves = stride != 0 && reader.pass.iteration[i] > 1;
      if (moves && stride != own) return false;
      if (moves || own == 0) continue;
      std::erase(axes, axis);
    }
    return true;
  }

  bool join(std::size_t group, std::uint32_t pass) {
    constexpr std::size_t kMostPasses = 16;
    const Draft& draft = drafts_[pass];
    const Dims& space = draft.pass.iteration;
    std::vector<int> axes = axes_[group];
    if (axes.empty() || groups_[group].passes.size() >= kMostPasses) return false;
    const std::vector<int> own = free_axes(draft);
    const Dims& first = drafts_[groups_[group].passes[0]].pass.iteration;
    std::erase_if(axes, [&](int a) {
      return !contains(own, a) || space[space.size() + a] != first[first.size() + a];
    });
    for (const AxisOperand& o : draft.operands) {
      if (o.is_store || o.operand.source.kind != Source::Kind::intermediate) continue;
      if (producers_.at(o.operand.source.index).group != group) continue;
      if (!aligned(draft, o, axes)) return false;
    }
    std::vector<const Draft*> all;
    for (std::uint32_t p : groups_[group].passes) all.push_back(&drafts_[p]);
    all.push_back(&draft);
    const std::optional<Turns> turns = Fitting(std::move(all)).fit(axes);
    if (!turns) return false;
    groups_[group].passes.push_back(pass);
    groups_[group].turns = *turns;
    axes_[group] = std::move(axes);
    return true;
  }

  std::span<const Draft> drafts_;
  std::vector<PassGroup> groups_;
  std::vector<std::vector<int>> axes_;  // of each group: those that its passes have in common
  std::map<std::uint32_t, Producer> producers_;       // of intermediates
  std::map<std::uint32_t, std::size_t> last_reader_;  // of inputs: a group
};

}  // namespace

std::int64_t bytes_in_turn(const std::vector<std::int64_t>& strides, const Dims& iteration,
                           std::size_t item, const Turns& turns) {
  auto bytes = static_cast<std::int64_t>(item);
  for (int i = 0; i < iteration.size(); ++i) {
    const int axis = i - iteration.size();
    std::int64_t count = iteration[i];
    if (contains(turns.axes, axis)) count = axis == turns.axes.back() ? turns.rows : 1;
    bytes += product(std::abs(strides[static_cast<std::size_t>(i)]), count - 1);
  }
  return bytes;
}

std::vector<PassGroup> choose_groups(std::span<const Draft> drafts) {
  return Grouping(drafts).run();
}

}  // namespace tightloop::plan
