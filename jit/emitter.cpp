// The emitter's vocabulary: vector types and constants, pieces of vectors, live lanes, loops.
#include "jit/emitter.hpp"

#include <algorithm>
#include <numeric>

#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/MDBuilder.h>

namespace tightloop::jit {

Emitter::Emitter(llvm::Function& function, const Target& t, kernel::FindLeaf find, bool fast)
    : b(function.getContext()), target(t), find_leaf(find), fast_math(fast), function_(function) {
  b.SetInsertPoint(llvm::BasicBlock::Create(function.getContext(), "entry", &function));
}

Emitter::UserArithmetic::UserArithmetic(Emitter& e) : guard_(e.b) {
  llvm::FastMathFlags flags;
  flags.setAllowContract(e.fast_math);
  flags.setAllowReassoc(e.fast_math);
  e.b.setFastMathFlags(flags);
}

llvm::Type* Emitter::element(DType t) {
  switch (part_of(t)) {
    case DType::bool_: return b.getInt1Ty();
    case DType::float32: return b.getFloatTy();
    case DType::float64: return b.getDoubleTy();
    default: return b.getIntNTy(bits_of(t));
  }
}

llvm::FixedVectorType* Emitter::vector(llvm::Type* type) const {
  return llvm::FixedVectorType::get(type, lanes);
}

llvm::Constant* Emitter::ints(llvm::Type* type, std::uint64_t value) {
  return llvm::ConstantInt::get(type,
                                llvm::APInt(64, value).zextOrTrunc(type->getScalarSizeInBits()));
}

llvm::Constant* Emitter::floats(llvm::Type* type, double value) {
  return llvm::ConstantFP::get(type, value);
}

llvm::Constant* Emitter::quiet_nan(llvm::Type* type) {
  return llvm::ConstantFP::getQNaN(type);
}

llvm::Value* Emitter::loaded(llvm::Constant* vector) {
  llvm::Value*& value = loaded_[vector];
  if (value != nullptr) return value;
  const llvm::IRBuilderBase::InsertPointGuard guard(b);
  llvm::BasicBlock& entry = function_.getEntryBlock();
  b.SetInsertPoint(&entry, entry.begin());
  llvm::Constant* const element = vector->getSplatValue();
  llvm::Constant* const kept = element != nullptr ? element : vector;
  auto* memory = new llvm::GlobalVariable(*function_.getParent(), kept->getType(), true,
                                          llvm::GlobalValue::PrivateLinkage, kept);
  memory->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  llvm::LoadInst* load = b.CreateLoad(kept->getType(), memory);
  load->setMetadata(llvm::LLVMContext::MD_invariant_load, llvm::MDNode::get(b.getContext(), {}));
  if (element == nullptr) return value = load;
  const auto* type = llvm::cast<llvm::FixedVectorType>(vector->getType());
  return value = b.CreateVectorSplat(type->getNumElements(), load);
}

llvm::Value* Emitter::as_ints(llvm::Value* v) {
  llvm::Type* type = v->getType();
  llvm::Type* bits = b.getIntNTy(type->getScalarSizeInBits());
  if (auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type)) {
    bits = llvm::FixedVectorType::get(bits, vector->getNumElements());
  }
  return b.CreateBitCast(v, bits);
}

llvm::Value* Emitter::call(llvm::Intrinsic::ID id, std::initializer_list<llvm::Value*> args) {
  return b.CreateIntrinsic(id, {(*args.begin())->getType()}, llvm::ArrayRef<llvm::Value*>(args));
}

llvm::Value* Emitter::slice(llvm::Value* v, unsigned first, unsigned count) {
  const auto* type = llvm::cast<llvm::FixedVectorType>(v->getType());
  if (first == 0 && count == type->getNumElements()) return v;
  std::vector<int> index(count);
  std::iota(index.begin(), index.end(), static_cast<int>(first));
  return b.CreateShuffleVector(v, index);
}

llvm::Value* Emitter::concat(std::vector<llvm::Value*> pieces) {
  while (pieces.size() > 1) {
    std::vector<llvm::Value*> joined;
    for (std::size_t i = 0; i + 1 < pieces.size(); i += 2) {
      const auto* type = llvm::cast<llvm::FixedVectorType>(pieces[i]->getType());
      std::vector<int> index(2 * std::size_t{type->getNumElements()});
      std::iota(index.begin(), index.end(), 0);
      joined.push_back(b.CreateShuffleVector(pieces[i], pieces[i + 1], index));
    }
    pieces = std::move(joined);
  }
  return pieces[0];
}

