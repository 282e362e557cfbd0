// Matrix products: which axes are rows, columns, depth and batch, in which dtype the factors are
// packed, and how their blocks lie.
#include "plan/matrix_product.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

namespace tightloop::plan {
namespace {

using ir::NodeId;

/// Which factors move along an axis of the joint space.
enum class Group : std::uint8_t { none, batch, rows, columns, depth };

Group group_of(bool left, bool right, bool summed) {
  if (summed) return left && right ? Group::depth : Group::none;
  if (left) return right ? Group::batch : Group::rows;
  return right ? Group::columns : Group::none;
}

/// True for matrices that are multiplied sooner than packed: measured. Without packing long rows
/// are read as many streams, and a long depth keeps few sums at work.
bool is_multiplied_in_place(std::int64_t rows, std::int64_t columns, std::int64_t depth,
                            const MachineModel& machine) {
  if (!kernel::is_small_product(rows, columns, depth)) return false;
  if (!kernel::is_packed_product(rows, columns, depth)) return true;
  return columns <= machine.in_place_columns &&
         (depth <= machine.in_place_depth || rows * columns * depth <= machine.in_place_products);
}

/// True where the joint space of a reduction is that of matrices.
bool is_matrix_product(const ir::TypedGraph& graph, const std::vector<Dims>& shapes, NodeId id,
                       const ir::AlignedProduct& product) {
  const Dims& left = shapes[product.left];
  const Dims& right = shapes[product.right];
  const Dims& joint = shapes[graph.nodes[id].args[0]];
  const std::uint32_t mask =
      ir::reduced_axes(graph.reduces[graph.nodes[id].attr], joint.size(), graph.span(id));
  std::int64_t rows = 1, columns = 1, depth = 1;
  for (int i = 0; i < joint.size(); ++i) {
    if (joint[i] == 0) return false;
    if (joint[i] == 1) continue;
    switch (group_of(left[i] > 1, right[i] > 1, ((mask >> i) & 1U) != 0)) {
      case Group::none: return false;
      case Group::batch: break;
      case Group::rows: rows *= left[i]; break;
      case Group::columns: columns *= right[i]; break;
      case Group::depth: depth *= left[i]; break;
    }
  }
  return kernel::is_packed_product(rows, columns, depth) ||
         kernel::is_small_product(rows, columns, depth);
}

/// The axes of one group, merged where every operand walks them as one; strides by operand.
struct Axes {
  std::vector<std::int64_t> extents;
  std::vector<std::vector<std::int64_t>> strides;
  std::int64_t size() const {
    std::int64_t n = 1;
    for (std::int64_t e : extents) n *= e;
    return n;
  }
};

void add_axis(Axes& axes, std::int64_t extent, std::vector<std::int64_t> strides) {
  bool one = !axes.extents.empty();
  for (std::size_t k = 0; one && k < strides.size(); ++k) {
    std::int64_t whole = 0;
    one = !__builtin_mul_overflow(strides[k], extent, &whole) && axes.strides.back()[k] == whole;
  }
  if (one) {
    axes.extents.back() *= extent;
    axes.strides.back() = std::move(strides);
  } else {
    axes.extents.push_back(extent);
    axes.strides.push_back(std::move(strides));
  }
}

int128 magnitude(const Range& r) {
  return std::max(r.hi, -r.lo);
}

/// The dtype of packed integers: floats where a block's sums of products are exact in them.
DType packed_integers(const Range& left, const Range& right) {
  const int128 a = magnitude(left), b = magnitude(right);
  const auto fits = [&](int bits) {
    const int128 most = (static_cast<int128>(1) << bits) / kernel::kProductDepth;
    return a == 0 || b <= most / a;
  };
  if (fits(24)) return DType::float32;
  if (fits(53)) return DType::float64;
  const Range both = left.join(right);
  for (DType t : {DType::int32, DType::uint32, DType::int64}) {
    if (range_of(t).contains(both)) return t;
  }
  return DType::uint64;
}

class Product {
 public:
  Product(const Dims& extents, std::uint32_t mask, Factor left, Factor right,
          std::vector<AxisOperand> operands, const MachineModel& machine)
      : machine_(machine), left_{std::move(left), {}, 0}, right_{std::move(right), {}, 0} {
    target_ = std::move(operands.back());
    operands.pop_back();
    right_.first = left_.factor.kernel.loads.size();
    const auto split = operands.begin() + static_cast<std::ptrdiff_t>(right_.first);
    right_.loads.assign(std::make_move_iterator(split), std::make_move_iterator(operands.end()));
    left_.loads.assign(std::make_move_iterator(operands.begin()), std::make_move_iterator(split));
    choose_dtype();
    group_axes(extents, mask);
    in_place_ = can_stay_in_place();
    if (in_place_) return;
    const bool better = better_swapped();
    swap();
    in_place_ = !is_complex(packed_) && can_stay_in_place();
    if (!better && !in_place_) swap();
  }

