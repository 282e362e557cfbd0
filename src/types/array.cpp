// Dims, ArrayView and Array: construction with its checks, allocation, and reading one element.
#include "tightloop/array.hpp"

#include <sys/mman.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <string>

#include "types/half.hpp"
#include "types/range.hpp"
#include "types/strides.hpp"
#include "types/text.hpp"

namespace tightloop {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kHugeThreshold = std::size_t{4} << 20;
// No address space of today holds more; sanitizers abort on larger requests instead of failing.
constexpr std::size_t kMostBytes = std::size_t{1} << 40;

[[noreturn]] void throw_rank() {
  throw Error(ErrorCode::limit,
              "an array has more than " + std::to_string(kMaxRank) + " dimensions");
}

// Extents of zero count as one, so that size() and strides cannot overflow on the way to zero.
std::int64_t checked_bytes(const Dims& shape, std::size_t itemsize) {
  std::int64_t bytes = static_cast<std::int64_t>(itemsize);
  for (std::int64_t extent : shape) {
    if (extent < 0) {
      throw Error(ErrorCode::shape, "negative extent in the shape " + to_string(shape));
    }
    if (extent > 0 && __builtin_mul_overflow(bytes, extent, &bytes)) {
      throw Error(ErrorCode::shape, "the shape " + to_string(shape) + " is too large: its " +
                                        std::to_string(itemsize) +
                                        "-byte elements overflow 63 bits of bytes");
    }
  }
  return bytes;
}

void check_strides(const Dims& shape, const Dims& strides, DType dtype) {
  if (shape.size() != strides.size()) {
    throw Error(ErrorCode::shape, "the shape " + to_string(shape) + " and the strides " +
                                      to_string(strides) + " differ in their number of dimensions");
  }
  checked_bytes(shape, itemsize(dtype));
  for (std::int64_t extent : shape) {
    if (extent == 0) return;
  }
  constexpr int128 most = std::numeric_limits<std::int64_t>::max();
  int128 below = 0;
  int128 above = static_cast<int128>(itemsize(dtype));
  for (int i = 0; i < shape.size(); ++i) {
    const int128 reach = static_cast<int128>(shape[i] - 1) * strides[i];
    (reach < 0 ? below : above) += reach;
    if (above > most || below < -most) {
      throw Error(ErrorCode::shape, "the strides " + to_string(strides) + " of the shape " +
                                        to_string(shape) + " overflow 63 bits of bytes");
    }
  }
}

/// A small block with the count of its owners, in one piece of the heap's.
std::shared_ptr<void> allocate_small(std::size_t bytes) {
  auto block = std::make_shared_for_overwrite<unsigned char[]>(bytes + kAlignment);
  const auto address = reinterpret_cast<std::uintptr_t>(block.get());
  void* aligned = block.get() + (kAlignment - address % kAlignment) % kAlignment;
  return {std::move(block), aligned};
}

[[noreturn]] void throw_no_memory(std::int64_t bytes, DType dtype, const Dims& shape) {
  throw Error(ErrorCode::memory, "cannot allocate " + std::to_string(bytes) +
                                     " bytes for an array of " + std::string(name(dtype)) +
                                     " with the shape " + to_string(shape));
}

std::shared_ptr<void> allocate(std::int64_t bytes, DType dtype, const Dims& shape) {
  constexpr std::size_t kSmall = std::size_t{32} << 10;
  const auto wanted = static_cast<std::size_t>(bytes);
  if (wanted <= kSmall) {
    try {
      return allocate_small(wanted);
    } catch (const std::bad_alloc&) {
      throw_no_memory(bytes, dtype, shape);
    }
  }
  const bool huge = wanted >= kHugeThreshold;
  const std::size_t alignment = huge ? kHugePage : kAlignment;
  void* memory = nullptr;
  if (wanted <= kMostBytes) {
    const std::size_t rounded = (wanted + kAlignment - 1) / kAlignment * kAlignment;
    if (posix_memalign(&memory, alignment, rounded) != 0) memory = nullptr;
  }
  if (memory == nullptr) throw_no_memory(bytes, dtype, shape);
  // Advice only: without huge pages the array works as well, with more page faults.
  if (huge) madvise(memory, wanted / kHugePage * kHugePage, MADV_HUGEPAGE);
  try {
    return std::shared_ptr<void>(memory, [](void* p) { std::free(p); });
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::memory, "cannot allocate the owner of an array");
  }
}

