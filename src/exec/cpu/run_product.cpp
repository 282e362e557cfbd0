// Matrix products: strips of the right operand are packed into a panel that all tasks share, then
// each task packs blocks of rows of the left one and multiplies them by the whole panel. Blocks of
// depth follow each other in order; how the rest is cut changes no bit of the result.
#include <algorithm>
#include <cstring>

#include "exec/cpu/nest_runner.hpp"
#include "exec/cpu/pack.hpp"
#include "exec/cpu/run_loops.hpp"
#include "exec/cpu/tasks.hpp"

namespace tightloop::exec {
namespace {

using kernel::kProductDepth;
using kernel::kStripBytes;

std::int64_t volume(const std::vector<std::int64_t>& extents) {
  std::int64_t n = 1;
  for (std::int64_t e : extents) n *= e;
  return n;
}

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

/// How a block lies: bytes between neighbours along a factor's own axis and along the depth.
struct BlockSteps {
  std::int64_t own = 0;
  std::int64_t depth = 0;
  bool inner_is_depth = false;
};

/// Packs blocks of one factor.
class Packer {
 public:
  Packer(const BoundNest& nest, char* const* base, const void* params,
         const plan::MatrixProduct& product, const std::vector<std::int64_t>& own,
         const BlockSteps& steps, base::Arena& arena, StopFlag stop)
      : nest_(nest),
        steps_(steps),
        depth_(product.depth),
        own_inner_(own.back()),
        runner_(nest, base, params, arena, stop),
        store_(nest.operands() - 1) {
    extents_ = arena.array<std::int64_t>(product.batch.size() + own.size());
    count_ = product.batch.size() + own.size();
    std::copy(own.begin(), own.end(),
              std::copy(product.batch.begin(), product.batch.end(), extents_));
    own_step_ = copied(nest.m.back(), steps.own, arena);
    depth_step_ = copied(nest.r.back(), steps.depth, arena);
  }

  /// Packs elements `own` (counted over batch and own axes) by `depth` to `to`.
  void pack(Piece own, Piece depth, char* to) {
    for (std::int64_t i = 0; i < own.count;) {
      const std::int64_t at = own.first + i;
      const std::int64_t run = std::min(own.count - i, own_inner_ - at % own_inner_);
      for (std::int64_t k = 0; k < depth.count;) {
        const std::int64_t k_at = depth.first + k;
        const std::int64_t k_run = std::min(depth.count - k, depth_.back() - k_at % depth_.back());
        runner_.move_to_base();
        move(nest_.m, extents_, count_, at);
        move(nest_.r, depth_.data(), depth_.size(), k_at);
        runner_.point(store_, to + i * steps_.own + k * steps_.depth);
        if (steps_.inner_is_depth) {
          runner_.call(k_run, depth_step_, run, own_step_);
        } else {
          runner_.call(run, own_step_, k_run, depth_step_);
        }
        k += k_run;
      }
      i += run;
    }
  }

  std::uint64_t events() const { return runner_.events(); }

 private:
  std::int64_t* copied(const std::vector<std::int64_t>& strides, std::int64_t store,
                       base::Arena& arena) const {
    auto* out = arena.array<std::int64_t>(strides.size());
    std::copy(strides.begin(), strides.end(), out);
    out[store_] = store;
    return out;
  }
  void move(const std::vector<std::vector<std::int64_t>>& strides, const std::int64_t* extents,
            std::size_t count, std::int64_t linear) {
    for (std::size_t d = count; d-- > 0 && linear != 0;) {
      runner_.move(strides[d], linear % extents[d]);
      linear /= extents[d];
    }
  }

