// The index space is cut into tiles of kept positions; a tile visits all reduced positions, in the
// order that keeps the last axis innermost, so that at most a tile of accumulators is alive.
#include "exec/reference/sweep.hpp"

#include <algorithm>
#include <cstring>

#include "ir/signals.hpp"

namespace tightloop::reference {
namespace {

constexpr std::size_t kBlock = 256;                        // lanes of a step, at most
constexpr std::size_t kBlockBytes = std::size_t{8} << 20;  // of all steps and indices together

std::int64_t product(const Dims& shape, std::uint32_t axes) {
  std::int64_t count = 1;
  for (int i = 0; i < shape.size(); ++i) {
    if ((axes >> i & 1) != 0) count *= shape[i];
  }
  return count;
}

/// Counts through some axes of a shape in C order.
class Odometer {
 public:
  Odometer(const Dims& shape, std::uint32_t axes) : shape_(shape), axes_(axes), at_(shape) {
    for (std::int64_t& index : at_) index = 0;
  }
  std::int64_t operator[](int axis) const { return at_[axis]; }
  void advance() {
    for (int i = shape_.size() - 1; i >= 0; --i) {
      if ((axes_ >> i & 1) == 0) continue;
      if (++at_[i] < shape_[i]) return;
      at_[i] = 0;
    }
  }

 private:
  Dims shape_;
  std::uint32_t axes_;
  Dims at_;
};

/// Indices of a block, per axis of a base: at(axis)[i].
class BlockIndices {
 public:
  BlockIndices(int rank, std::size_t block)
      : block_(block), values_(static_cast<std::size_t>(rank) * block) {}
  std::int64_t* at(int axis) { return values_.data() + static_cast<std::size_t>(axis) * block_; }
  const std::int64_t* at(int axis) const {
    return values_.data() + static_cast<std::size_t>(axis) * block_;
  }

 private:
  std::size_t block_;
  std::vector<std::int64_t> values_;
};

/// Computes the steps of a cone for blocks of root indices.
class BlockMachine {
 public:
  BlockMachine(const Cone& cone, FirstOverflow& overflow);

  std::size_t block() const { return block_; }
  /// Where the root's indices of the next block go.
  BlockIndices& root() { return indices_[0]; }
  void run(std::size_t count);
  const void* lanes(std::uint32_t step) const { return arena_.data() + place_[step]; }
  /// Evaluates a linear function of a base's indices for the current block.
  void map_linear(const LinearMap& map, std::size_t count, std::int64_t* out) const;

 private:
  void fill(const Step& step, std::byte* lanes) const;
  void derive_base(std::size_t base, std::size_t count);
  void look_for_overflow(const Step& step, const void* const* args, std::size_t count);
  void look_for_events(const Step& step, const void* const* args, const void* out,
                       std::size_t count);
  std::int64_t element_number(FrameId frame, std::size_t i) const;

