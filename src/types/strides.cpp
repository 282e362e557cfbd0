// Memory extents, overlap and copies of strided views. Overlap is the bounded Diophantine question
// "do two index vectors give byte addresses closer than an element?", answered by interval pruning.
#include "types/strides.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "types/range.hpp"

namespace tightloop {
namespace {

// Nodes of the search below. Layouts with nesting axes need two per axis at most, and the pruning
// by the common divisor leaves few of them; others give up here and count as overlapping.
constexpr int kSearchBudget = 1 << 17;

bool is_empty(const ArrayView& view) {
  for (std::int64_t extent : view.shape()) {
    if (extent == 0) return true;
  }
  return false;
}

int128 address_of(const void* p) {
  return static_cast<int128>(reinterpret_cast<std::uintptr_t>(p));
}

struct Bounds {
  int128 lo = 0;
  int128 hi = 0;
};

// Byte offsets from the view's first element: the lowest one touched, and one past the highest.
Bounds offsets_of(const ArrayView& view) {
  if (is_empty(view)) return {};
  Bounds b{0, static_cast<int128>(itemsize(view.dtype()))};
  for (int i = 0; i < view.ndim(); ++i) {
    const int128 reach = static_cast<int128>(view.shape()[i] - 1) * view.strides()[i];
    (reach < 0 ? b.lo : b.hi) += reach;
  }
  return b;
}

// A term stride * x with x in [lo, hi] of the sum of offsets; stride > 0.
struct Term {
  int128 stride = 0;
  int128 lo = 0;
  int128 hi = 0;
};

class OverlapSearch {
 public:
  OverlapSearch(const ArrayView& a, const ArrayView& b) {
    add_axes(a, 1);
    add_axes(b, -1);
    std::sort(terms_.begin(), terms_.begin() + count_,
              [](const Term& x, const Term& y) { return x.stride > y.stride; });
    int128 divisor = 0;
    Bounds reach;
    for (int i = count_ - 1; i >= 0; --i) {
      const Term& t = terms_[static_cast<std::size_t>(i)];
      divisor = gcd(t.stride, divisor);
      reach = {reach.lo + t.stride * t.lo, reach.hi + t.stride * t.hi};
      divisor_[static_cast<std::size_t>(i)] = divisor;
      reach_[static_cast<std::size_t>(i)] = reach;
    }
  }

  /// True where the terms can sum to a value within `target`, or where the budget ran out.
  bool reaches(Bounds target) { return search(0, target); }

 private:
  static int128 gcd(int128 a, int128 b) {
    while (b != 0) {
      const int128 rest = a % b;
      a = b;
      b = rest;
    }
    return a;
  }
  static int128 floor_div(int128 a, int128 b) { return a / b - (a % b < 0 ? 1 : 0); }
  static int128 ceil_div(int128 a, int128 b) { return -floor_div(-a, b); }

  // Axes of equal stride become one term: x + y covers every integer of the summed interval.
  void add_axes(const ArrayView& view, int sign) {
    for (int i = 0; i < view.ndim(); ++i) {
      const int128 most = static_cast<int128>(view.shape()[i]) - 1;
      const int128 signed_stride = static_cast<int128>(view.strides()[i]) * sign;
      if (most == 0 || signed_stride == 0) continue;
      const bool down = signed_stride < 0;
      const int128 stride = down ? -signed_stride : signed_stride;
      Term* end = terms_.data() + count_;
      Term* found =
          std::find_if(terms_.data(), end, [&](const Term& t) { return t.stride == stride; });
      if (found == end) {
        *found = Term{stride, 0, 0};
        ++count_;
      }
      (down ? found->lo : found->hi) += down ? -most : most;
    }
  }

  // Depth is at most two ranks.
  bool search(int depth, Bounds target) {
    if (depth == count_) return target.lo <= 0 && 0 <= target.hi;
    const auto i = static_cast<std::size_t>(depth);
    if (reach_[i].hi < target.lo || reach_[i].lo > target.hi) return false;
    if (floor_div(target.hi, divisor_[i]) < ceil_div(target.lo, divisor_[i])) return false;
    const Bounds rest = depth + 1 == count_ ? Bounds{} : reach_[i + 1];
    const Term& t = terms_[i];
    const int128 first = std::max(t.lo, ceil_div(target.lo - rest.hi, t.stride));
    const int128 last = std::min(t.hi, floor_div(target.hi - rest.lo, t.stride));
    for (int128 x = first; x <= last; ++x) {
      if (--budget_ < 0) return true;
      if (search(depth + 1, {target.lo - t.stride * x, target.hi - t.stride * x})) return true;
    }
    return false;
  }