  const BoundNest& nest_;
  const BlockSteps steps_;
  const std::vector<std::int64_t>& depth_;
  const std::int64_t own_inner_;
  NestRunner runner_;
  const std::size_t store_;
  std::int64_t* extents_ = nullptr;
  std::size_t count_ = 0;
  std::int64_t* own_step_ = nullptr;
  std::int64_t* depth_step_ = nullptr;
};

class Product {
 public:
  Product(const BoundStage& bound, const StageArguments& arguments, const ProductPart& part)
      : bound_(bound),
        machine_(*bound.machine),
        p_(*bound.stage->product),
        arguments_(arguments),
        part_(part),
        packed_(p_.kernel.loads[0].dtype),
        item_(static_cast<std::int64_t>(itemsize(packed_))),
        target_item_(static_cast<std::int64_t>(itemsize(p_.target.dtype))),
        strip_columns_(kStripBytes / item_),
        rows_(volume(p_.rows)),
        columns_(volume(p_.columns)) {
    const bool by_row = p_.kernel.left_by_row;
    left_steps_ = {by_row ? kernel::product_pitch(packed_) : item_,
                   by_row ? item_ : item_ * kernel::product_rows(packed_), by_row};
    right_steps_ = {item_, kStripBytes, false};
    const std::int64_t block_depth = std::min(kProductDepth, part_.depth.count);
    left_bytes_ =
        by_row ? kernel::product_rows(packed_) * left_steps_.own : block_depth * left_steps_.depth;
    strip_bytes_ = block_depth * kStripBytes;
  }

  std::uint64_t run(Workers workers, std::uint64_t& extra_bytes) {
    const std::int64_t strips = ceil_div(part_.columns.count, strip_columns_);
    const double work = static_cast<double>(part_.rows.count) *
                        static_cast<double>(part_.columns.count) *
                        static_cast<double>(part_.depth.count);
    const Piece batches = part_.batches;
    const bool separate = workers.threads > 1 && batches.count > 1 &&
                          work < static_cast<double>(machine_.batched_product);
    const std::int64_t sharing = separate ? workers.threads : 1;
    const std::int64_t room =
        std::max<std::int64_t>(1, machine_.panel_bytes / sharing / strip_bytes_);
    panel_strips_ = ceil_div(strips, ceil_div(strips, room));
    extra_bytes += static_cast<std::uint64_t>(panel_strips_ * strip_bytes_ * sharing +
                                              (left_bytes_ + tile_bytes()) * workers.threads);
    if (!separate) return multiply(batches, workers);
    const std::int64_t tasks = std::min(batches.count, machine_.product_tasks * workers.threads);
    return run_tasks(tasks, workers, [&](std::int64_t i) {
      const std::int64_t first = batches.count * i / tasks;
      return multiply({batches.first + first, batches.count * (i + 1) / tasks - first},
                      Workers{nullptr, 1, workers.stop});
    });
  }

 private:
  std::int64_t tile_bytes() const {
    return kernel::product_rows(packed_) * strip_columns_ * target_item_;
  }

  std::uint64_t multiply(Piece batches, Workers workers) const {
    base::Arena& arena = base::Arena::local();
    const base::Arena::Mark mark(arena);
    char* panel = arena.array<char>(static_cast<std::size_t>(panel_strips_ * strip_bytes_));
    const std::int64_t panel_columns = panel_strips_ * strip_columns_;
    std::uint64_t events = 0;
    for (std::int64_t b = batches.first; b < batches.first + batches.count; ++b) {
      for (std::int64_t j = 0; j < part_.columns.count; j += panel_columns) {
        const Piece columns{part_.columns.first + j,
                            std::min(panel_columns, part_.columns.count - j)};
        for (std::int64_t k = 0; k < part_.depth.count; k += kProductDepth) {
          const Piece depth{part_.depth.first + k, std::min(kProductDepth, part_.depth.count - k)};
          events |= pack_panel(b, columns, depth, panel, workers);
          events |= multiply_panel(b, columns, depth, panel, workers);
        }
      }
    }
    return events;
  }

