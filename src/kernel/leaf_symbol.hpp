// The names under which kernel images import the leaf functions of vector math.
#pragma once

#include <string>
#include <string_view>

#include "tightloop/dtype.hpp"
#include "tightloop/op.hpp"

namespace tightloop::kernel {

/// Names a leaf: "tightloop_leaf_exp_float64x8".
std::string leaf_symbol(Op op, DType precision, int lanes);

struct LeafName {
  Op op = Op::constant;
  DType precision = DType::float64;
  int lanes = 0;
};
/// Reads such a name back; false for any other text.
bool parse_leaf_symbol(std::string_view symbol, LeafName& out);

}  // namespace tightloop::kernel