  MatrixProduct make() {
    MatrixProduct out;
    out.in_place = in_place_;
    out.kernel.kind = kernel::KernelKind::product;
    out.kernel.left_by_row = contiguous(left_, depth_) >= contiguous(left_, rows_);
    out.kernel.loads = {{packed_}, {packed_}};
    out.kernel.stores = {{target_.operand.dtype, 0}};
    out.left = nest(left_, rows_, out.kernel.left_by_row ? depth_ : rows_);
    out.right = nest(right_, columns_, columns_);
    if (in_place_) out.kernel = small_kernel(out);
    out.target = std::move(target_.operand);
    for (const Axes* axes : {&batch_, &rows_, &columns_}) {
      for (const auto& strides : axes->strides) out.target.m.push_back(strides.back());
    }
    out.batch = std::move(batch_.extents);
    out.rows = std::move(rows_.extents);
    out.columns = std::move(columns_.extents);
    out.depth = std::move(depth_.extents);
    return out;
  }

 private:
  struct Side {
    Factor factor;
    std::vector<AxisOperand> loads;
    std::size_t first;  // of its loads among the strides of an axis
  };

  void swap() {
    std::swap(left_, right_);
    std::swap(rows_, columns_);
  }

  /// True where both factors are arrays whose matrices a small_product kernel can walk.
  bool can_stay_in_place() const {
    if (!is_multiplied_in_place(rows_.size(), columns_.size(), depth_.size(), machine_))
      return false;
    const auto is_plain = [](const Side& side) {
      const auto& body = side.factor.kernel.body;
      return side.loads.size() == 1 &&
             std::all_of(body.begin(), body.end(), [](const kernel::Inst& inst) {
               return inst.op == Op::cast || (inst.op == Op::variable && !inst.param);
             });
    };
    const auto is_one = [](const Axes& axes) { return axes.extents.size() == 1; };
    const auto is_gapless = [&](std::size_t operand, DType t) {
      return columns_.strides.back()[operand] == static_cast<std::int64_t>(itemsize(t));
    };
    return is_plain(left_) && is_plain(right_) && is_one(rows_) && is_one(columns_) &&
           is_one(depth_) && is_gapless(right_.first, right_.loads[0].operand.dtype) &&
           is_gapless(columns_.strides.back().size() - 1, target_.operand.dtype);
  }

  /// The kernel that walks both factors, from the bodies that would pack them.
  kernel::KernelPlan small_kernel(MatrixProduct& product) const {
    kernel::KernelPlan out;
    out.kind = kernel::KernelKind::small_product;
    out.stores = product.kernel.stores;
    out.stores[0].swapped = target_.operand.swapped;
    kernel::Inst multiply;
    multiply.op = Op::multiply;
    multiply.lane = multiply.target = packed_;
    multiply.nargs = 2;
    for (Nest* nest : {&product.left, &product.right}) {
      const auto first = static_cast<std::uint32_t>(out.body.size());
      const auto load = static_cast<std::uint32_t>(out.loads.size());
      for (kernel::Inst inst : nest->kernel.body) {
        for (unsigned k = 0; k < inst.nargs; ++k) inst.args[k] += first;
        inst.attr = load;
        out.body.push_back(inst);
      }
      multiply.args[load] = first + nest->kernel.stores[0].value;
      const Operand& factor = nest->operands[0];
      out.loads.push_back(
          {factor.dtype, load == 0 ? kernel::Access::splat : kernel::Access::contiguous});
      out.loads.back().swapped = factor.swapped;
      for (Operand& o : nest->operands) o.packed = false;
      nest->any_packed = false;
    }
    out.body.push_back(multiply);
    // Tiles of equal height, which overlap least.
    const std::int64_t rows = rows_.size(), most = machine_.product_tile_rows;
    const std::int64_t tiles = (rows + most - 1) / most;
    out.tile_rows = static_cast<std::uint8_t>((rows + tiles - 1) / tiles);
    const std::int64_t columns = std::min(columns_.size(), machine_.product_tile_columns);
    out.tile_columns =
        static_cast<std::uint8_t>(std::bit_floor(static_cast<std::uint64_t>(columns)));
    return out;
  }

  void choose_dtype() {
    const Factor& left = left_.factor;
    const DType lane = left.kernel.body[left.value].lane;
    const bool whole = is_integer(lane) || is_bool(lane);
    packed_ = whole ? packed_integers(left.range, right_.factor.range) : lane;
  }

