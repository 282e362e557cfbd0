// Plans as text. A kernel's text is its cache key: everything the code generator reads is in it.
#include <string>

#include "plan/loop_plan.hpp"

namespace tightloop::plan {
namespace {

std::string number(std::int64_t v) {
  return std::to_string(v);
}

std::string hex(const Scalar& s) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = itemsize(s.dtype); i-- > 0;) {
    out += digits[s.bytes[i] >> 4];
    out += digits[s.bytes[i] & 15];
  }
  return out;
}

std::string_view kind_name(KernelKind kind) {
  switch (kind) {
    case KernelKind::map: return "map";
    case KernelKind::row_reduce: return "row_reduce";
    case KernelKind::column_reduce: return "column_reduce";
    case KernelKind::product: return "product";
    case KernelKind::small_product: return "small_product";
  }
  return "?";
}

void print_inst(const KernelPlan& plan, const Inst& inst, std::string& out) {
  if (inst.op == Op::variable) {
    (out += inst.param ? "param " : "load ") += number(inst.attr);
  } else if (inst.op == Op::constant) {
    const Scalar& s = plan.constants[inst.attr];
    ((out += "constant ") += name(s.dtype)) += " 0x" + hex(s);
  } else {
    out += id(inst.op);
    for (std::size_t i = 0; i < inst.nargs; ++i) out += " %" + std::to_string(inst.args[i]);
  }
  ((out += " : ") += name(inst.lane));
  if (inst.target != inst.lane) ((out += " as ") += name(inst.target));
  if (inst.check) out += " check";
  if (inst.watch) out += " watch";
}

std::string dims_text(const std::vector<std::int64_t>& dims) {
  std::string out = "(";
  for (std::size_t i = 0; i < dims.size(); ++i) out += (i > 0 ? ", " : "") + number(dims[i]);
  return out + ")";
}

std::string source_text(const Source& s) {
  constexpr const char* names[] = {"input ", "intermediate ", "accumulator ", "result "};
  return names[static_cast<int>(s.kind)] + std::to_string(s.index);
}

std::string operand_text(const Operand& o) {
  std::string out = source_text(o.source) + " ";
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

}  // namespace

std::string to_string(const KernelPlan& plan) {
  std::string out{kind_name(plan.kind)};
  if (plan.fast_math) out += " fast_math";
  if (plan.streaming_stores) out += " streaming_stores";
  if (!plan.left_by_row) out += " left_by_column";
  if (plan.kind == KernelKind::small_product) {
    out += " in tiles of " + number(plan.tile_rows) + " by " + number(plan.tile_columns);
  }
  if (plan.joined_rows > 1) out += " joined_rows " + std::to_string(plan.joined_rows);
  out += "\n";
  for (const KernelLoad& l : plan.loads) {
    (out += "in ") += name(l.dtype);
    if (l.swapped) out += " swapped";
    if (l.access == Access::splat) out += " splat";
    if (l.access == Access::strided) out += " stride " + std::to_string(l.stride);
    if (l.fetch_ahead > 0) out += " fetch_ahead " + std::to_string(l.fetch_ahead);
    if (l.fetch_far > 0) out += " fetch_far " + std::to_string(l.fetch_far);
    if (l.is_announced() && l.fetch_half) out += " by halves";
    out += l.shared ? " shared\n" : "\n";
  }
  for (DType p : plan.params) ((out += "param ") += name(p)) += "\n";
  for (std::size_t i = 0; i < plan.body.size(); ++i) {
    out += "%" + std::to_string(i) + " = ";
    print_inst(plan, plan.body[i], out);
    out += "\n";
  }
  for (const KernelStore& s : plan.stores) {
    (out += "store %" + std::to_string(s.value) + " : ") += name(s.dtype);
    out += s.swapped ? " swapped\n" : "\n";
  }
  for (const KernelReduce& r : plan.reductions) {
    (out += "reduce ") += id(r.op);
    (out += " %" + std::to_string(r.value) + " : ") += name(r.acc);
    if (r.narrow_first) out += " narrow_first";
    out += r.check ? " check\n" : "\n";
  }
  return out;
}

namespace {

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
           (s.blocking.turn > 0 ? ", turns of " + number(s.blocking.turn) : "") +
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

/// "of (3, 4) one by one, 8 of 1000 at a time": what a turn takes of the common dimensions.
std::string turns_text(const Group& g) {
  const std::vector<std::int64_t> outer(g.extents.begin(), g.extents.end() - 1);
  return number(g.turns()) + " turns, " +
         (outer.empty() ? "" : "one by one of " + dims_text(outer) + ", ") + number(g.rows) +
         " of " + number(g.extents.back()) + " at a time";
}

}  // namespace

std::string to_string(const LoopPlan& plan) {
  std::string out;
  for (std::size_t i = 0; i < plan.intermediates.size(); ++i) {
    const Intermediate& mid = plan.intermediates[i];
    out += "intermediate " + std::to_string(i) + ": ";
    (out += name(mid.dtype)) += " " + ir::to_string(mid.shape);
    if (mid.turn_bytes > 0) out += ", " + number(mid.turn_bytes) + " bytes in each turn";
    out += "\n";
  }
  for (std::size_t i = 0; i < plan.groups.size(); ++i) {
    const Group& g = plan.groups[i];
    out += "stage " + std::to_string(i) + ": ";
    if (g.extents.empty()) {
      print_stage(plan.stages[g.first], out);
      continue;
    }
    out += turns_text(g) + ", each of:\n";
    for (std::uint32_t k = 0; k < g.count; ++k) {
      out += "  loops " + std::to_string(k) + ": ";
      print_stage(plan.stages[g.first + k], out);
    }
  }
  return out;
}

}  // namespace tightloop::plan
