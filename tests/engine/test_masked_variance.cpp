// Variances of what a mask leaves, where sums of it would overflow.
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

TEST_CASE("engine: variances with a mask whose sum overflows") {
  const std::vector<double> x{1.5e308, std::nan(""), 1.5e308, 1.5e308};
  CHECK(tl::evaluate("nanvar(x)", {{"x", x}}).item<double>() == 0);
  CHECK(tl::evaluate("nanstd(x + 0j)", {{"x", x}}).item<double>() == 0);
  CHECK(tl::evaluate("var(x, where=x > 0)", {{"x", x}}).item<double>() == 0);
  const std::vector<double> y{-1.25, 2.5, std::nan(""), 0.5, 7};
  CHECK(tl::evaluate("nanvar(y)", {{"y", y}}).item<double>() == 9.48046875);
}
