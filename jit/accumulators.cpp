// Accumulators as values that a loop carries, and on the stack.
#include "jit/accumulators.hpp"

#include <bit>

namespace tightloop::jit {
namespace {

const llvm::Align kAlign(8);

}  // namespace

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

StackSets::StackSets(Emitter& e, const Parts& like, unsigned count) {
  for (llvm::Value* part : like) {
    types_.push_back(part->getType());
    const auto bits = part->getType()->getPrimitiveSizeInBits().getFixedValue();
    memory_.push_back(e.reserve(count * bits / 8));
  }
}

void StackSets::store(Emitter& e, llvm::Value* set, const Parts& parts) {
  for (std::size_t k = 0; k < parts.size(); ++k) {
    e.b.CreateAlignedStore(parts[k], address(e, set, k), kAlign);
  }
}

Parts StackSets::load(Emitter& e, llvm::Value* set) {
  Parts parts;
  for (std::size_t k = 0; k < types_.size(); ++k) {
    parts.push_back(e.b.CreateAlignedLoad(types_[k], address(e, set, k), kAlign));
  }
  return parts;
}

llvm::Value* StackSets::address(Emitter& e, llvm::Value* set, std::size_t part) {
  return e.b.CreateGEP(types_[part], memory_[part], set);
}

StackGroup::StackGroup(Emitter& e, const Parts& like)
    : sum_(e, like, 1), group_(e.reserve(kernel::kSumLanes * sizeof(float))) {}

llvm::FixedVectorType* StackGroup::group_type(Emitter& e) const {
  return llvm::FixedVectorType::get(e.b.getFloatTy(), kernel::kSumLanes);
}

void StackGroup::start(Emitter& e, const Parts& acc) {
  sum_.store(e, e.b.getInt64(0), acc);
  e.b.CreateAlignedStore(e.floats(group_type(e), -0.0), group_, kAlign);
}

void StackGroup::take(Emitter& e, RowReducer& reducer, llvm::Value* index, const Sources& step) {
  auto& b = e.b;
  llvm::Value* at = b.CreateAnd(index, b.getInt64(kernel::kSumLanes - 1));
  b.CreateAlignedStore(group_of(e, {step}), b.CreateGEP(b.getFloatTy(), group_, at), kAlign);
  Carried none;
  e.when(b.CreateICmpEQ(at, b.getInt64(kernel::kSumLanes - e.lanes)), none, [&](Carried&) {
    add(e, reducer);
    b.CreateAlignedStore(e.floats(group_type(e), -0.0), group_, kAlign);
  });
}

Parts StackGroup::finish(Emitter& e, RowReducer& reducer) {
  add(e, reducer);
  return sum_.load(e, e.b.getInt64(0));
}

void StackGroup::add(Emitter& e, RowReducer& reducer) {
  llvm::Value* const zero = e.b.getInt64(0);
  Parts acc = sum_.load(e, zero);
  reducer.update(e, acc,
                 {{DType::float32, e.b.CreateAlignedLoad(group_type(e), group_, kAlign), nullptr}});
  sum_.store(e, zero, acc);
}

RowAccumulators::RowAccumulators(Emitter& e, const kernel::KernelPlan& plan,
                                 const KernelShape& shape)
    : e_(e), shape_(shape) {
  for (std::size_t r = 0; r < plan.reductions.size(); ++r) {
    const ReductionSource& source = shape.sources[r];
    const DType lane = plan.body[source.values[0]].lane;
    reducers.push_back(make_row_reducer(e, plan.reductions[r], source, lane));
    const bool by_group = reducers[r]->takes_groups;
    const Parts identity = reducers[r]->identity(e);
    sets.emplace_back(by_group ? 1 : shape.unroll, identity);
    const bool on_stack = reducers[r]->ordered && shape.sum_sets > 1;
    stack_.push_back(
        on_stack && !by_group ? std::make_unique<StackSets>(e, identity, shape.sum_sets) : nullptr);
    groups_.push_back(on_stack && by_group ? std::make_unique<StackGroup>(e, identity) : nullptr);
  }
}

void RowAccumulators::take(llvm::Value* i, const std::vector<Sources>& sources) {
  e_.place.position = i;
  llvm::Value* number = e_.b.CreateLShr(i, e_.b.getInt64(std::countr_zero(e_.lanes)));
  llvm::Value* set = e_.b.CreateAnd(number, e_.b.getInt64(shape_.sum_sets - 1));
  for (std::size_t r = 0; r < reducers.size(); ++r) {
    if (groups_[r] != nullptr) {
      groups_[r]->take(e_, *reducers[r], i, sources[r]);
    } else if (stack_[r] == nullptr) {
      reducers[r]->update(e_, sets[r][0], sources[r]);
    } else {
      Parts parts = stack_[r]->load(e_, set);
      reducers[r]->update(e_, parts, sources[r]);
      stack_[r]->store(e_, set, parts);
    }
  }
}

void RowAccumulators::take_all(llvm::Value* i, const std::vector<std::vector<Sources>>& steps) {
  e_.place.position = i;
  for (std::size_t r = 0; r < reducers.size(); ++r) {
    std::vector<Sources> values;
    for (const auto& step : steps) values.push_back(step[r]);
    reducers[r]->update_all(e_, sets[r], values);
  }
}

void RowAccumulators::merge_unordered() {
  for (std::size_t r = 0; r < reducers.size(); ++r) {
    if (stack_[r] != nullptr) continue;
    for (std::size_t k = 1; k < sets[r].size(); ++k) {
      reducers[r]->merge(e_, sets[r][0], sets[r][k]);
    }
    sets[r].resize(1);
  }
}

void RowAccumulators::spill() {
  for (std::size_t r = 0; r < reducers.size(); ++r) {
    if (groups_[r] != nullptr) groups_[r]->start(e_, sets[r][0]);
    if (stack_[r] != nullptr) {
      for (unsigned k = 0; k < shape_.sum_sets; ++k) {
        stack_[r]->store(e_, e_.b.getInt64(k), sets[r][k < sets[r].size() ? k : 0]);
      }
    }
    if (groups_[r] != nullptr || stack_[r] != nullptr) sets[r].clear();
  }
}

void RowAccumulators::reload() {
  for (std::size_t r = 0; r < reducers.size(); ++r) {
    if (groups_[r] != nullptr) sets[r].push_back(groups_[r]->finish(e_, *reducers[r]));
    if (stack_[r] == nullptr) continue;
    sets[r].resize(shape_.sum_sets);
    for (unsigned k = 0; k < shape_.sum_sets; ++k) {
      sets[r][k] = stack_[r]->load(e_, e_.b.getInt64(k));
    }
  }
}

}  // namespace tightloop::jit