  const Cone& cone_;
  FirstOverflow& overflow_;
  std::size_t block_ = 1;
  std::vector<BlockIndices> indices_;  // by base
  std::vector<LinearMap> counts_;      // by base: what it counts
  std::vector<std::size_t> place_;     // by step: bytes into the arena
  std::vector<std::byte> arena_;
  std::vector<std::int64_t> offsets_;
};

BlockMachine::BlockMachine(const Cone& cone, FirstOverflow& overflow)
    : cone_(cone), overflow_(overflow) {
  std::size_t lane_bytes = 0;
  for (const Step& step : cone.steps()) lane_bytes += itemsize(step.lane);
  for (const Base& base : cone.frames().bases()) {
    lane_bytes += sizeof(std::int64_t) * static_cast<std::size_t>(base.shape.size());
  }
  block_ = std::clamp(kBlockBytes / (lane_bytes + 1), std::size_t{1}, kBlock);
  offsets_.resize(block_);
  for (const Base& base : cone.frames().bases()) {
    indices_.emplace_back(base.shape.size(), block_);
    counts_.push_back(base.from == kNoFrame ? LinearMap{}
                                            : cone.frames().element_number(base.from));
  }
  std::size_t bytes = 0;
  for (const Step& step : cone.steps()) {
    place_.push_back(bytes);
    bytes += (itemsize(step.lane) * block_ + 15) / 16 * 16;
  }
  arena_.resize(bytes);
  for (std::size_t s = 0; s < place_.size(); ++s) {
    const Step& step = cone.steps()[s];
    if (step.load == nullptr && step.kernel.run == nullptr) fill(step, arena_.data() + place_[s]);
  }
}

void BlockMachine::fill(const Step& step, std::byte* lanes) const {
  const std::size_t size = itemsize(step.lane);
  for (std::size_t i = 0; i < block_; ++i) {
    std::copy_n(reinterpret_cast<const std::byte*>(step.value.bytes), size, lanes + i * size);
  }
}

void BlockMachine::map_linear(const LinearMap& map, std::size_t count, std::int64_t* out) const {
  std::fill_n(out, count, map.offset);
  for (std::size_t axis = 0; axis < map.strides.size(); ++axis) {
    const std::int64_t stride = map.strides[axis];
    if (stride == 0) continue;
    const std::int64_t* index = indices_[map.base].at(static_cast<int>(axis));
    for (std::size_t i = 0; i < count; ++i) out[i] += index[i] * stride;
  }
}

void BlockMachine::derive_base(std::size_t base, std::size_t count) {
  const Dims& shape = cone_.frames().bases()[base].shape;
  map_linear(counts_[base], count, offsets_.data());
  for (int axis = shape.size() - 1; axis >= 0; --axis) {
    std::int64_t* index = indices_[base].at(axis);
    for (std::size_t i = 0; i < count; ++i) {
      index[i] = offsets_[i] % shape[axis];
      offsets_[i] /= shape[axis];
    }
  }
}

void BlockMachine::run(std::size_t count) {
  check_stop(cone_.bindings().stop);
  for (std::size_t base = 1; base < indices_.size(); ++base) derive_base(base, count);
  const std::vector<Step>& steps = cone_.steps();
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const Step& step = steps[s];
    std::byte* out = arena_.data() + place_[s];
    if (step.load != nullptr) {
      map_linear(step.offsets, count, offsets_.data());
      step.load(step.address, offsets_.data(), count, out);
    } else if (step.kernel.run != nullptr) {
      const void* args[3] = {};
      for (std::size_t k = 0; k < step.nargs; ++k) args[k] = lanes(step.args[k]);
      step.kernel.run(out, args, count);
      if (step.kernel.overflow != nullptr) look_for_overflow(step, args, count);
      if (step.watched) look_for_events(step, args, out, count);
    }
  }
}

void BlockMachine::look_for_overflow(const Step& step, const void* const* args, std::size_t count) {
  if (!overflow_.concerns(step.node)) return;
  std::size_t i = step.kernel.overflow(args, 0, count);
  for (; i < count; i = step.kernel.overflow(args, i + 1, count)) {
    Scalar operand;
    operand.dtype = cone_.steps()[step.args[0]].lane;
    const std::size_t size = itemsize(operand.dtype);
    std::memcpy(operand.bytes, static_cast<const std::byte*>(args[0]) + i * size, size);
    overflow_.note(step.node, element_number(step.frame, i), operand);
  }
}

void BlockMachine::look_for_events(const Step& step, const void* const* args, const void* out,
                                   std::size_t count) {
  const Bindings& bindings = cone_.bindings();
  const DType operand = cone_.steps()[step.args[0]].lane;
  const WatchedBlock block{&bindings.node(step.node), operand, step.lane,
                           step.kernel.run,           args,    out};
  for (std::size_t i = 0; i < count; ++i) {
    const EventSet kinds = EventWatch::judge(block, i);
    if (!kinds.empty()) bindings.events->note(kinds, step.node, element_number(step.frame, i));
  }
}

std::int64_t BlockMachine::element_number(FrameId frame, std::size_t i) const {
  const LinearMap map = cone_.frames().element_number(frame);
  std::int64_t number = map.offset;
  for (std::size_t axis = 0; axis < map.strides.size(); ++axis) {
    number += map.strides[axis] * indices_[map.base].at(static_cast<int>(axis))[i];
  }
  return number;
}

/// Visits the positions of a tile: every reduced position for each of `width` kept ones.
class TileWalk {
 public:
  TileWalk(const Dims& shape, std::uint32_t reduced, std::size_t max_width)
      : shape_(shape),
        reduced_axes_(reduced),
        kept_(shape, ~reduced),
        kept_indices_(shape.size(), max_width),
        reduced_(shape, reduced),
        reduced_count_(product(shape, reduced)) {
    for (int i = 0; i < shape.size(); ++i) {
      if (shape[i] != 1) reduced_inside_ = (reduced >> i & 1) != 0;
    }
  }

