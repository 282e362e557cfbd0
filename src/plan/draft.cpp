// Drafting a stage. A stage without reductions is one kernel: its body computes every element of
// the iteration space, its stores go to results and to intermediates. A stage with reductions has
// two. The main kernel runs over the whole iteration space and adds values to accumulators. The
// epilogue runs over the same space with extent 1 on the reduced axes: it reads complete
// accumulators as if they were arrays and computes what follows from them, such as the division of
// a mean. An accumulator that is a result as it stands needs no kernel and is copied. A matrix
// product has a body for each factor, which computes what is multiplied.
// Bodies stop at what is stored elsewhere: reductions of earlier stages and values that other
// stages of the pass materialise. Every load and store becomes an operand with a byte stride for
// each axis of the iteration space; main's come first, then the epilogue's, then copies. Which axis
// is a loop, and which loop is inside, is not decided here.
#include "plan/draft.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "plan/magnitudes.hpp"

namespace tightloop::plan {
namespace {

using ir::Layout;
using ir::NodeId;

std::vector<std::int64_t> to_vector(const Dims& d) {
  return {d.begin(), d.end()};
}

class Drafter {
 public:
  Drafter(const DraftContext& context, const StageOutline& outline,
          const IntermediateOf& reductions)
      : c_(context), graph_(context.graph), reductions_(reductions) {
    draft_.outline = outline;
  }

  Draft run(const IntermediateOf& loaded, const IntermediateOf& stored, std::size_t& instructions) {
    const StageOutline& outline = draft_.outline;
    if (outline.product) return product(loaded, instructions);
    Body body(graph_, c_.shapes, outline.iteration, instructions,
              [&](NodeId id) { return found(id, loaded); });
    for (NodeId id : outline.reductions) {
      const ir::TypedNode& node = graph_.nodes[id];
      const bool check = node.may_wrap && graph_.check_overflow && node.op == Op::prod;
      const std::uint32_t value = body.emit(node.args[0]);
      const DType acc = kernel::is_position(node.op) ? body.kernel.body[value].lane
                                                     : accumulator_dtype(graph_, outline, id);
      body.kernel.reductions.push_back({node.op, acc, value, check, false});
    }
    add_halves_narrow(body.kernel);
    std::vector<AxisOperand> stores;
    for (std::uint32_t r : outline.stores) {
      const NodeId id = graph_.results[r];
      body.kernel.stores.push_back({graph_.nodes[id].dtype, body.emit(id)});
      stores.push_back(store_result(r, to_vector(c_.outs[r].strides)));
    }
    for (const auto& [id, place] : in_order(stored)) {
      body.kernel.stores.push_back({c_.intermediates[place].dtype, body.emit(id)});
      stores.push_back(store_intermediate(place, false));
    }
    add_loads(body, false);
    std::move(stores.begin(), stores.end(), std::back_inserter(draft_.operands));
    draft_.main_count = draft_.operands.size();
    draft_.nodes = std::move(body.nodes);
    draft_.main = std::move(body.kernel);
    draft_.plain_body = draft_.main.body.size();
    draft_.main_params = std::move(body.params);
    if (!outline.reductions.empty()) make_epilogue(loaded, instructions);
    return std::move(draft_);
  }

 private:
  /// Sums of halves that float32 holds, however they are added, start in float32.
  void add_halves_narrow(kernel::KernelPlan& kernel) const {
    std::vector<double> bounds;
    for (std::size_t i = 0; i < kernel.reductions.size(); ++i) {
      kernel::KernelReduce& r = kernel.reductions[i];
      const ir::TypedNode& operand =
          graph_.nodes[graph_.nodes[draft_.outline.reductions[i]].args[0]];
      if (r.op != Op::sum || !is_half(operand.dtype)) continue;
      if (bounds.empty()) bounds = magnitudes(kernel);
      r.narrow_first = bounds[r.value] <= kernel::kMostNarrow;
    }
  }

  static std::vector<std::pair<NodeId, std::uint32_t>> in_order(const IntermediateOf& values) {
    std::vector<std::pair<NodeId, std::uint32_t>> out(values.begin(), values.end());
    std::sort(out.begin(), out.end());
    return out;
  }

