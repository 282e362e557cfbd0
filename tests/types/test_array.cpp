// Dims, ArrayView and Array: limits, checks, ownership, item() of every dtype and copies.
#include "tightloop/array.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "catch.hpp"

using namespace tightloop;

namespace {

template <class Call>
ErrorCode code_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK(std::string(error.what()) != "");
    return error.code();
  }
  FAIL("no Error was thrown");
  return ErrorCode::internal;
}

template <class T>
Array scalar(T value) {
  Array array(dtype_of<T>, {});
  *array.data<T>() = value;
  return array;
}

}  // namespace

TEST_CASE("types: Dims holds up to kMaxRank values") {
  Dims dims{1, 2, 3};
  dims.insert(0, 9);
  dims.insert(4, 8);
  dims.insert(2, 7);
  CHECK(dims == Dims{9, 1, 7, 2, 3, 8});
  dims.erase(0);
  dims.erase(4);
  CHECK(dims == Dims{1, 7, 2, 3});
  CHECK_FALSE(dims == Dims{1, 7, 2});
  while (dims.size() < kMaxRank) dims.push_back(5);
  CHECK(code_of([&] { dims.push_back(1); }) == ErrorCode::limit);
  CHECK(code_of([&] { dims.insert(0, 1); }) == ErrorCode::limit);
  CHECK(code_of([&] { dims.erase(kMaxRank); }) == ErrorCode::value);
  CHECK(code_of([&] { dims.erase(-1); }) == ErrorCode::value);
  Dims few{1};
  CHECK(code_of([&] { few.insert(2, 1); }) == ErrorCode::value);
  CHECK(dims.size() == kMaxRank);
  const std::vector<std::int64_t> many(kMaxRank + 1, 1);
  CHECK(code_of([&] { Dims{std::span(many)}; }) == ErrorCode::limit);
  CHECK(Dims(std::span(many).first(kMaxRank)).size() == kMaxRank);
}

TEST_CASE("types: c_strides and the checks of shapes") {
  CHECK(c_strides({2, 3, 4}, 8) == Dims{96, 32, 8});
  CHECK(c_strides({}, 8) == Dims{});
  CHECK(c_strides({3, 0, 4}, 2) == Dims{8, 8, 2});
  const std::int64_t big = std::int64_t{1} << 40;
  CHECK(code_of([&] { c_strides({big, big}, 1); }) == ErrorCode::shape);
  CHECK(code_of([&] { c_strides({big, big, 0}, 1); }) == ErrorCode::shape);
  CHECK(code_of([&] { c_strides({2, -1}, 1); }) == ErrorCode::shape);
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(c_strides({most}, 1) == Dims{1});
  CHECK(code_of([&] { c_strides({most}, 2); }) == ErrorCode::shape);
}

TEST_CASE("types: a view checks its shape and strides") {
  double x[6] = {};
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  CHECK(code_of([&] { ArrayView(x, {-2}); }) == ErrorCode::shape);
  CHECK(code_of([&] { ArrayView(x, {most}); }) == ErrorCode::shape);
  void* p = x;
  CHECK(code_of([&] { ArrayView(p, float64, {2, 3}, {8}); }) == ErrorCode::shape);
  CHECK(code_of([&] { ArrayView(p, float64, {-1}, {8}); }) == ErrorCode::shape);
  CHECK(code_of([&] { ArrayView(p, float64, {3}, {most / 2 + 1}); }) == ErrorCode::shape);
  CHECK(code_of([&] { ArrayView(p, float64, {2}, {least}); }) == ErrorCode::shape);
  CHECK(code_of([&] { ArrayView(p, float64, {most}, {0}); }) == ErrorCode::shape);
  CHECK(code_of([&] { ArrayView(p, float64, {2, 2}, {most, most}); }) == ErrorCode::shape);
  CHECK(code_of([&] {
          ArrayView(p, float64, {most, most, most}, {least, least, least});
        }) == ErrorCode::shape);
  CHECK_NOTHROW(ArrayView(p, float64, {0, 2}, {most, most}));
  CHECK_NOTHROW(ArrayView(p, float64, {1}, {least}));
}

