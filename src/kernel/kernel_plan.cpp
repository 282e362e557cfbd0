// A kernel plan as text, which is its cache key: everything the code generator reads is in it.
#include <string>

#include "kernel/kernel_plan.hpp"

namespace tightloop::kernel {
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

}  // namespace

std::string to_string(const KernelPlan& plan) {
  std::string out{kind_name(plan.kind)};
  // Plans that differ in nothing else make other sums under another tree.
  if (plan.kind != KernelKind::map) out += " summation " + number(kSummationVersion);
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

}  // namespace tightloop::kernel
