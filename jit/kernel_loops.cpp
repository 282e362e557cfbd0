// The loops of the three kernel kinds. A row (or a tile of columns) is a main loop of whole vector
// steps and a tail of at most one partial step per accumulator, whose dead lanes are left out. A
// map takes `unroll` vector steps at a time, with stores around the caches where the plan says so
// and the row is aligned. A row reduction keeps sets of accumulators: step k of the row goes to set
// k modulo their number, so that additions do not wait for each other; which lane and set an
// element goes to depends on its place in the row alone, which fixes the order of sums. After the
// main loop sets of sums without order are merged into one, and the tail takes what is left;
// ordered sets go to the stack, where the tail finds the one that a step belongs to.
// Variances visit a row more than once: the first visit, of a sample, estimates the mean; the next
// ones add deviations from the estimate, until it is good enough or kMomentVisits are over
// (revisit_row()). Where registers suffice, a row no longer than a sample is computed once and held
// in them for all visits (hold_row()). Joined rows are several outputs side by side, each with
// accumulators of its own: what they share is loaded once.
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
        emit_step({at, around_caches, u}, c);
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

void KernelEmitter::reduce_row(llvm::Value* row, Carried& carried) {
  RowAccumulators acc(e_, plan_, shape_);
  e_.place.origin = b_.CreateAdd(number_, b_.CreateMul(row, number_per_row_));
  e_.place.stride = number_per_element_;
  const auto revisits = [](const auto& reducer) { return reducer->revisits; };
  const auto finish = [&](RowAccumulators& a, Carried& c) {
    for (std::size_t r = 0; r < a.reducers.size(); ++r) {
      finish_row(*a.reducers[r], a.sets[r], r, row, c);
    }
  };
  if (std::none_of(acc.reducers.begin(), acc.reducers.end(), revisits)) {
    visit_row(acc, n0_, carried);
  } else if (shape_.holds_rows) {
    // Of few steps what lies beyond them costs nothing.
    unsigned begin = 0;
    for (unsigned steps = std::max(1U, shape_.sum_sets / 2); steps <= shape_.sum_sets; steps *= 2) {
      const std::uint64_t end = std::uint64_t{steps} * e_.lanes;
      llvm::Value* const above = b_.CreateICmpSGT(n0_, b_.getInt64(begin));
      llvm::Value* const within = b_.CreateICmpSLE(n0_, b_.getInt64(end));
      e_.when(b_.CreateAnd(above, within), carried, [&](Carried& c) {
        RowAccumulators held(e_, plan_, shape_);
        hold_row(held, steps, c);
        finish(held, c);
      });
      begin = static_cast<unsigned>(end);
    }
    e_.when(b_.CreateICmpSGT(n0_, b_.getInt64(begin)), carried, [&](Carried& c) {
      revisit_row(acc, c);
      finish(acc, c);
    });
    return;
  } else {
    revisit_row(acc, carried);
  }
  finish(acc, carried);
}

// Begins step `u` of the first kernel::kSumLanes elements; in a row that may be shorter, under a
// mask.
void KernelEmitter::start_held_step(unsigned u, bool is_short) {
  e_.place.position = b_.getInt64(std::uint64_t{u} * e_.lanes);
  if (!is_short) return;
  e_.live_count = held_[u].count;
  // Volatile: made again from the count in every row, a mask takes ten times as long.
  llvm::FixedVectorType* const type = held_[u].type;
  llvm::Value* const mask =
      b_.CreateAlignedLoad(type, held_[u].memory, llvm::Align(8), /*isVolatile=*/true);
  e_.held_mask = b_.CreateICmpSLT(mask, e_.zero(type));
}

void KernelEmitter::end_held_step() {
  e_.live_count = nullptr;
  e_.held_mask = nullptr;
}

// Makes the masks of rows that are held, once for all of them.
void KernelEmitter::make_held_masks() {
  for (unsigned u = 0; u < shape_.sum_sets; ++u) {
    llvm::Value* const left = b_.CreateSub(n0_, b_.getInt64(std::uint64_t{u} * e_.lanes));
    llvm::Value* const some = b_.CreateICmpSGT(left, b_.getInt64(0));
    llvm::Value* const least = e_.least(left, b_.getInt64(e_.lanes));
    llvm::Value* const count = b_.CreateSelect(some, least, b_.getInt64(0));
    e_.live_count = count;
    const unsigned bits = target_.vector_bytes * 8 / e_.lanes < 64 ? 32 : 64;
    llvm::FixedVectorType* const type = e_.int_vector(bits);
    llvm::Value* const memory = e_.reserve(std::uint64_t{bits} / 8 * e_.lanes);
    b_.CreateAlignedStore(b_.CreateSExt(e_.live_mask(), type), memory, llvm::Align(8));
    held_.push_back({count, memory, type});
  }
  e_.live_count = nullptr;
}

// The first kernel::kSumLanes elements of a row, at most.
std::vector<std::vector<Sources>> KernelEmitter::held_steps(unsigned count, bool is_short,
                                                            Carried& carried) {
  std::vector<std::vector<Sources>> steps;
  for (unsigned u = 0; u < count; ++u) {
    start_held_step(u, is_short);
    steps.push_back(emit_step({b_.getInt64(std::uint64_t{u} * e_.lanes), false, u}, carried));
    end_held_step();
  }
  return steps;
}

