// Multidimensional spans as arrays: view(m) borrows what a std::mdspan, or one of the libraries
// that stand in for it, refers to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "tightloop/array.hpp"

namespace tightloop {

namespace detail {
/// A multidimensional span whose elements stand in memory at strides.
template <class M>
concept StridedSpan = requires(const M& m) {
  typename M::element_type;
  typename M::extents_type;
  requires std::is_convertible_v<decltype(m.data_handle()), const typename M::element_type*>;
  M::rank();
  m.extent(0);
  m.stride(0);
};
}  // namespace detail

/// Views the elements with the extents and strides of the span; read-only where its elements are
/// const. They must outlive the view. Throws Error(limit) past kMaxRank.
template <detail::StridedSpan M>
ArrayView view(const M& span) {
  using T = typename M::element_type;
  Dims shape;
  Dims strides;
  for (std::size_t i = 0; i < M::rank(); ++i) {
    shape.push_back(static_cast<std::int64_t>(span.extent(i)));
    strides.push_back(static_cast<std::int64_t>(span.stride(i)) *
                      static_cast<std::int64_t>(sizeof(T)));
  }
  using Address = std::conditional_t<std::is_const_v<T>, const void*, void*>;
  return {static_cast<Address>(span.data_handle()), dtype_of<T>, shape, strides};
}

}  // namespace tightloop
