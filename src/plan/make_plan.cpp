// Assembles the loop plan: stages, passes of them, the values that a pass keeps, their loops.
#include <algorithm>
#include <utility>

#include "plan/draft.hpp"
#include "plan/loop_plan.hpp"
#include "plan/materialised_values.hpp"
#include "plan/matrix_product.hpp"
#include "plan/memory_hints.hpp"
#include "plan/partition.hpp"
#include "plan/passes.hpp"
#include "plan/print_steps.hpp"
#include "plan/stage_loops.hpp"
#include "plan/traffic.hpp"
#include "plan/verify.hpp"

namespace tightloop::plan {
namespace {

using ir::NodeId;

constexpr bool kVerifies =
#ifdef NDEBUG
    false;
#else
    true;
#endif

class Planner {
 public:
  Planner(const ir::TypedGraph& graph, std::span<const ArrayLayout> inputs,
          std::span<const ArrayLayout> outs, const ProductFactors& products,
          const MachineModel& machine, ir::Steps* steps)
      : graph_(graph),
        inputs_(inputs),
        outs_(outs.begin(), outs.end()),
        products_(products),
        machine_(machine),
        steps_(steps) {}

  LoopPlan run() {
    std::vector<Dims> shapes;
    for (const ArrayLayout& in : inputs_) shapes.push_back(in.shape);
    plan_.shapes = ir::infer_shapes(graph_, shapes);
    default_outs();
    for (const ArrayLayout& out : outs_) plan_.stored.push_back(out.shape);
    outlines_ = partition(graph_, plan_.shapes, plan_.stored, products_);
    finish_step("outlines of stages", "outlines", [&] { return to_string(std::span(outlines_)); });
    draft();
    return std::move(plan_);
  }

 private:
  /// Calls text() where somebody asks for the steps; verifies what there is where that is wanted.
  template <class Text>
  void finish_step(const char* heading, const char* what, Text&& text) const {
    if (kVerifies || steps_ != nullptr) check();
    if (steps_ != nullptr) steps_->add(heading, what, text());
  }

  void check() const {
    std::string fault = plan_.stages.empty() ? verify(outlines_, graph_, plan_.shapes) : "";
    if (fault.empty() && !passes_.empty()) {
      fault = verify(drafts_, passes_, plan_.intermediates.size());
    }
    if (fault.empty() && !plan_.stages.empty()) fault = verify(plan_, graph_, machine_);
    if (!fault.empty()) throw Error(ErrorCode::internal, "the plan is not sound: " + fault);
  }

  void draft() {
    IntermediateOf reductions, values;
    for (const StageOutline& outline : outlines_) {
      for (std::uint32_t i : outline.materialised) {
        const NodeId id = outline.reductions[i];
        add_intermediate(reductions, id, accumulator_dtype(graph_, outline, id));
      }
    }
    for (const StageOutline& outline : outlines_) {
      for (const NodeId id : outline.values) {
        add_intermediate(values, id, ir::lane_of(graph_.nodes[id].dtype));
      }
    }
    const DraftContext context{graph_, inputs_, outs_, plan_.shapes, plan_.intermediates};
    std::size_t instructions = 0;
    for (const StageOutline& outline : outlines_) {
      drafts_.push_back(make_draft(context, outline, reductions, values, {}, instructions));
    }
    const auto drafts = [&] { return to_string(std::span(std::as_const(drafts_))); };
    const auto passes = [&] { return to_string(std::span(std::as_const(passes_))); };
    const auto held = [&] { return to_string(std::span<const Intermediate>(plan_.intermediates)); };
    finish_step("drafts of stages", "drafts", drafts);
    finish_step("arrays that later stages read", "intermediates", held);
    passes_ = choose_passes(drafts_, machine_);
    finish_step("stages fused into passes", "passes", passes);
    materialise_values(context, reductions, values, plan_.intermediates, drafts_, passes_,
                       machine_);
    finish_step("values that tiles keep: drafts", "drafts", drafts);
    finish_step("values that tiles keep: passes", "passes", passes);
    place_intermediates();
    finish_step("arrays and values of tiles", "intermediates", held);
    for (const PassDraft& pass : passes_) add_pass(pass);
    finish_step("loops", "plan", [&] { return to_string(plan_); });
    for (const Pass& pass : plan_.passes) {
      choose_memory_hints(std::span(plan_.stages).subspan(pass.first, pass.count),
                          pass.bytes_read + pass.bytes_written, machine_);
    }
    finish_step("memory hints", "plan", [&] { return to_string(plan_); });
  }

  void add_intermediate(IntermediateOf& held, NodeId id, DType dtype) {
    held[id] = static_cast<std::uint32_t>(plan_.intermediates.size());
    plan_.intermediates.push_back({dtype, plan_.shapes[id], id});
  }