// A visit of such steps by the reducers that revisit, each from its state to the next; returns
// whether one asks for another.
llvm::Value* KernelEmitter::visit_held(RowAccumulators& acc,
                                       const std::vector<std::vector<Sources>>& steps,
                                       bool is_short, Sets& states) {
  llvm::Value* const n = is_short ? n0_ : b_.getInt64(kernel::kMomentSample);
  llvm::Value* again = b_.getFalse();
  for (std::size_t r = 0; r < states.size(); ++r) {
    RowReducer& reducer = *acc.reducers[r];
    if (!reducer.revisits) continue;
    reducer.begin_visit(e_, states[r][0]);
    for (unsigned u = 0; u < steps.size(); ++u) {
      start_held_step(u, is_short);
      acc.sets[r][u] = reducer.only(e_, steps[u][r]);
      end_held_step();
    }
    for (std::size_t u = steps.size(); u < acc.sets[r].size(); ++u) {
      for (llvm::Value*& part : acc.sets[r][u]) part = e_.floats(part->getType(), -0.0);
    }
    again = b_.CreateOr(again, reducer.end_visit(e_, acc.sets[r], n, states[r][0]));
  }
  return again;
}

// A row of at most so many steps, no longer than a sample: it is computed once and held in
// registers. What lies beyond adds nothing: -0.
void KernelEmitter::hold_row(RowAccumulators& acc, unsigned count, Carried& carried) {
  const auto steps = held_steps(count, true, carried);
  for (unsigned u = 0; u < count; ++u) {
    start_held_step(u, true);
    for (std::size_t r = 0; r < acc.reducers.size(); ++r) {
      if (acc.reducers[r]->revisits) continue;
      acc.reducers[r]->update(e_, acc.sets[r][u], steps[u][r]);
    }
    end_held_step();
  }
  acc.merge_unordered();
  Sets states = first_states(acc);
  visit_held(acc, steps, true, states);
  Carried all = pack(states, {b_.getInt64(1)});  // visits so far
  e_.repeat(all, [&](Carried& c) {
    Carried visits;
    unpack(c, states, visits);
    llvm::Value* const again = visit_held(acc, steps, true, states);
    visits[0] = b_.CreateAdd(visits[0], b_.getInt64(1));
    c = pack(states, visits);
    return b_.CreateAnd(again, b_.CreateICmpULT(visits[0], b_.getInt64(kernel::kMomentVisits)));
  });
}

Sets KernelEmitter::first_states(RowAccumulators& acc) {
  Sets states(acc.reducers.size());
  for (std::size_t r = 0; r < states.size(); ++r) {
    states[r].push_back(acc.reducers[r]->first_visit(e_));
  }
  return states;
}

// Visits a row until no reducer asks for more. Each visit starts all accumulators anew.
void KernelEmitter::revisit_row(RowAccumulators& acc, Carried& carried) {
  Sets states = first_states(acc);
  const bool sampled = shape_.holds_rows;
  if (sampled) {
    const Sets identities = acc.sets;
    visit_held(acc, held_steps(shape_.sum_sets, false, carried), false, states);
    acc.sets = identities;
  }
  Carried all = pack(states, carried);
  all.push_back(b_.getInt64(sampled ? 1 : 0));  // visits so far
  e_.repeat(all, [&](Carried& c) {
    llvm::Value* const visit = c.back();
    c.pop_back();
    unpack(c, states, carried);
    llvm::Value* is_sample = b_.getFalse();
    llvm::Value* n = n0_;
    if (!sampled) {
      is_sample = b_.CreateICmpEQ(visit, b_.getInt64(0));
      n = b_.CreateSelect(is_sample, e_.least(n0_, b_.getInt64(kernel::kMomentSample)), n0_);
    }
    for (std::size_t r = 0; r < states.size(); ++r) {
      acc.reducers[r]->begin_visit(e_, states[r][0]);
    }
    visit_row(acc, n, carried);
    llvm::Value* again = b_.getFalse();
    for (std::size_t r = 0; r < states.size(); ++r) {
      if (!acc.reducers[r]->revisits) continue;
      again = b_.CreateOr(again, acc.reducers[r]->end_visit(e_, acc.sets[r], n, states[r][0]));
    }
    c = pack(states, carried);
    llvm::Value* const visits = b_.CreateAdd(visit, b_.getInt64(1));
    c.push_back(visits);
    again = b_.CreateAnd(again, b_.CreateICmpULT(visits, b_.getInt64(kernel::kMomentVisits)));
    return b_.CreateOr(is_sample, again);
  });
  all.pop_back();
  unpack(all, states, carried);
}

// Takes the first n0 elements of a row into accumulators.
void KernelEmitter::visit_row(RowAccumulators& acc, llvm::Value* n0, Carried& carried) {
  const unsigned step = e_.lanes * shape_.unroll;
  llvm::Value* const end = unmasked(n0, step);
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
    tail(from, n0, all, [&](llvm::Value* i, Carried& c) {
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
        steps.push_back(emit_step({at, false, u}, carried));
      }
      acc.take_all(i, steps);
    });
    acc.merge_unordered();
    Carried all = pack(acc.sets, carried);
    e_.when(b_.CreateICmpSLT(end, n0), all, [&](Carried& c) {
      acc.spill();
      rest(end);
      acc.reload();
      c = pack(acc.sets, carried);
    });
    unpack(all, acc.sets, carried);
  }
}

void KernelEmitter::finish_row(RowReducer& reducer, const std::vector<Parts>& acc,
                               std::size_t reduction, llvm::Value* row, Carried& carried) {
  const std::size_t size = kernel::slot_bytes(plan_.reductions[reduction]);
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

}  // namespace tightloop::jit
