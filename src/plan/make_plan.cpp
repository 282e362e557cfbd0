// Assembles the loop plan: passes, their bodies, their loops.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "plan/body.hpp"
#include "plan/loop_plan.hpp"
#include "plan/loops.hpp"
#include "plan/partition.hpp"

namespace tightloop::plan {
namespace {

using ir::Layout;
using ir::NodeId;

std::vector<std::int64_t> to_vector(const Dims& d) {
  return {d.begin(), d.end()};
}

class Planner {
 public:
  Planner(const ir::TypedGraph& graph, std::span<const ArrayLayout> inputs,
          std::span<const ArrayLayout> outs)
      : graph_(graph), inputs_(inputs), outs_(outs.begin(), outs.end()) {}

  LoopPlan run() {
    std::vector<Dims> shapes;
    for (const ArrayLayout& in : inputs_) shapes.push_back(in.shape);
    plan_.shapes = ir::infer_shapes(graph_, shapes);
    default_outs();
    std::vector<Dims> out_shapes;
    for (const ArrayLayout& out : outs_) out_shapes.push_back(out.shape);
    const std::vector<Pass> passes = partition(graph_, plan_.shapes, out_shapes);
    for (const Pass& pass : passes) {
      for (std::uint32_t i : pass.kept) {
        const NodeId id = pass.reductions[i];
        intermediate_of_[id] = static_cast<std::uint32_t>(plan_.intermediates.size());
        plan_.intermediates.push_back({accumulator(id), plan_.shapes[id], id});
      }
    }
    for (const Pass& pass : passes) plan_.stages.push_back(make_stage(pass));
    return std::move(plan_);
  }

 private:
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
                    "the result has shape " + ir::to_string(shape) + " but the destination has " +
                        ir::to_string(outs_[i].shape),
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

  std::uint32_t intermediate_of(NodeId reduction) const {
    const auto at = intermediate_of_.find(reduction);
    if (at != intermediate_of_.end()) return at->second;
    throw Error(ErrorCode::internal, "a reduction that no pass keeps is read");
  }

  /// Half types reduce in float32.
  DType accumulator(NodeId reduction) const { return ir::lane_of(graph_.nodes[reduction].dtype); }

  Source stored(NodeId id) const { return {Source::Kind::intermediate, intermediate_of(id)}; }

  /// Expands a body's loads to operands; for the epilogue, axes that were reduced are put back.
  void add_loads(const Body& body, const Pass& pass, bool epilogue,
                 std::vector<AxisOperand>& list) const {
    for (const BodyLoad& load : body.loads) {
      AxisOperand o;
      o.operand.source = load.source;
      o.operand.dtype = load.dtype;
      o.in_epilogue = epilogue;
      o.is_accumulator = load.source.kind == Source::Kind::accumulator;
      if (!o.is_accumulator) {
        Layout own;
        if (load.source.kind == Source::Kind::input) {
          const ArrayLayout& in = inputs_[load.source.index];
          own = {in.shape, in.strides, 0};
          o.operand.swapped = in.swapped && itemsize(load.dtype) > 1;
        } else {
          const Dims& shape = plan_.intermediates[load.source.index].shape;
          own = {shape, c_strides(shape, itemsize(load.dtype)), 0};
        }
        const Layout at = body.layout(load, own);
        o.operand.offset = at.offset;
        o.strides = epilogue ? spread(at.strides, pass) : to_vector(at.strides);
      }
      list.push_back(std::move(o));
    }
  }

  /// Strides over a reduction's result, moved to the axes of the iteration space.
  static std::vector<std::int64_t> spread(const Dims& strides, const Pass& pass) {
    std::vector<std::int64_t> out;
    int next = 0;
    for (int i = 0; i < pass.iteration.size(); ++i) {
      const bool reduced = ((pass.mask >> i) & 1U) != 0;
      out.push_back(reduced ? 0 : strides[next]);
      if (!reduced || pass.keepdims) ++next;
    }
    return out;
  }

