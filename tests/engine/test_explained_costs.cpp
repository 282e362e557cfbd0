// What explain() tells of the memory that each pass moves.
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace {

using namespace tightloop;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("engine: an explanation counts the bytes of each pass") {
  const std::vector<float> x(1000), y(1000);
  const std::string one = explain("x - y", {{"x", x}, {"y", y}});
  CHECK(has(one, "pass 0: reads 8000 bytes and writes 4000 bytes; small enough"));
  CHECK(has(one, "\n  a map"));
  const std::string two = explain("x - mean(x)", {{"x", x}});
  CHECK(has(two, "pass 0: reads 4000 bytes and writes 0 bytes"));
  CHECK(has(two, "\n  a reduction"));
  CHECK(has(two, "pass 1: reads 4008 bytes and writes 4000 bytes"));
}

TEST_CASE("engine: what memory needs for a large pass is measured") {
  const Array large(DType::uint8, Dims{3 << 20});
  Options options;
  options.threads = 1;
  const std::string text = explain("max(x)", {{"x", large}}, options);
  CHECK(has(text, "reads 3146 KB and writes 1 bytes; memory needs "));
  CHECK(has(text, "measured with 1 thread\n"));
}