  void default_outs() {
    const bool given = !outs_.empty();
    for (std::size_t i = 0; i < graph_.results.size(); ++i) {
      const NodeId id = graph_.results[i];
      const Dims& shape = plan_.shapes[id];
      if (!given) {
        outs_.push_back({shape, c_strides(shape, itemsize(graph_.nodes[id].dtype)), false});
      } else if (is_flat(outs_[i], graph_.nodes[id].dtype, shape)) {
        outs_[i] = {shape, c_strides(shape, itemsize(graph_.nodes[id].dtype)), outs_[i].swapped};
      } else if (!broadcasts(shape, outs_[i].shape)) {
        throw Error(ErrorCode::shape,
                    "the result has shape " + to_string(shape) + " but the destination has " +
                        to_string(outs_[i].shape),
                    graph_.span(id));
      }
    }
  }

  /// True for memory without gaps, seen as one dimension, that has the result's number of elements:
  /// a vector that receives a matrix in C order.
  static bool is_flat(const ArrayLayout& out, DType dtype, const Dims& shape) {
    std::int64_t size = 1;
    for (std::int64_t e : shape) size *= e;
    return shape.size() != 1 && out.shape.size() == 1 && out.shape[0] == size &&
           out.strides[0] == static_cast<std::int64_t>(itemsize(dtype));
  }

  static bool broadcasts(const Dims& from, const Dims& to) {
    if (from.size() > to.size()) return false;
    for (int i = 0; i < from.size(); ++i) {
      const std::int64_t f = from[from.size() - 1 - i];
      if (f != 1 && f != to[to.size() - 1 - i]) return false;
    }
    return true;
  }

  /// Intermediates that only their own pass reads stay in the scratch memory of a tile.
  void place_intermediates() {
    constexpr std::size_t kNone = ~std::size_t{0};
    std::vector<std::size_t> maker(plan_.intermediates.size(), kNone);
    for (std::size_t g = 0; g < passes_.size(); ++g) {
      for (std::uint32_t p : passes_[g].stages) {
        for (const AxisOperand& o : drafts_[p].operands) {
          if (o.operand.source.kind != Memory::Kind::intermediate) continue;
          const std::uint32_t at = o.operand.source.index;
          if (o.is_store) {
            maker[at] = g;
            place_in_tile(plan_.intermediates[at], o, drafts_[p].outline.iteration,
                          passes_[g].tiling);
          } else if (maker[at] != g) {
            plan_.intermediates[at].tile_bytes = 0;
          }
        }
      }
    }
  }

  void place_in_tile(Intermediate& mid, const AxisOperand& o, const Dims& iteration,
                     const Tiling& tiling) const {
    if (tiling.axes.empty()) return;
    const std::int64_t bytes =
        bytes_in_tile(o.strides, iteration, itemsize(o.operand.dtype), tiling);
    const bool value = !o.in_epilogue;
    if (value || bytes <= machine_.tile_reduction_bytes) mid.tile_bytes = bytes;
  }

  void add_pass(const PassDraft& pass) {
    Pass out;
    out.first = static_cast<std::uint32_t>(plan_.stages.size());
    out.count = static_cast<std::uint32_t>(pass.stages.size());
    out.extents = pass.tiling.extents;
    out.rows = pass.tiling.rows;
    Traffic traffic(plan_.intermediates);
    for (std::uint32_t p : pass.stages) {
      plan_.stages.push_back(make_stage(drafts_[p], pass.tiling.axes, machine_));
      traffic.add(plan_.stages.back());
    }
    out.bytes_read = traffic.read();
    out.bytes_written = traffic.written();
    plan_.bytes_read += out.bytes_read;
    plan_.bytes_written += out.bytes_written;
    plan_.passes.push_back(std::move(out));
  }

  const ir::TypedGraph& graph_;
  std::span<const ArrayLayout> inputs_;
  std::vector<ArrayLayout> outs_;
  const ProductFactors& products_;
  const MachineModel& machine_;
  ir::Steps* const steps_;
  std::vector<StageOutline> outlines_;
  std::vector<Draft> drafts_;
  std::vector<PassDraft> passes_;
  LoopPlan plan_;
};

}  // namespace

std::int64_t Pass::tiles() const {
  if (extents.empty()) return 1;
  std::int64_t n = (extents.back() + rows - 1) / rows;
  for (std::size_t i = 0; i + 1 < extents.size(); ++i) n *= extents[i];
  return n;
}

LoopPlan make_plan(const ir::TypedGraph& graph, std::span<const ArrayLayout> inputs,
                   std::span<const ArrayLayout> outs, const MachineModel& machine,
                   ir::Steps* steps) {
  if (!ir::has_contractions(graph)) return Planner(graph, inputs, outs, {}, machine, steps).run();
  std::vector<Dims> input_shapes;
  for (const ArrayLayout& in : inputs) input_shapes.push_back(in.shape);
  const std::vector<Dims> shapes = ir::infer_shapes(graph, input_shapes);
  const ir::TypedGraph plain = ir::with_plain_views(graph, shapes);
  if (steps != nullptr) {
    steps->add("contractions as views and sums", "typed graph", ir::to_string(plain));
  }
  return Planner(plain, inputs, outs, find_matrix_products(graph, shapes), machine, steps).run();
}

}  // namespace tightloop::plan