  void begin_tile(std::size_t width) {
    for (std::size_t j = 0; j < width; ++j) {
      for (int axis = 0; axis < shape_.size(); ++axis) kept_indices_.at(axis)[j] = kept_[axis];
      kept_.advance();
    }
    width_ = width;
    slot_ = 0;
    row_ = 0;
  }

  /// Writes the indices and slots of up to `block` further positions; returns how many.
  std::size_t next(BlockIndices& indices, std::uint32_t* slots, std::size_t block) {
    std::size_t count = 0;
    for (; count < block && slot_ < width_ && row_ < reduced_count_; ++count) {
      slots[count] = static_cast<std::uint32_t>(slot_);
      for (int axis = 0; axis < shape_.size(); ++axis) {
        const bool is_reduced = (reduced_axes_ >> axis & 1) != 0;
        indices.at(axis)[count] = is_reduced ? reduced_[axis] : kept_indices_.at(axis)[slot_];
      }
      step();
    }
    return count;
  }

 private:
  void step() {
    if (reduced_inside_) {
      reduced_.advance();
      if (++row_ == reduced_count_) {
        ++slot_;
        row_ = 0;
      }
    } else if (++slot_ == width_) {
      reduced_.advance();
      if (++row_ != reduced_count_) slot_ = 0;
    }
  }