  std::array<Term, 2 * kMaxRank> terms_{};
  std::array<int128, 2 * kMaxRank> divisor_{};
  std::array<Bounds, 2 * kMaxRank> reach_{};
  int count_ = 0;
  int budget_ = kSearchBudget;
};

}  // namespace

MemoryRange memory_range(const ArrayView& view) {
  const Bounds b = offsets_of(view);
  const auto base = reinterpret_cast<std::uintptr_t>(view.data());
  return {base + static_cast<std::uintptr_t>(b.lo), base + static_cast<std::uintptr_t>(b.hi)};
}

bool may_overlap(const ArrayView& a, const ArrayView& b) {
  if (is_empty(a) || is_empty(b)) return false;
  const Bounds of_a = offsets_of(a);
  const Bounds of_b = offsets_of(b);
  const int128 distance = address_of(b.data()) - address_of(a.data());
  if (of_a.hi <= distance + of_b.lo || distance + of_b.hi <= of_a.lo) return false;
  // Elements at offsets p of a and distance + q of b share a byte where
  // -itemsize(a) < p - q - distance < itemsize(b).
  const auto size_a = static_cast<int128>(itemsize(a.dtype()));
  const auto size_b = static_cast<int128>(itemsize(b.dtype()));
  return OverlapSearch(a, b).reaches({distance - size_a + 1, distance + size_b - 1});
}

bool same_elements(const ArrayView& a, const ArrayView& b) {
  if (a.data() != b.data() || a.dtype() != b.dtype() || a.byte_order() != b.byte_order() ||
      !(a.shape() == b.shape())) {
    return false;
  }
  for (int i = 0; i < a.ndim(); ++i) {
    if (a.shape()[i] > 1 && a.strides()[i] != b.strides()[i]) return false;
  }
  return true;
}

namespace {

struct CopyAxis {
  std::int64_t extent = 1;
  std::int64_t to = 0;
  std::int64_t from = 0;
};

// The axes of a copy, innermost last.
struct CopyLoop {
  std::array<CopyAxis, kMaxRank> axes{};
  int rank = 0;
  char* to = nullptr;
  const char* from = nullptr;