  Body::Stored held(std::uint32_t place) const {
    return {{Memory::Kind::intermediate, place}, c_.intermediates[place].dtype};
  }

  Body::Stored materialised(NodeId reduction) const {
    const auto at = reductions_.find(reduction);
    if (at != reductions_.end()) return held(at->second);
    throw Error(ErrorCode::internal, "a reduction that no pass keeps is read");
  }

  std::optional<Body::Stored> found(NodeId id, const IntermediateOf& loaded) const {
    if (is_reduction(graph_.nodes[id].op)) return materialised(id);
    const auto at = loaded.find(id);
    if (at == loaded.end()) return std::nullopt;
    return held(at->second);
  }

  /// Expands a body's loads to operands.
  void add_loads(const Body& body, bool epilogue) {
    for (const BodyLoad& load : body.loads) {
      AxisOperand o;
      o.operand.source = load.source;
      o.operand.dtype = load.dtype;
      o.in_epilogue = epilogue;
      o.is_accumulator = load.source.kind == Memory::Kind::accumulator;
      if (!o.is_accumulator) {
        Layout own;
        if (load.source.kind == Memory::Kind::input) {
          const ArrayLayout& in = c_.inputs[load.source.index];
          own = {in.shape, in.strides, 0};
          o.operand.swapped = in.swapped && itemsize(load.dtype) > 1;
        } else {
          const Dims& shape = c_.intermediates[load.source.index].shape;
          own = {shape, c_strides(shape, itemsize(load.dtype)), 0};
        }
        const Layout at = body.layout(load, own);
        o.operand.offset = at.offset;
        o.strides = to_vector(at.strides);
        for (std::size_t i = 0; epilogue && i < o.strides.size(); ++i) {
          if ((draft_.outline.mask >> i) & 1U) o.strides[i] = 0;
        }
      }
      draft_.operands.push_back(std::move(o));
    }
  }

  bool keeps_dims(const Dims& shape) const {
    return shape.size() == draft_.outline.iteration.size();
  }

  /// Strides over a reduction's result, moved to the axes of the iteration space.
  std::vector<std::int64_t> spread(const Dims& strides) const {
    const StageOutline& outline = draft_.outline;
    std::vector<std::int64_t> out;
    int next = 0;
    for (int i = 0; i < outline.iteration.size(); ++i) {
      const bool reduced = ((outline.mask >> i) & 1U) != 0;
      out.push_back(reduced ? 0 : strides[next]);
      if (!reduced || keeps_dims(strides)) ++next;
    }
    return out;
  }

  AxisOperand store_result(std::uint32_t result, std::vector<std::int64_t> strides) const {
    AxisOperand o;
    o.operand.source = {Memory::Kind::result, result};
    o.operand.dtype = graph_.nodes[graph_.results[result]].dtype;
    o.operand.swapped = c_.outs[result].swapped && itemsize(o.operand.dtype) > 1;
    o.is_store = true;
    o.strides = std::move(strides);
    return o;
  }

  AxisOperand store_intermediate(std::uint32_t place, bool reduced) const {
    const Intermediate& mid = c_.intermediates[place];
    const Dims strides = c_strides(mid.shape, itemsize(mid.dtype));
    AxisOperand o;
    o.operand.source = {Memory::Kind::intermediate, place};
    o.operand.dtype = mid.dtype;
    o.is_store = true;
    o.strides = reduced ? spread(strides) : to_vector(strides);
    return o;
  }

