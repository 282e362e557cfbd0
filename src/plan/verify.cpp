// Checks a plan stage by stage, in the order in which it runs: its loops, its operands, its blocks,
// and what it stores for later ones; then that nothing was left out or stored twice.
#include "plan/verify.hpp"

#include <algorithm>
#include <vector>

#include "kernel/verify.hpp"
#include "plan/broken_rule.hpp"

namespace tightloop::plan {
namespace {

using kernel::KernelKind;
using Extents = std::vector<std::int64_t>;

std::int64_t ceil_of(std::int64_t x, std::int64_t by) {
  return x / by + (x % by != 0 ? 1 : 0);
}

DType finalised_dtype(const kernel::KernelReduce& r) {
  return kernel::is_position(r.op) ? DType::int64 : r.acc;
}

/// What the loops of a nest are.
struct Loops {
  enum class Kind : std::uint8_t { main, epilogue, factor };
  Kind kind = Kind::main;
  Extents m, r;
  std::size_t inner = 0;      ///< the kernel's inner loop, of m and then r
  std::int64_t elements = 0;  ///< of the loops that a store runs over
  Extents in_tile = {};       ///< of m, as far as one tile goes
};

class Verifier {
 public:
  Verifier(const LoopPlan& plan, const ir::TypedGraph& graph, const MachineModel& machine)
      : plan_(plan),
        graph_(graph),
        most_tile_bytes_(std::max({machine.materialised_row_bytes, machine.materialised_bytes,
                                   machine.tile_reduction_bytes})),
        stored_(graph.results.size(), 0),
        maker_(plan.intermediates.size(), kNone) {}

