// The loops of the three kernel kinds. A row (or a tile of columns) is a main loop of whole vector
// steps and a tail of at most one partial step per accumulator, whose dead lanes are left out.
#include <bit>

#include "jit/kernel_emitter.hpp"
#include "jit/memory.hpp"

namespace tightloop::jit {

llvm::Value* KernelEmitter::rounded_down(llvm::Value* extent, unsigned step) {
  return b_.CreateAnd(extent, b_.getInt64(~(std::uint64_t{step} - 1)));
}

/// Runs vector steps from `begin` to the end of the row, the last one partial.
void KernelEmitter::tail(llvm::Value* begin, Carried& carried,
                         const std::function<void(llvm::Value*, Carried&)>& body) {
  llvm::Value* const lanes = b_.getInt64(e_.lanes);
  e_.loop(begin, n0_, lanes, carried, true, [&](llvm::Value* i, Carried& c) {
    llvm::Value* rest = b_.CreateSub(n0_, i);
    e_.live_count = b_.CreateSelect(b_.CreateICmpSLT(rest, lanes), rest, lanes);
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
  llvm::Value* const end = rounded_down(n0_, step);
  const auto run = [&](llvm::Value* from, llvm::Value* to, bool around_caches) {
    e_.loop(from, to, b_.getInt64(step), carried, true, [&](llvm::Value* i, Carried& c) {
      for (unsigned u = 0; u < shape_.unroll; ++u) {
        llvm::Value* at = u == 0 ? i : b_.CreateAdd(i, b_.getInt64(u * e_.lanes));
        emit_step({at, around_caches}, c);
      }
    });
  };
  llvm::Value* begin = b_.getInt64(0);
  if (plan_.streaming_stores) {
    llvm::Value* const streamed = streaming_end(end);
    run(begin, streamed, true);
    begin = streamed;
  }
  run(begin, end, false);
  tail(end, carried, [&](llvm::Value* i, Carried& c) { emit_step({i, false}, c); });
}

namespace {

using Sets = std::vector<std::vector<Parts>>;  // per reduction, per set

// Accumulators as one list of registers, for the loops to carry; `rest` is what they carry besides.
Carried pack(const Sets& sets, const Carried& rest) {
  Carried all;
  for (const auto& of_reduction : sets) {
    for (const Parts& parts : of_reduction) all.insert(all.end(), parts.begin(), parts.end());
  }
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

void unpack(const Carried& all, Sets& sets, Carried& rest) {
  std::size_t next = 0;
  for (auto& of_reduction : sets) {
    for (Parts& parts : of_reduction) {
      for (llvm::Value*& part : parts) part = all[next++];
    }
  }
  rest.assign(all.begin() + static_cast<std::ptrdiff_t>(next), all.end());
}

// The accumulators of an ordered reduction on the stack, where a step finds its own by its number.
class StackSets {
 public:
  StackSets(Emitter& e, const Parts& like, unsigned count) {
    for (llvm::Value* part : like) {
      types_.push_back(part->getType());
      const auto bits = part->getType()->getPrimitiveSizeInBits().getFixedValue();
      memory_.push_back(e.reserve(count * bits / 8));
    }
  }
  void store(Emitter& e, llvm::Value* set, const Parts& parts) {
    for (std::size_t k = 0; k < parts.size(); ++k) {
      e.b.CreateAlignedStore(parts[k], address(e, set, k), llvm::Align(8));
    }
  }
  Parts load(Emitter& e, llvm::Value* set) {
    Parts parts;
    for (std::size_t k = 0; k < types_.size(); ++k) {
      parts.push_back(e.b.CreateAlignedLoad(types_[k], address(e, set, k), llvm::Align(8)));
    }
    return parts;
  }

 private:
  llvm::Value* address(Emitter& e, llvm::Value* set, std::size_t part) {
    return e.b.CreateGEP(types_[part], memory_[part], set);
  }
  std::vector<llvm::Type*> types_;
  std::vector<llvm::Value*> memory_;
};

// One row of a row_reduce kernel. Ordered reductions need all their accumulators until the end;
// the others merge theirs after the main loop.
class RowAccumulators {
 public:
  RowAccumulators(Emitter& e, const plan::KernelPlan& plan, const KernelShape& shape)
      : e_(e), shape_(shape) {
    for (std::size_t r = 0; r < plan.reductions.size(); ++r) {
      const ReductionSource& source = shape.sources[r];
      const DType lane = plan.body[source.values[0]].lane;
      reducers.push_back(make_row_reducer(e, plan.reductions[r], source, lane));
      const Parts identity = reducers[r]->identity(e);
      sets.emplace_back(shape.unroll, identity);
      stack.emplace_back();
      if (reducers[r]->ordered && shape.sum_sets > 1) {
        stack[r] = std::make_unique<StackSets>(e, identity, shape.sum_sets);
      }
    }
  }

  // One vector step at element i, into set 0 or, on the stack, into the step's own.
  void take(llvm::Value* i, const std::vector<Sources>& sources) {
    llvm::Value* number = e_.b.CreateLShr(i, e_.b.getInt64(std::countr_zero(e_.lanes)));
    llvm::Value* set = e_.b.CreateAnd(number, e_.b.getInt64(shape_.sum_sets - 1));
    for (std::size_t r = 0; r < reducers.size(); ++r) {
      if (stack[r] == nullptr) {
        reducers[r]->update(e_, sets[r][0], sources[r]);
      } else {
        Parts parts = stack[r]->load(e_, set);
        reducers[r]->update(e_, parts, sources[r]);
        stack[r]->store(e_, set, parts);
      }
    }
  }
  void take_all(const std::vector<std::vector<Sources>>& steps) {
    for (std::size_t r = 0; r < reducers.size(); ++r) {
      std::vector<Sources> values;
      for (const auto& step : steps) values.push_back(step[r]);
      reducers[r]->update_all(e_, sets[r], values);
    }
  }
  void merge_unordered() {
    for (std::size_t r = 0; r < reducers.size(); ++r) {
      if (stack[r] != nullptr) continue;
      for (std::size_t k = 1; k < sets[r].size(); ++k) {
        reducers[r]->merge(e_, sets[r][0], sets[r][k]);
      }
      sets[r].resize(1);
    }
  }
  void spill() {
    for (std::size_t r = 0; r < reducers.size(); ++r) {
      if (stack[r] == nullptr) continue;
      for (unsigned k = 0; k < shape_.sum_sets; ++k) {
        stack[r]->store(e_, e_.b.getInt64(k), sets[r][k < sets[r].size() ? k : 0]);
      }
      sets[r].clear();
    }
  }
  void reload() {
    for (std::size_t r = 0; r < reducers.size(); ++r) {
      if (stack[r] == nullptr) continue;
      sets[r].resize(shape_.sum_sets);
      for (unsigned k = 0; k < shape_.sum_sets; ++k) {
        sets[r][k] = stack[r]->load(e_, e_.b.getInt64(k));
      }
    }
  }

  std::vector<std::unique_ptr<RowReducer>> reducers;
  Sets sets;
  std::vector<std::unique_ptr<StackSets>> stack;

 private:
  Emitter& e_;
  const KernelShape& shape_;
};

}  // namespace

void KernelEmitter::reduce_row(llvm::Value* row, Carried& carried) {
  RowAccumulators acc(e_, plan_, shape_);
  const unsigned step = e_.lanes * shape_.unroll;
  llvm::Value* const end = rounded_down(n0_, step);
  const auto loop = [&](llvm::Value* from, llvm::Value* to, auto&& body) {
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
    tail(from, all, [&](llvm::Value* i, Carried& c) {
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
      acc.take_all(steps);
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
    const std::size_t size = itemsize(plan_.reductions[r].acc);
    llvm::Value* offset = b_.CreateMul(b_.CreateMul(row, slot_step_), b_.getInt64(size));
    llvm::Value* slot = b_.CreateGEP(b_.getInt8Ty(), slots_[r], offset);
    llvm::Value* lost = acc.reducers[r]->finish(e_, acc.sets[r], n0_, slot);
    if (lost != nullptr) carried.back() = b_.CreateOr(carried.back(), lost);
  }
}

void KernelEmitter::columns(Carried& carried) {
  const unsigned step = e_.lanes * shape_.unroll;
  llvm::Value* const end = rounded_down(n0_, step);
  e_.loop(b_.getInt64(0), end, b_.getInt64(step), carried, true,
          [&](llvm::Value* i, Carried& c) { column_tile(i, shape_.unroll, c); });
  tail(end, carried, [&](llvm::Value* i, Carried& c) { column_tile(i, 1, c); });
}

void KernelEmitter::column_tile(llvm::Value* index, unsigned tiles, Carried& carried) {
  std::vector<std::unique_ptr<ColumnReducer>> reducers;
  Sets sets;
  for (std::size_t r = 0; r < plan_.reductions.size(); ++r) {
    const DType lane = plan_.body[shape_.sources[r].values[0]].lane;
    reducers.push_back(make_column_reducer(plan_.reductions[r], lane));
    sets.emplace_back(tiles, reducers[r]->identity(e_));
  }
  Carried all = pack(sets, carried);
  e_.loop(b_.getInt64(0), n1_, b_.getInt64(1), all, false, [&](llvm::Value* row, Carried& c) {
    unpack(c, sets, carried);
    start_row(row, carried);
    for (unsigned t = 0; t < tiles; ++t) {
      llvm::Value* at = t == 0 ? index : b_.CreateAdd(index, b_.getInt64(t * e_.lanes));
      const std::vector<Sources> sources = emit_step({at, false}, carried);
      for (std::size_t r = 0; r < reducers.size(); ++r) {
        reducers[r]->update(e_, sets[r][t], sources[r]);
      }
      collect_overflow(carried);
    }
    c = pack(sets, carried);
  });
  unpack(all, sets, carried);
  for (std::size_t r = 0; r < reducers.size(); ++r) {
    for (unsigned t = 0; t < tiles; ++t) {
      llvm::Value* at = t == 0 ? index : b_.CreateAdd(index, b_.getInt64(t * e_.lanes));
      finish_columns(*reducers[r], sets[r][t], r, at);
    }
  }
  collect_overflow(carried);
}

void KernelEmitter::finish_columns(ColumnReducer& reducer, const Parts& acc, std::size_t reduction,
                                   llvm::Value* index) {
  const DType dtype = plan_.reductions[reduction].acc;
  const std::size_t size = itemsize(dtype);
  llvm::Value* slot =
      b_.CreateGEP(llvm::ArrayType::get(b_.getInt8Ty(), size), slots_[reduction], index);
  if (e_.live_count == nullptr || masks_elements(target_, dtype)) {
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
