// Arrays: Dims (a small inline vector of extents or strides), ArrayView (borrows memory) and Array
// (shares ownership of it). Layout is dtype + shape + byte strides + byte order, as in NumPy.
#pragma once

#include <array>
#include <cassert>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tightloop/dtype.hpp"

namespace tightloop {

/// The largest number of dimensions of an array.
inline constexpr int kMaxRank = 16;

class Arg;

namespace detail {
/// Anything that std::begin and std::end walk over and whose elements are integers; no text.
template <class I>
concept IntegerIterator = requires(const I& i) {
  requires ElementInteger<std::remove_cvref_t<decltype(*i)>>;
  requires !std::is_same_v<std::remove_cvref_t<decltype(*i)>, char>;
};
template <class R>
concept IntegerRange = requires(const R& r) {
  requires IntegerIterator<decltype(std::begin(r))>;
  std::end(r);
};
/// An extent past 63 bits stays too large for any array.
template <class T>
constexpr std::int64_t extent_of(T value) noexcept {
  return std::cmp_greater(value, std::numeric_limits<std::int64_t>::max())
             ? std::numeric_limits<std::int64_t>::max()
             : static_cast<std::int64_t>(value);
}
/// The extents of an mdspan.
template <class E>
concept Extents = requires(const E& e) {
  typename E::index_type;
  typename E::rank_type;
  E::rank();
  e.extent(0);
};
}  // namespace detail

/// Holds up to kMaxRank 64-bit extents or byte strides, without allocating.
class Dims {
 public:
  // Of the storage only what is in use is written and copied: calls on small arrays would spend
  // more on the rest than on their loops.
  constexpr Dims() noexcept {
    if (std::is_constant_evaluated()) v_ = {};
  }
  constexpr Dims(const Dims& other) noexcept : Dims() { copy(other); }
  constexpr Dims& operator=(const Dims& other) noexcept {
    copy(other);
    return *this;
  }
  Dims(std::initializer_list<std::int64_t> values)
      : Dims(std::span<const std::int64_t>(values.begin(), values.size())) {}
  /// One dimension.
  static constexpr Dims of(std::int64_t value) noexcept {
    Dims d;
    d.v_[0] = value;
    d.size_ = 1;
    return d;
  }
  /// Copies `values`; throws Error(limit) for more than kMaxRank of them.
  TIGHTLOOP_API explicit Dims(std::span<const std::int64_t> values);
  /// Copies any range of integers: a vector, a std::array, a span; limits as above.
  template <detail::IntegerRange R>
  Dims(const R& values) : Dims(std::begin(values), std::end(values)) {}
  template <detail::IntegerIterator I, class S>
  Dims(I first, S last) {
    for (; first != last; ++first) push_back(detail::extent_of(*first));
  }
  /// Copies the extents of an mdspan.
  template <detail::Extents E>
  Dims(const E& extents) {
    for (typename E::rank_type i = 0; i < E::rank(); ++i) {
      push_back(detail::extent_of(extents.extent(i)));
    }
  }