TEST_CASE("types: views know whether they may be written and are contiguous") {
  float x[12] = {};
  const float* y = x;
  CHECK_FALSE(ArrayView(x, {12}).readonly());
  CHECK(ArrayView(x, {12}).mutable_data() == x);
  CHECK(ArrayView(y, {12}).readonly());
  CHECK(ArrayView(y, {12}).mutable_data() == nullptr);
  CHECK(ArrayView(x, {12}).as_const().readonly());
  void* p = x;
  CHECK_FALSE(ArrayView(p, float32, {3}, {4}).readonly());
  CHECK(ArrayView(static_cast<const void*>(p), float32, {3}, {4}).readonly());

  CHECK(ArrayView(x, {3, 4}).is_c_contiguous());
  CHECK(ArrayView(p, float32, {3, 1}, {4, 999}).is_c_contiguous());
  CHECK(ArrayView(p, float32, {0, 4}, {1, 1}).is_c_contiguous());
  CHECK(ArrayView(p, float32, {}, {}).is_c_contiguous());
  CHECK_FALSE(ArrayView(p, float32, {3, 4}, {4, 12}).is_c_contiguous());
  CHECK_FALSE(ArrayView(p, float32, {6}, {8}).is_c_contiguous());
  CHECK_FALSE(ArrayView(p, float32, {3}, {-4}).is_c_contiguous());
  CHECK_FALSE(ArrayView(p, float32, {3}, {4}, ByteOrder::swapped).is_c_contiguous());
  CHECK(ArrayView(p, int8, {3}, {1}, ByteOrder::swapped).is_c_contiguous());
}

TEST_CASE("types: arrays allocate aligned memory or throw") {
  for (int t = 0; t < kDTypeCount; ++t) {
    const auto dtype = static_cast<DType>(t);
    for (const Dims& shape : {Dims{}, Dims{0}, Dims{5}, Dims{3, 0, 2}, Dims{7, 11}}) {
      const Array array(dtype, shape);
      CHECK(array.data() != nullptr);
      CHECK(reinterpret_cast<std::uintptr_t>(array.data()) % 64 == 0);
      CHECK(array.strides() == c_strides(shape, itemsize(dtype)));
    }
  }
  Array large(uint8, {(std::int64_t{4} << 20) + 3});
  CHECK(reinterpret_cast<std::uintptr_t>(large.data()) % 64 == 0);
  large.data<std::uint8_t>()[large.size() - 1] = 1;

  const std::int64_t huge = std::int64_t{1} << 60;
  CHECK(code_of([&] { Array(uint8, {huge}); }) == ErrorCode::memory);
  CHECK(code_of([&] { Array(float64, {huge}); }) == ErrorCode::shape);
  CHECK(code_of([&] { Array(float64, {-1}); }) == ErrorCode::shape);
  CHECK(Array(float64, {huge / 8, 0}).size() == 0);

  const Array zero;
  CHECK(zero.dtype() == float64);
  CHECK(zero.ndim() == 0);
  CHECK(zero.item<double>() == 0.0);
}

TEST_CASE("types: copies of an Array share their elements") {
  Array a(int32, {2, 2});
  const Array b = a;
  for (int i = 0; i < 4; ++i) a.data<std::int32_t>()[i] = i;
  CHECK(b.data() == a.data());
  CHECK(b.values<std::int32_t>()[3] == 3);
  CHECK(b.values<std::int32_t>().size() == 4);
  CHECK(code_of([&] { b.data<float>(); }) == ErrorCode::type);
  CHECK(code_of([&] { b.values<std::uint32_t>(); }) == ErrorCode::type);
  const Array c = Array::copy_of(b);
  CHECK(c.data() != b.data());
  a.data<std::int32_t>()[3] = 9;
  CHECK(c.values<std::int32_t>()[3] == 3);
}

TEST_CASE("types: wrapped memory stays alive, and typed access checks its layout") {
  auto owner = std::make_shared<std::array<std::int16_t, 6>>();
  for (std::size_t i = 0; i < 6; ++i) (*owner)[i] = static_cast<std::int16_t>(i);
  void* p = owner->data();
  const Array transposed(owner, ArrayView(p, int16, {3, 2}, {2, 6}));
  const Array swapped(owner, ArrayView(p, int16, {6}, {2}, ByteOrder::swapped));
  const Array readonly(owner, ArrayView(static_cast<const void*>(p), int16, {6}));
  CHECK(owner.use_count() == 4);
  owner.reset();
  CHECK(transposed.data<std::int16_t>()[5] == 5);
  CHECK(code_of([&] { transposed.values<std::int16_t>(); }) == ErrorCode::type);
  const Array packed = Array::copy_of(transposed);
  const std::int16_t expected[] = {0, 3, 1, 4, 2, 5};
  CHECK(std::memcmp(packed.data(), expected, sizeof expected) == 0);
  CHECK(code_of([&] { swapped.data<std::int16_t>(); }) == ErrorCode::type);
  CHECK(Array::copy_of(swapped).values<std::int16_t>()[2] == 0x0200);
  CHECK(readonly.values<std::int16_t>()[4] == 4);
  Array again = readonly;
  CHECK(again.data() == nullptr);
}

