// The loop of kernels that reduce columns: strips of columns, in them groups of rows, in them tiles
// of vector steps, with the accumulators of a strip on the stack.
#include <algorithm>
#include <bit>

#include "jit/kernel_emitter.hpp"
#include "jit/memory.hpp"

namespace tightloop::jit {

// The accumulators of a strip of columns: on the stack, by vector step.
class KernelEmitter::ColumnAccumulators {
 public:
  ColumnAccumulators(Emitter& e, const kernel::KernelPlan& plan, const KernelShape& shape) : e_(e) {
    constexpr unsigned kStripBytes = 16384;
    constexpr unsigned kMostColumns = 4096;
    unsigned bytes = 0;
    for (std::size_t r = 0; r < plan.reductions.size(); ++r) {
      const DType lane = plan.body[shape.sources[r].values[0]].lane;
      reducers.push_back(make_column_reducer(plan.reductions[r], lane));
      for (llvm::Value* part : reducers[r]->identity(e)) bytes += e.element_bits(part) / 8;
    }
    strip = std::max(e.lanes * shape.unroll,
                     std::min(kMostColumns, std::bit_floor(kStripBytes / std::max(bytes, 1u))));
    for (const auto& reducer : reducers) {
      stack_.emplace_back(e, reducer->identity(e), strip / e.lanes);
    }
  }
  void start(llvm::Value* at) {
    for (std::size_t r = 0; r < reducers.size(); ++r) store(r, at, reducers[r]->identity(e_));
  }
  Parts load(std::size_t r, llvm::Value* at) { return stack_[r].load(e_, set(at)); }
  void store(std::size_t r, llvm::Value* at, const Parts& parts) {
    stack_[r].store(e_, set(at), parts);
  }

  std::vector<std::unique_ptr<ColumnReducer>> reducers;
  unsigned strip = 0;  ///< columns, a power of two

 private:
  llvm::Value* set(llvm::Value* at) {
    return e_.b.CreateLShr(at, e_.b.getInt64(std::countr_zero(e_.lanes)));
  }
  Emitter& e_;
  std::vector<StackSets> stack_;
};

// A group of rows that a strip of columns is taken from.
struct KernelEmitter::Rows {
  llvm::Value* begin;
  llvm::Value* end;
  std::vector<llvm::Value*> to_next;  // of ColumnsAhead::to_next_group
  unsigned at_once;  // so many they are, and taken together; 0: one after the other
  // Of rows at once, their operands' addresses and their own values; not of long bodies, which
  // keep those of one row.
  std::vector<std::vector<llvm::Value*>> addresses;
  std::vector<Values> values;
};

// Where the elements lie that a kernel over columns reads next but some: groups of rows pass one
// after the other, so behind the end of a strip's rows come those of the next group.
class KernelEmitter::ColumnsAhead {
 public:
  ColumnsAhead(KernelEmitter& kernel, llvm::Value* width, unsigned rows) : k_(kernel) {
    for (std::size_t i = 0; i < k_.plan_.loads.size(); ++i) {
      const kernel::KernelLoad& load = k_.plan_.loads[i];
      const bool used = load.is_announced() && k_.base_[i] != nullptr;
      const auto bytes = static_cast<std::int64_t>(itemsize(load.dtype) * (skipped(load) + 1));
      const Columns columns{width, load.stride < 0 ? -bytes : bytes, rows, k_.step_[i]};
      row_.push_back(used ? k_.b_.CreateMul(width, number(columns.spacing)) : nullptr);
      near_.push_back(used ? place(columns, load.fetch_ahead / bytes) : ColumnsPlace{});
      far_.push_back(used ? place(columns, load.fetch_far / bytes) : ColumnsPlace{});
    }
  }
  // From the end of a strip's row to its begin in the next group, if this one has so many rows.
  std::vector<llvm::Value*> to_next_group(llvm::Value* rows) const {
    std::vector<llvm::Value*> out(row_.size(), nullptr);
    for (std::size_t i = 0; i < row_.size(); ++i) {
      if (row_[i] == nullptr) continue;
      out[i] = k_.b_.CreateSub(k_.b_.CreateMul(k_.step_[i], rows), row_[i]);
    }
    return out;
  }
  // For the vector step at a column of the strip.
  Ahead from(llvm::Value* column, const Rows& rows) const {
    return {from(near_, column, rows), from(far_, column, rows)};
  }