  void group_axes(const Dims& extents, std::uint32_t mask) {
    for (int i = 0; i < extents.size(); ++i) {
      if (extents[i] == 1) continue;
      std::vector<std::int64_t> strides;
      for (const Side* side : {&left_, &right_}) {
        for (const AxisOperand& o : side->loads) {
          strides.push_back(o.strides[static_cast<std::size_t>(i)]);
        }
      }
      strides.push_back(target_.strides[static_cast<std::size_t>(i)]);
      const bool summed = ((mask >> i) & 1U) != 0;
      const Group g = group_of(left_.factor.shape[i] > 1, right_.factor.shape[i] > 1, summed);
      Axes& axes = g == Group::batch     ? batch_
                   : g == Group::rows    ? rows_
                   : g == Group::columns ? columns_
                                         : depth_;
      add_axis(axes, extents[i], std::move(strides));
    }
    const std::size_t operands = left_.loads.size() + right_.loads.size() + 1;
    for (Axes* axes : {&batch_, &rows_, &columns_, &depth_}) {
      if (axes->extents.empty()) add_axis(*axes, 1, std::vector<std::int64_t>(operands, 0));
    }
  }

  /// True where the target's rows suit the strips: the order of the parts of a complex product
  /// would change, that of real factors does not matter.
  bool better_swapped() const {
    if (is_complex(packed_)) return false;
    const std::int64_t rows = rows_.size(), columns = columns_.size();
    const auto size = static_cast<std::int64_t>(itemsize(target_.operand.dtype));
    const bool by_column =
        rows_.strides.back().back() == size && columns_.strides.back().back() != size && rows >= 16;
    return by_column || (columns < 16 && rows > columns);
  }

  /// Counts the loads that are contiguous along the innermost axis of a group.
  static int contiguous(const Side& side, const Axes& axes) {
    int count = 0;
    for (std::size_t i = 0; i < side.loads.size(); ++i) {
      const auto size = static_cast<std::int64_t>(itemsize(side.loads[i].operand.dtype));
      count += axes.strides.back()[side.first + i] == size ? 1 : 0;
    }
    return count;
  }

  Nest nest(Side& side, const Axes& own, const Axes& inner) const {
    Factor& f = side.factor;
    Nest out;
    if (f.kernel.body[f.value].lane != packed_) {
      kernel::Inst cast;
      cast.op = Op::cast;
      cast.lane = cast.target = packed_;
      cast.nargs = 1;
      cast.args[0] = f.value;
      f.kernel.body.push_back(cast);
      f.value = static_cast<std::uint32_t>(f.kernel.body.size() - 1);
    }
    f.kernel.kind = kernel::KernelKind::map;
    f.kernel.stores = {{packed_, f.value}};
    for (std::size_t i = 0; i < side.loads.size(); ++i) {
      AxisOperand& o = side.loads[i];
      choose_access(o, &f.kernel.loads[i], inner.strides.back()[side.first + i],
                    inner.extents.back());
      for (const Axes* axes : {&batch_, &own}) {
        for (const auto& strides : axes->strides) o.operand.m.push_back(strides[side.first + i]);
      }
      for (const auto& strides : depth_.strides) o.operand.r.push_back(strides[side.first + i]);
      out.any_packed = out.any_packed || o.operand.packed;
      out.operands.push_back(std::move(o.operand));
    }
    Operand block;  // its address and steps are those of the block
    block.source.kind = Memory::Kind::accumulator;
    block.dtype = packed_;
    block.m.assign(batch_.strides.size() + own.strides.size(), 0);
    block.r.assign(depth_.strides.size(), 0);
    out.operands.push_back(std::move(block));
    if (out.any_packed) out.packed_elements = packed_elements(out, machine_);
    out.kernel = std::move(f.kernel);
    out.params = std::move(f.params);
    return out;
  }

  const MachineModel& machine_;
  Side left_, right_;
  AxisOperand target_;
  DType packed_ = DType::float64;
  Axes batch_, rows_, columns_, depth_;
  bool in_place_ = false;
};

}  // namespace

ProductFactors find_matrix_products(const ir::TypedGraph& graph, const std::vector<Dims>& shapes) {
  ProductFactors found(graph.nodes.size());
  if (graph.report_events) return {};  // each product and sum is watched
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    if (graph.nodes[id].op != Op::sum) continue;
    const auto product = ir::product_of(graph, id);
    if (product && is_matrix_product(graph, shapes, id, *product)) found[id] = product;
  }
  return found;
}

DType product_dtype(const ir::TypedGraph& graph, NodeId reduction,
                    const ir::AlignedProduct& product) {
  const DType lane = ir::lane_of(graph.nodes[product.left].dtype);
  return is_float(lane) || is_complex(lane) ? lane : graph.nodes[reduction].dtype;
}

MatrixProduct make_matrix_product(const Dims& extents, std::uint32_t mask, Factor left,
                                  Factor right, std::vector<AxisOperand> operands,
                                  const MachineModel& machine) {
  return Product(extents, mask, std::move(left), std::move(right), std::move(operands), machine)
      .make();
}

}  // namespace tightloop::plan
