// bitcast: every dtype as every other of its size, in text and templates, and what it refuses;
// casts of casts.
#include <random>

#include "values.hpp"

using namespace tightloop;
using namespace tightloop::elementwise_test;

namespace {

template <class F>
void for_each_element(F f) {
  f(std::int8_t{});
  f(std::int16_t{});
  f(std::int32_t{});
  f(std::int64_t{});
  f(std::uint8_t{});
  f(std::uint16_t{});
  f(std::uint32_t{});
  f(std::uint64_t{});
  f(float16_t{});
  f(bfloat16_t{});
  f(float{});
  f(double{});
  f(std::complex<float>{});
  f(std::complex<double>{});
}

template <class T>
std::vector<T> samples() {
  if constexpr (std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>) {
    std::vector<T> values;
    const auto parts = special_values<typename T::value_type>();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      values.push_back({parts[i], parts[(7 * i + 3) % parts.size()]});
    }
    return values;
  } else {
    return special_values<T>();
  }
}

}  // namespace

TEST_CASE("elementwise: bitcast gives the same bits") {
  for_each_element([]<class From>(From) {
    for_each_element([]<class To>(To) {
      if constexpr (sizeof(From) == sizeof(To)) {
        const std::string text = "bitcast(x, '" + std::string(name(dtype_of<To>)) + "')";
        check_unary(text, samples<From>(), [](From x) {
          To bits;
          std::memcpy(static_cast<void*>(&bits), &x, sizeof bits);
          return bits;
        });
      }
    });
  });
}

TEST_CASE("elementwise: bitcast of expressions, views and constants") {
  const std::vector<float> x{1.5f, -2.f, 0.f, 8.f};
  const Array bits = evaluate("bitcast((x * 2)[::-1], 'uint32')", {{"x", x}});
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(bits.values<std::uint32_t>()[i] == std::bit_cast<std::uint32_t>(x[3 - i] * 2));
  }
  CHECK(evaluate("bitcast(1.0, 'int64')", {}).item<std::int64_t>() == 0x3ff0000000000000);
  CHECK(evaluate("bitcast(uint16(15360), 'float16') + 1", {}).item<double>() == 2);
  // The dtype whose bits are taken is the one that the result would have.
  const std::vector<float16_t> h{{0x3c00}, {0x3c01}};
  const Array sum = evaluate("bitcast(h + h * 0.0001, 'int16')", {{"h", h}});
  CHECK(sum.values<std::int16_t>()[0] == 0x3c00);
  CHECK(sum.values<std::int16_t>()[1] == 0x3c01);
  const Array templated = bitcast(lazy(x) * 2, DType::int32);
  CHECK(templated.values<std::int32_t>()[0] == std::bit_cast<std::int32_t>(3.f));
}

TEST_CASE("elementwise: bitcast of a bool is the byte 0 or 1, and back every other byte is True") {
  const std::vector<float> reals{0, 2, 1, -2, 3, 2};
  check_unary("bitcast(x > 1.5, 'uint8')", reals, [](float v) { return std::uint8_t{v > 1.5f}; });
  check_unary("bitcast(x > 1.5, 'int8')", reals, [](float v) { return std::int8_t{v > 1.5f}; });
  const auto truth = [](auto v) { return std::uint8_t{v != 0}; };
  check_unary("uint8(bitcast(x, 'bool'))", samples<std::uint8_t>(), truth);
  check_unary("uint8(bitcast(x, 'bool'))", samples<std::int8_t>(), truth);
  CHECK(evaluate("bitcast(True, 'int8')", {}).item<std::int8_t>() == 1);
  CHECK(evaluate("bitcast(uint8(2), 'bool') + 1", {}).item<std::int64_t>() == 2);
  const std::vector<float> x{1, 2};
  const Array templated = bitcast(bitcast(lazy(x) > 1, DType::int8), DType::bool_);
  CHECK(templated.dtype() == DType::bool_);
  CHECK((templated.values<bool>()[0] == false && templated.values<bool>()[1] == true));
}

TEST_CASE("elementwise: casts of casts are values or the user's errors") {
  std::mt19937 random(16);
  const std::vector<std::uint8_t> bytes{0, 1, 2, 127, 128, 255};
  const std::vector<float> reals{0, -0.f, 1.5f, -3, 70000, std::nanf("")};
  const std::vector<std::uint8_t> flags{0, 1, 1, 0, 1, 0};
  const ArrayView truths(reinterpret_cast<const bool*>(flags.data()), Dims{6});
  const auto pick = [&](auto& list) -> decltype(auto) { return list[random() % std::size(list)]; };
  const char* const calls[] = {"bitcast", "astype", "saturate"};
  const char* const leaves[] = {"b", "x", "t", "x > 1", "b + b", "True", "3", "2.5", "t & t"};
  std::vector<DType> dtypes{DType::bool_};
  for_each_element([&]<class T>(T) { dtypes.push_back(dtype_of<T>); });
  Options options[3];
  options[1].promotion = Promotion::numpy;
  options[2].overflow = Overflow::check;
  for (int i = 0; i < 600; ++i) {
    std::string text = pick(leaves);
    for (unsigned depth = 1 + random() % 4; depth > 0; --depth) {
      text = std::string(pick(calls)) + "(" + text + ", '" + std::string(name(pick(dtypes))) + "')";
      if (random() % 4 == 0) text = "sum(" + text + ")";
    }
    INFO(text);
    try {
      evaluate(text, {{"b", bytes}, {"x", reals}, {"t", truths}}, pick(options));
    } catch (const Error& e) {
      INFO(e.what());
      CHECK(e.code() != ErrorCode::internal);
    }
  }
}

TEST_CASE("elementwise: bitcast refuses other sizes") {
  const std::vector<float> x{1};
  const auto message = [&](const std::string& text) {
    try {
      evaluate(text, {{"x", x}});
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::type);
      CHECK(!e.hint().empty());
      return std::string(e.what());
    }
    return std::string("no error");
  };
  CHECK(
      message("bitcast(x, 'float64')").find("bitcast of float32 (4 bytes) to float64 (8 bytes)") ==
      0);
  CHECK(message("bitcast(x > 1, 'int16')").find("bitcast of bool (1 bytes) to int16") == 0);
  CHECK(message("bitcast(x, 'bool')").find("bitcast of float32 (4 bytes) to bool") == 0);
}