 private:
  struct Columns {
    llvm::Value* width;
    std::int64_t spacing;  // bytes
    unsigned rows;         // of a group
    llvm::Value* row_step;
  };
  struct ColumnsPlace {
    llvm::Value* end = nullptr;    // columns before this one find what is ahead in their own row
    llvm::Value* bytes = nullptr;  // how far ahead that is
  };
  ColumnsPlace place(const Columns& c, std::int64_t columns_ahead) {
    llvm::IRBuilder<>& b = k_.b_;
    llvm::Value* ahead = number(std::max<std::int64_t>(columns_ahead, 1));
    llvm::Value* groups = b.CreateUDiv(ahead, c.width);
    llvm::Value* columns = b.CreateSub(ahead, b.CreateMul(groups, c.width));
    llvm::Value* down = b.CreateMul(c.row_step, b.CreateMul(groups, number(c.rows)));
    return {b.CreateSub(c.width, columns),
            b.CreateAdd(down, b.CreateMul(columns, number(c.spacing)))};
  }
  std::vector<llvm::Value*> from(const std::vector<ColumnsPlace>& places, llvm::Value* column,
                                 const Rows& rows) const {
    std::vector<llvm::Value*> out(places.size(), nullptr);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i].end == nullptr) continue;
      llvm::Value* inside = k_.b_.CreateICmpSLT(column, places[i].end);
      llvm::Value* next = k_.b_.CreateAdd(places[i].bytes, rows.to_next[i]);
      out[i] = k_.b_.CreateSelect(inside, places[i].bytes, next);
    }
    return out;
  }
  llvm::Value* number(std::int64_t n) { return k_.b_.getInt64(static_cast<std::uint64_t>(n)); }

  KernelEmitter& k_;
  std::vector<llvm::Value*> row_;  // per load that is announced: bytes of a row of the strip
  std::vector<ColumnsPlace> near_, far_;
};

