// Half arrays against literals and scalars: a weak operand takes the array's dtype before it is
// compared or chosen (NEP 50), unless that dtype would make an infinity of it.
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

tl::Array halves(const char* dtype) {
  const std::vector<double> x{0.1, 2048, -0.1, 1, std::numeric_limits<double>::infinity()};
  return tl::evaluate("astype(x, '" + std::string(dtype) + "')", {{"x", x}});
}

std::vector<bool> truths(const tl::Array& a) {
  return {a.values<bool>().begin(), a.values<bool>().end()};
}

}  // namespace

TEST_CASE("engine: half literals, what is compared is first of the array's dtype") {
  using Truths = std::vector<bool>;
  const Truths first{true, false, false, false, false};
  for (const char* dtype : {"float16", "bfloat16", "float32"}) {
    for (const tl::Promotion promotion : {tl::Promotion::exact, tl::Promotion::numpy}) {
      CAPTURE(dtype);
      tl::Options options;
      options.promotion = promotion;
      const tl::Array h = halves(dtype);
      const double tenth = 0.1;
      const auto truth = [&](const char* text) {
        return truths(tl::evaluate(text, {{"h", h}}, options));
      };
      CHECK(truth("h == 0.1") == first);
      CHECK(truth("0.1 == h") == first);
      CHECK(truths(tl::evaluate("h == s", {{"h", h}, {"s", tenth}}, options)) == first);
      CHECK(truth("h != 0.1") == Truths{false, true, true, true, true});
      CHECK(truth("h <= 0.1") == Truths{true, false, true, false, false});
      CHECK(truth("h < 0.1") == Truths{false, false, true, false, false});
      CHECK(truth("h >= -0.1") == Truths{true, true, true, true, true});
      CHECK(truth("minimum(h, 0.1) == 0.1") == Truths{true, true, false, true, true});
      CHECK(truth("maximum(h, 0.1) == 0.1") == Truths{true, false, true, false, false});
      CHECK(truth("clip(h, 0.1, 0.3) == 0.1") == Truths{true, false, true, false, false});
      CHECK(truth("clip(h, 0.1, 0.3) == 0.3") == Truths{false, true, false, true, true});
      CHECK(truth("where(h > 0, 0.1, h) == h") == Truths{true, false, true, false, false});
      CHECK(truth("h == 1/10") == first);
      if (std::string(dtype) != "float32") {
        CHECK(truth("h == 2049") == Truths{false, true, false, false, false});
      }
    }
  }
}

TEST_CASE("engine: half literals, what a half cannot hold stays below infinity") {
  const tl::Array h = halves("float16");
  const double large = 1e6;
  CHECK(truths(tl::evaluate("h < 1e6", {{"h", h}})) ==
        std::vector<bool>{true, true, true, true, false});
  CHECK(truths(tl::evaluate("h == 10**6", {{"h", h}})) == std::vector<bool>(5, false));
  CHECK(truths(tl::evaluate("h == s", {{"h", h}, {"s", large}})) == std::vector<bool>(5, false));
  const std::vector<std::complex<float>> z{{0.1F, 0}, {0, 1}};
  CHECK(truths(tl::evaluate("z == 0.1", {{"z", z}})) == std::vector<bool>{true, false});
}
