// Loop plans as text, for people.
#include <string>

#include "plan/loop_plan.hpp"
#include "plan/print_steps.hpp"

namespace tightloop::plan {
namespace {

std::string number(std::int64_t v) {
  return std::to_string(v);
}

std::string dims_text(const std::vector<std::int64_t>& dims) {
  std::string out = "(";
  for (std::size_t i = 0; i < dims.size(); ++i) out += (i > 0 ? ", " : "") + number(dims[i]);
  return out + ")";
}

std::string operand_text(const Operand& o) {
  std::string out = to_string(o.source) + " ";
  out += name(o.dtype);
  out += " strides " + dims_text(o.m) + " " + dims_text(o.r);
  if (o.offset != 0) out += " offset " + number(o.offset);
  if (o.swapped) out += " swapped";
  if (o.packed) out += " packed";
  return out;
}

std::string indented(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    out += "    " + text.substr(at, end - at) + "\n";
    at = end == std::string::npos ? text.size() : end + 1;
  }
  return out;
}

void print_nest(const Nest& nest, std::string& out) {
  for (const Operand& o : nest.operands) out += "    " + operand_text(o) + "\n";
  for (std::size_t i = 0; i < nest.params.size(); ++i) {
    const ParamSource& p = nest.params[i];
    out += "    param " + std::to_string(i) + " = " +
           (p.is_input ? "scalar input " + std::to_string(p.index) : std::to_string(p.number)) +
           "\n";
  }
  out += indented(to_string(nest.kernel));
}

void print_product(const MatrixProduct& p, std::string& out) {
  out += "product of " + dims_text(p.rows) + " rows, " + dims_text(p.columns) + " columns, depth " +
         dims_text(p.depth) + ", batch " + dims_text(p.batch) + "\n";
  if (p.in_place) {
    for (const Nest* nest : {&p.left, &p.right}) {
      out += "    " + operand_text(nest->operands[0]) + "\n";
    }
  } else {
    print_nest(p.left, out);
    print_nest(p.right, out);
  }
  out += indented(to_string(p.kernel)) + "    " + operand_text(p.target) + "\n";
}

void print_stage(const Stage& s, std::string& out) {
  if (s.product) return print_product(*s.product, out);
  out += "map " + dims_text(s.m);
  if (!s.r.empty()) {
    out += " reduce " + dims_text(s.r) + ", blocks of " + number(s.blocking.block) + ", " +
           number(s.blocking.blocks) + " blocks in " + number(s.blocking.chunks) +
           " chunks, tiles of " + number(s.blocking.tile) +
           (s.blocking.interleave > 0 ? ", interleaved by " + number(s.blocking.interleave) : "") +
           (s.index.empty() ? "" : ", numbered " + dims_text(s.index));
  }
  out += "\n";
  print_nest(s.main, out);
  if (s.has_epilogue) {
    out += "  then, for each tile:\n";
    print_nest(s.epilogue, out);
  }
  for (const AccumulatorCopy& c : s.copies) {
    out += "    accumulator " + std::to_string(c.accumulator) + " -> " + operand_text(c.to) + "\n";
  }
}

/// "of (3, 4) one by one, 8 of 1000 at a time": what a tile takes of the common dimensions.
std::string tiles_text(const Pass& g) {
  const std::vector<std::int64_t> outer(g.extents.begin(), g.extents.end() - 1);
  return number(g.tiles()) + " tiles, " +
         (outer.empty() ? "" : "one by one of " + dims_text(outer) + ", ") + number(g.rows) +
         " of " + number(g.extents.back()) + " at a time";
}

}  // namespace

std::string to_string(const LoopPlan& plan) {
  std::string out = to_string(std::span<const Intermediate>(plan.intermediates));
  for (std::size_t i = 0; i < plan.passes.size(); ++i) {
    const Pass& g = plan.passes[i];
    out += "pass " + std::to_string(i) + ": ";
    if (g.extents.empty()) {
      print_stage(plan.stages[g.first], out);
      continue;
    }
    out += tiles_text(g) + ", each of:\n";
    for (std::uint32_t k = 0; k < g.count; ++k) {
      out += "  stage " + std::to_string(k) + ": ";
      print_stage(plan.stages[g.first + k], out);
    }
  }
  return out;
}

}  // namespace tightloop::plan