  std::uint64_t pack_panel(std::int64_t batch, Piece columns, Piece depth, char* panel,
                           Workers workers) const {
    const std::int64_t strips = ceil_div(columns.count, strip_columns_);
    const std::int64_t tasks = std::min(strips, machine_.packing_tasks * workers.threads);
    return run_tasks(workers.threads > 1 ? tasks : 1, workers, [&](std::int64_t index) {
      const std::int64_t count = workers.threads > 1 ? tasks : 1;
      base::Arena& arena = base::Arena::local();
      const base::Arena::Mark mark(arena);
      Packer packer(bound_.nests[1], arguments_.epilogue, arguments_.epilogue_params, p_,
                    p_.columns, right_steps_, arena, workers.stop);
      for (std::int64_t s = strips * index / count; s < strips * (index + 1) / count; ++s) {
        const std::int64_t first = s * strip_columns_;
        const std::int64_t width = std::min(strip_columns_, columns.count - first);
        char* to = panel + s * strip_bytes_;
        // What lies beyond the last column is multiplied, too: not by leftovers, which may be slow.
        if (width < strip_columns_) {
          std::memset(to, 0, static_cast<std::size_t>(depth.count * kStripBytes));
        }
        packer.pack({batch * columns_ + columns.first + first, width}, depth, to);
      }
      return packer.events();
    });
  }

  std::uint64_t multiply_panel(std::int64_t batch, Piece columns, Piece depth, const char* panel,
                               Workers workers) const {
    const std::int64_t block_rows = kernel::product_rows(packed_);
    const std::int64_t blocks = ceil_div(part_.rows.count, block_rows);
    const bool alone = workers.threads <= 1;
    return run_tasks(alone ? 1 : blocks, workers, [&](std::int64_t index) {
      base::Arena& arena = base::Arena::local();
      const base::Arena::Mark mark(arena);
      Packer packer(bound_.nests[0], arguments_.main, arguments_.main_params, p_, p_.rows,
                    left_steps_, arena, workers.stop);
      char* left = arena.array<char>(static_cast<std::size_t>(left_bytes_));
      char* tile = arena.array<char>(static_cast<std::size_t>(tile_bytes()));
      for (std::int64_t i = alone ? 0 : index; i < (alone ? blocks : index + 1); ++i) {
        const Piece rows{part_.rows.first + i * block_rows,
                         std::min(block_rows, part_.rows.count - i * block_rows)};
        packer.pack({batch * rows_ + rows.first, rows.count}, depth, left);
        multiply_block(batch, rows, columns, depth, left, panel, tile);
      }
      return packer.events();
    });
  }

  /// One block of rows by the panel, strip by strip, or all whole strips at once where the target's
  /// elements lie as the kernel stores them.
  void multiply_block(std::int64_t batch, Piece rows, Piece columns, Piece depth, const char* left,
                      const char* panel, char* tile) const {
    const std::size_t axes = p_.target.m.size();
    const bool resumes = depth.first > 0;
    const std::int64_t whole = columns.count / strip_columns_;
    const bool row_run = rows.first % p_.rows.back() + rows.count <= p_.rows.back();
    const bool column_run = columns.first % p_.columns.back() + columns.count <= p_.columns.back();
    const bool direct =
        row_run && column_run && !p_.target.swapped && p_.target.m[axes - 1] == target_item_;
    const std::int64_t row_step = p_.target.m[axes - 1 - p_.columns.size()];
    std::int64_t strip = 0;
    if (direct && whole > 0) {
      call(rows.count, whole, depth.count, left, panel, address(batch, rows.first, columns.first),
           row_step, resumes);
      strip = whole;
    }
    for (; strip * strip_columns_ < columns.count; ++strip) {
      const std::int64_t first = strip * strip_columns_;
      const Piece part{columns.first + first, std::min(strip_columns_, columns.count - first)};
      if (resumes) move_tile<false>(batch, rows, part, tile);
      call(rows.count, 1, depth.count, left, panel + strip * strip_bytes_, tile,
           strip_columns_ * target_item_, resumes);
      move_tile<true>(batch, rows, part, tile);
    }
  }

