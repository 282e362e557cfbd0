// Checks what the planner makes before there is a plan: outlines of stages, drafts and passes.
#include <algorithm>
#include <vector>

#include "plan/broken_rule.hpp"
#include "plan/verify.hpp"

namespace tightloop::plan {
namespace {

using ir::NodeId;

class OutlineVerifier {
 public:
  OutlineVerifier(std::span<const StageOutline> outlines, const ir::TypedGraph& graph,
                  std::span<const Dims> shapes)
      : outlines_(outlines),
        graph_(graph),
        shapes_(shapes),
        results_(graph.results.size(), 0),
        done_(graph.nodes.size(), false) {}

  void run() {
    for (at_ = 0; at_ < outlines_.size(); ++at_) {
      const StageOutline& outline = outlines_[at_];
      require(at_ == 0 || outlines_[at_ - 1].level <= outline.level, "it comes too late");
      for (NodeId id : outline.reductions) check_reduction(outline, id);
      require(!outline.product || outline.reductions.size() == 1, "a product that is not alone");
      for (std::uint32_t i : outline.materialised) {
        require(i < outline.reductions.size(), "it keeps a reduction that it does not have");
      }
      require(!outline.reductions.empty() || outline.epilogues.empty(),
              "results of accumulators that it does not have");
      for (const auto* list : {&outline.stores, &outline.epilogues}) {
        for (std::uint32_t r : *list) {
          require(r < results_.size(), "no such result");
          ++results_[r];
        }
      }
    }
    if (std::any_of(results_.begin(), results_.end(), [](int n) { return n != 1; })) {
      throw BrokenRule{"a result is not stored by one stage"};
    }
  }

 private:
  void require(bool holds, const char* rule) const {
    if (!holds) throw BrokenRule{"outline " + std::to_string(at_) + ": " + rule};
  }

  void check_reduction(const StageOutline& outline, NodeId id) {
    require(id < graph_.nodes.size() && is_reduction(graph_.nodes[id].op), "no such reduction");
    require(!done_[id], "a reduction that another stage computes");
    done_[id] = true;
    const ir::TypedNode& node = graph_.nodes[id];
    require(outline.iteration == shapes_[node.args[0]], "it runs over another space");
    const int rank = outline.iteration.size();
    require(outline.mask == ir::reduced_axes(graph_.reduces[node.attr], rank, graph_.span(id)),
            "it reduces other axes");
  }

  std::span<const StageOutline> outlines_;
  const ir::TypedGraph& graph_;
  std::span<const Dims> shapes_;
  std::vector<int> results_;  // how many stages store each
  std::vector<bool> done_;    // reductions
  std::size_t at_ = 0;
};

class DraftVerifier {
 public:
  DraftVerifier(std::span<const Draft> drafts, std::span<const PassDraft> passes,
                std::size_t intermediates)
      : drafts_(drafts), passes_(passes), placed_(drafts.size(), false) {
    stored_.assign(intermediates, false);
  }

  void run() {
    for (std::size_t g = 0; g < passes_.size(); ++g) {
      where_ = "pass " + std::to_string(g);
      const PassDraft& pass = passes_[g];
      require(!pass.stages.empty(), "it has no stage");
      require(pass.stages.size() == 1 || !pass.tiling.axes.empty(),
              "stages without axes in common");
      require(pass.tiling.axes.size() == pass.tiling.extents.size() && pass.tiling.rows >= 1,
              "its tiles are of nothing");
      for (std::uint32_t s : pass.stages) {
        where_ = "draft " + std::to_string(s);
        require(s < drafts_.size() && !placed_[s], "it is not in one pass");
        placed_[s] = true;
        check_draft(drafts_[s], pass.tiling);
      }
    }
    where_ = "the passes";
    require(std::find(placed_.begin(), placed_.end(), false) == placed_.end(),
            "a stage is in none of them");
  }

 private:
  void require(bool holds, const char* rule) const {
    if (!holds) throw BrokenRule{where_ + ": " + rule};
  }

  void check_draft(const Draft& draft, const Tiling& tiling) {
    const Dims& space = draft.outline.iteration;
    for (std::size_t i = 0; i < tiling.axes.size(); ++i) {
      const int axis = tiling.axes[i] + space.size();
      require(axis >= 0 && axis < space.size() && space[axis] == tiling.extents[i],
              "it has not the axes of its pass");
      require(((draft.outline.mask >> axis) & 1U) == 0, "it reduces an axis of its pass");
    }
    require(draft.main_count <= draft.operands.size(), "it has operands that there are not");
    for (const AxisOperand& o : draft.operands) {
      require(o.is_accumulator || o.strides.size() == static_cast<std::size_t>(space.size()),
              "the strides of an operand are not by axis");
      if (o.operand.source.kind != Memory::Kind::intermediate) continue;
      require(o.operand.source.index < stored_.size(), "no such intermediate");
      require(o.is_store || stored_[o.operand.source.index],
              "it reads what nothing has stored yet");
    }
    for (const AxisOperand& o : draft.operands) {
      if (!o.is_store || o.operand.source.kind != Memory::Kind::intermediate) continue;
      require(!stored_[o.operand.source.index], "an intermediate is stored twice");
      stored_[o.operand.source.index] = true;
    }
  }

  std::span<const Draft> drafts_;
  std::span<const PassDraft> passes_;
  std::vector<bool> placed_;
  std::vector<bool> stored_;  // intermediates
  std::string where_;
};

}  // namespace

std::string verify(std::span<const StageOutline> outlines, const ir::TypedGraph& graph,
                   std::span<const Dims> shapes) {
  return find_broken_rule([&] { OutlineVerifier(outlines, graph, shapes).run(); });
}

std::string verify(std::span<const Draft> drafts, std::span<const PassDraft> passes,
                   std::size_t intermediates) {
  return find_broken_rule([&] { DraftVerifier(drafts, passes, intermediates).run(); });
}

}  // namespace tightloop::plan
