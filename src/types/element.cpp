// Loads and stores of single elements, one instantiation per storage dtype and byte order. Complex
// elements swap the bytes of each component.
#include "types/element.hpp"

#include <algorithm>
#include <array>
#include <complex>
#include <cstring>
#include <type_traits>

#include "tightloop/error.hpp"
#include "types/half.hpp"

namespace tightloop {
namespace {

template <class T>
inline constexpr bool is_complex_element = false;
template <class T>
inline constexpr bool is_complex_element<std::complex<T>> = true;

template <class S>
using LaneOf = std::conditional_t<HalfElement<S>, float, S>;

template <class S>
std::array<std::byte, sizeof(S)> swap_components(std::array<std::byte, sizeof(S)> bytes) {
  constexpr std::size_t width = is_complex_element<S> ? sizeof(S) / 2 : sizeof(S);
  for (std::size_t at = 0; at < sizeof(S); at += width) {
    std::reverse(bytes.data() + at, bytes.data() + at + width);
  }
  return bytes;
}

template <class S>
LaneOf<S> load_one(const std::byte* from, bool swapped) {
  std::array<std::byte, sizeof(S)> bytes;
  std::memcpy(bytes.data(), from, sizeof(S));
  if (swapped) bytes = swap_components<S>(bytes);
  if constexpr (std::is_same_v<S, bool>) {
    return bytes[0] != std::byte{0};
  } else {
    S element;
    std::memcpy(&element, bytes.data(), sizeof(S));
    if constexpr (HalfElement<S>) {
      return to_float(element);
    } else {
      return element;
    }
  }
}

template <class S>
void store_one(std::byte* to, bool swapped, LaneOf<S> value) {
  S element;
  if constexpr (HalfElement<S>) {
    element = round_to_half<S>(value);
  } else {
    element = value;
  }
  std::array<std::byte, sizeof(S)> bytes;
  std::memcpy(bytes.data(), &element, sizeof(S));
  if (swapped) bytes = swap_components<S>(bytes);
  std::memcpy(to, bytes.data(), sizeof(S));
}

template <class S, bool swapped>
void load_many(const std::byte* base, const std::int64_t* offsets, std::size_t count, void* lanes) {
  auto* out = static_cast<LaneOf<S>*>(lanes);
  for (std::size_t i = 0; i < count; ++i) out[i] = load_one<S>(base + offsets[i], swapped);
}

template <class S, bool swapped>
void store_many(std::byte* base, const std::int64_t* offsets, std::size_t count,
                const void* lanes) {
  const auto* in = static_cast<const LaneOf<S>*>(lanes);
  for (std::size_t i = 0; i < count; ++i) store_one<S>(base + offsets[i], swapped, in[i]);
}

struct Access {
  LoadElements load;
  StoreElements store;
};

template <class S>
Access access(ByteOrder order) {
  if (order == ByteOrder::swapped) return {load_many<S, true>, store_many<S, true>};
  return {load_many<S, false>, store_many<S, false>};
}

Access find_access(DType dtype, ByteOrder order) {
  return visit_dtype(dtype, [order]<class S>() { return access<S>(order); });
}

}  // namespace

LoadElements element_loader(DType dtype, ByteOrder order) {
  return find_access(dtype, order).load;
}

StoreElements element_storer(DType dtype, ByteOrder order) {
  return find_access(dtype, order).store;
}

Scalar load_element(const void* address, DType dtype, ByteOrder order) {
  Scalar value;
  value.dtype = lane_of(dtype);
  const std::int64_t offset = 0;
  element_loader(dtype, order)(static_cast<const std::byte*>(address), &offset, 1, value.bytes);
  return value;
}

void store_element(void* address, DType dtype, ByteOrder order, const Scalar& value) {
  if (value.dtype != lane_of(dtype)) {
    throw Error(ErrorCode::internal, "store of an element from a lane of another dtype");
  }
  const std::int64_t offset = 0;
  element_storer(dtype, order)(static_cast<std::byte*>(address), &offset, 1, value.bytes);
}

}  // namespace tightloop