  void call(std::int64_t rows, std::int64_t strips, std::int64_t depth, const char* left,
            const char* right, char* target, std::int64_t row_step, bool resumes) const {
    void* const pointers[] = {const_cast<char*>(left), const_cast<char*>(right), target};
    const std::int64_t steps[] = {0, strip_bytes_, row_step};
    std::uint64_t events = 0;
    kernel::KernelFrame frame{};
    frame.n0 = strips;
    frame.n1 = rows;
    frame.n2 = depth;
    frame.ptr = pointers;
    frame.step = steps;
    frame.events = &events;
    frame.resumes = resumes ? 1 : 0;
    bound_.kernel->call(frame);
  }

  /// Address of an element of the target.
  char* address(std::int64_t batch, std::int64_t row, std::int64_t column) const {
    char* at = arguments_.copies[0];
    const std::int64_t* stride = p_.target.m.data() + p_.target.m.size();
    const auto add = [&](const std::vector<std::int64_t>& extents, std::int64_t linear) {
      for (std::size_t d = extents.size(); d-- > 0; linear /= extents[d]) {
        at += *--stride * (linear % extents[d]);
      }
    };
    add(p_.columns, column);
    add(p_.rows, row);
    add(p_.batch, batch);
    return at;
  }

  /// Copies a strip of a block between the target and a tile without gaps.
  template <bool ToTarget>
  void move_tile(std::int64_t batch, Piece rows, Piece columns, char* tile) const {
    const std::size_t size = itemsize(p_.target.dtype);
    const std::size_t unit = is_complex(p_.target.dtype) ? size / 2 : size;
    const ElementBytes element{size, p_.target.swapped ? unit : 0};
    const std::size_t axes = p_.target.m.size();
    const std::int64_t row_step = p_.target.m[axes - 1 - p_.columns.size()];
    const std::int64_t column_step = p_.target.m[axes - 1];
    for (std::int64_t j = 0; j < columns.count;) {
      const std::int64_t inner = p_.columns.back();
      const std::int64_t width = std::min(columns.count - j, inner - (columns.first + j) % inner);
      const bool gapless = width == strip_columns_;
      for (std::int64_t i = 0; i < rows.count;) {
        const std::int64_t run = p_.rows.back() - (rows.first + i) % p_.rows.back();
        const std::int64_t height = gapless ? std::min(rows.count - i, run) : 1;
        char* at = address(batch, rows.first + i, columns.first + j);
        char* in_tile = tile + (i * strip_columns_ + j) * target_item_;
        if constexpr (ToTarget) {
          scatter(at, in_tile, element, height, width, row_step, column_step);
        } else {
          gather(in_tile, at, element, height, width, row_step, column_step);
        }
        i += height;
      }
      j += width;
    }
  }

  const BoundStage& bound_;
  const plan::MachineModel& machine_;
  const plan::MatrixProduct& p_;
  const StageArguments& arguments_;
  const ProductPart& part_;
  const DType packed_;
  const std::int64_t item_, target_item_;
  const std::int64_t strip_columns_;
  const std::int64_t rows_, columns_;  // of the whole product
  BlockSteps left_steps_, right_steps_;
  std::int64_t left_bytes_ = 0, strip_bytes_ = 0;
  std::int64_t panel_strips_ = 1;
};

}  // namespace

ProductPart whole_product(const plan::MatrixProduct& product) {
  return {{0, volume(product.batch)},
          {0, volume(product.rows)},
          {0, volume(product.columns)},
          {0, volume(product.depth)}};
}

std::uint64_t run_product_part(const BoundStage& stage, const StageArguments& arguments,
                               const ProductPart& part, Workers workers,
                               std::uint64_t& extra_bytes) {
  if (stage.stage->product->in_place) return run_small_product(stage, arguments, part, workers);
  return Product(stage, arguments, part).run(workers, extra_bytes);
}

std::uint64_t run_product(const BoundStage& bound, const StageArguments& arguments, Workers workers,
                          std::uint64_t& extra_bytes) {
  return run_product_part(bound, arguments, whole_product(*bound.stage->product), workers,
                          extra_bytes);
}

}  // namespace tightloop::exec
