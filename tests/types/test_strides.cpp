// Overlap, extents and copies of strided views against element-by-element brute force.
#include "types/strides.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <set>
#include <vector>

#include "catch.hpp"

using namespace tightloop;

namespace {

// Visits the byte offset of every element in C order.
template <class Visit>
void each_offset(const Dims& shape, const Dims& strides, Visit visit) {
  std::int64_t count = 1;
  for (std::int64_t n : shape) count *= n;
  for (std::int64_t k = 0; k < count; ++k) {
    std::int64_t rest = k;
    std::int64_t offset = 0;
    for (int i = shape.size() - 1; i >= 0; --i) {
      offset += rest % shape[i] * strides[i];
      rest /= shape[i];
    }
    visit(offset);
  }
}

std::set<const char*> bytes_of(const ArrayView& view) {
  std::set<const char*> bytes;
  each_offset(view.shape(), view.strides(), [&](std::int64_t offset) {
    for (std::size_t b = 0; b < itemsize(view.dtype()); ++b) {
      bytes.insert(static_cast<const char*>(view.data()) + offset + b);
    }
  });
  return bytes;
}

bool truly_overlap(const ArrayView& a, const ArrayView& b) {
  const std::set<const char*> of_a = bytes_of(a);
  for (const char* p : bytes_of(b)) {
    if (of_a.count(p) > 0) return true;
  }
  return false;
}

constexpr std::int64_t kMiddle = 1 << 12;

// A view whose elements lie well within 2 * kMiddle bytes at `memory`.
ArrayView random_view(std::mt19937& random, std::vector<unsigned char>& memory, DType dtype) {
  const auto pick = [&](int lo, int hi) {
    return std::uniform_int_distribution<int>(lo, hi)(random);
  };
  Dims shape;
  Dims strides;
  for (int rank = pick(0, 3); rank > 0; --rank) {
    shape.push_back(pick(0, 9) == 0 ? 0 : pick(1, 5));
    strides.push_back(pick(0, 2) == 0 ? pick(-40, 40) : pick(-6, 6) * 8);
  }
  return {static_cast<void*>(memory.data() + kMiddle + pick(-120, 120)), dtype, shape, strides};
}

}  // namespace

TEST_CASE("types: memory_range spans exactly the touched bytes") {
  std::mt19937 random(11);
  INFO("seed 11");
  std::vector<unsigned char> memory(2 * kMiddle);
  for (int round = 0; round < 300; ++round) {
    const auto dtype = static_cast<DType>(round % kDTypeCount);
    const ArrayView view = random_view(random, memory, dtype);
    const MemoryRange range = memory_range(view);
    const std::set<const char*> bytes = bytes_of(view);
    if (bytes.empty()) {
      CHECK(range.begin == range.end);
    } else {
      CHECK(range.begin == reinterpret_cast<std::uintptr_t>(*bytes.begin()));
      CHECK(range.end == reinterpret_cast<std::uintptr_t>(*bytes.rbegin()) + 1);
    }
  }
}