std::int64_t bytes_of(DType dtype, const Dims& shape) {
  const std::int64_t bytes = checked_bytes(shape, itemsize(dtype));
  for (std::int64_t extent : shape) {
    if (extent == 0) return 0;
  }
  return bytes;
}

}  // namespace

Dims::Dims(std::span<const std::int64_t> values) {
  for (std::int64_t value : values) push_back(value);
}

void Dims::push_back(std::int64_t value) {
  if (size_ == kMaxRank) throw_rank();
  v_[static_cast<std::size_t>(size_++)] = value;
}

void Dims::insert(int at, std::int64_t value) {
  if (at < 0 || at > size_) {
    throw Error(ErrorCode::value, "no dimension can be inserted at " + std::to_string(at));
  }
  push_back(value);
  for (int i = size_ - 1; i > at; --i) (*this)[i] = (*this)[i - 1];
  (*this)[at] = value;
}

void Dims::erase(int at) {
  if (at < 0 || at >= size_) {
    throw Error(ErrorCode::value, "there is no dimension " + std::to_string(at) + " to erase");
  }
  for (int i = at; i + 1 < size_; ++i) (*this)[i] = (*this)[i + 1];
  --size_;
  v_[static_cast<std::size_t>(size_)] = 0;
}

Dims c_strides(const Dims& shape, std::size_t itemsize) {
  checked_bytes(shape, itemsize);
  Dims strides = shape;
  auto stride = static_cast<std::int64_t>(itemsize);
  for (int i = shape.size() - 1; i >= 0; --i) {
    strides[i] = stride;
    if (shape[i] > 0) stride *= shape[i];
  }
  return strides;
}

ArrayView::ArrayView(const void* data, DType dtype, const Dims& shape, ByteOrder order,
                     bool readonly)
    : data_(data),
      shape_(shape),
      strides_(c_strides(shape, itemsize(dtype))),
      dtype_(dtype),
      order_(order),
      readonly_(readonly) {}

ArrayView::ArrayView(const void* data, DType dtype, const Dims& shape, const Dims& strides,
                     ByteOrder order)
    : data_(data), shape_(shape), strides_(strides), dtype_(dtype), order_(order) {
  check_strides(shape, strides, dtype);
}

ArrayView::ArrayView(void* data, DType dtype, const Dims& shape, const Dims& strides,
                     ByteOrder order)
    : ArrayView(static_cast<const void*>(data), dtype, shape, strides, order) {
  readonly_ = false;
}

bool ArrayView::is_c_contiguous() const noexcept {
  if (order_ == ByteOrder::swapped && itemsize(dtype_) > 1) return false;
  auto stride = static_cast<std::int64_t>(itemsize(dtype_));
  bool packed = true;
  for (int i = ndim() - 1; i >= 0; --i) {
    if (shape_[i] == 0) return true;
    if (shape_[i] > 1 && strides_[i] != stride) packed = false;
    stride *= shape_[i];
  }
  return packed;
}

Array::Array() : Array(DType::float64, Dims{}) {
  std::memset(view_.mutable_data(), 0, sizeof(double));
}

Array::Array(DType dtype, const Dims& shape)
    : owner_(allocate(bytes_of(dtype, shape), dtype, shape)), view_(owner_.get(), dtype, shape) {}

const ArrayView& Array::of_count(const ArrayView& view, std::size_t count) {
  if (static_cast<std::size_t>(view.size()) == count) return view;
  throw Error(ErrorCode::shape, "the shape " + to_string(view.shape()) + " is not one of " +
                                    std::to_string(count) + " elements");
}

Array::Array(std::shared_ptr<void> owner, const ArrayView& view)
    : owner_(std::move(owner)), view_(view) {}

Array Array::copy_of(const ArrayView& view) {
  if (view.data() == nullptr && view.size() > 0) {
    throw Error(ErrorCode::value, "cannot copy a view of nothing");
  }
  Array copy(view.dtype(), view.shape());
  copy_elements(copy.view(), view);
  return copy;
}

void Array::require(DType wanted) const {
  if (dtype() != wanted) {
    throw Error(ErrorCode::type, "the array holds " + std::string(name(dtype())) + ", not " +
                                     std::string(name(wanted)));
  }
  if (view_.byte_order() == ByteOrder::swapped && itemsize(wanted) > 1) {
    throw Error(ErrorCode::type, "the array's elements are byte-swapped", {},
                "Array::copy_of gives native ones");
  }
  const std::size_t alignment = is_complex(wanted) ? itemsize(wanted) / 2 : itemsize(wanted);
  if (reinterpret_cast<std::uintptr_t>(view_.data()) % alignment != 0) {
    throw Error(ErrorCode::type, "the array's elements are not aligned", {},
                "Array::copy_of gives aligned ones");
  }
}

