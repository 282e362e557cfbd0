// Loading, converting, swapping and storing blocks, by dtype.
#include "exec/interpreter/blocks.hpp"

#include <algorithm>
#include <cstring>

#include "exec/cpu/pack.hpp"
#include "math/complex_leaves.hpp"
#include "math/leaf_array.hpp"
#include "types/half.hpp"

namespace tightloop::exec {

void swap_block(DType t, const void* from, void* to, std::int64_t count) {
  const std::size_t size = itemsize(t);
  const auto step = static_cast<std::int64_t>(size);
  gather(to, from, {size, is_complex(t) ? size / 2 : size}, 1, count, 0, step);
}

namespace {

/// Calls f.template operator()<H>() with the type of a half element.
template <class F>
void with_half(DType half, F f) {
  visit_dtype(half, [&f]<class H>() {
    if constexpr (HalfElement<H>) f.template operator()<H>();
  });
}

}  // namespace

void load_block(DType t, const void* from, void* to, std::int64_t count) {
  const auto halves = [&]<class H>() {
    for (std::int64_t i = 0; i < count; ++i) {
      H h;
      std::memcpy(&h, static_cast<const char*>(from) + sizeof(H) * static_cast<std::size_t>(i),
                  sizeof(H));
      static_cast<float*>(to)[i] = to_float(h);
    }
  };
  if (is_half(t)) return with_half(t, halves);
  std::memcpy(to, from, static_cast<std::size_t>(count) * itemsize(t));
  if (!is_bool(t)) return;
  auto* bytes = static_cast<unsigned char*>(to);
  for (std::int64_t i = 0; i < count; ++i) bytes[i] = bytes[i] != 0;
}

void store_block(DType t, const void* from, void* to, std::int64_t count) {
  const auto halves = [&]<class H>() {
    for (std::int64_t i = 0; i < count; ++i) {
      const H h = round_to_half<H>(static_cast<const float*>(from)[i]);
      std::memcpy(static_cast<char*>(to) + sizeof(H) * static_cast<std::size_t>(i), &h, sizeof(H));
    }
  };
  if (is_half(t)) return with_half(t, halves);
  std::memcpy(to, from, static_cast<std::size_t>(count) * itemsize(t));
}

template <class T>
void apply_complex(void* leaf, const void* const* args, unsigned nargs, void* out,
                   std::int64_t count) {
  constexpr std::int64_t kRow = 64;
  T parts[4][kRow];
  for (std::int64_t at = 0; at < count; at += kRow) {
    const std::int64_t n = std::min(kRow, count - at);
    for (unsigned k = 0; k < nargs; ++k) {
      const T* from = static_cast<const T*>(args[k]) + 2 * at;
      for (std::int64_t i = 0; i < n; ++i) {
        parts[2 * k][i] = from[2 * i];
        parts[2 * k + 1][i] = from[2 * i + 1];
      }
    }
    if (nargs == 1) {
      reinterpret_cast<math::ComplexLeaf1<T>>(leaf)(parts[0], parts[1], n);
    } else {
      reinterpret_cast<math::ComplexLeaf2<T>>(leaf)(parts[0], parts[1], parts[2], parts[3], n);
    }
    T* to = static_cast<T*>(out) + 2 * at;
    for (std::int64_t i = 0; i < n; ++i) {
      to[2 * i] = parts[0][i];
      to[2 * i + 1] = parts[1][i];
    }
  }
}

template <class T>
void apply_abs(int lanes, const void* from, void* to, std::int64_t count) {
  constexpr std::int64_t kRow = 64;
  T re[kRow], im[kRow];
  const T* z = static_cast<const T*>(from);
  for (std::int64_t at = 0; at < count; at += kRow) {
    const std::int64_t n = std::min(kRow, count - at);
    for (std::int64_t i = 0; i < n; ++i) {
      re[i] = z[2 * (at + i)];
      im[i] = z[2 * (at + i) + 1];
    }
    math::apply_leaf(Op::hypot, lanes, re, im, static_cast<T*>(to) + at,
                     static_cast<std::size_t>(n));
  }
}

void load_block(const kernel::KernelLoad& load, const void* from, void* to, std::int64_t count,
                base::Arena& arena) {
  if (!load.swapped) return load_block(load.dtype, from, to, count);
  const base::Arena::Mark mark(arena);
  void* ordered = arena.bytes(static_cast<std::size_t>(count) * itemsize(load.dtype));
  swap_block(load.dtype, from, ordered, count);
  load_block(load.dtype, ordered, to, count);
}

void store_block(const kernel::KernelStore& store, const void* from, void* to, std::int64_t count) {
  store_block(store.dtype, from, to, count);
  if (store.swapped) swap_block(store.dtype, to, to, count);
}

void fill_block(void* block, std::size_t size, std::int64_t count) {
  auto* bytes = static_cast<char*>(block);
  for (std::int64_t done = 1; done < count; done *= 2) {
    const auto more = static_cast<std::size_t>(std::min(done, count - done));
    std::memcpy(bytes + static_cast<std::size_t>(done) * size, bytes, more * size);
  }
}

template void apply_complex<float>(void*, const void* const*, unsigned, void*, std::int64_t);
template void apply_complex<double>(void*, const void* const*, unsigned, void*, std::int64_t);
template void apply_abs<float>(int, const void*, void*, std::int64_t);
template void apply_abs<double>(int, const void*, void*, std::int64_t);

}  // namespace tightloop::exec
