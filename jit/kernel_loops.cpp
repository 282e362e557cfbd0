// The loops of the three kernel kinds. A row (or a tile of columns) is a main loop of whole vector
// steps and a tail of at most one partial step per accumulator, whose dead lanes are left out.
#include <algorithm>
#include <bit>

#include "jit/kernel_emitter.hpp"
#include "jit/memory.hpp"

namespace tightloop::jit {

llvm::Value* KernelEmitter::rounded_down(llvm::Value* extent, unsigned step) {
  return b_.CreateAnd(extent, b_.getInt64(~(std::uint64_t{step} - 1)));
}

// How far whole vector steps are taken without a mask: of a long body none, which spares a copy.
// Where loads skip elements, the last step may have no memory behind its last element.
llvm::Value* KernelEmitter::unmasked(llvm::Value* extent, unsigned step) {
  if (shape_.is_long) return b_.getInt64(0);
  return rounded_down(shape_.skips ? b_.CreateSub(extent, b_.getInt64(1)) : extent, step);
}

// Runs vector steps from `begin` to `end`, the last one partial.
void KernelEmitter::tail(llvm::Value* begin, llvm::Value* end, Carried& carried,
                         const std::function<void(llvm::Value*, Carried&)>& body) {
  llvm::Value* const lanes = b_.getInt64(e_.lanes);
  e_.loop(begin, end, lanes, carried, true, [&](llvm::Value* i, Carried& c) {
    e_.live_count = e_.least(b_.CreateSub(end, i), lanes);
    body(i, c);
    e_.live_count = nullptr;
  });
}

// How far the row is stored around the caches: to `end` if all its stores are aligned, else 0.
llvm::Value* KernelEmitter::streaming_end(llvm::Value* end) {
  llvm::Value* low_bits = b_.getInt64(0);
  for (std::size_t k = plan_.loads.size(); k < row_.size(); ++k) {
    low_bits = b_.CreateOr(low_bits, b_.CreatePtrToInt(row_[k], b_.getInt64Ty()));
  }
  low_bits = b_.CreateAnd(low_bits, b_.getInt64(target_.vector_bytes - 1));
  return b_.CreateSelect(b_.CreateICmpEQ(low_bits, b_.getInt64(0)), end, b_.getInt64(0));
}

void KernelEmitter::map_row(Carried& carried) {
  const unsigned step = e_.lanes * shape_.unroll;
  llvm::Value* const end = unmasked(n0_, step);
  const auto run = [&](llvm::Value* from, llvm::Value* to, bool around_caches) {
    if (shape_.is_long) return;
    e_.loop(from, to, b_.getInt64(step), carried, true, [&](llvm::Value* i, Carried& c) {
      for (unsigned u = 0; u < shape_.unroll; ++u) {
        llvm::Value* at = u == 0 ? i : b_.CreateAdd(i, b_.getInt64(u * e_.lanes));
        emit_step({at, around_caches}, c);
      }
    });
  };
  llvm::Value* begin = b_.getInt64(0);
  if (plan_.streaming_stores && !shape_.is_long) {
    llvm::Value* const streamed = streaming_end(end);
    run(begin, streamed, true);
    begin = streamed;
  }
  run(begin, end, false);
  tail(end, n0_, carried, [&](llvm::Value* i, Carried& c) { emit_step({i, false}, c); });
}

// The accumulators of a strip of columns: on the stack, by vector step.
class KernelEmitter::ColumnAccumulators {
 public:
  ColumnAccumulators(Emitter& e, const plan::KernelPlan& plan, const KernelShape& shape) : e_(e) {
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

void KernelEmitter::reduce_row(llvm::Value* row, Carried& carried) {
  RowAccumulators acc(e_, plan_, shape_);
  e_.place.origin = b_.CreateAdd(number_, b_.CreateMul(row, number_per_row_));
  e_.place.stride = number_per_element_;
  const auto starts = [](const auto& reducer) { return reducer->needs_start; };
  if (std::any_of(acc.reducers.begin(), acc.reducers.end(), starts)) {
    const std::vector<Sources> first = emit_first();
    for (std::size_t r = 0; r < first.size(); ++r) acc.reducers[r]->start(e_, first[r]);
  }
  const unsigned step = e_.lanes * shape_.unroll;
  llvm::Value* const end = unmasked(n0_, step);
  const auto loop = [&](llvm::Value* from, llvm::Value* to, auto&& body) {
    if (shape_.is_long) return;
    Carried all = pack(acc.sets, carried);
    e_.loop(from, to, b_.getInt64(step), all, true, [&](llvm::Value* i, Carried& c) {
      unpack(c, acc.sets, carried);
      body(i);
      c = pack(acc.sets, carried);
    });
    unpack(all, acc.sets, carried);
  };
  // Steps whose accumulators are merged, or on the stack.
  const auto rest = [&](llvm::Value* from) {
    Carried all = pack(acc.sets, carried);
    tail(from, n0_, all, [&](llvm::Value* i, Carried& c) {
      unpack(c, acc.sets, carried);
      acc.take(i, emit_step({i, false}, carried));
      c = pack(acc.sets, carried);
    });
    unpack(all, acc.sets, carried);
  };

  if (shape_.sums_in_memory) {
    acc.spill();
    loop(b_.getInt64(0), end, [&](llvm::Value* i) { acc.take(i, emit_step({i, false}, carried)); });
    rest(end);
    acc.reload();
  } else {
    loop(b_.getInt64(0), end, [&](llvm::Value* i) {
      std::vector<std::vector<Sources>> steps;
      for (unsigned u = 0; u < shape_.unroll; ++u) {
        llvm::Value* at = u == 0 ? i : b_.CreateAdd(i, b_.getInt64(u * e_.lanes));
        steps.push_back(emit_step({at, false}, carried));
      }
      acc.take_all(i, steps);
    });
    acc.merge_unordered();
    Carried all = pack(acc.sets, carried);
    e_.when(b_.CreateICmpSLT(end, n0_), all, [&](Carried& c) {
      acc.spill();
      rest(end);
      acc.reload();
      c = pack(acc.sets, carried);
    });
    unpack(all, acc.sets, carried);
  }

  for (std::size_t r = 0; r < acc.reducers.size(); ++r) {
    finish_row(*acc.reducers[r], acc.sets[r], r, row, carried);
  }
}

void KernelEmitter::finish_row(RowReducer& reducer, const std::vector<Parts>& acc,
                               std::size_t reduction, llvm::Value* row, Carried& carried) {
  const std::size_t size = plan::slot_bytes(plan_.reductions[reduction]);
  llvm::Value* offset = b_.CreateMul(b_.CreateMul(row, slot_step_), b_.getInt64(size));
  llvm::Value* slot = b_.CreateGEP(b_.getInt8Ty(), slots_[reduction], offset);
  llvm::Value* lost = reducer.finish(e_, acc, n0_, slot);
  if (lost != nullptr) carried.back() = b_.CreateOr(carried.back(), lost);
}

// Several rows at once, each with accumulators of its own. Loads that they share have one address
// in all of them, and code generation reads it once.
void KernelEmitter::reduce_joined_rows(llvm::Value* first, Carried& carried) {
  const unsigned rows = plan_.joined_rows;
  const auto row = [&](unsigned u) { return b_.CreateAdd(first, b_.getInt64(u)); };
  std::vector<std::vector<llvm::Value*>> addresses;
  std::vector<Values> values;
  for (unsigned u = 0; u < rows; ++u) {
    start_row(row(u), carried);
    addresses.push_back(row_);
    values.push_back(call_values_);
  }
  std::vector<std::unique_ptr<RowReducer>> reducers;
  Sets sets;
  for (std::size_t r = 0; r < plan_.reductions.size(); ++r) {
    const ReductionSource& source = shape_.sources[r];
    const DType lane = plan_.body[source.values[0]].lane;
    reducers.push_back(make_row_reducer(e_, plan_.reductions[r], source, lane));
    sets.emplace_back(rows, reducers[r]->identity(e_));
  }
  const auto step = [&](llvm::Value* i, Carried& c) {
    unpack(c, sets, carried);
    for (unsigned u = 0; u < rows; ++u) {
      row_ = addresses[u];
      call_values_ = values[u];
      const std::vector<Sources> sources = emit_step({i, false}, carried);
      for (std::size_t r = 0; r < reducers.size(); ++r) {
        reducers[r]->update(e_, sets[r][u], sources[r]);
      }
      collect_overflow(carried);
    }
    c = pack(sets, carried);
  };
  llvm::Value* const end = unmasked(n0_, e_.lanes);
  Carried all = pack(sets, carried);
  e_.loop(b_.getInt64(0), end, b_.getInt64(e_.lanes), all, true, step);
  tail(end, n0_, all, step);
  unpack(all, sets, carried);
  for (unsigned u = 0; u < rows; ++u) {
    for (std::size_t r = 0; r < reducers.size(); ++r) {
      finish_row(*reducers[r], {sets[r][u]}, r, row(u), carried);
    }
  }
}

// A strip of columns at a time, its accumulators on the stack; in it a group of rows at a time,
// tile by tile with the accumulators in registers. More rows at once are more streams of memory
// than the hardware prefetches. Narrow sums take their rows at once: so few streams are better, and
// their accumulators come from the stack and go back for every few rows.
void KernelEmitter::columns(Carried& carried) {
  const bool at_once = std::any_of(plan_.reductions.begin(), plan_.reductions.end(),
                                   [](const plan::KernelReduce& r) { return r.narrow_first; });
  const unsigned rows_of_group = at_once ? plan::kNarrowSumRows : ColumnReducer::kGroup;
  ColumnAccumulators acc(e_, plan_, shape_);
  e_.place.origin = number_;
  e_.place.stride = number_per_row_;
  llvm::Value* const lanes = b_.getInt64(e_.lanes);
  llvm::Value* const strip = b_.getInt64(acc.strip);
  e_.loop(b_.getInt64(0), n0_, strip, carried, false, [&](llvm::Value* begin, Carried& outer) {
    llvm::Value* const end = e_.least(b_.CreateAdd(begin, strip), n0_);
    llvm::Value* const width = b_.CreateSub(end, begin);
    llvm::Value* const tiled = unmasked(width, e_.lanes * shape_.unroll);
    Carried none;
    e_.loop(b_.getInt64(0), width, lanes, none, false,
            [&](llvm::Value* at, Carried&) { acc.start(at); });
    const auto rows_from = [&](llvm::Value* row, unsigned count, Carried& c) {
      llvm::Value* const last = b_.CreateAdd(row, b_.getInt64(count));
      const Rows rows{row, at_once ? last : e_.least(last, n1_), at_once ? count : 0};
      const auto tile = [&](llvm::Value* at, Carried& inner) {
        column_tile(acc, begin, at, shape_.unroll, rows, inner);
      };
      llvm::Value* const wide = b_.getInt64(e_.lanes * shape_.unroll);
      if (!shape_.is_long) e_.loop(b_.getInt64(0), tiled, wide, c, true, tile);
      tail(tiled, width, c,
           [&](llvm::Value* at, Carried& inner) { column_tile(acc, begin, at, 1, rows, inner); });
    };
    llvm::Value* const grouped = at_once ? rounded_down(n1_, rows_of_group) : n1_;
    e_.loop(b_.getInt64(0), grouped, b_.getInt64(rows_of_group), outer, at_once,
            [&](llvm::Value* row, Carried& c) { rows_from(row, rows_of_group, c); });
    if (at_once) {
      e_.loop(grouped, n1_, b_.getInt64(1), outer, true,
              [&](llvm::Value* row, Carried& c) { rows_from(row, 1, c); });
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

// Columns from `at` of the strip on, `tiles` vector steps wide, over a group of rows.
void KernelEmitter::column_tile(ColumnAccumulators& acc, llvm::Value* strip, llvm::Value* at,
                                unsigned tiles, const Rows& rows, Carried& carried) {
  const auto step = [&](llvm::Value* first, unsigned t) {
    return t == 0 ? first : b_.CreateAdd(first, b_.getInt64(t * e_.lanes));
  };
  llvm::Value* const index = b_.CreateAdd(strip, at);
  Sets sets(acc.reducers.size());
  for (std::size_t r = 0; r < sets.size(); ++r) {
    for (unsigned t = 0; t < tiles; ++t) {
      sets[r].push_back(acc.reducers[r]->open(e_, acc.load(r, step(at, t))));
    }
  }
  if (rows.at_once > 1) {
    for (unsigned t = 0; t < tiles; ++t) take_rows(acc, rows, step(index, t), sets, t, carried);
  } else {
    Carried all = pack(sets, carried);
    e_.loop(rows.begin, rows.end, b_.getInt64(1), all, false, [&](llvm::Value* row, Carried& c) {
      unpack(c, sets, carried);
      start_row(row, carried);
      e_.place.position = row;
      for (unsigned t = 0; t < tiles; ++t) {
        const std::vector<Sources> sources = emit_step({step(index, t), false}, carried);
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
    start_row(b_.CreateAdd(rows.begin, b_.getInt64(k)), carried);
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
  const std::size_t size = plan::slot_bytes(plan_.reductions[reduction]);
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