TEST_CASE("types: copy_of takes any strides and byte order") {
  const std::uint32_t x[] = {0x00010203, 0x10111213, 0x20212223, 0x30313233};
  const void* p = x;
  const auto copied = [&](const Dims& shape, const Dims& strides, ByteOrder order, int at) {
    return Array::copy_of(
        ArrayView(static_cast<const void*>(x + at), uint32, shape, strides, order));
  };
  const Array reversed = copied({4}, {-4}, ByteOrder::native, 3);
  CHECK(reversed.values<std::uint32_t>()[0] == x[3]);
  CHECK(reversed.values<std::uint32_t>()[3] == x[0]);
  const Array repeated = copied({2, 3}, {4, 0}, ByteOrder::native, 0);
  CHECK(repeated.values<std::uint32_t>()[2] == x[0]);
  CHECK(repeated.values<std::uint32_t>()[3] == x[1]);
  const Array swapped = copied({2}, {8}, ByteOrder::swapped, 0);
  CHECK(swapped.values<std::uint32_t>()[0] == 0x03020100);
  CHECK(swapped.values<std::uint32_t>()[1] == 0x23222120);
  const Array unaligned = Array::copy_of(
      ArrayView(static_cast<const void*>(static_cast<const char*>(p) + 1), uint16, {2}, {3}));
  CHECK(unaligned.values<std::uint16_t>()[0] == 0x0102);
  CHECK(copied({0, 4}, {4, 4}, ByteOrder::native, 0).size() == 0);
  CHECK(code_of([] { Array::copy_of(ArrayView()); }) == ErrorCode::value);
  const Array strided = copied({}, {}, ByteOrder::swapped, 1);
  CHECK(strided.item<std::uint32_t>() == 0x13121110);
}