  constexpr int size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr std::int64_t& operator[](int i) noexcept { return v_[static_cast<std::size_t>(i)]; }
  constexpr std::int64_t operator[](int i) const noexcept {
    return v_[static_cast<std::size_t>(i)];
  }
  constexpr const std::int64_t* begin() const noexcept { return v_.data(); }
  constexpr const std::int64_t* end() const noexcept { return v_.data() + size_; }
  constexpr std::int64_t* begin() noexcept { return v_.data(); }
  constexpr std::int64_t* end() noexcept { return v_.data() + size_; }
  /// Appends a value; throws Error(limit) past kMaxRank.
  TIGHTLOOP_API void push_back(std::int64_t value);
  TIGHTLOOP_API void insert(int at, std::int64_t value);
  TIGHTLOOP_API void erase(int at);
  friend bool operator==(const Dims& a, const Dims& b) noexcept {
    if (a.size_ != b.size_) return false;
    for (int i = 0; i < a.size_; ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }

 private:
  // GCC follows size_ no further than into a list, and warns of elements that are never read.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
  constexpr void copy(const Dims& other) noexcept {
    size_ = other.size_;
    // Most arrays have one or two dimensions; a loop alone would become a call of memcpy().
    if (size_ > 0) v_[0] = other.v_[0];
    if (size_ > 1) v_[1] = other.v_[1];
    for (int i = 2; i < size_; ++i) (*this)[i] = other[i];
  }
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
  std::array<std::int64_t, kMaxRank> v_;
  std::int32_t size_ = 0;
};

enum class ByteOrder : std::uint8_t { native, swapped };

/// Borrows an array: any strides (negative and zero too), any alignment, either byte order. The
/// memory must outlive the view. A view made from a pointer to const is read-only.
class ArrayView {
 public:
  /// Makes a 0-d view of nothing; evaluating with it is an error.
  ArrayView() = default;
  /// Views C-ordered memory of that shape. Throws Error(shape) for negative extents or a size that
  /// overflows 63 bits of bytes.
  ArrayView(const void* data, DType dtype, const Dims& shape)
      : ArrayView(data, dtype, shape, ByteOrder::native, true) {}
  ArrayView(void* data, DType dtype, const Dims& shape)
      : ArrayView(data, dtype, shape, ByteOrder::native, false) {}
  /// Views memory with byte strides, one per extent. `data` points to element (0, ..., 0).
  TIGHTLOOP_API ArrayView(const void* data, DType dtype, const Dims& shape, const Dims& strides,
                          ByteOrder order = ByteOrder::native);
  TIGHTLOOP_API ArrayView(void* data, DType dtype, const Dims& shape, const Dims& strides,
                          ByteOrder order = ByteOrder::native);
  /// Views a C-ordered array of T.
  template <Element T>
  ArrayView(const T* data, const Dims& shape) : ArrayView(data, dtype_of<T>, shape) {}
  template <Element T>
  requires(!std::is_const_v<T>) ArrayView(T* data, const Dims& shape)
      : ArrayView(static_cast<void*>(data), dtype_of<T>, shape) {}
  /// Views elements of T with byte strides, one per extent.
  template <Element T>
  ArrayView(const T* data, const Dims& shape, const Dims& strides)
      : ArrayView(static_cast<const void*>(data), dtype_of<T>, shape, strides) {}
  template <Element T>
  requires(!std::is_const_v<T>) ArrayView(T* data, const Dims& shape, const Dims& strides)
      : ArrayView(static_cast<void*>(data), dtype_of<T>, shape, strides) {}

  /// Views `count` elements without gaps; the count must be that of memory that exists.
  static ArrayView vector(const void* data, DType dtype, std::size_t count,
                          bool readonly) noexcept {
    ArrayView v;
    v.data_ = data;
    v.shape_ = Dims::of(static_cast<std::int64_t>(count));
    v.strides_ = Dims::of(static_cast<std::int64_t>(itemsize(dtype)));
    v.dtype_ = dtype;
    v.readonly_ = readonly;
    return v;
  }

  const void* data() const noexcept { return data_; }
  /// Returns the address for writing; null where the view is read-only.
  void* mutable_data() const noexcept { return readonly_ ? nullptr : const_cast<void*>(data_); }
  DType dtype() const noexcept { return dtype_; }
  const Dims& shape() const& noexcept { return shape_; }
  Dims shape() const&& noexcept { return shape_; }
  /// Returns byte strides, one per dimension.
  const Dims& strides() const& noexcept { return strides_; }
  Dims strides() const&& noexcept { return strides_; }
  int ndim() const noexcept { return shape_.size(); }
  /// Returns the number of elements (1 for 0-d).
  std::int64_t size() const noexcept {
    std::int64_t n = 1;
    for (std::int64_t d : shape_) n *= d;
    return n;
  }
  ByteOrder byte_order() const noexcept { return order_; }
  bool readonly() const noexcept { return readonly_; }
  /// True where the elements stand in C order without gaps, in native byte order.
  TIGHTLOOP_API bool is_c_contiguous() const noexcept;
  /// Returns a read-only copy of this view.
  ArrayView as_const() const noexcept {
    ArrayView v = *this;
    v.readonly_ = true;
    return v;
  }

