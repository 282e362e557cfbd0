// One operation of a kernel body on lane values: the table's rows and the typed graph's own ops.
#pragma once

#include <optional>

#include "jit/emitter.hpp"

namespace tightloop::jit {

/// An operand and, where it is the same integer constant in all lanes, that constant.
struct OperandValue {
  Value value;
  std::optional<std::int64_t> constant;
};

/// True for every op that a body or a reduction of a plan may hold and that can be emitted.
bool has_lowering(Op op);

/// Emits one instruction other than `variable` and `constant`; throws CannotEmit where the op has
/// no meaning for its operands.
Value emit_operation(Emitter& e, const kernel::Inst& inst, const std::vector<OperandValue>& args);

}  // namespace tightloop::jit
