// Prints outlines, drafts and passes: the planner's steps before there are loops.
#include "plan/print_steps.hpp"

namespace tightloop::plan {
namespace {

template <class Numbers>
std::string list_text(const Numbers& numbers) {
  std::string out;
  for (const auto& n : numbers) out += (out.empty() ? "" : ", ") + std::to_string(n);
  return out;
}

template <class Numbers>
void add_list(std::string& out, const char* what, const Numbers& numbers) {
  if (!numbers.empty()) out += std::string("  ") + what + " " + list_text(numbers) + "\n";
}

std::string nodes_text(const std::vector<ir::NodeId>& nodes) {
  std::string out;
  for (ir::NodeId id : nodes) out += (out.empty() ? "%" : ", %") + std::to_string(id);
  return out;
}

std::string axes_text(std::uint32_t mask) {
  std::string out;
  for (int i = 0; mask >> i != 0; ++i) {
    if (((mask >> i) & 1U) != 0) out += (out.empty() ? "" : ", ") + std::to_string(i);
  }
  return out;
}

std::string operand_text(const AxisOperand& o) {
  std::string out = std::string(o.is_store ? "stores " : "loads ") + to_string(o.operand.source);
  (out += " ") += name(o.operand.dtype);
  if (!o.is_accumulator) out += " by axis (" + list_text(o.strides) + ")";
  if (o.operand.offset != 0) out += " offset " + std::to_string(o.operand.offset);
  return out;
}

}  // namespace

std::string to_string(const Memory& memory) {
  constexpr const char* names[] = {"input ", "intermediate ", "accumulator ", "result "};
  return names[static_cast<int>(memory.kind)] + std::to_string(memory.index);
}

std::string to_string(std::span<const StageOutline> outlines) {
  std::string out;
  for (std::size_t i = 0; i < outlines.size(); ++i) {
    const StageOutline& o = outlines[i];
    out += "stage " + std::to_string(i) + ", level " + std::to_string(o.level) + ": over " +
           to_string(o.iteration);
    if (o.mask != 0) out += ", reduces axes " + axes_text(o.mask);
    out += o.product ? ", a matrix product\n" : "\n";
    if (!o.reductions.empty()) out += "  reductions " + nodes_text(o.reductions) + "\n";
    add_list(out, "stores of results", o.stores);
    add_list(out, "results of accumulators", o.epilogues);
    add_list(out, "accumulators that later stages read", o.materialised);
    if (!o.values.empty()) out += "  values for later stages " + nodes_text(o.values) + "\n";
  }
  return out;
}

std::string to_string(std::span<const Draft> drafts) {
  std::string out;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const Draft& d = drafts[i];
    out += "stage " + std::to_string(i) + ": ";
    if (d.factors) {
      out += "factors of " + std::to_string(d.factors->first.kernel.body.size()) + " and " +
             std::to_string(d.factors->second.kernel.body.size()) + " instructions\n";
    } else {
      out += std::to_string(d.main.body.size()) + " instructions";
      if (d.has_epilogue) out += ", then " + std::to_string(d.epilogue.body.size());
      out += "\n";
    }
    for (std::size_t k = 0; k < d.operands.size(); ++k) {
      out += std::string(k < d.main_count ? "  " : "  at the end ") + operand_text(d.operands[k]) +
             "\n";
    }
  }
  return out;
}

std::string to_string(std::span<const PassDraft> passes) {
  std::string out;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    const PassDraft& p = passes[i];
    out += "pass " + std::to_string(i) + ": stages " + list_text(p.stages);
    if (!p.tiling.axes.empty()) {
      out += ", tiles of " + std::to_string(p.tiling.rows) + " along axes " +
             list_text(p.tiling.axes) + " of (" + list_text(p.tiling.extents) + ")";
    }
    out += "\n";
  }
  return out;
}

std::string to_string(std::span<const Intermediate> intermediates) {
  std::string out;
  for (std::size_t i = 0; i < intermediates.size(); ++i) {
    const Intermediate& mid = intermediates[i];
    out += "intermediate " + std::to_string(i) + ": ";
    (out += name(mid.dtype)) += " " + to_string(mid.shape);
    if (mid.tile_bytes > 0) out += ", " + std::to_string(mid.tile_bytes) + " bytes in each tile";
    out += "\n";
  }
  return out;
}

}  // namespace tightloop::plan
