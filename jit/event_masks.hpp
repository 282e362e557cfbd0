// Which lanes of an instruction may have signalled a floating-point event: a superset, cheap enough
// to compute beside the instruction. The reference evaluator then decides.
#pragma once

#include "jit/emitter.hpp"
#include "jit/operations.hpp"
#include "kernel/kernel_plan.hpp"

namespace tightloop::jit {

/// Returns a mask of lanes for a watched instruction, its result and its operands (none: a load).
llvm::Value* event_mask(Emitter& e, const kernel::Inst& inst, const Value& result,
                        const std::vector<OperandValue>& args);

}  // namespace tightloop::jit