 private:
  TIGHTLOOP_API ArrayView(const void* data, DType dtype, const Dims& shape, ByteOrder order,
                          bool readonly);
  const void* data_ = nullptr;
  Dims shape_;
  Dims strides_;
  DType dtype_ = DType::float64;
  ByteOrder order_ = ByteOrder::native;
  bool readonly_ = true;
};

/// Returns the C-order byte strides of a shape. Throws Error(shape) on overflow.
TIGHTLOOP_API Dims c_strides(const Dims& shape, std::size_t itemsize);

/// Elements of an Array that nobody else holds, with the array: what `evaluate(...).values<T>()`
/// gives, so that a loop over it is safe. No std::span is made of it: name the Array first.
template <class T>
class OwnedValues {
 public:
  /// Walks over the elements; not contiguous for the standard library, so that no span is made.
  class Iterator {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using iterator_concept = std::random_access_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;
    Iterator() = default;
    explicit Iterator(const T* at) : at_(at) {}
    reference operator*() const { return *at_; }
    pointer operator->() const { return at_; }
    reference operator[](difference_type n) const { return at_[n]; }
    Iterator& operator+=(difference_type n) {
      at_ += n;
      return *this;
    }
    Iterator& operator-=(difference_type n) { return *this += -n; }
    Iterator& operator++() { return *this += 1; }
    Iterator& operator--() { return *this -= 1; }
    Iterator operator++(int) { return Iterator(at_++); }
    Iterator operator--(int) { return Iterator(at_--); }
    friend Iterator operator+(Iterator i, difference_type n) { return i += n; }
    friend Iterator operator+(difference_type n, Iterator i) { return i += n; }
    friend Iterator operator-(Iterator i, difference_type n) { return i -= n; }
    friend difference_type operator-(Iterator a, Iterator b) { return a.at_ - b.at_; }
    friend bool operator==(Iterator, Iterator) = default;
    friend auto operator<=>(Iterator, Iterator) = default;

   private:
    const T* at_ = nullptr;
  };
  OwnedValues(std::shared_ptr<void> owner, std::span<const T> values)
      : owner_(std::move(owner)), values_(values) {}
  std::size_t size() const noexcept { return values_.size(); }
  bool empty() const noexcept { return values_.empty(); }
  Iterator begin() const noexcept { return Iterator(values_.data()); }
  Iterator end() const noexcept { return Iterator(values_.data() + values_.size()); }
  T operator[](std::size_t i) const noexcept { return values_[i]; }
  T front() const noexcept { return values_.front(); }
  T back() const noexcept { return values_.back(); }

 private:
  std::shared_ptr<void> owner_;
  std::span<const T> values_;
};

/// Owns (shares, when copied) a C-ordered, 64-byte-aligned block of elements in native byte order.
/// Copying is cheap and refers to the same elements; copy_of() makes new ones. What would refer to
/// the elements of an array that is about to be destroyed does not compile: name the array first.
class TIGHTLOOP_API Array {
 public:
  /// Makes a 0-d float64 holding 0.
  Array();
  /// Allocates; the elements are not initialised. Throws Error(memory) or Error(shape).
  Array(DType dtype, const Dims& shape);
  /// Copies the elements of any view.
  static Array copy_of(const ArrayView& view);
  static Array copy_of(const Array& array) { return copy_of(array.view_); }
  /// Wraps memory that `owner` keeps alive.
  Array(std::shared_ptr<void> owner, const ArrayView& view);
  /// Takes over the elements of a vector, without copying them where it is moved: one dimension, or
  /// a shape of as many elements (else Error(shape)).
  template <Element T, class A>
  requires(!std::is_same_v<T, bool>) explicit Array(std::vector<T, A> values)
      : Array(std::make_shared<std::vector<T, A>>(std::move(values))) {}
  template <Element T, class A>
  requires(!std::is_same_v<T, bool>) Array(std::vector<T, A> values, const Dims& shape)
      : Array(std::make_shared<std::vector<T, A>>(std::move(values)), shape) {}

