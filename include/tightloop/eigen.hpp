// Matrices of Eigen as arrays: view(m) borrows the elements of a matrix, array, map, block or
// transpose whose elements stand in memory. Needs Eigen.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <type_traits>

#include "tightloop/array.hpp"

namespace tightloop {

/// Views the elements, which must outlive the view: (rows, columns), or one dimension of what is a
/// vector at compile time. Results are written to `Destination(view(m))`, products of Eigen's own
/// are to be evaluated first.
template <class D>
ArrayView view(const Eigen::DenseBase<D>& matrix) {
  static_assert((Eigen::internal::traits<D>::Flags & Eigen::DirectAccessBit) != 0,
                "the elements of this expression stand nowhere: call .eval() and name the result");
  const D& m = matrix.derived();
  const auto item = static_cast<std::int64_t>(sizeof(typename D::Scalar));
  constexpr DType dtype = dtype_of<typename D::Scalar>;
  const void* data = m.data();
  if constexpr (D::IsVectorAtCompileTime) {
    return {data,
            dtype,
            {static_cast<std::int64_t>(m.size())},
            {static_cast<std::int64_t>(m.innerStride()) * item}};
  } else {
    const std::int64_t inner = static_cast<std::int64_t>(m.innerStride()) * item;
    const std::int64_t outer = static_cast<std::int64_t>(m.outerStride()) * item;
    return {data,
            dtype,
            {static_cast<std::int64_t>(m.rows()), static_cast<std::int64_t>(m.cols())},
            D::IsRowMajor ? Dims{outer, inner} : Dims{inner, outer}};
  }
}
/// As above, for writing.
template <class D>
requires((Eigen::internal::traits<D>::Flags & Eigen::LvalueBit) != 0) ArrayView
    view(Eigen::DenseBase<D>& matrix) {
  const ArrayView v = view(static_cast<const Eigen::DenseBase<D>&>(matrix));
  return {const_cast<void*>(v.data()), v.dtype(), v.shape(), v.strides()};
}
/// Refuses what would be gone before the view is used.
template <class D>
ArrayView view(const Eigen::PlainObjectBase<D>&& matrix) = delete;

}  // namespace tightloop
