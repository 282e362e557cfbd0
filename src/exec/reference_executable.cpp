// Lends the reference evaluator views of a call's memory. What it computes is of the results' own
// shapes; destinations that these broadcast to are filled from a copy.
#include "exec/reference_executable.hpp"

#include <algorithm>
#include <utility>

#include "exec/reference/evaluate.hpp"
#include "ir/shapes.hpp"
#include "types/strides.hpp"

namespace tightloop::exec {
namespace {

ByteOrder order_of(const plan::ArrayLayout& layout) {
  return layout.swapped ? ByteOrder::swapped : ByteOrder::native;
}

std::int64_t size_of(const Dims& shape) {
  std::int64_t n = 1;
  for (std::int64_t e : shape) n *= e;
  return n;
}

/// True for a vector without gaps that receives so many elements in C order.
bool is_flat(const plan::ArrayLayout& out, std::int64_t elements, std::size_t item) {
  return out.shape.size() == 1 && out.shape[0] == elements &&
         out.strides[0] == static_cast<std::int64_t>(item);
}

/// Repeats a view along broadcast axes.
ArrayView stretched(const ArrayView& view, const Dims& shape) {
  const ir::Layout wide = ir::broadcast_to({view.shape(), view.strides(), 0}, shape);
  return ArrayView(view.data(), view.dtype(), wide.shape, wide.strides, view.byte_order());
}

}  // namespace

ReferenceExecutable::ReferenceExecutable(plan::LoopPlan plan, const ir::TypedGraph& graph,
                                         std::span<const plan::ArrayLayout> inputs,
                                         std::span<const plan::ArrayLayout> outs)
    : Executable(std::move(plan)),
      graph_(graph),
      inputs_(inputs.begin(), inputs.end()),
      outs_(outs.begin(), outs.end()) {
  std::vector<Dims> input_shapes;
  for (const plan::ArrayLayout& in : inputs_) input_shapes.push_back(in.shape);
  shapes_ = ir::infer_shapes(graph_, input_shapes);
  for (std::size_t i = 0; i < graph_.results.size(); ++i) {
    const Dims& shape = shapes_[graph_.results[i]];
    const std::size_t item = itemsize(graph_.nodes[graph_.results[i]].dtype);
    if (outs.empty()) {
      outs_.push_back({shape, c_strides(shape, item), false});
    } else if (outs_[i].shape != shape && is_flat(outs_[i], size_of(shape), item)) {
      outs_[i] = {shape, c_strides(shape, item), outs_[i].swapped};
    }
  }
}

std::uint64_t ReferenceExecutable::run(const CallArguments& call, Workers workers,
                                       std::uint64_t& extra_bytes) const {
  extra_bytes = 0;
  std::vector<reference::Input> inputs(inputs_.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const plan::ArrayLayout& at = inputs_[i];
    if (graph_.inputs[i].weak) {
      inputs[i].scalar = call.scalars[i];
    } else {
      inputs[i].view =
          ArrayView(call.inputs[i], graph_.inputs[i].dtype, at.shape, at.strides, order_of(at));
    }
  }
  std::vector<Array> narrow(outs_.size());  // of results that are stretched
  std::vector<ArrayView> outs, targets;
  for (std::size_t i = 0; i < outs_.size(); ++i) {
    const DType dtype = graph_.nodes[graph_.results[i]].dtype;
    const plan::ArrayLayout& at = outs_[i];
    outs.emplace_back(call.results[i], dtype, at.shape, at.strides, order_of(at));
    const Dims& shape = shapes_[graph_.results[i]];
    if (shape != at.shape) narrow[i] = Array(dtype, shape);
    targets.push_back(shape == at.shape ? outs[i] : narrow[i].view());
  }
  const bool overflows =
      reference::evaluate(graph_, shapes_, inputs, targets, workers.stop).has_value();
  for (std::size_t i = 0; i < outs.size(); ++i) {
    if (shapes_[graph_.results[i]] == outs_[i].shape) continue;
    copy_elements(outs[i], stretched(targets[i], outs_[i].shape));
  }
  const bool noted = overflows || graph_.report_events;
  return kNotFinite | (noted ? kernel::kNoted : 0);
}

}  // namespace tightloop::exec