  DType dtype() const noexcept { return view_.dtype(); }
  const Dims& shape() const& noexcept { return view_.shape(); }
  Dims shape() const&& noexcept { return view_.shape(); }
  const Dims& strides() const& noexcept { return view_.strides(); }
  Dims strides() const&& noexcept { return view_.strides(); }
  int ndim() const noexcept { return view_.ndim(); }
  std::int64_t size() const noexcept { return view_.size(); }
  ArrayView view() const& noexcept { return view_; }
  ArrayView view() const&& = delete;
  operator ArrayView() const& noexcept { return view_; }
  operator ArrayView() const&& = delete;
  const void* data() const& noexcept { return view_.data(); }
  void* data() & noexcept { return view_.mutable_data(); }
  const void* data() const&& = delete;

  /// Returns the first element's address. Throws Error(type) for another T or misaligned elements.
  template <Element T>
  T* data() const& {
    require(dtype_of<T>);
    return static_cast<T*>(const_cast<void*>(view_.data()));
  }
  template <Element T>
  T* data() const&& = delete;
  /// Returns the elements in C order. Throws Error(type) where T is not the dtype, or where a
  /// wrapped array is not aligned and C-contiguous in native byte order.
  template <Element T>
  std::span<const T> values() const& {
    require_values(dtype_of<T>);
    return {static_cast<const T*>(view_.data()), static_cast<std::size_t>(size())};
  }
  template <Element T>
  OwnedValues<T> values() const&& {
    return {owner_, values<T>()};
  }
  /// Converts the only element to T; throws Error(shape) where there is not exactly one and
  /// Error(type) where T cannot hold its value exactly (a float64 always converts to float by
  /// rounding; an integer out of T's range, or complex to real, is refused).
  template <class T>
  T item() const;

 private:
  friend class Arg;
  template <class T, class A>
  explicit Array(std::shared_ptr<std::vector<T, A>> v)
      : Array(v, ArrayView::vector(v->data(), dtype_of<T>, v->size(), false)) {}
  template <class T, class A>
  Array(std::shared_ptr<std::vector<T, A>> v, const Dims& shape)
      : Array(v, of_count(ArrayView(v->data(), shape), v->size())) {}
  /// Throws Error(shape) where the view has another number of elements.
  static const ArrayView& of_count(const ArrayView& view, std::size_t count);
  void require(DType wanted) const;
  void require_values(DType wanted) const;
  std::shared_ptr<void> owner_;
  ArrayView view_;
};

namespace detail {
/// Reads the only element of `view` as one of the three carriers; see Array::item.
TIGHTLOOP_API void item_as_int(const ArrayView& view, bool want_signed, int bits, void* out64);
TIGHTLOOP_API double item_as_double(const ArrayView& view);
TIGHTLOOP_API std::complex<double> item_as_complex(const ArrayView& view);
}  // namespace detail

template <class T>
T Array::item() const {
  if constexpr (std::is_same_v<T, bool>) {
    std::uint64_t v = 0;
    detail::item_as_int(view_, false, 1, &v);
    return v != 0;
  } else if constexpr (detail::ElementInteger<T>) {
    std::int64_t v = 0;
    detail::item_as_int(view_, std::is_signed_v<T>, 8 * static_cast<int>(sizeof(T)), &v);
    return static_cast<T>(v);
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(detail::item_as_double(view_));
  } else {
    const std::complex<double> z = detail::item_as_complex(view_);
    using R = typename T::value_type;
    return T(static_cast<R>(z.real()), static_cast<R>(z.imag()));
  }
}

}  // namespace tightloop
