// Loads and stores. Storage is a vector of integers (bool: bytes, halves: 16-bit words) or floats;
// complex elements are pairs that shuffles split and join. Nothing is assumed of alignment.
#include "jit/memory.hpp"

#include <cstring>

#include "jit/halves.hpp"

namespace tightloop::jit {
namespace {

unsigned parts(DType t) {
  return is_complex(t) ? 2 : 1;
}

llvm::Type* storage_element(Emitter& e, DType t) {
  return is_bool(t) ? e.b.getInt8Ty() : e.element(t);
}

/// Numbers with the bytes of each in reverse order, in registers.
llvm::Value* swap_bytes(Emitter& e, llvm::Value* raw) {
  llvm::Type* type = raw->getType();
  if (type->getScalarSizeInBits() == 8) return raw;
  llvm::Type* words = e.b.getIntNTy(type->getScalarSizeInBits());
  if (const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type)) {
    words = llvm::FixedVectorType::get(words, vector->getNumElements());
  }
  llvm::Value* swapped = e.call(llvm::Intrinsic::bswap, {e.b.CreateBitCast(raw, words)});
  return e.b.CreateBitCast(swapped, type);
}

Value from_storage(Emitter& e, DType t, llvm::Value* raw) {
  if (is_bool(t)) return {t, e.b.CreateICmpNE(raw, e.zero(raw->getType()))};
  if (is_half(t)) return {DType::float32, half_to_float(e, raw, t)};
  return {t, raw};
}

/// `count` numbers from `first` on.
std::vector<int> every(int step, unsigned count, int first) {
  std::vector<int> index;
  for (unsigned i = 0; i < count; ++i) index.push_back(first + step * static_cast<int>(i));
  return index;
}

llvm::Value* interleave(Emitter& e, llvm::Value* re, llvm::Value* im) {
  std::vector<int> index;
  for (unsigned i = 0; i < e.lanes; ++i) {
    index.push_back(static_cast<int>(i));
    index.push_back(static_cast<int>(i + e.lanes));
  }
  return e.b.CreateShuffleVector(re, im, index);
}

llvm::Value* to_storage(Emitter& e, DType t, const Value& v) {
  if (is_bool(t)) return e.b.CreateZExt(v.re, e.int_vector(8));
  if (is_half(t)) return float_to_half(e, v.re, t);
  return is_complex(t) ? interleave(e, v.re, v.im) : v.re;
}

}  // namespace

bool masks_elements(const Target& target, DType dtype) {
  return target.masks(itemsize(part_of(dtype)));
}

Value load_elements(Emitter& e, const Storage& from, llvm::Value* p) {
  return load_strided(e, from, p, 1);
}

Value load_strided(Emitter& e, const Storage& from, llvm::Value* p, int stride) {
  auto& b = e.b;
  const DType dtype = from.dtype;
  const unsigned each = parts(dtype);
  const unsigned spacing = static_cast<unsigned>(stride < 0 ? -stride : stride);
  const unsigned count = e.lanes * each * spacing;
  auto* type = llvm::FixedVectorType::get(storage_element(e, dtype), count);
  llvm::Value* mask = masks_elements(e.target, dtype)
                          ? e.live_mask(each * spacing, each * (spacing - 1), stride < 0)
                          : nullptr;
  llvm::Value* raw = mask == nullptr
                         ? static_cast<llvm::Value*>(b.CreateAlignedLoad(type, p, llvm::Align(1)))
                         : b.CreateMaskedLoad(type, p, llvm::Align(1), mask, e.zero(type));
  const int first = stride < 0 ? static_cast<int>(count - each) : 0;
  const int step = stride * static_cast<int>(each);
  const auto ordered = [&](llvm::Value* v) { return from.swapped ? swap_bytes(e, v) : v; };
  const auto part = [&](int k) {
    return ordered(b.CreateShuffleVector(raw, every(step, e.lanes, first + k)));
  };
  if (is_complex(dtype)) return {dtype, part(0), part(1)};
  return from_storage(e, dtype, stride == 1 ? ordered(raw) : part(0));
}

Value load_splat(Emitter& e, const Storage& from, llvm::Value* p) {
  auto& b = e.b;
  const DType dtype = from.dtype;
  llvm::Type* type = storage_element(e, dtype);
  const auto load = [&](unsigned index) {
    llvm::Value* at = index == 0 ? p : b.CreateConstGEP1_32(type, p, index);
    llvm::Value* number = b.CreateAlignedLoad(type, at, llvm::Align(1));
    if (!from.swapped) return e.splat(number);
    // Words are often used one by one, all else in vectors.
    const bool word = type->isIntegerTy(64);
    return word ? e.splat(swap_bytes(e, number)) : swap_bytes(e, e.splat(number));
  };
  if (is_complex(dtype)) {
    llvm::Value* re = load(0);
    return {dtype, re, load(1)};
  }
  return from_storage(e, dtype, load(0));
}

void store_elements(Emitter& e, const Storage& to, llvm::Value* p, const Value& v,
                    bool around_caches) {
  auto& b = e.b;
  const DType dtype = to.dtype;
  llvm::Value* raw = to_storage(e, dtype, v);
  if (to.swapped) raw = swap_bytes(e, raw);
  const auto* type = llvm::cast<llvm::FixedVectorType>(raw->getType());
  const unsigned bytes = type->getNumElements() * type->getScalarSizeInBits() / 8;
  llvm::Value* mask = masks_elements(e.target, dtype) ? e.live_mask(parts(dtype)) : nullptr;
  if (mask != nullptr) {
    b.CreateMaskedStore(raw, p, llvm::Align(1), mask);
    return;
  }
  if (!around_caches || bytes < 16) {
    b.CreateAlignedStore(raw, p, llvm::Align(1));
    return;
  }
  auto* store = b.CreateAlignedStore(raw, p, llvm::Align(std::min(bytes, e.target.vector_bytes)));
  auto* one = llvm::ConstantAsMetadata::get(b.getInt32(1));
  store->setMetadata(llvm::LLVMContext::MD_nontemporal, llvm::MDNode::get(b.getContext(), {one}));
}

Value splat_constant(Emitter& e, DType lane, const unsigned char* bytes) {
  const auto part = [&](std::size_t offset) -> llvm::Constant* {
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes + offset, itemsize(part_of(lane)));
    if (is_bool(lane)) return e.ints(e.vector(lane), bits != 0 ? 1 : 0);
    if (is_integer(lane)) return e.ints(e.vector(lane), bits);
    const bool single = part_of(lane) == DType::float32;
    const llvm::APInt pattern(single ? 32 : 64, bits);
    const llvm::APFloat value(single ? llvm::APFloat::IEEEsingle() : llvm::APFloat::IEEEdouble(),
                              pattern);
    return llvm::ConstantFP::get(e.vector(lane), value);
  };
  Value v{lane, part(0), nullptr};
  if (is_complex(lane)) v.im = part(lane == DType::complex64 ? 4 : 8);
  return v;
}

}  // namespace tightloop::jit
