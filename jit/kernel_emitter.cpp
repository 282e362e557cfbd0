// The frame of a kernel function: reads kernel::KernelFrame, runs the rows, reports events. The
// body is in kernel_body.cpp, the loops in kernel_loops.cpp.
#include "jit/kernel_emitter.hpp"

#include <cstddef>

#include <llvm/IR/Intrinsics.h>

#include "jit/inline_math.hpp"

namespace tightloop::jit {

KernelEmitter::KernelEmitter(llvm::Function& function, const kernel::KernelPlan& plan,
                             const Target& target, kernel::FindLeaf find_leaf)
    : e_(function, target, find_leaf, plan.fast_math),
      b_(e_.b),
      function_(function),
      plan_(plan),
      target_(target),
      shape_(shape_of(plan, target)) {
  e_.lanes = shape_.lanes;
  e_.inlines_math = has_few_functions(plan, target);
  if (shape_.is_long) long_body_ = std::make_unique<LongBody>(e_, plan_, shape_);
}

llvm::Value* KernelEmitter::frame_field(std::size_t offset, llvm::Type* type) {
  llvm::Value* at = b_.CreateConstGEP1_64(b_.getInt8Ty(), function_.getArg(0), offset);
  return b_.CreateAlignedLoad(type, at, llvm::Align(8));
}

void KernelEmitter::load_frame() {
  using Frame = kernel::KernelFrame;
  llvm::Type* i64 = b_.getInt64Ty();
  llvm::Type* pointer = b_.getPtrTy();
  n0_ = frame_field(offsetof(Frame, n0), i64);
  n1_ = frame_field(offsetof(Frame, n1), i64);
  llvm::Value* pointers = frame_field(offsetof(Frame, ptr), pointer);
  llvm::Value* steps = frame_field(offsetof(Frame, step), pointer);

  const std::size_t loads = plan_.loads.size();
  std::vector<bool> used(loads + plan_.stores.size(), true);
  std::fill_n(used.begin(), loads, false);
  for (std::size_t i = 0; i < plan_.body.size(); ++i) {
    const kernel::Inst& inst = plan_.body[i];
    if (shape_.needed[i] && inst.op == Op::variable && !inst.param) used[inst.attr] = true;
  }
  for (std::size_t k = 0; k < used.size(); ++k) {
    llvm::Value* at = b_.CreateConstGEP1_64(pointer, pointers, k);
    llvm::Value* step_at = b_.CreateConstGEP1_64(i64, steps, k);
    base_.push_back(used[k] ? b_.CreateAlignedLoad(pointer, at, llvm::Align(8)) : nullptr);
    step_.push_back(used[k] ? b_.CreateAlignedLoad(i64, step_at, llvm::Align(8)) : nullptr);
  }
  row_.resize(used.size());
  bounce_.resize(used.size());

  if (plan_.reductions.empty()) return;
  llvm::Value* acc = frame_field(offsetof(Frame, acc), pointer);
  for (std::size_t k = 0; k < plan_.reductions.size(); ++k) {
    llvm::Value* at = b_.CreateConstGEP1_64(pointer, acc, k);
    slots_.push_back(b_.CreateAlignedLoad(pointer, at, llvm::Align(8)));
  }
  slot_step_ = frame_field(offsetof(Frame, acc_per_row), i64);
  e_.place.rows = n1_;
  number_ = frame_field(offsetof(Frame, index), i64);
  number_per_row_ = frame_field(offsetof(Frame, index_step), i64);
  number_per_element_ = frame_field(offsetof(Frame, index_inner), i64);
}

void KernelEmitter::start_row(llvm::Value* row, Carried& carried) {
  for (std::size_t k = 0; k < base_.size(); ++k) {
    if (base_[k] == nullptr) continue;
    const bool shared = k < plan_.loads.size() && plan_.loads[k].shared;
    row_[k] =
        shared ? base_[k] : b_.CreateGEP(b_.getInt8Ty(), base_[k], b_.CreateMul(row, step_[k]));
  }
  llvm::Value* const live = e_.live_count;
  e_.live_count = nullptr;
  emit_level(Level::row, nullptr, call_values_);
  if (long_body_ != nullptr) long_body_->keep_outer(call_values_);
  collect_overflow(carried);
  e_.live_count = live;
}

llvm::Value* KernelEmitter::element_address(std::size_t operand, llvm::Value* index) {
  const std::size_t loads = plan_.loads.size();
  const DType dtype =
      operand < loads ? plan_.loads[operand].dtype : plan_.stores[operand - loads].dtype;
  std::size_t bytes = itemsize(dtype);
  if (operand < loads) {
    bytes *= skipped(plan_.loads[operand]) + 1;
    if (plan_.loads[operand].stride < 0) index = b_.CreateNeg(index);
  }
  llvm::Type* element = llvm::ArrayType::get(b_.getInt8Ty(), bytes);
  return b_.CreateGEP(element, row_[operand], index);
}

llvm::Value* KernelEmitter::step_address(std::size_t load, llvm::Value* index) {
  const kernel::KernelLoad& l = plan_.loads[load];
  llvm::Value* first = element_address(load, index);
  if (l.stride > 0) return first;
  const auto before = static_cast<std::int64_t>(e_.lanes * (skipped(l) + 1) - 1);
  const std::int64_t bytes = -before * static_cast<std::int64_t>(itemsize(l.dtype));
  return b_.CreateGEP(b_.getInt8Ty(), first, b_.getInt64(static_cast<std::uint64_t>(bytes)));
}

// The last carried value is the overflow seen so far, where the plan checks.
void KernelEmitter::collect_overflow(Carried& carried) {
  llvm::Value* seen = e_.take_overflow();
  if (seen != nullptr) carried.back() = b_.CreateOr(carried.back(), seen);
}

void KernelEmitter::emit() {
  load_frame();
  call_values_.resize(2 * plan_.body.size());
  Carried carried;
  if (shape_.has_checks) carried.push_back(b_.getInt64(0));
  emit_level(Level::call, nullptr, call_values_);
  collect_overflow(carried);

  if (plan_.kind == kernel::KernelKind::column_reduce) {
    columns(carried);
  } else {
    if (shape_.holds_rows) make_held_masks();
    llvm::Value* single = b_.getInt64(0);
    if (plan_.joined_rows > 1) {
      single = rounded_down(n1_, plan_.joined_rows);
      e_.loop(b_.getInt64(0), single, b_.getInt64(plan_.joined_rows), carried, true,
              [&](llvm::Value* row, Carried& c) { reduce_joined_rows(row, c); });
    }
    e_.loop(single, n1_, b_.getInt64(1), carried, plan_.joined_rows > 1,
            [&](llvm::Value* row, Carried& c) {
              start_row(row, c);
              plan_.kind == kernel::KernelKind::map ? map_row(c) : reduce_row(row, c);
            });
  }
  if (shape_.has_checks) {
    llvm::Value* events = frame_field(offsetof(kernel::KernelFrame, events), b_.getPtrTy());
    llvm::Value* old = b_.CreateAlignedLoad(b_.getInt64Ty(), events, llvm::Align(8));
    llvm::Value* seen = b_.CreateICmpNE(carried.back(), b_.getInt64(0));
    llvm::Value* event = b_.CreateSelect(seen, b_.getInt64(kernel::kNoted), b_.getInt64(0));
    b_.CreateAlignedStore(b_.CreateOr(old, event), events, llvm::Align(8));
  }
  b_.CreateRetVoid();
}

}  // namespace tightloop::jit
