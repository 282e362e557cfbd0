// A shared object that uses the library and is itself loaded late.
#include <tightloop/tightloop.hpp>
#include <vector>

extern "C" __attribute__((visibility("default"))) int evaluate_something() {
  const std::vector<double> x(1000, 2.5);
  const tightloop::Array sum = tightloop::evaluate("sum(x * 2 + 1)", {{"x", x}});
  return sum.item<double>() == 6000.0 ? 0 : 1;
}
