// Elements in memory to lanes and back: storage dtypes, halves, complex pairs, tails.
#pragma once

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// Elements as they lie in memory.
struct Storage {
  Storage(DType type, bool reversed = false) : dtype(type), swapped(reversed) {}
  DType dtype;
  bool swapped;  ///< the bytes of each, or of each part of a complex one, are in reverse order
};

/// Loads `lanes` elements from p (under the live mask where the target masks elements of that size;
/// elsewhere all of them must be readable) and converts them to lanes of lane_of(dtype).
Value load_elements(Emitter& e, const Storage& from, llvm::Value* p);
/// The same of every stride-th element of the lanes * |stride| elements from p on: the first of
/// them is the first lane, or, where the stride is negative, the last of them is. Under the live
/// mask nothing is read behind the last live one.
Value load_strided(Emitter& e, const Storage& from, llvm::Value* p, int stride);
/// Loads one element into all lanes.
Value load_splat(Emitter& e, const Storage& from, llvm::Value* p);
/// Converts lanes to the storage dtype and stores them, as load_elements loads them. `aligned` asks
/// for stores around the caches and promises an address aligned to the vector.
void store_elements(Emitter& e, const Storage& to, llvm::Value* p, const Value& v,
                    bool around_caches);
/// Puts a scalar constant into all lanes. `bytes` are those of the dtype's C++ type.
Value splat_constant(Emitter& e, DType lane, const unsigned char* bytes);
/// True where a tail of such elements goes through a mask instead of a bounce buffer.
bool masks_elements(const Target& target, DType dtype);

}  // namespace tightloop::jit