  AxisOperand store_result(std::uint32_t result, const Pass& pass, bool epilogue) const {
    const ArrayLayout& out = outs_[result];
    AxisOperand o;
    o.operand.source = {Source::Kind::result, result};
    o.operand.dtype = graph_.nodes[graph_.results[result]].dtype;
    o.operand.swapped = out.swapped && itemsize(o.operand.dtype) > 1;
    o.is_store = true;
    o.in_epilogue = epilogue;
    o.strides = epilogue ? spread(out.strides, pass) : to_vector(out.strides);
    return o;
  }

  AxisOperand store_intermediate(NodeId reduction, const Pass& pass) const {
    const Intermediate& mid = plan_.intermediates[intermediate_of(reduction)];
    AxisOperand o;
    o.operand.source = stored(reduction);
    o.operand.dtype = mid.dtype;
    o.is_store = o.in_epilogue = true;
    o.strides = spread(c_strides(mid.shape, itemsize(mid.dtype)), pass);
    return o;
  }

  Stage make_stage(const Pass& pass) {
    Stage stage;
    const bool reduces = !pass.reductions.empty();
    Body body(graph_, plan_.shapes, pass.iteration, instructions_,
              [&](NodeId id) { return stored(id); });
    for (NodeId id : pass.reductions) {
      const ir::TypedNode& node = graph_.nodes[id];
      const bool check = node.may_wrap && graph_.check_overflow && node.op == Op::prod;
      const std::uint32_t value = body.emit(node.args[0]);
      body.kernel.reductions.push_back({node.op, accumulator(id), value, check});
    }
    for (std::uint32_t r : pass.stores) {
      const NodeId id = graph_.results[r];
      body.kernel.stores.push_back({graph_.nodes[id].dtype, body.emit(id)});
    }
    std::vector<AxisOperand> operands;
    add_loads(body, pass, false, operands);
    for (std::uint32_t r : pass.stores) operands.push_back(store_result(r, pass, false));
    const std::size_t main_count = operands.size();
    stage.main.kernel = std::move(body.kernel);
    stage.main.params = std::move(body.params);
    std::vector<std::uint32_t> copied;
    if (reduces) make_epilogue(stage, pass, operands, copied);
    choose_loops(stage, pass.iteration, pass.mask, reduces, operands);
    distribute(stage, operands, main_count, copied);
    finish(stage, reduces);
    return stage;
  }

  /// Adds the epilogue's kernel and operands, then those of plain copies (listed in `copied`).
  void make_epilogue(Stage& stage, const Pass& pass, std::vector<AxisOperand>& operands,
                     std::vector<std::uint32_t>& copied) {
    const auto count = static_cast<std::uint32_t>(pass.reductions.size());
    std::unordered_map<NodeId, std::uint32_t> own;
    for (std::uint32_t i = 0; i < count; ++i) own.emplace(pass.reductions[i], i);
    const auto position = [&](NodeId id) {
      const auto at = own.find(id);
      return at == own.end() ? count : at->second;
    };
    Body body(graph_, plan_.shapes, plan_.shapes[pass.reductions[0]], instructions_,
              [&](NodeId id) {
                const std::uint32_t at = position(id);
                return at < count ? Source{Source::Kind::accumulator, at} : stored(id);
              });
    std::vector<AxisOperand> stores, copies;
    for (std::uint32_t r : pass.epilogues) {
      const NodeId id = graph_.results[r];
      if (position(id) < count && !is_half(graph_.nodes[id].dtype)) {
        copied.push_back(position(id));
        copies.push_back(store_result(r, pass, true));
      } else {
        body.kernel.stores.push_back({graph_.nodes[id].dtype, body.emit(id)});
        stores.push_back(store_result(r, pass, true));
      }
    }
    for (std::uint32_t i : pass.kept) {
      copied.push_back(i);
      copies.push_back(store_intermediate(pass.reductions[i], pass));
    }
    stage.has_epilogue = !stores.empty();
    if (stage.has_epilogue) add_loads(body, pass, true, operands);
    operands.insert(operands.end(), stores.begin(), stores.end());
    operands.insert(operands.end(), copies.begin(), copies.end());
    stage.epilogue.kernel = std::move(body.kernel);
    stage.epilogue.params = std::move(body.params);
  }