// A strip of columns at a time, its accumulators on the stack; in it a group of rows at a time,
// tile by tile with the accumulators in registers. More rows at once are more streams of memory
// than the hardware prefetches. Narrow sums take their rows at once: so few streams are better, and
// their accumulators come from the stack and go back for every few rows.
void KernelEmitter::columns(Carried& carried) {
  const bool at_once = std::any_of(plan_.reductions.begin(), plan_.reductions.end(),
                                   [](const kernel::KernelReduce& r) { return r.narrow_first; });
  const bool moments = std::any_of(plan_.reductions.begin(), plan_.reductions.end(),
                                   [](const kernel::KernelReduce& r) { return r.op == Op::var; });
  const unsigned rows_of_group = at_once ? kernel::kNarrowSumRows : ColumnReducer::kGroup;
  const unsigned tiles = at_once ? 1 : shape_.unroll;
  ColumnAccumulators acc(e_, plan_, shape_);
  e_.place.origin = number_;
  e_.place.stride = number_per_row_;
  llvm::Value* const lanes = b_.getInt64(e_.lanes);
  llvm::Value* const strip = b_.getInt64(acc.strip);
  e_.loop(b_.getInt64(0), n0_, strip, carried, false, [&](llvm::Value* begin, Carried& outer) {
    llvm::Value* const end = e_.least(b_.CreateAdd(begin, strip), n0_);
    llvm::Value* const width = b_.CreateSub(end, begin);
    llvm::Value* const tiled = unmasked(width, e_.lanes * tiles);
    const ColumnsAhead ahead(*this, width, rows_of_group);
    Carried none;
    e_.loop(b_.getInt64(0), width, lanes, none, false,
            [&](llvm::Value* at, Carried&) { acc.start(at); });
    const auto rows_from = [&](llvm::Value* row, llvm::Value* count, unsigned together,
                               Carried& c) {
      Rows rows = start_rows(row, count, together, c);
      rows.to_next = ahead.to_next_group(b_.CreateSub(rows.end, rows.begin));
      const auto tile = [&](llvm::Value* at, Carried& inner) {
        column_tile(acc, ahead, begin, at, tiles, rows, inner);
      };
      llvm::Value* const wide = b_.getInt64(e_.lanes * tiles);
      if (!shape_.is_long) e_.loop(b_.getInt64(0), tiled, wide, c, true, tile);
      tail(tiled, width, c, [&](llvm::Value* at, Carried& inner) {
        column_tile(acc, ahead, begin, at, 1, rows, inner);
      });
    };
    const auto group = [&](llvm::Value* row, Carried& c) {
      rows_from(row, b_.getInt64(rows_of_group), at_once ? rows_of_group : 0, c);
    };
    if (at_once) {
      llvm::Value* const grouped = rounded_down(n1_, rows_of_group);
      e_.loop(b_.getInt64(0), grouped, b_.getInt64(rows_of_group), outer, true, group);
      e_.loop(grouped, n1_, b_.getInt64(1), outer, true,
              [&](llvm::Value* row, Carried& c) { rows_from(row, b_.getInt64(1), 0, c); });
    } else if (moments) {
      Carried all = outer;
      all.push_back(b_.getInt64(0));
      e_.repeat(all, [&](Carried& c) {
        llvm::Value* const row = c.back();
        c.pop_back();
        llvm::Value* const count = moment_rows(row);
        rows_from(row, count, 0, c);
        c.push_back(b_.CreateAdd(row, count));
        return b_.CreateICmpSLT(c.back(), n1_);
      });
      all.pop_back();
      outer = all;
    } else {
      e_.loop(b_.getInt64(0), n1_, b_.getInt64(rows_of_group), outer, false, group);
    }
    const auto finish = [&](llvm::Value* at, Carried& c) {
      for (std::size_t r = 0; r < acc.reducers.size(); ++r) {
        finish_columns(*acc.reducers[r], acc.load(r, at), r, b_.CreateAdd(begin, at));
      }
      collect_overflow(c);
    };
    llvm::Value* const whole = rounded_down(width, e_.lanes);
    e_.loop(b_.getInt64(0), whole, lanes, outer, true, finish);
    tail(whole, width, outer, finish);
  });
}

// kernel::moment_rows.
llvm::Value* KernelEmitter::moment_rows(llvm::Value* begin) {
  llvm::Value* const early = b_.CreateICmpSLT(begin, b_.getInt64(32));
  llvm::Value* const size =
      b_.CreateSelect(early, b_.CreateMul(begin, b_.getInt64(3)), b_.getInt64(32));
  return b_.CreateSelect(b_.CreateICmpEQ(begin, b_.getInt64(0)), b_.getInt64(2), size);
}

// A group of so many rows, or of what is left of them; `at_once`: 0, or how many they are, and none
// is missing.
KernelEmitter::Rows KernelEmitter::start_rows(llvm::Value* begin, llvm::Value* count,
                                              unsigned at_once, Carried& carried) {
  llvm::Value* const end = b_.CreateAdd(begin, count);
  Rows rows{begin, at_once > 0 ? end : e_.least(end, n1_), {}, at_once, {}, {}};
  for (unsigned k = 0; k < rows.at_once && long_body_ == nullptr; ++k) {
    start_row(b_.CreateAdd(begin, b_.getInt64(k)), carried);
    rows.addresses.push_back(row_);
    rows.values.push_back(call_values_);
  }
  return rows;
}