  /// Adds the epilogue's kernel and operands, then those of plain copies. It runs over the
  /// iteration space with extent 1 on the reduced axes.
  void make_epilogue(const IntermediateOf& values, std::size_t& instructions) {
    const StageOutline& outline = draft_.outline;
    const auto count = static_cast<std::uint32_t>(outline.reductions.size());
    std::unordered_map<NodeId, std::uint32_t> own;
    for (std::uint32_t i = 0; i < count; ++i) own.emplace(outline.reductions[i], i);
    Dims outputs = outline.iteration;
    for (int i = 0; i < outputs.size(); ++i) {
      if ((outline.mask >> i) & 1U) outputs[i] = 1;
    }
    const auto find = [&](NodeId id) -> std::optional<Body::Stored> {
      const auto at = own.find(id);
      if (at != own.end()) {
        return Body::Stored{{Memory::Kind::accumulator, at->second},
                            accumulator_dtype(graph_, outline, id)};
      }
      if (is_reduction(graph_.nodes[id].op)) return materialised(id);
      return std::nullopt;
    };
    Body body(graph_, c_.shapes, outputs, instructions, find);
    const std::uint32_t squeezed = body.without_axes(outline.mask);
    std::vector<AxisOperand> stores, copies;
    for (std::uint32_t r : outline.epilogues) {
      const NodeId id = graph_.results[r];
      const auto at = own.find(id);
      AxisOperand to = store_result(r, spread(c_.outs[r].strides));
      to.in_epilogue = true;
      if (at != own.end() && !is_half(graph_.nodes[id].dtype)) {
        draft_.copied.push_back(at->second);
        copies.push_back(std::move(to));
      } else {
        const std::uint32_t chain = keeps_dims(c_.outs[r].shape) ? 0 : squeezed;
        body.kernel.stores.push_back({graph_.nodes[id].dtype, body.emit(id, chain)});
        stores.push_back(std::move(to));
      }
    }
    for (NodeId id : outline.values) {
      const std::uint32_t place = values.at(id);
      const std::uint32_t chain = keeps_dims(c_.shapes[id]) ? 0 : squeezed;
      body.kernel.stores.push_back({c_.intermediates[place].dtype, body.emit(id, chain)});
      stores.push_back(store_intermediate(place, true));
      stores.back().in_epilogue = true;
    }
    for (std::uint32_t i : outline.materialised) {
      draft_.copied.push_back(i);
      copies.push_back(store_intermediate(reductions_.at(outline.reductions[i]), true));
      copies.back().in_epilogue = true;
    }
    draft_.has_epilogue = !stores.empty();
    if (draft_.has_epilogue) add_loads(body, true);
    std::move(stores.begin(), stores.end(), std::back_inserter(draft_.operands));
    std::move(copies.begin(), copies.end(), std::back_inserter(draft_.operands));
    draft_.epilogue = std::move(body.kernel);
    draft_.epilogue_params = std::move(body.params);
  }

  Factor factor(NodeId id, const IntermediateOf& loaded, std::size_t& instructions) {
    Body body(graph_, c_.shapes, draft_.outline.iteration, instructions,
              [&](NodeId node) { return found(node, loaded); });
    Factor f;
    f.value = body.emit(id);
    f.range = graph_.nodes[id].range;
    f.shape = c_.shapes[id];
    add_loads(body, false);
    f.kernel = std::move(body.kernel);
    f.params = std::move(body.params);
    return f;
  }

  Draft product(const IntermediateOf& loaded, std::size_t& instructions) {
    const StageOutline& outline = draft_.outline;
    Factor left = factor(outline.product->left, loaded, instructions);
    Factor right = factor(outline.product->right, loaded, instructions);
    draft_.factors.emplace(std::move(left), std::move(right));
    draft_.main_count = draft_.operands.size();
    if (outline.epilogues.empty()) {
      draft_.operands.push_back(store_intermediate(reductions_.at(outline.reductions[0]), true));
    } else {
      const std::uint32_t result = outline.epilogues[0];
      draft_.operands.push_back(store_result(result, spread(c_.outs[result].strides)));
    }
    draft_.operands.back().in_epilogue = true;
    draft_.copied.push_back(0);
    return std::move(draft_);
  }

  const DraftContext& c_;
  const ir::TypedGraph& graph_;
  const IntermediateOf& reductions_;
  Draft draft_;
};

}  // namespace

DType accumulator_dtype(const ir::TypedGraph& graph, const StageOutline& outline,
                        NodeId reduction) {
  if (outline.product) return product_dtype(graph, reduction, *outline.product);
  return ir::lane_of(graph.nodes[reduction].dtype);
}

Draft make_draft(const DraftContext& context, const StageOutline& outline,
                 const IntermediateOf& reductions, const IntermediateOf& loaded,
                 const IntermediateOf& stored, std::size_t& instructions) {
  return Drafter(context, outline, reductions).run(loaded, stored, instructions);
}

}  // namespace tightloop::plan