  static void distribute(Stage& stage, std::vector<AxisOperand>& operands, std::size_t main_count,
                         const std::vector<std::uint32_t>& copied) {
    const std::size_t epilogue_end = operands.size() - copied.size();
    for (std::size_t i = 0; i < operands.size(); ++i) {
      Operand& o = operands[i].operand;
      if (i >= epilogue_end) {
        stage.copies.push_back({copied[i - epilogue_end], std::move(o)});
        continue;
      }
      Nest& nest = i < main_count ? stage.main : stage.epilogue;
      nest.any_packed = nest.any_packed || o.packed;
      nest.operands.push_back(std::move(o));
    }
  }

  /// Lets rows that share an operand advance together, where registers hold their accumulators.
  static void join_rows(Stage& stage) {
    KernelPlan& kernel = stage.main.kernel;
    if (kernel.kind != KernelKind::row_reduce || !kernel.stores.empty() || stage.main.any_packed ||
        kernel.body.size() > 16 || kernel.reductions.size() > 2) {
      return;
    }
    kernel.joined_rows = kernel.body.size() <= 6 && kernel.reductions.size() == 1 ? 8 : 4;
    for (std::size_t i = 0; i < kernel.loads.size(); ++i) {
      kernel.loads[i].shared = stage.main.operands[i].m.back() == 0;
    }
  }

  void finish(Stage& stage, bool reduces) {
    const auto elements = static_cast<std::uint64_t>(stage.m_size() * stage.r_size());
    std::uint64_t read = 0, written = 0;
    for (const Operand& o : stage.main.operands) {
      std::uint64_t distinct = elements > 0 ? itemsize(o.dtype) : 0;
      for (std::size_t i = 0; i < o.m.size(); ++i) {
        if (o.m[i] != 0) distinct *= static_cast<std::uint64_t>(stage.m[i]);
      }
      for (std::size_t i = 0; i < o.r.size(); ++i) {
        if (o.r[i] != 0) distinct *= static_cast<std::uint64_t>(stage.r[i]);
      }
      (o.source.kind == Source::Kind::result ? written : read) += distinct;
    }
    const auto outputs = static_cast<std::uint64_t>(stage.m_size());
    const auto count_output = [&](const Operand& o) {
      if (o.source.kind == Source::Kind::result) written += outputs * itemsize(o.dtype);
    };
    for (const Operand& o : stage.epilogue.operands) count_output(o);
    for (const AccumulatorCopy& c : stage.copies) count_output(c.to);
    plan_.bytes_read += read;
    plan_.bytes_written += written;
    if (!reduces) {
      constexpr std::uint64_t kStreamingBytes = std::uint64_t{8} << 20;
      stage.main.kernel.streaming_stores =
          read + written >= kStreamingBytes && !stage.main.any_packed;
      return;
    }
    bool float_sums = false;
    for (const KernelReduce& red : stage.main.kernel.reductions) {
      float_sums = float_sums || is_float(red.acc) || is_complex(red.acc);
    }
    stage.blocking =
        choose_blocking(stage, stage.main.kernel.kind, float_sums, stage.main.any_packed);
    if (stage.blocking.turn > 0 && !float_sums) join_rows(stage);
  }

  const ir::TypedGraph& graph_;
  std::span<const ArrayLayout> inputs_;
  std::vector<ArrayLayout> outs_;
  LoopPlan plan_;
  std::unordered_map<NodeId, std::uint32_t> intermediate_of_;  // by reduction
  std::size_t instructions_ = 0;                               // of all bodies so far
};

}  // namespace

std::int64_t Stage::m_size() const {
  std::int64_t n = 1;
  for (std::int64_t e : m) n *= e;
  return n;
}

std::int64_t Stage::r_size() const {
  std::int64_t n = 1;
  for (std::int64_t e : r) n *= e;
  return n;
}

LoopPlan make_plan(const ir::TypedGraph& graph, std::span<const ArrayLayout> inputs,
                   std::span<const ArrayLayout> outs) {
  return Planner(graph, inputs, outs).run();
}

}  // namespace tightloop::plan
