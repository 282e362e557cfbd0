// The body of a kernel: instructions in order at the level where their values change, loads and
// stores of one vector step. Where a tail cannot be masked it goes through buffers on the stack.
#include <algorithm>
#include <cstring>

#include <llvm/IR/Intrinsics.h>

#include "jit/event_masks.hpp"
#include "jit/invariant_division.hpp"
#include "jit/kernel_emitter.hpp"
#include "jit/memory.hpp"
#include "jit/operations.hpp"

namespace tightloop::jit {
namespace {

std::optional<std::int64_t> integer_constant(const kernel::KernelPlan& plan,
                                             const kernel::Inst& inst) {
  if (inst.op != Op::constant || !is_integer(inst.lane)) return std::nullopt;
  std::uint64_t bits = 0;
  std::memcpy(&bits, plan.constants[inst.attr].bytes, itemsize(inst.lane));
  const auto unused = static_cast<unsigned>(64 - 8 * itemsize(inst.lane));
  if (!is_signed_int(inst.lane)) return static_cast<std::int64_t>(bits);
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

constexpr std::size_t kPart = 128;  // instructions of a long body in one block
constexpr std::size_t kLine = 64;   // bytes that memory is asked for at a time

}  // namespace

void KernelEmitter::emit_level(Level level, const Step* step, Values& values) {
  for (std::size_t i = 0; i < plan_.body.size(); ++i) {
    if (!shape_.needed[i] || shape_.level[i] != level) continue;
    const bool counted = level == Level::element && long_body_ != nullptr;
    if (counted) long_body_->before(i);
    values[i] = emit_inst(i, step, values);
    const kernel::Inst& inst = plan_.body[i];
    if (inst.watch) e_.note_overflow(event_mask(e_, inst, values[i], operands(inst, values)));
    if (counted) long_body_->after(i);
    if (counted && ++in_part_ >= kPart) start_part();
    if (!shape_.divides[i]) continue;
    values[plan_.body.size() + i] = prepare_divisor(e_, inst.lane, values[i].re);
  }
}

/// Ends the block, whose values go through memory: code generation works block by block, by
/// recursion over what depends on each other there, and takes more than linear time to. What leads
/// out of the row is never taken; without it the blocks would be joined again.
void KernelEmitter::start_part() {
  in_part_ = 0;
  long_body_->put_away();
  if (leave_ == nullptr) {
    const llvm::IRBuilderBase::InsertPointGuard guard(b_);
    leave_ = e_.block("leave");
    b_.SetInsertPoint(leave_);
    b_.CreateRetVoid();
  }
  llvm::BasicBlock* const part = e_.block("part");
  b_.CreateCondBr(b_.CreateICmpSLT(n0_, b_.getInt64(0)), leave_, part);
  b_.SetInsertPoint(part);
}

Value KernelEmitter::emit_inst(std::size_t i, const Step* step, const Values& values) {
  const kernel::Inst& inst = plan_.body[i];
  if (inst.op == Op::constant) {
    return splat_constant(e_, inst.lane, plan_.constants[inst.attr].bytes);
  }
  if (inst.op == Op::variable && inst.param) {
    llvm::Value* params = frame_field(offsetof(kernel::KernelFrame, params), b_.getPtrTy());
    return load_splat(e_, plan_.params[inst.attr],
                      b_.CreateConstGEP1_64(b_.getInt8Ty(), params, 16 * std::uint64_t{inst.attr}));
  }
  if (inst.op == Op::variable) {
    const kernel::KernelLoad& load = plan_.loads[inst.attr];
    const Storage from{load.dtype, load.swapped};
    if (load.access == kernel::Access::splat) return load_splat(e_, from, row_[inst.attr]);
    const int stride = load.access == kernel::Access::strided ? load.stride : 1;
    return load_strided(e_, from, readable(inst.attr, step->index), stride);
  }
  if (inst.op == Op::divide && step != nullptr && shape_.divides[inst.args[1]]) {
    const std::uint32_t by = inst.args[1];
    return {inst.lane, divide_by_invariant(e_, inst.lane, values[inst.args[0]].re, values[by].re,
                                           values[plan_.body.size() + by])};
  }
  return emit_operation(e_, inst, operands(inst, values));
}

std::vector<OperandValue> KernelEmitter::operands(const kernel::Inst& inst,
                                                  const Values& values) const {
  std::vector<OperandValue> args;
  for (unsigned k = 0; k < inst.nargs; ++k) {
    const std::uint32_t arg = inst.args[k];
    args.push_back({values[arg], integer_constant(plan_, plan_.body[arg])});
  }
  return args;
}

llvm::Value* KernelEmitter::all_live() {
  return b_.CreateICmpEQ(e_.live_count, b_.getInt64(e_.lanes));
}

llvm::Value* KernelEmitter::bounce_buffer(std::size_t operand, std::size_t bytes) {
  if (bounce_[operand] == nullptr) bounce_[operand] = e_.reserve(bytes);
  return bounce_[operand];
}

// Copies what is live of every load that cannot be masked. Dead lanes read zeros.
void KernelEmitter::fill_bounce_buffers(llvm::Value* index) {
  std::vector<std::size_t> loads;
  std::vector<bool> listed(plan_.loads.size(), false);
  for (std::size_t i = 0; i < plan_.body.size(); ++i) {
    const kernel::Inst& inst = plan_.body[i];
    if (!shape_.needed[i] || inst.op != Op::variable || inst.param || listed[inst.attr]) continue;
    const kernel::KernelLoad& load = plan_.loads[inst.attr];
    if (load.access == kernel::Access::splat || masks_elements(target_, load.dtype)) continue;
    listed[inst.attr] = true;
    loads.push_back(inst.attr);
  }
  // Behind the last element of a load that skips some there may be no memory, though all live.
  const auto some = std::partition(loads.begin(), loads.end(),
                                   [&](std::size_t k) { return skipped(plan_.loads[k]) > 0; });
  std::for_each(loads.begin(), some, [&](std::size_t k) { fill_bounce_buffer(k, index); });
  if (some == loads.end()) return;
  Carried none;
  e_.when(b_.CreateNot(all_live()), none, [&](Carried&) {
    std::for_each(some, loads.end(), [&](std::size_t k) { fill_bounce_buffer(k, index); });
  });
}

void KernelEmitter::fill_bounce_buffer(std::size_t k, llvm::Value* index) {
  const kernel::KernelLoad& load = plan_.loads[k];
  const std::size_t size = itemsize(load.dtype);
  const std::size_t spacing = skipped(load) + 1;
  const std::size_t all = size * spacing * e_.lanes;
  llvm::Value* buffer = bounce_buffer(k, all);
  auto* whole = llvm::FixedVectorType::get(b_.getInt8Ty(), static_cast<unsigned>(all));
  b_.CreateAlignedStore(e_.zero(whole), buffer, llvm::Align(1));
  llvm::Value* bytes = b_.CreateSub(b_.CreateMul(e_.live_count, b_.getInt64(size * spacing)),
                                    b_.getInt64(size * (spacing - 1)));
  llvm::Value* to = buffer;
  llvm::Value* from = element_address(k, index);
  if (load.stride < 0) {
    llvm::Value* unused = b_.CreateSub(b_.getInt64(all), bytes);
    to = b_.CreateGEP(b_.getInt8Ty(), buffer, unused);
    from = b_.CreateGEP(b_.getInt8Ty(), step_address(k, index), unused);
  }
  b_.CreateMemCpy(to, llvm::MaybeAlign(1), from, llvm::MaybeAlign(1), bytes);
}

llvm::Value* KernelEmitter::readable(std::size_t load, llvm::Value* index) {
  llvm::Value* address = step_address(load, index);
  if (e_.live_count == nullptr || bounce_[load] == nullptr) return address;
  if (masks_elements(target_, plan_.loads[load].dtype)) return address;
  if (skipped(plan_.loads[load]) > 0) return bounce_[load];
  return b_.CreateSelect(all_live(), address, bounce_[load]);
}

void KernelEmitter::store_results(const Step& step, const Values& values) {
  const std::size_t loads = plan_.loads.size();
  std::vector<std::size_t> bounced;
  for (std::size_t k = 0; k < plan_.stores.size(); ++k) {
    const kernel::KernelStore& store = plan_.stores[k];
    if (long_body_ != nullptr) long_body_->need(store.value);
    llvm::Value* address = element_address(loads + k, step.index);
    if (e_.live_count != nullptr && !masks_elements(target_, store.dtype)) {
      llvm::Value* buffer = bounce_buffer(loads + k, itemsize(store.dtype) * e_.lanes);
      address = b_.CreateSelect(all_live(), address, buffer);
      bounced.push_back(k);
    }
    store_elements(e_, {store.dtype, store.swapped}, address, values[store.value],
                   step.around_caches);
  }
  if (bounced.empty()) return;
  Carried none;
  e_.when(b_.CreateNot(all_live()), none, [&](Carried&) {
    for (std::size_t k : bounced) {
      b_.CreateMemCpy(element_address(loads + k, step.index), llvm::MaybeAlign(1),
                      bounce_[loads + k], llvm::MaybeAlign(1),
                      b_.CreateMul(e_.live_count, b_.getInt64(itemsize(plan_.stores[k].dtype))));
    }
  });
}

// Asks for the cache lines that the loads of later steps will read. An address beyond the array is
// no error.
void KernelEmitter::fetch_ahead(const Step& step) {
  for (std::size_t k = 0; k < plan_.loads.size(); ++k) {
    const kernel::KernelLoad& load = plan_.loads[k];
    if (!load.is_announced() || row_[k] == nullptr) continue;
    llvm::Value* address = step_address(k, step.index);
    std::size_t bytes = e_.lanes * itemsize(load.dtype) * (skipped(load) + 1);
    if (load.fetch_half) {
      llvm::Value* read = b_.CreateSub(b_.CreatePtrToInt(address, b_.getInt64Ty()),
                                       b_.CreatePtrToInt(base_[k], b_.getInt64Ty()));
      address = b_.CreateGEP(b_.getInt8Ty(), base_[k], b_.CreateAShr(read, 1));
      bytes /= 2;
    }
    const auto distance = [&](std::uint16_t planned, const std::vector<llvm::Value*>& known) {
      if (!known.empty()) return known[k];
      return static_cast<llvm::Value*>(
          llvm::ConstantInt::getSigned(b_.getInt64Ty(), load.stride < 0 ? -planned : planned));
    };
    constexpr unsigned kFirstCache = 3, kSecondCache = 2;
    // Steps of less than a line follow one that asked for the whole of it.
    const std::size_t begin = step.number * bytes, end = begin + bytes;
    for (std::size_t at = (begin + kLine - 1) / kLine * kLine; at < end; at += kLine) {
      llvm::Value* line = b_.CreateGEP(b_.getInt8Ty(), address, b_.getInt64(at - begin));
      if (load.fetch_ahead > 0) {
        fetch(line, distance(load.fetch_ahead, ahead_.near), kFirstCache);
      }
      if (load.fetch_far > 0) fetch(line, distance(load.fetch_far, ahead_.far), kSecondCache);
    }
  }
}

void KernelEmitter::fetch(llvm::Value* line, llvm::Value* ahead, unsigned cache) {
  constexpr unsigned kRead = 0, kData = 1;
  b_.CreateIntrinsic(llvm::Intrinsic::prefetch, {b_.getPtrTy()},
                     {b_.CreateGEP(b_.getInt8Ty(), line, ahead), b_.getInt32(kRead),
                      b_.getInt32(cache), b_.getInt32(kData)});
}

std::vector<Sources> KernelEmitter::emit_step(const Step& step, Carried& carried) {
  if (e_.live_count != nullptr) fill_bounce_buffers(step.index);
  if (e_.live_count == nullptr || !ahead_.near.empty()) fetch_ahead(step);
  Values values = call_values_;
  if (long_body_ != nullptr) long_body_->start(values);
  emit_level(Level::element, &step, values);
  store_results(step, values);
  collect_overflow(carried);
  return sources_in(values);
}

std::vector<Sources> KernelEmitter::sources_in(const Values& values) {
  std::vector<Sources> sources;
  for (const ReductionSource& source : shape_.sources) {
    sources.emplace_back();
    for (std::uint32_t id : source.values) {
      if (long_body_ != nullptr) long_body_->need(id);
      sources.back().push_back(values[id]);
    }
  }
  return sources;
}

}  // namespace tightloop::jit