TEST_CASE("types: may_overlap equals brute force on small views") {
  std::mt19937 random(12);
  INFO("seed 12");
  std::vector<unsigned char> memory(2 * kMiddle);
  int overlapping = 0;
  int wrong = 0;
  for (int round = 0; round < 1500; ++round) {
    const ArrayView a = random_view(random, memory, static_cast<DType>(random() % kDTypeCount));
    const ArrayView b = random_view(random, memory, static_cast<DType>(random() % kDTypeCount));
    const bool truth = truly_overlap(a, b);
    overlapping += truth ? 1 : 0;
    if (may_overlap(a, b) != truth || may_overlap(b, a) != truth) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(overlapping > 100);
  CHECK(overlapping < 1400);
}

TEST_CASE("types: may_overlap truth table of the usual slices") {
  std::vector<float> x(400);
  const auto at = [&](std::int64_t first, Dims shape, Dims strides) {
    for (std::int64_t& s : strides) s *= 4;
    return ArrayView(static_cast<const void*>(x.data() + first), float32, shape, strides);
  };
  CHECK(may_overlap(at(0, {400}, {1}), at(0, {400}, {1})));
  CHECK(may_overlap(at(0, {399}, {1}), at(1, {399}, {1})));
  CHECK_FALSE(may_overlap(at(0, {200}, {1}), at(200, {200}, {1})));
  CHECK_FALSE(may_overlap(at(0, {200}, {2}), at(1, {200}, {2})));     // x[::2] and x[1::2]
  CHECK_FALSE(may_overlap(at(0, {200}, {2}), at(399, {200}, {-2})));  // x[::2] and x[::-2]
  CHECK(may_overlap(at(0, {400}, {1}), at(399, {400}, {-1})));        // x and x[::-1]
  CHECK_FALSE(may_overlap(at(0, {20, 10}, {20, 1}), at(10, {20, 10}, {20, 1})));  // halves
  CHECK(may_overlap(at(0, {20, 11}, {20, 1}), at(10, {20, 10}, {20, 1})));
  CHECK(may_overlap(at(0, {20, 20}, {20, 1}), at(0, {20, 20}, {1, 20})));  // x and x.T
  CHECK_FALSE(may_overlap(at(0, {20, 19}, {20, 1}), at(19, {20}, {20})));  // x[:, :-1], x[:, -1]
  CHECK_FALSE(may_overlap(at(0, {0}, {1}), at(0, {400}, {1})));            // empty
  CHECK(may_overlap(at(5, {100}, {0}), at(0, {400}, {1})));                // broadcast scalar
  CHECK_FALSE(may_overlap(at(5, {100}, {0}), at(6, {394}, {1})));
  CHECK(may_overlap(at(5, {}, {}), at(5, {}, {})));
}

TEST_CASE("types: may_overlap answers hostile layouts without hanging") {
  alignas(64) static unsigned char memory[64];
  Dims shape;
  Dims strides;
  for (int i = 0; i < kMaxRank; ++i) {
    shape.push_back(10);
    strides.push_back(1'000'003 * (i + 1) * 2 + 6 * i * i * i);
  }
  const ArrayView a(static_cast<const void*>(memory), int8, shape, strides);
  const ArrayView b(static_cast<const void*>(memory + 2), int8, shape, strides);
  may_overlap(a, b);
  const ArrayView odd(static_cast<const void*>(memory + 1), int8, shape, strides);
  CHECK_FALSE(may_overlap(a, odd));  // all strides are even
}

TEST_CASE("types: may_overlap is exact for deep identical layouts that interleave") {
  static unsigned char memory[64];
  Dims shape;
  Dims strides;
  std::int64_t stride = 2;
  for (int i = 0; i < kMaxRank; ++i) {
    shape.push_back(3);
    strides.push_back(stride);
    stride *= 5;  // nests with gaps
  }
  const auto view = [&](int first) {
    return ArrayView(static_cast<const void*>(memory + first), uint8, shape, strides);
  };
  CHECK_FALSE(may_overlap(view(0), view(1)));
  CHECK(may_overlap(view(0), view(2)));
  CHECK(may_overlap(view(0), view(24)));
}

TEST_CASE("types: same_elements ignores the strides of single elements only") {
  float x[8] = {};
  const ArrayView a(static_cast<void*>(x), float32, {2, 1}, {4, 4});
  CHECK(same_elements(a, ArrayView(static_cast<void*>(x), float32, {2, 1}, {4, 100})));
  CHECK_FALSE(same_elements(a, ArrayView(static_cast<void*>(x), float32, {2, 1}, {8, 4})));
  CHECK_FALSE(same_elements(a, ArrayView(static_cast<void*>(x), int32, {2, 1}, {4, 4})));
  CHECK_FALSE(same_elements(a, ArrayView(static_cast<void*>(x), float32, {2}, {4})));
  CHECK_FALSE(same_elements(a, ArrayView(static_cast<void*>(x + 1), float32, {2, 1}, {4, 4})));
  CHECK_FALSE(same_elements(
      a, ArrayView(static_cast<void*>(x), float32, {2, 1}, {4, 4}, ByteOrder::swapped)));
}

namespace {

// The bytes that `from` should leave in an element of the same place in `to`.
void expected_element(DType dtype, bool swap, const unsigned char* from, unsigned char* out) {
  const std::size_t size = itemsize(dtype);
  const std::size_t word = is_complex(dtype) ? size / 2 : size;
  for (std::size_t b = 0; b < size; ++b) {
    out[b] = from[swap ? b / word * word + (word - 1 - b % word) : b];
  }
}

// A non-overlapping layout: permuted axes with gaps and random signs.
struct Layout {
  Dims strides;
  std::int64_t first = 0;
  std::int64_t bytes = 0;
};

Layout random_layout(std::mt19937& random, const Dims& shape, std::int64_t itemsize) {
  std::vector<int> order;
  for (int i = 0; i < shape.size(); ++i) order.push_back(i);
  std::shuffle(order.begin(), order.end(), random);
  Layout layout;
  layout.strides = shape;
  std::int64_t stride = itemsize + (random() % 2 == 0 ? 0 : static_cast<int>(random() % 5));
  for (int i : order) {
    const bool down = random() % 3 == 0;
    layout.strides[i] = down ? -stride : stride;
    if (down) layout.first += (shape[i] - 1) * stride;
    stride = stride * shape[i] + (random() % 2 == 0 ? 0 : static_cast<int>(random() % 9));
  }
  layout.bytes = stride + itemsize;
  return layout;
}

}  // namespace

TEST_CASE("types: copy_elements between random layouts, every dtype and byte order") {
  std::mt19937 random(13);
  INFO("seed 13");
  int wrong = 0;
  for (int round = 0; round < 900; ++round) {
    const auto dtype = static_cast<DType>(round % kDTypeCount);
    const auto size = static_cast<std::int64_t>(itemsize(dtype));
    Dims shape;
    for (int rank = static_cast<int>(random() % 5); rank > 0; --rank) {
      shape.push_back(random() % 8 == 0 ? 70 : 1 + static_cast<int>(random() % 4));
    }
    const Layout of_to = random_layout(random, shape, size);
    const Layout of_from = random_layout(random, shape, size);
    std::vector<unsigned char> to(static_cast<std::size_t>(of_to.bytes), 0xEE);
    std::vector<unsigned char> from(static_cast<std::size_t>(of_from.bytes));
    for (unsigned char& byte : from) byte = static_cast<unsigned char>(random());
    const auto order_of = [&] {
      return random() % 2 == 0 ? ByteOrder::native : ByteOrder::swapped;
    };
    const ByteOrder to_order = order_of();
    const ByteOrder from_order = order_of();
    copy_elements(ArrayView(static_cast<void*>(to.data() + of_to.first), dtype, shape,
                            of_to.strides, to_order),
                  ArrayView(static_cast<const void*>(from.data() + of_from.first), dtype, shape,
                            of_from.strides, from_order));

    std::vector<std::int64_t> to_offsets;
    std::vector<std::int64_t> from_offsets;
    each_offset(shape, of_to.strides, [&](std::int64_t o) { to_offsets.push_back(o); });
    each_offset(shape, of_from.strides, [&](std::int64_t o) { from_offsets.push_back(o); });
    std::vector<unsigned char> expected(to.size(), 0xEE);
    for (std::size_t i = 0; i < to_offsets.size(); ++i) {
      expected_element(dtype, to_order != from_order, from.data() + of_from.first + from_offsets[i],
                       expected.data() + of_to.first + to_offsets[i]);
    }
    wrong += to == expected ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("types: copy_elements broadcasts a stride of zero and refuses mismatches") {
  const float one = 2.5F;
  float out[6] = {};
  copy_elements(ArrayView(out, {2, 3}),
                ArrayView(static_cast<const void*>(&one), float32, {2, 3}, {0, 0}));
  for (float x : out) CHECK(x == 2.5F);
  CHECK_THROWS_AS(copy_elements(ArrayView(out, {2, 3}), ArrayView(out, {3, 2})), Error);
  const float source[6] = {};
  CHECK_THROWS_AS(copy_elements(ArrayView(source, {6}), ArrayView(out, {6})), Error);
  int other[6] = {};
  CHECK_THROWS_AS(copy_elements(ArrayView(other, {6}), ArrayView(out, {6})), Error);
}