TEST_CASE("types: item converts where the value is held exactly") {
  CHECK(scalar(true).item<bool>());
  CHECK(scalar(true).item<int>() == 1);
  CHECK(scalar(std::int8_t{-128}).item<long>() == -128);
  CHECK(scalar(std::int16_t{7}).item<std::int8_t>() == 7);
  CHECK(scalar(std::int32_t{-3}).item<double>() == -3.0);
  CHECK(scalar(std::numeric_limits<std::int64_t>::min()).item<std::int64_t>() ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(scalar(std::uint8_t{255}).item<unsigned char>() == 255);
  CHECK(scalar(std::uint16_t{65535}).item<int>() == 65535);
  CHECK(scalar(std::uint32_t{1}).item<bool>());
  CHECK(scalar(~std::uint64_t{0}).item<std::uint64_t>() == ~std::uint64_t{0});
  CHECK(scalar(std::uint64_t{1} << 63).item<double>() == 0x1p63);
  CHECK(scalar(float16_t{0x3C00}).item<double>() == 1.0);
  CHECK(scalar(float16_t{0x0001}).item<float>() == 0x1p-24F);
  CHECK(scalar(float16_t{0xFC00}).item<double>() == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(scalar(float16_t{0x7E00}).item<double>()));
  CHECK(scalar(bfloat16_t{0xC040}).item<double>() == -3.0);
  CHECK(scalar(bfloat16_t{0x4040}).item<int>() == 3);
  CHECK(scalar(0.1F).item<double>() == static_cast<double>(0.1F));
  CHECK(scalar(0.1).item<float>() == 0.1F);
  CHECK(scalar(1e300).item<long double>() == static_cast<long double>(1e300));
  CHECK(scalar(-0x1p63).item<std::int64_t>() == std::numeric_limits<std::int64_t>::min());
  CHECK(scalar(-0.0).item<unsigned>() == 0);
  CHECK(scalar(5).item<std::complex<float>>() == std::complex<float>(5, 0));
  CHECK(scalar(std::complex<float>(1, -2)).item<std::complex<double>>() ==
        std::complex<double>(1, -2));
  CHECK(scalar(std::complex<double>(1, -2)).item<std::complex<float>>() ==
        std::complex<float>(1, -2));
}

TEST_CASE("types: item refuses values that do not fit") {
  const auto refused = [](auto array, auto wanted) {
    return code_of([&] { array.template item<decltype(wanted)>(); }) == ErrorCode::type;
  };
  CHECK(refused(scalar(2), false));
  CHECK(refused(scalar(std::int8_t{-1}), 0U));
  CHECK(refused(scalar(std::int16_t{128}), std::int8_t{}));
  CHECK(refused(scalar(std::uint8_t{255}), std::int8_t{}));
  CHECK(refused(scalar(~std::uint64_t{0}), std::int64_t{}));
  CHECK(refused(scalar((std::int64_t{1} << 53) + 1), 0.0));
  CHECK(refused(scalar(~std::uint64_t{0}), 0.0));
  CHECK(refused(scalar((std::int64_t{1} << 53) + 1), std::complex<double>()));
  CHECK(refused(scalar(2.5), 0));
  CHECK(refused(scalar(0x1p63), std::int64_t{}));
  CHECK(refused(scalar(0x1p64), std::uint64_t{}));
  CHECK(refused(scalar(1e300), std::int64_t{}));
  CHECK(refused(scalar(std::numeric_limits<double>::infinity()), std::int64_t{}));
  CHECK(refused(scalar(std::numeric_limits<double>::quiet_NaN()), 0));
  CHECK(refused(scalar(float16_t{0x7C00}), 0));
  CHECK(refused(scalar(bfloat16_t{0x3F00}), 0));
  CHECK(refused(scalar(std::complex<double>(1, 0)), 0.0));
  CHECK(refused(scalar(std::complex<float>(1, 0)), 0));
  for (const Dims& shape : {Dims{2}, Dims{0}, Dims{2, 1}}) {
    const Array array(float32, shape);
    CHECK(code_of([&] { array.item<float>(); }) == ErrorCode::shape);
  }
  Array one(float32, {1, 1, 1});
  *one.data<float>() = 4;
  CHECK(one.item<int>() == 4);
  CHECK(code_of([] { detail::item_as_double(ArrayView()); }) == ErrorCode::value);
}

TEST_CASE("types: misaligned elements are evaluated, but not handed out") {
  alignas(16) const unsigned char bytes[33] = {};
  const auto odd = [&](DType dtype) {
    return Array(nullptr, ArrayView(static_cast<const void*>(bytes + 1), dtype, Dims{1}));
  };
  CHECK_THROWS_AS(odd(DType::float64).values<double>(), Error);
  const Array shorts = odd(DType::int16);
  CHECK_THROWS_AS(shorts.data<std::int16_t>(), Error);
  CHECK_THROWS_AS(odd(DType::complex128).values<std::complex<double>>(), Error);
  CHECK(odd(DType::uint8).values<std::uint8_t>()[0] == 0);
  CHECK(Array::copy_of(odd(DType::float64)).values<double>()[0] == 0);
}

TEST_CASE("types: item reads swapped, unaligned and untidy elements") {
  const unsigned char bytes[] = {0, 0x40, 0x09, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18, 2};
  const ArrayView pi(static_cast<const void*>(bytes + 1), float64, {}, {}, ByteOrder::swapped);
  CHECK(detail::item_as_double(pi) == 3.141592653589793);
  const ArrayView untidy(static_cast<const void*>(bytes + 9), bool_, {}, {});
  CHECK(detail::item_as_double(untidy) == 1.0);  // any non-zero byte is true
  const std::complex<float> z(1, 2);
  unsigned char reversed[8];
  std::memcpy(reversed, &z, 8);
  for (int part = 0; part < 8; part += 4) {
    std::swap(reversed[part], reversed[part + 3]);
    std::swap(reversed[part + 1], reversed[part + 2]);
  }
  const ArrayView swapped(static_cast<const void*>(reversed), complex64, {}, {},
                          ByteOrder::swapped);
  CHECK(detail::item_as_complex(swapped) == std::complex<double>(1, 2));
}