  void run() {
    require(plan_.shapes.size() == graph_.nodes.size(), "shapes are not those of the nodes");
    require(plan_.stored.size() == graph_.results.size(), "stored shapes are not the results'");
    check_intermediates();
    std::size_t next = 0;
    for (pass_ = 0; pass_ < plan_.passes.size(); ++pass_) {
      const Pass& pass = plan_.passes[pass_];
      where_ = "pass " + std::to_string(pass_);
      require(pass.first == next && pass.count > 0, "its stages do not follow those before");
      next += pass.count;
      require(next <= plan_.stages.size(), "it has stages that there are not");
      check_tiles(pass);
      for (std::size_t s = pass.first; s < next; ++s) check_stage(s, pass);
    }
    where_.clear();
    require(next == plan_.stages.size(), "a stage is in no pass");
    for (std::size_t r = 0; r < stored_.size(); ++r) {
      where_ = "result " + std::to_string(r);
      require(stored_[r] == 1, stored_[r] == 0 ? "nothing stores it" : "it is stored twice");
    }
    for (std::size_t i = 0; i < maker_.size(); ++i) {
      where_ = "intermediate " + std::to_string(i);
      require(maker_[i] != kNone, "nothing stores it");
    }
    check_traffic();
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  void require(bool holds, const char* rule) const {
    if (!holds) throw BrokenRule{(where_.empty() ? "" : where_ + ": ") + rule};
  }
  void require_kernel(const kernel::KernelPlan& kernel) const {
    const std::string fault = kernel::verify(kernel);
    if (!fault.empty()) throw BrokenRule{where_ + ": its kernel: " + fault};
  }
  std::int64_t size_of(const Extents& extents) const {
    const auto n = checked_product(extents);
    require(n.has_value(), "its extents have no size");
    return *n;
  }

  void check_intermediates() {
    for (std::size_t i = 0; i < plan_.intermediates.size(); ++i) {
      const Intermediate& mid = plan_.intermediates[i];
      where_ = "intermediate " + std::to_string(i);
      require(mid.node < graph_.nodes.size(), "it holds no node");
      require(mid.shape == plan_.shapes[mid.node], "its shape is not its node's");
      const auto n = checked_product(mid.shape);
      std::int64_t bytes = 0;
      require(n && !__builtin_mul_overflow(*n, std::int64_t(itemsize(mid.dtype)), &bytes),
              "its bytes cannot be counted");
      require(mid.tile_bytes >= 0 && mid.tile_bytes <= most_tile_bytes_,
              "the values of a tile are more than a cache holds");
    }
  }

  void check_tiles(const Pass& pass) const {
    if (pass.extents.empty()) return require(pass.count == 1, "stages without tiles in common");
    require(size_of(pass.extents) > 0, "its tiles are of nothing");
    require(pass.rows >= 1 && pass.rows <= pass.extents.back(), "a tile of no or too many rows");
  }

  void check_stage(std::size_t s, const Pass& pass) {
    const Stage& stage = plan_.stages[s];
    stage_ = "stage " + std::to_string(s);
    where_ = stage_;
    if (stage.product) {
      require(pass.extents.empty(), "a matrix product in tiles of a pass");
      return check_product(*stage.product);
    }
    require(!stage.m.empty(), "it has no loop");
    const KernelKind kind = stage.main.kernel.kind;
    const bool rows = kind == KernelKind::row_reduce, columns = kind == KernelKind::column_reduce;
    require(stage.r.empty() ? kind == KernelKind::map : rows || columns,
            "its kernel does not suit its loops");
    check_common(stage, pass);
    Loops loops{Loops::Kind::main, stage.m, stage.r, stage.m.size() - 1, 0, tile_of(stage, pass)};
    if (rows) loops.inner = stage.m.size() + stage.r.size() - 1;
    Extents all = stage.m;
    all.insert(all.end(), stage.r.begin(), stage.r.end());
    loops.elements = size_of(all);
    where_ = stage_ + ", main nest";
    check_nest(stage.main, loops, {});
    where_ = stage_;
    if (stage.r.empty()) {
      require(stage.copies.empty() && !stage.has_epilogue, "it has no accumulators to store");
    } else {
      check_reduction(stage, loops);
    }
  }

  void check_common(const Stage& stage, const Pass& pass) const {
    require(stage.common.size() == pass.extents.size(), "its common dimensions are not its pass's");
    for (std::size_t i = 0; i < stage.common.size(); ++i) {
      const std::uint32_t at = stage.common[i];
      require(at < stage.m.size() && stage.m[at] == pass.extents[i],
              "tiles do not cover a common dimension");
      require(std::count(stage.common.begin(), stage.common.end(), at) == 1,
              "a common dimension is named twice");
    }
  }

  static Extents tile_of(const Stage& stage, const Pass& pass) {
    Extents out = stage.m;
    for (std::size_t i = 0; i < stage.common.size(); ++i) {
      out[stage.common[i]] = i + 1 == stage.common.size() ? pass.rows : 1;
    }
    return out;
  }

  void check_reduction(const Stage& stage, Loops loops) {
    check_blocking(stage);
    const auto& reductions = stage.main.kernel.reductions;
    const bool numbered = std::any_of(reductions.begin(), reductions.end(),
                                      [](const auto& r) { return kernel::is_position(r.op); });
    require(stage.index.size() == (numbered ? stage.r.size() : 0),
            "elements are numbered along other loops");
    require(std::none_of(stage.index.begin(), stage.index.end(), [](auto n) { return n < 0; }),
            "elements are numbered downwards");
    loops.kind = Loops::Kind::epilogue;
    loops.elements = size_of(stage.m);
    loops.inner = stage.m.size() - 1;
    for (const AccumulatorCopy& copy : stage.copies) {
      where_ = stage_ + ", a copy";
      require(copy.accumulator < reductions.size(), "no such accumulator");
      require(copy.to.dtype == finalised_dtype(reductions[copy.accumulator]),
              "it is of another dtype than its accumulator");
      check_dimensions(copy.to, loops);
      check_store(copy.to, loops);
    }
    where_ = stage_ + ", epilogue";
    if (!stage.has_epilogue) return;
    require(stage.epilogue.kernel.kind == KernelKind::map, "its kernel is no map");
    check_nest(stage.epilogue, loops, reductions);
  }

  void check_blocking(const Stage& stage) const {
    const Blocking& b = stage.blocking;
    require(b.block >= 1 && b.block <= kernel::kMaxReduceBlock && b.chunk >= 1 && b.tile >= 1 &&
                b.interleave >= 0,
            "its blocks are of no size or too large");
    const std::int64_t inner = stage.r.back();
    const std::int64_t reduced = size_of(stage.r);
    if (reduced == 0 || size_of(stage.m) == 0) return;
    require(b.blocks_inner == ceil_of(inner, b.block), "blocks do not cover the innermost loop");
    require(b.blocks == reduced / inner * b.blocks_inner, "blocks do not cover what is reduced");
    require(b.chunks == ceil_of(b.blocks, b.chunk), "chunks do not cover the blocks");
    const bool packs = stage.main.any_packed && stage.main.kernel.kind == KernelKind::row_reduce;
    require(!packs || b.block <= stage.main.packed_elements,
            "a block is longer than what is packed");
  }

  void check_product(const MatrixProduct& p) {
    const Extents* groups[] = {&p.batch, &p.rows, &p.columns, &p.depth};
    for (const Extents* group : groups) {
      require(!group->empty() && size_of(*group) > 0, "a product over no elements");
    }
    const KernelKind kind = p.in_place ? KernelKind::small_product : KernelKind::product;
    require(p.kernel.kind == kind, "its kernel is of another kind");
    require_kernel(p.kernel);
    check_factor(p, p.left, p.rows, 0);
    check_factor(p, p.right, p.columns, 1);
    where_ = stage_ + ", target";
    Loops target{Loops::Kind::epilogue, p.batch, {}, 0, 0, {}};
    target.m.insert(target.m.end(), p.rows.begin(), p.rows.end());
    target.m.insert(target.m.end(), p.columns.begin(), p.columns.end());
    target.in_tile = target.m;
    target.elements = size_of(target.m);
    require(p.target.dtype == p.kernel.stores[0].dtype, "its dtype is not the kernel's");
    check_dimensions(p.target, target);
    check_store(p.target, target);
  }

  void check_factor(const MatrixProduct& p, const Nest& nest, const Extents& own, std::size_t k) {
    where_ = stage_ + (k == 0 ? ", left factor" : ", right factor");
    Loops loops{Loops::Kind::factor, p.batch, p.depth, 0, 1, {}};
    loops.m.insert(loops.m.end(), own.begin(), own.end());
    loops.in_tile = loops.m;
    const bool by_depth = k == 0 && p.kernel.left_by_row;
    loops.inner = by_depth ? loops.m.size() + loops.r.size() - 1 : loops.m.size() - 1;
    if (!p.in_place) {
      require(
          nest.kernel.stores.size() == 1 && nest.kernel.stores[0].dtype == p.kernel.loads[k].dtype,
          "it is packed in another dtype");
      require(nest.kernel.kind == KernelKind::map, "its kernel is no map");
      return check_nest(nest, loops, {});
    }
    require(own.size() == 1 && p.depth.size() == 1, "a small product of more than matrices");
    require(!nest.operands.empty() && !nest.operands[0].packed, "it is packed");
    const Operand& o = nest.operands[0];
    require(o.dtype == p.kernel.loads[k].dtype && o.swapped == p.kernel.loads[k].swapped,
            "it is of another dtype than the kernel's load");
    check_dimensions(o, loops);
    check_load(o, loops, {});
  }

  void check_nest(const Nest& nest, const Loops& loops,
                  std::span<const kernel::KernelReduce> accumulators) {
    const kernel::KernelPlan& kernel = nest.kernel;
    require_kernel(kernel);
    require(nest.operands.size() == kernel.loads.size() + kernel.stores.size(),
            "its operands are not the kernel's");
    require(nest.params.size() == kernel.params.size(), "its scalars are not the kernel's");
    for (const ParamSource& p : nest.params) {
      require(!p.is_input || (p.index < graph_.inputs.size() && graph_.inputs[p.index].weak),
              "a scalar that the call does not bring");
    }
    bool any_packed = false;
    const std::string nest_where = where_;
    for (std::size_t i = 0; i < nest.operands.size(); ++i) {
      const Operand& o = nest.operands[i];
      where_ = nest_where + ", operand " + std::to_string(i);
      any_packed = any_packed || o.packed;
      check_dimensions(o, loops);
      if (i < kernel.loads.size()) {
        const kernel::KernelLoad& load = kernel.loads[i];
        require(o.dtype == load.dtype && o.swapped == load.swapped,
                "it is of another dtype than the kernel's load");
        check_load(o, loops, accumulators);
        check_access(o, loops, load.access, load.stride);
      } else {
        const kernel::KernelStore& store = kernel.stores[i - kernel.loads.size()];
        require(o.dtype == store.dtype && o.swapped == store.swapped,
                "it is of another dtype than the kernel's store");
        check_store(o, loops);
        check_access(o, loops, kernel::Access::contiguous, 1);
      }
    }
    where_ = nest_where;
    require(nest.any_packed == any_packed, "it does not know whether it packs");
  }

  void check_dimensions(const Operand& o, const Loops& loops) const {
    require(o.m.size() == loops.m.size() && o.r.size() == loops.r.size(),
            "its strides are not those of the loops");
    require(!o.swapped || itemsize(o.dtype) > 1, "a byte has no order");
    if (loops.kind != Loops::Kind::epilogue) return;
    require(std::all_of(o.r.begin(), o.r.end(), [](std::int64_t s) { return s == 0; }),
            "it moves along what is reduced");
  }

  /// How the kernel walks an operand is how its memory lies, unless it is packed.
  void check_access(const Operand& o, const Loops& loops, kernel::Access access, int step) const {
    if (o.packed || o.source.kind == Memory::Kind::accumulator || loops.elements == 0) return;
    const bool of_m = loops.inner < loops.m.size();
    const std::size_t at = of_m ? loops.inner : loops.inner - loops.m.size();
    const std::int64_t stride = of_m ? o.m[at] : o.r[at];
    const std::int64_t extent = of_m ? loops.m[at] : loops.r[at];
    const auto item = static_cast<std::int64_t>(itemsize(o.dtype));
    const std::int64_t want = access == kernel::Access::splat ? 0 : item * step;
    require(stride == want || (extent == 1 && access == kernel::Access::contiguous),
            "its stride is not the kernel's");
  }

  void check_load(const Operand& o, const Loops& loops,
                  std::span<const kernel::KernelReduce> accumulators) {
    switch (o.source.kind) {
      case Memory::Kind::input:
        require(o.source.index < graph_.inputs.size(), "no such input");
        require(!graph_.inputs[o.source.index].weak, "it reads a scalar as an array");
        require(o.dtype == graph_.inputs[o.source.index].dtype, "its dtype is not the input's");
        break;
      case Memory::Kind::intermediate: {
        require(o.source.index < maker_.size(), "no such intermediate");
        const std::size_t maker = maker_[o.source.index];
        require(maker != kNone, "it reads what nothing has stored yet");
        require(plan_.intermediates[o.source.index].tile_bytes == 0 || maker == pass_,
                "it reads values of another pass's tile");
        require(o.dtype == plan_.intermediates[o.source.index].dtype,
                "its dtype is not the intermediate's");
        break;
      }
      case Memory::Kind::accumulator:
        require(o.source.index < accumulators.size(), "no such accumulator");
        require(o.dtype == finalised_dtype(accumulators[o.source.index]),
                "its dtype is not the accumulator's");
        break;
      case Memory::Kind::result: require(false, "it reads a result");
    }
    check_reach(o, loops);
  }

  void check_store(const Operand& o, const Loops& loops) {
    switch (o.source.kind) {
      case Memory::Kind::result: {
        require(o.source.index < stored_.size(), "no such result");
        ++stored_[o.source.index];
        require(o.dtype == graph_.nodes[graph_.results[o.source.index]].dtype,
                "its dtype is not the result's");
        check_elements(o, loops, plan_.stored[o.source.index]);
        break;
      }
      case Memory::Kind::intermediate: {
        require(o.source.index < maker_.size(), "no such intermediate");
        const Intermediate& mid = plan_.intermediates[o.source.index];
        require(maker_[o.source.index] == kNone, "an intermediate is stored twice");
        maker_[o.source.index] = pass_;
        require(o.dtype == mid.dtype, "its dtype is not the intermediate's");
        require(mid.tile_bytes > 0 || loops.kind == Loops::Kind::epilogue,
                "it stores values of full size");
        require(mid.tile_bytes == 0 || !plan_.passes[pass_].extents.empty(),
                "values of a tile where there are no tiles");
        check_elements(o, loops, mid.shape);
        break;
      }
      case Memory::Kind::accumulator:
        require(loops.kind == Loops::Kind::factor, "it stores to an accumulator");
        return;
      case Memory::Kind::input: require(false, "it stores to an input");
    }
    check_reach(o, loops);
  }

  /// Every element of the array is stored once: there are as many, and no two at one place.
  void check_elements(const Operand& o, const Loops& loops, const Dims& shape) const {
    require(checked_product(shape) == loops.elements, "it does not store every element once");
    if (loops.elements == 0) return;
    bool moves = true;
    for (std::size_t d = 0; d < o.m.size(); ++d) moves = moves && (o.m[d] != 0 || loops.m[d] == 1);
    for (std::size_t d = 0; loops.kind == Loops::Kind::main && d < o.r.size(); ++d) {
      moves = moves && (o.r[d] != 0 || loops.r[d] == 1);
    }
    require(moves, "it stores several elements at one place");
  }

  /// Addresses can be counted, and those of an intermediate are within it.
  void check_reach(const Operand& o, const Loops& loops) const {
    if (loops.elements == 0) return;
    const bool mid = o.source.kind == Memory::Kind::intermediate;
    const std::int64_t tile = mid ? plan_.intermediates[o.source.index].tile_bytes : 0;
    const Extents& m = tile > 0 ? loops.in_tile : loops.m;
    const auto item = static_cast<std::int64_t>(itemsize(o.dtype));
    std::int64_t begin = o.offset, end = 0;
    bool fits = !__builtin_add_overflow(begin, item, &end);
    const auto walk = [&](std::int64_t stride, std::int64_t extent) {
      std::int64_t reach = 0;
      if (extent < 2) return;
      fits = fits && !__builtin_mul_overflow(stride, extent - 1, &reach);
      std::int64_t& side = stride < 0 ? begin : end;
      fits = fits && !__builtin_add_overflow(side, reach, &side);
    };
    for (std::size_t d = 0; d < o.m.size(); ++d) walk(o.m[d], m[d]);
    for (std::size_t d = 0; d < o.r.size(); ++d) walk(o.r[d], loops.r[d]);
    require(fits, "its addresses cannot be counted");
    if (!mid) return;
    const Dims& shape = plan_.intermediates[o.source.index].shape;
    const std::int64_t bytes = tile > 0 ? tile : *checked_product(shape) * item;
    require(begin >= 0 && end <= bytes, "it reaches beyond its intermediate");
  }

  void check_traffic() {
    where_.clear();
    std::uint64_t read = 0, written = 0;
    for (const Pass& pass : plan_.passes) {
      read += pass.bytes_read;
      written += pass.bytes_written;
    }
    require(read == plan_.bytes_read && written == plan_.bytes_written,
            "the bytes that it moves are not those of its passes");
  }

  const LoopPlan& plan_;
  const ir::TypedGraph& graph_;
  const std::int64_t most_tile_bytes_;
  std::vector<int> stored_;         // how often, by result
  std::vector<std::size_t> maker_;  // the pass, by intermediate
  std::size_t pass_ = 0;
  std::string stage_;
  std::string where_;
};

}  // namespace

std::string verify(const LoopPlan& plan, const ir::TypedGraph& graph, const MachineModel& machine) {
  return find_broken_rule([&] { Verifier(plan, graph, machine).run(); });
}

}  // namespace tightloop::plan