void Array::require_values(DType wanted) const {
  require(wanted);
  if (!view_.is_c_contiguous()) {
    throw Error(ErrorCode::type,
                "the array with the shape " + to_string(shape()) + " and the strides " +
                    to_string(strides()) + " does not hold its elements in C order",
                {}, "Array::copy_of does");
  }
}

namespace {

/// One element, widened without loss: integers to 128 bits, reals to double.
struct Item {
  enum class Kind { integer, real, complex } kind = Kind::integer;
  int128 integer = 0;
  std::complex<double> number;
};

template <class T>
T load(const unsigned char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

Item real_item(double value) {
  return {Item::Kind::real, 0, {value, 0}};
}

Item decode(DType dtype, const unsigned char* bytes) {
  return visit_dtype(dtype, [bytes]<class T>() -> Item {
    if constexpr (std::is_same_v<T, bool>) {
      return {Item::Kind::integer, bytes[0] != 0 ? 1 : 0, {}};
    } else if constexpr (std::is_integral_v<T>) {
      return {Item::Kind::integer, load<T>(bytes), {}};
    } else if constexpr (is_complex(dtype_of<T>)) {
      return {Item::Kind::complex, 0, std::complex<double>(load<T>(bytes))};
    } else if constexpr (HalfElement<T>) {
      return real_item(to_double(load<T>(bytes)));
    } else {
      return real_item(static_cast<double>(load<T>(bytes)));
    }
  });
}

Item only_item(const ArrayView& view) {
  if (view.size() != 1) {
    throw Error(ErrorCode::shape,
                "item() needs exactly one element; the shape is " + to_string(view.shape()));
  }
  if (view.data() == nullptr) throw Error(ErrorCode::value, "item() of a view of nothing");
  if (view.byte_order() == ByteOrder::native) {
    return decode(view.dtype(), static_cast<const unsigned char*>(view.data()));
  }
  unsigned char bytes[16] = {};
  const Dims none;
  copy_elements(ArrayView(static_cast<void*>(bytes), view.dtype(), none),
                ArrayView(view.data(), view.dtype(), none, none, view.byte_order()));
  return decode(view.dtype(), bytes);
}

[[noreturn]] void refuse(const std::string& what, const std::string& wanted) {
  throw Error(ErrorCode::type, what + " does not convert to " + wanted + " exactly");
}

double exact_double(int128 value) {
  const auto rounded = static_cast<double>(value);
  if (static_cast<int128>(rounded) != value) refuse("the integer " + to_string(value), "double");
  return rounded;
}

int128 exact_integer(const Item& item, const std::string& wanted) {
  if (item.kind == Item::Kind::integer) return item.integer;
  if (item.kind == Item::Kind::complex) refuse("a complex number", wanted);
  const double value = item.number.real();
  // 2^65 bounds every integer dtype and keeps the conversion defined; NaN fails the comparison.
  if (!(std::fabs(value) < 0x1p65) || std::trunc(value) != value) {
    refuse("the number " + std::to_string(value), wanted);
  }
  return static_cast<int128>(value);
}

}  // namespace

namespace detail {

void item_as_int(const ArrayView& view, bool want_signed, int bits, void* out64) {
  const std::string wanted = bits == 1 ? "bool"
                                       : std::string(want_signed ? "a signed " : "an unsigned ") +
                                             std::to_string(bits) + "-bit integer";
  const int128 value = exact_integer(only_item(view), wanted);
  const int128 one = 1;
  const int128 lo = want_signed ? -(one << (bits - 1)) : 0;
  const int128 hi = (one << (want_signed ? bits - 1 : bits)) - 1;
  if (value < lo || value > hi) refuse("the integer " + to_string(value), wanted);
  const auto word = static_cast<std::uint64_t>(value);
  std::memcpy(out64, &word, sizeof word);
}

double item_as_double(const ArrayView& view) {
  const Item item = only_item(view);
  switch (item.kind) {
    case Item::Kind::integer: return exact_double(item.integer);
    case Item::Kind::real: return item.number.real();
    case Item::Kind::complex: break;
  }
  refuse("a complex number", "a real one");
}

std::complex<double> item_as_complex(const ArrayView& view) {
  const Item item = only_item(view);
  if (item.kind == Item::Kind::integer) return {exact_double(item.integer), 0};
  return item.number;
}

}  // namespace detail
}  // namespace tightloop
