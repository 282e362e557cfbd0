// Plans of text over arrays of given dtypes and shapes, without code generation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lang/parser.hpp"
#include "plan/loop_plan.hpp"
#include "typing/typing.hpp"

namespace tightloop::plan_test {

struct Input {
  std::string name;
  DType dtype = DType::float64;
  Dims shape;
  Dims strides;  ///< empty: C order
};

struct Planned {
  ir::TypedGraph graph;
  plan::LoopPlan plan;
};

inline Planned planned(std::string_view text, const std::vector<Input>& inputs) {
  std::vector<std::string_view> names;
  for (const Input& in : inputs) names.push_back(in.name);
  ir::Graph graph = lang::parse(text, names);
  std::vector<typing::VariableType> types;
  std::vector<plan::ArrayLayout> layouts;
  for (const std::string& name : graph.inputs()) {
    for (const Input& in : inputs) {
      if (in.name != name) continue;
      types.push_back({in.dtype, false});
      const Dims c = c_strides(in.shape, itemsize(in.dtype));
      layouts.push_back({in.shape, in.strides.empty() ? c : in.strides, false});
    }
  }
  Planned out;
  ir::Steps steps;  // with which everything is verified after each of them
  out.graph = typing::resolve(std::move(graph), types,
                              {Promotion::exact, Fp::strict, Overflow::wrap}, {}, &steps);
  out.plan = plan::make_plan(out.graph, layouts, {}, {}, &steps);
  return out;
}

}  // namespace tightloop::plan_test