  Dims shape_;
  std::uint32_t reduced_axes_;
  Odometer kept_;
  BlockIndices kept_indices_;
  Odometer reduced_;  // comes round to its start with every tile or slot
  std::int64_t reduced_count_;
  bool reduced_inside_ = false;
  std::size_t width_ = 0;
  std::size_t slot_ = 0;
  std::int64_t row_ = 0;
};

struct Sink {
  ir::NodeId node = ir::kNoNode;
  std::uint32_t step = 0;
  Reducer reducer;
  std::vector<std::max_align_t> states;
  std::byte* result = nullptr;
  std::size_t lane_size = 0;
  bool watched = false;
  std::vector<std::uint8_t> traits;  // watched: of the operands, by slot
};

std::vector<Sink> make_sinks(Bindings& bindings, std::span<const ir::NodeId> reductions,
                             std::int64_t kept) {
  std::vector<Sink> sinks;
  for (ir::NodeId id : reductions) {
    Sink sink;
    sink.node = id;
    sink.reducer = find_reducer(bindings.node(id).op, bindings.lane(bindings.node(id).args[0]),
                                bindings.lane(id));
    sink.lane_size = itemsize(bindings.lane(id));
    sink.watched = bindings.events != nullptr && ir::may_signal(bindings.graph, id);
    std::vector<std::byte>& lanes = bindings.reduced[id];
    lanes.resize(static_cast<std::size_t>(kept) * sink.lane_size);
    sink.result = lanes.data();
    sinks.push_back(std::move(sink));
  }
  return sinks;
}

void reset(std::vector<Sink>& sinks, std::size_t width) {
  for (Sink& sink : sinks) {
    const std::size_t bytes = sink.reducer.state_size * width;
    sink.states.resize((bytes + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
    sink.reducer.reset(sink.states.data(), width);
    if (sink.watched) sink.traits.assign(width, 0);
  }
}

void finish(const Bindings& bindings, std::vector<Sink>& sinks, std::int64_t first,
            std::size_t width, FirstOverflow& overflow) {
  for (Sink& sink : sinks) {
    const bool check = bindings.node(sink.node).may_wrap && bindings.graph.check_overflow;
    for (std::size_t j = 0; j < width; ++j) {
      alignas(16) std::byte lane[16];
      const bool fits = sink.reducer.finish(sink.states.data(), j, lane);
      const std::int64_t at = first + static_cast<std::int64_t>(j);
      std::copy_n(lane, sink.lane_size,
                  sink.result + static_cast<std::size_t>(at) * sink.lane_size);
      if (check && !fits) overflow.note(sink.node, at);
      if (!sink.watched) continue;
      const Op op = bindings.node(sink.node).op;
      const DType type = bindings.lane(sink.node);
      bindings.events->note(EventWatch::judge_reduction(op, type, lane, sink.traits[j]), sink.node,
                            at);
    }
  }
}

void finish_empty(const Bindings& bindings, std::vector<Sink>& sinks, std::int64_t kept,
                  FirstOverflow& overflow) {
  reset(sinks, 1);
  for (std::int64_t at = 0; at < kept; ++at) finish(bindings, sinks, at, 1, overflow);
}

}  // namespace

void sweep_to_arrays(const Bindings& bindings, std::span<const ir::NodeId> nodes,
                     std::span<const ArrayView> outs, FirstOverflow& overflow) {
  const Dims& shape = bindings.shapes[nodes[0]];
  const std::int64_t total = product(shape, ~0U);
  if (total == 0) return;
  Cone cone(bindings, shape);
  std::vector<std::uint32_t> last;
  for (ir::NodeId id : nodes) last.push_back(cone.add(id));
  BlockMachine machine(cone, overflow);
  TileWalk walk(shape, 0, machine.block());
  std::vector<LinearMap> maps;
  for (const ArrayView& out : outs) maps.push_back(cone.frames().linear(0, out.strides()));
  std::vector<std::uint32_t> slots(machine.block());
  std::vector<std::int64_t> offsets(machine.block());
  const auto block = static_cast<std::int64_t>(machine.block());
  for (std::int64_t at = 0; at < total; at += block) {
    walk.begin_tile(static_cast<std::size_t>(std::min(block, total - at)));
    const std::size_t count = walk.next(machine.root(), slots.data(), machine.block());
    machine.run(count);
    for (std::size_t i = 0; i < outs.size(); ++i) {
      machine.map_linear(maps[i], count, offsets.data());
      auto* to = static_cast<std::byte*>(outs[i].mutable_data());
      element_storer(outs[i].dtype(), outs[i].byte_order())(to, offsets.data(), count,
                                                            machine.lanes(last[i]));
    }
  }
}

void sweep_to_reductions(Bindings& bindings, std::span<const ir::NodeId> reductions,
                         std::uint32_t axes, FirstOverflow& overflow) {
  const Dims& shape = bindings.shapes[bindings.node(reductions[0]).args[0]];
  const std::int64_t kept = product(shape, ~axes);
  std::vector<Sink> sinks = make_sinks(bindings, reductions, kept);
  if (product(shape, ~0U) == 0) return finish_empty(bindings, sinks, kept, overflow);
  Cone cone(bindings, shape);
  for (Sink& sink : sinks) sink.step = cone.add(bindings.node(sink.node).args[0]);
  BlockMachine machine(cone, overflow);
  TileWalk walk(shape, axes, kBlock);
  std::vector<std::uint32_t> slots(machine.block());
  constexpr auto tile = static_cast<std::int64_t>(kBlock);
  for (std::int64_t at = 0; at < kept; at += tile) {
    const auto width = static_cast<std::size_t>(std::min(tile, kept - at));
    walk.begin_tile(width);
    reset(sinks, width);
    while (const std::size_t count = walk.next(machine.root(), slots.data(), machine.block())) {
      machine.run(count);
      for (Sink& sink : sinks) {
        const void* lanes = machine.lanes(sink.step);
        sink.reducer.fold(sink.states.data(), slots.data(), lanes, count);
        if (!sink.watched) continue;
        note_operands(bindings.lane(bindings.node(sink.node).args[0]), lanes, slots.data(), count,
                      sink.traits);
      }
    }
    finish(bindings, sinks, at, width, overflow);
  }
}

}  // namespace tightloop::reference