// Columns from `at` of the strip on, `tiles` vector steps wide, over a group of rows.
void KernelEmitter::column_tile(ColumnAccumulators& acc, const ColumnsAhead& ahead,
                                llvm::Value* strip, llvm::Value* at, unsigned tiles,
                                const Rows& rows, Carried& carried) {
  const auto step = [&](llvm::Value* first, unsigned t) {
    return t == 0 ? first : b_.CreateAdd(first, b_.getInt64(t * e_.lanes));
  };
  llvm::Value* const index = b_.CreateAdd(strip, at);
  e_.place.group = rows.begin;
  e_.place.group_rows = b_.CreateSub(rows.end, rows.begin);
  std::vector<Ahead> next;
  for (unsigned t = 0; t < tiles; ++t) {
    next.push_back(ahead.from(step(at, t), rows));
  }
  Sets sets(acc.reducers.size());
  for (std::size_t r = 0; r < sets.size(); ++r) {
    for (unsigned t = 0; t < tiles; ++t) {
      sets[r].push_back(acc.reducers[r]->open(e_, acc.load(r, step(at, t))));
    }
  }
  if (rows.at_once > 0) {
    for (unsigned t = 0; t < tiles; ++t) {
      ahead_ = next[t];
      take_rows(acc, rows, step(index, t), sets, t, carried);
    }
  } else {
    Carried all = pack(sets, carried);
    e_.loop(rows.begin, rows.end, b_.getInt64(1), all, false, [&](llvm::Value* row, Carried& c) {
      unpack(c, sets, carried);
      start_row(row, carried);
      e_.place.position = row;
      for (unsigned t = 0; t < tiles; ++t) {
        ahead_ = next[t];
        const std::vector<Sources> sources = emit_step({step(index, t), false, t}, carried);
        for (std::size_t r = 0; r < sets.size(); ++r) {
          acc.reducers[r]->update(e_, sets[r][t], sources[r]);
        }
        collect_overflow(carried);
      }
      c = pack(sets, carried);
    });
    unpack(all, sets, carried);
  }
  for (std::size_t r = 0; r < sets.size(); ++r) {
    for (unsigned t = 0; t < tiles; ++t) {
      llvm::Value* set = step(at, t);
      acc.store(r, set, acc.reducers[r]->close(e_, acc.load(r, set), sets[r][t]));
    }
  }
}

// One vector step of columns from `index` on, over rows that are taken at once.
void KernelEmitter::take_rows(ColumnAccumulators& acc, const Rows& rows, llvm::Value* index,
                              Sets& sets, unsigned tile, Carried& carried) {
  std::vector<std::vector<Sources>> taken(sets.size());
  for (unsigned k = 0; k < rows.at_once; ++k) {
    if (rows.addresses.empty()) {
      start_row(b_.CreateAdd(rows.begin, b_.getInt64(k)), carried);
    } else {
      row_ = rows.addresses[k];
      call_values_ = rows.values[k];
    }
    const std::vector<Sources> sources = emit_step({index, false}, carried);
    for (std::size_t r = 0; r < sets.size(); ++r) taken[r].push_back(sources[r]);
  }
  e_.place.position = rows.begin;
  for (std::size_t r = 0; r < sets.size(); ++r) {
    acc.reducers[r]->update_rows(e_, sets[r][tile], taken[r]);
  }
  collect_overflow(carried);
}

void KernelEmitter::finish_columns(ColumnReducer& reducer, const Parts& acc, std::size_t reduction,
                                   llvm::Value* index) {
  const DType dtype = plan_.reductions[reduction].acc;
  const std::size_t size = kernel::slot_bytes(plan_.reductions[reduction]);
  llvm::Value* slot =
      b_.CreateGEP(llvm::ArrayType::get(b_.getInt8Ty(), size), slots_[reduction], index);
  if (e_.live_count == nullptr || reducer.by_lane || masks_elements(target_, dtype)) {
    reducer.finish(e_, acc, slot);
    return;
  }
  llvm::Value* buffer = e_.reserve(size * e_.lanes);
  auto* whole = llvm::FixedVectorType::get(b_.getInt8Ty(), static_cast<unsigned>(size * e_.lanes));
  llvm::Value* bytes = b_.CreateMul(e_.live_count, b_.getInt64(size));
  b_.CreateAlignedStore(e_.zero(whole), buffer, llvm::Align(1));
  b_.CreateMemCpy(buffer, llvm::MaybeAlign(1), slot, llvm::MaybeAlign(1), bytes);
  reducer.finish(e_, acc, buffer);
  b_.CreateMemCpy(slot, llvm::MaybeAlign(1), buffer, llvm::MaybeAlign(1), bytes);
}

}  // namespace tightloop::jit