llvm::Value* Emitter::by_pieces(
    std::vector<llvm::Value*> vectors, unsigned bytes,
    const std::function<llvm::Value*(const std::vector<llvm::Value*>&)>& f) {
  const auto* type = llvm::cast<llvm::FixedVectorType>(vectors[0]->getType());
  const unsigned total = type->getNumElements();
  const unsigned count = std::min(total, bytes * 8 / type->getScalarSizeInBits());
  std::vector<llvm::Value*> results;
  for (unsigned first = 0; first < total; first += count) {
    std::vector<llvm::Value*> piece;
    for (llvm::Value* v : vectors) piece.push_back(slice(v, first, count));
    results.push_back(f(piece));
  }
  return concat(std::move(results));
}

llvm::Value* Emitter::live_mask(unsigned per_lane, unsigned dead, bool downwards) {
  if (live_count == nullptr) return nullptr;
  if (held_mask != nullptr && per_lane == 1 && dead == 0 && !downwards) return held_mask;
  if (masks_count_ != live_count || masks_block_ != b.GetInsertBlock()) masks_.clear();
  masks_count_ = live_count;
  masks_block_ = b.GetInsertBlock();
  llvm::Value*& mask = masks_[{per_lane, dead, downwards}];
  if (mask != nullptr) return mask;
  const unsigned total = lanes * per_lane;
  // At most 256 elements (of 64 lanes, or 32 of pairs, every fourth), so bytes hold the numbers.
  std::vector<llvm::Constant*> numbers;
  for (unsigned i = 0; i < total; ++i) {
    numbers.push_back(b.getInt8(static_cast<std::uint8_t>(downwards ? total - 1 - i : i)));
  }
  llvm::Value* count = live_count;
  if (per_lane > 1) count = b.CreateMul(count, b.getInt64(per_lane));
  if (dead > 0) count = b.CreateSub(count, b.getInt64(dead));
  llvm::Value* limit = b.CreateVectorSplat(total, b.CreateTrunc(count, b.getInt8Ty()));
  return mask = b.CreateICmpULT(llvm::ConstantVector::get(numbers), limit);
}

llvm::Value* Emitter::only_live(llvm::Value* v, llvm::Value* other) {
  llvm::Value* mask = live_mask();
  return mask == nullptr ? v : b.CreateSelect(mask, v, other);
}

llvm::Value* Emitter::any_lane(llvm::Value* mask) {
  const auto* type = llvm::dyn_cast<llvm::FixedVectorType>(mask->getType());
  llvm::Type* bits = b.getIntNTy(type == nullptr ? 1 : type->getNumElements());
  return b.CreateICmpNE(b.CreateBitCast(mask, bits), llvm::ConstantInt::get(bits, 0));
}

/// All masks noted, as one.
llvm::Value* Emitter::noted() {
  llvm::Value* all = overflow_[0];
  for (std::size_t i = 1; i < overflow_.size(); ++i) all = b.CreateOr(all, overflow_[i]);
  overflow_.clear();
  return all;
}

void Emitter::note_overflow(llvm::Value* mask) {
  overflow_.push_back(mask);
  // Each takes a register until it joins the others.
  if (overflow_.size() >= target.tuning.event_masks) overflow_ = {noted()};
}

llvm::Value* Emitter::take_overflow() {
  if (overflow_.empty()) return nullptr;
  llvm::Value* all = noted();
  if (llvm::Value* mask = live_mask()) all = b.CreateAnd(all, mask);
  return b.CreateZExtOrTrunc(b.CreateBitCast(all, b.getIntNTy(lanes)), b.getInt64Ty());
}

llvm::BasicBlock* Emitter::block(const char* name) {
  return llvm::BasicBlock::Create(b.getContext(), name, &function_);
}