  CopyAxis& axis(int i) { return axes[static_cast<std::size_t>(i)]; }
};

std::int64_t magnitude(std::int64_t stride) {
  return stride < 0 ? -stride : stride;
}

std::uint16_t swapped(std::uint16_t w) {
  return __builtin_bswap16(w);
}
std::uint32_t swapped(std::uint32_t w) {
  return __builtin_bswap32(w);
}
std::uint64_t swapped(std::uint64_t w) {
  return __builtin_bswap64(w);
}

// Elements are `Words` words each; swapping is within a word, as the parts of a complex number stay
// in place.
template <class Word, int Words, bool Swap>
void copy_row(char* to, std::int64_t to_stride, const char* from, std::int64_t from_stride,
              std::int64_t count) {
  constexpr std::int64_t size = sizeof(Word) * Words;
  const auto loop = [&](std::int64_t to_step, std::int64_t from_step) {
    for (std::int64_t i = 0; i < count; ++i) {
      Word words[Words];
      std::memcpy(words, from + i * from_step, size);
      if constexpr (Swap) {
        for (Word& w : words) w = swapped(w);
      }
      std::memcpy(to + i * to_step, words, size);
    }
  };
  if (to_stride != size) {
    loop(to_stride, from_stride);
  } else if (from_stride != size) {
    loop(size, from_stride);
  } else if constexpr (Swap) {
    loop(size, size);
  } else {
    std::memcpy(to, from, static_cast<std::size_t>(count * size));
  }
}

using RowCopy = void (*)(char*, std::int64_t, const char*, std::int64_t, std::int64_t);

template <bool Swap>
RowCopy row_copy(DType dtype) {
  switch (itemsize(dtype)) {
    case 1: return copy_row<std::uint8_t, 1, false>;
    case 2: return copy_row<std::uint16_t, 1, Swap>;
    case 4: return copy_row<std::uint32_t, 1, Swap>;
    case 8:
      return is_complex(dtype) ? copy_row<std::uint32_t, 2, Swap>
                               : copy_row<std::uint64_t, 1, Swap>;
    default: return copy_row<std::uint64_t, 2, Swap>;
  }
}

// Drops axes of one element, walks every axis upwards in `to`, orders them by its stride, and
// merges those that are one longer axis in both.
CopyLoop make_loop(const ArrayView& to, const ArrayView& from) {
  CopyLoop loop;
  loop.to = static_cast<char*>(to.mutable_data());
  loop.from = static_cast<const char*>(from.data());
  for (int i = 0; i < to.ndim(); ++i) {
    CopyAxis axis{to.shape()[i], to.strides()[i], from.strides()[i]};
    if (axis.extent == 1) continue;
    if (axis.to < 0) {
      loop.to += (axis.extent - 1) * axis.to;
      loop.from += (axis.extent - 1) * axis.from;
      axis.to = -axis.to;
      axis.from = -axis.from;
    }
    int at = loop.rank++;
    for (; at > 0 && loop.axis(at - 1).to < axis.to; --at) loop.axis(at) = loop.axis(at - 1);
    loop.axis(at) = axis;
  }
  int kept = 0;
  for (int i = 0; i < loop.rank; ++i) {
    const CopyAxis inner = loop.axis(i);
    if (kept > 0) {
      CopyAxis& outer = loop.axis(kept - 1);
      const auto extent = static_cast<int128>(inner.extent);
      if (outer.to == extent * inner.to && outer.from == extent * inner.from) {
        outer = {outer.extent * inner.extent, inner.to, inner.from};
        continue;
      }
    }
    loop.axis(kept++) = inner;
  }
  loop.rank = kept;
  if (loop.rank == 0) loop.rank = 1;  // one element: axis 0 is still {1, 0, 0}
  return loop;
}

// Copies the last two axes in tiles, so that a transposed source uses whole cache lines.
void copy_plane(CopyLoop& loop, RowCopy row) {
  constexpr std::int64_t tile = 64;
  const CopyAxis& outer = loop.axis(loop.rank - 2);
  const CopyAxis& inner = loop.axis(loop.rank - 1);
  for (std::int64_t j = 0; j < inner.extent; j += tile) {
    const std::int64_t width = std::min(tile, inner.extent - j);
    for (std::int64_t i = 0; i < outer.extent; ++i) {
      row(loop.to + i * outer.to + j * inner.to, inner.to,
          loop.from + i * outer.from + j * inner.from, inner.from, width);
    }
  }
}

// Where another axis is denser in `from` than the innermost one, moves it next to innermost;
// returns whether the last two are then best copied in tiles.
bool pair_for_tiles(CopyLoop& loop) {
  const int last = loop.rank - 1;
  int densest = last;
  for (int i = 0; i < last; ++i) {
    const std::int64_t stride = loop.axis(i).from;
    if (stride != 0 && magnitude(stride) < magnitude(loop.axis(densest).from)) densest = i;
  }
  if (densest == last) return false;
  std::rotate(loop.axes.begin() + densest, loop.axes.begin() + densest + 1,
              loop.axes.begin() + last);
  return true;
}

}  // namespace

void copy_elements(const ArrayView& to, const ArrayView& from) {
  if (to.dtype() != from.dtype() || !(to.shape() == from.shape()) || to.readonly()) {
    throw Error(ErrorCode::internal,
                "copy between views that differ in dtype or shape, or into a "
                "read-only one");
  }
  if (is_empty(to)) return;
  CopyLoop loop = make_loop(to, from);
  const RowCopy row = to.byte_order() == from.byte_order() ? row_copy<false>(to.dtype())
                                                           : row_copy<true>(to.dtype());
  const bool tiled = pair_for_tiles(loop);
  const int outer = loop.rank - (tiled ? 2 : 1);
  std::array<std::int64_t, kMaxRank> index{};
  for (;;) {
    if (tiled) {
      copy_plane(loop, row);
    } else {
      const CopyAxis& inner = loop.axis(loop.rank - 1);
      row(loop.to, inner.to, loop.from, inner.from, inner.extent);
    }
    int i = outer - 1;
    for (; i >= 0; --i) {
      const CopyAxis& axis = loop.axis(i);
      std::int64_t& at = index[static_cast<std::size_t>(i)];
      if (++at < axis.extent) {
        loop.to += axis.to;
        loop.from += axis.from;
        break;
      }
      at = 0;
      loop.to -= (axis.extent - 1) * axis.to;
      loop.from -= (axis.extent - 1) * axis.from;
    }
    if (i < 0) return;
  }
}

}  // namespace tightloop
