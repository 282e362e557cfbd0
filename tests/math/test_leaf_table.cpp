// find_leaf has a leaf for every math-lowered op, lane type and width, and for nothing else.
#include "catch.hpp"
#include "math/leaf.hpp"
#include "samples.hpp"

namespace tightloop::math {

TEST_CASE("math: every math-lowered op has leaves for all widths") {
  CHECK(!math_ops().empty());
  for (const Op op : math_ops()) {
    INFO(std::string(id(op)));
    for (const DType lane : {DType::float16, DType::bfloat16, DType::float32, DType::float64}) {
      CHECK(find_leaf(op, lane, 1) != nullptr);
#if defined(__x86_64__)
      const int narrow = lane == DType::float64 ? 2 : 4;
      CHECK(find_leaf(op, lane, narrow) != nullptr);
      CHECK(find_leaf(op, lane, 2 * narrow) != nullptr);
      CHECK(find_leaf(op, lane, 4 * narrow) != nullptr);
#endif
    }
  }
}

TEST_CASE("math: no leaf for other ops, lane types or widths") {
  for (int k = 0; k < kTableOps; ++k) {
    const Op op = static_cast<Op>(k);
    if (info(op).lowering != Lowering::math) CHECK(find_leaf(op, DType::float64, 1) == nullptr);
  }
  CHECK(find_leaf(Op::cast, DType::float64, 1) == nullptr);
  for (int k = 0; k < kDTypeCount; ++k) {
    const DType lane = static_cast<DType>(k);
    if (is_float(lane) || is_complex(lane)) continue;
    for (const int lanes : {1, 2, 4, 8, 16}) CHECK(find_leaf(Op::exp, lane, lanes) == nullptr);
  }
  for (const int lanes : {-8, -1, 0, 3, 5, 16, 32, 1 << 30}) {
    CHECK(find_leaf(Op::exp, DType::float64, lanes) == nullptr);
  }
  for (const int lanes : {-8, 0, 2, 3, 32, 64}) {
    CHECK(find_leaf(Op::exp, DType::float32, lanes) == nullptr);
  }
}

}  // namespace tightloop::math