void Emitter::loop(llvm::Value* begin, llvm::Value* end, llvm::Value* step, Carried& carried,
                   bool guarded, const std::function<void(llvm::Value*, Carried&)>& body) {
  llvm::BasicBlock* const before = b.GetInsertBlock();
  llvm::BasicBlock* const head = block("loop");
  llvm::BasicBlock* const after = block("done");
  if (guarded) {
    b.CreateCondBr(b.CreateICmpSLT(begin, end), head, after);
  } else {
    b.CreateBr(head);
  }
  b.SetInsertPoint(head);
  llvm::PHINode* const index = b.CreatePHI(begin->getType(), 2);
  index->addIncoming(begin, before);
  std::vector<llvm::PHINode*> phis;
  for (llvm::Value* v : carried) {
    phis.push_back(b.CreatePHI(v->getType(), 2));
    phis.back()->addIncoming(v, before);
  }
  Carried inner(phis.begin(), phis.end());
  body(index, inner);
  llvm::Value* const next = b.CreateAdd(index, step, "", false, true);
  llvm::BasicBlock* const latch = b.GetInsertBlock();
  index->addIncoming(next, latch);
  for (std::size_t i = 0; i < phis.size(); ++i) phis[i]->addIncoming(inner[i], latch);
  b.CreateCondBr(b.CreateICmpSLT(next, end), head, after);
  b.SetInsertPoint(after);
  for (std::size_t i = 0; i < carried.size(); ++i) {
    llvm::PHINode* out = b.CreatePHI(carried[i]->getType(), 2);
    if (guarded) out->addIncoming(carried[i], before);
    out->addIncoming(inner[i], latch);
    carried[i] = out;
  }
}

void Emitter::repeat(Carried& carried, const std::function<llvm::Value*(Carried&)>& body) {
  llvm::BasicBlock* const before = b.GetInsertBlock();
  llvm::BasicBlock* const head = block("repeat");
  llvm::BasicBlock* const after = block("enough");
  b.CreateBr(head);
  b.SetInsertPoint(head);
  std::vector<llvm::PHINode*> phis;
  for (llvm::Value* v : carried) {
    phis.push_back(b.CreatePHI(v->getType(), 2));
    phis.back()->addIncoming(v, before);
  }
  carried.assign(phis.begin(), phis.end());
  llvm::Value* const again = body(carried);
  llvm::BasicBlock* const latch = b.GetInsertBlock();
  for (std::size_t i = 0; i < phis.size(); ++i) phis[i]->addIncoming(carried[i], latch);
  b.CreateCondBr(again, head, after);
  b.SetInsertPoint(after);
}

void Emitter::when(llvm::Value* condition, Carried& carried,
                   const std::function<void(Carried&)>& body) {
  branch(condition, nullptr, carried, body);
}

void Emitter::when_rarely(llvm::Value* condition, Carried& carried,
                          const std::function<void(Carried&)>& body) {
  branch(condition, llvm::MDBuilder(b.getContext()).createBranchWeights(1, 1000), carried, body);
}

void Emitter::branch(llvm::Value* condition, llvm::MDNode* weights, Carried& carried,
                     const std::function<void(Carried&)>& body) {
  llvm::BasicBlock* const before = b.GetInsertBlock();
  llvm::BasicBlock* const inside = block("when");
  llvm::BasicBlock* const after = block("after");
  b.CreateCondBr(condition, inside, after, weights);
  b.SetInsertPoint(inside);
  Carried inner = carried;
  body(inner);
  llvm::BasicBlock* const last = b.GetInsertBlock();
  b.CreateBr(after);
  b.SetInsertPoint(after);
  for (std::size_t i = 0; i < carried.size(); ++i) {
    if (inner[i] == carried[i]) continue;
    llvm::PHINode* out = b.CreatePHI(carried[i]->getType(), 2);
    out->addIncoming(carried[i], before);
    out->addIncoming(inner[i], last);
    carried[i] = out;
  }
}

llvm::Value* Emitter::reserve(std::uint64_t bytes) {
  llvm::IRBuilderBase::InsertPointGuard guard(b);
  llvm::BasicBlock& entry = function_.getEntryBlock();
  b.SetInsertPoint(&entry, entry.begin());
  llvm::AllocaInst* memory =
      b.CreateAlloca(llvm::ArrayType::get(b.getInt8Ty(), std::max<std::uint64_t>(bytes, 1)));
  memory->setAlignment(llvm::Align(target.vector_bytes));
  return memory;
}

llvm::Value* Emitter::scratch(std::size_t slot) {
  constexpr std::uint64_t widest = 64 * 8;  // lanes of a step and bytes of a part
  while (scratch_.size() <= slot) scratch_.push_back(reserve(widest));
  return scratch_[slot];
}

}  // namespace tightloop::jit
