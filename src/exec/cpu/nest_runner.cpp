// The addresses of a nest's operands as they move, and kernel calls with packing around them.
#include "exec/cpu/nest_runner.hpp"

#include <algorithm>
#include <cstdlib>

#include "exec/cpu/pack.hpp"

namespace tightloop::exec {

using kernel::KernelKind;

BoundNest::BoundNest(const plan::Nest& n, const plan::MachineModel& model,
                     std::shared_ptr<const kernel::Kernel> k)
    : nest(&n), machine(&model), kernel(std::move(k)) {
  const auto transpose = [&](std::vector<std::vector<std::int64_t>>& out, auto member) {
    if (n.operands.empty()) return;
    const std::size_t dims = (n.operands[0].*member).size();
    out.assign(dims, std::vector<std::int64_t>(n.operands.size(), 0));
    for (std::size_t o = 0; o < n.operands.size(); ++o) {
      for (std::size_t d = 0; d < dims; ++d) out[d][o] = (n.operands[o].*member)[d];
    }
  };
  transpose(m, &plan::Operand::m);
  transpose(r, &plan::Operand::r);
  // Accumulators lie one after the other, whatever the results' strides: a run may be cut.
  for (std::size_t o = 0; o < n.kernel.loads.size() && !m.empty(); ++o) {
    const plan::Operand& load = n.operands[o];
    if (load.source.kind != plan::Memory::Kind::accumulator) continue;
    m.back()[o] = static_cast<std::int64_t>(itemsize(load.dtype));
  }
}

namespace {

double cost_of(const plan::MatrixProduct& product, const plan::MachineModel& machine) {
  double multiplications = is_complex(product.target.dtype) ? 4 : 1;
  for (const auto* extents : {&product.batch, &product.rows, &product.columns, &product.depth}) {
    for (std::int64_t e : *extents) multiplications *= static_cast<double>(e);
  }
  return multiplications / static_cast<double>(product.in_place ? machine.in_place_per_byte
                                                                : machine.products_per_byte);
}

}  // namespace

double cost_of(const plan::Stage& stage, const plan::MachineModel& machine) {
  if (stage.product) return cost_of(*stage.product, machine);
  const auto packed = static_cast<double>(machine.packed_cost);
  const auto function = static_cast<double>(machine.function_cost);
  const double instruction = 1 / static_cast<double>(machine.instructions_per_byte);
  double per_element = 0;
  for (const plan::Operand& o : stage.main.operands) {
    per_element += static_cast<double>(itemsize(o.dtype)) * (o.packed ? packed : 1);
  }
  for (const kernel::Inst& i : stage.main.kernel.body) {
    const bool math = in_table(i.op) && info(i.op).lowering == Lowering::math;
    per_element += math ? function : instruction;
  }
  return per_element * static_cast<double>(stage.m_size()) * static_cast<double>(stage.r_size());
}

NestRunner::NestRunner(const BoundNest& nest, char* const* base, const void* params,
                       base::Arena& arena, StopFlag stop)
    : nest_(nest), base_(base), stop_(stop) {
  const std::size_t count = nest.operands();
  at_ = arena.array<char*>(count);
  zero_step_ = arena.array<std::int64_t>(count);
  std::fill_n(zero_step_, count, 0);
  frame_.params = params;
  frame_.events = &events_;
  if (stop != nullptr) piece_acc_ = arena.array<void*>(nest.nest->kernel.reductions.size() + 1);
  if (!nest.nest->any_packed) return;
  packed_ptr_ = arena.array<void*>(count);
  packed_step_ = arena.array<std::int64_t>(count);
  packed_acc_ = arena.array<void*>(nest.nest->kernel.reductions.size() + 1);
  scratch_ = arena.array<char*>(count);
  pack_elements_ = nest.nest->packed_elements;
  for (std::size_t i = 0; i < count; ++i) {
    const plan::Operand& o = nest.nest->operands[i];
    scratch_[i] =
        o.packed ? arena.array<char>(static_cast<std::size_t>(pack_elements_) * itemsize(o.dtype))
                 : nullptr;
  }
}

void NestRunner::move_to_base() {
  std::copy_n(base_, nest_.operands(), at_);
}

void NestRunner::move(const std::vector<std::int64_t>& strides, std::int64_t index) {
  for (std::size_t i = 0; i < strides.size(); ++i) at_[i] += strides[i] * index;
}

void NestRunner::move_outer(const std::vector<std::vector<std::int64_t>>& strides,
                            const std::int64_t* extents, std::size_t count, std::int64_t linear) {
  if (strides.empty()) return;  // a nest without operands
  for (std::size_t d = count; d-- > 0 && linear != 0;) {
    move(strides[d], linear % extents[d]);
    linear /= extents[d];
  }
}

void NestRunner::call(std::int64_t n0, const std::int64_t* inner, std::int64_t n1,
                      const std::int64_t* step, Slots slots) {
  if (step == nullptr) step = zero_step_;
  if (stop_ != nullptr) return call_in_pieces(n0, inner, n1, step, slots);
  call_kernel(at_, n0, inner, n1, step, slots);
}

void NestRunner::call_at_base(std::int64_t n0, const std::int64_t* inner, std::int64_t n1,
                              const std::int64_t* step, Slots slots) {
  if (stop_ != nullptr || nest_.nest->any_packed) {
    move_to_base();
    return call(n0, inner, n1, step, slots);
  }
  call_kernel(base_, n0, inner, n1, step == nullptr ? zero_step_ : step, slots);
}

void NestRunner::call_in_pieces(std::int64_t n0, const std::int64_t* inner, std::int64_t n1,
                                const std::int64_t* step, Slots slots) {
  const std::int64_t most = nest_.machine->uninterrupted_elements;
  const kernel::KernelPlan& kernel = nest_.nest->kernel;
  // Rows that are one partial, and columns that are, stay together.
  const std::int64_t columns = kernel.kind == KernelKind::row_reduce ? n0
                               : kernel.kind == KernelKind::column_reduce
                                   ? std::clamp<std::int64_t>(most / n1, 1, n0)
                                   : std::min(n0, most);
  const std::int64_t rows = kernel.kind == KernelKind::column_reduce
                                ? n1
                                : std::clamp<std::int64_t>(most / columns, 1, n1);
  const Numbers all = slots.numbers;
  void* const* acc = slots.acc;
  for (std::int64_t row = 0; row < n1; row += rows) {
    for (std::int64_t column = 0; column < n0; column += columns) {
      check_stop(stop_);
      shift(inner, column, step, row);
      if (acc != nullptr) {
        offset_slots(piece_acc_, acc, slots.per_row ? row : 0, column);
        slots.acc = piece_acc_;
      }
      slots.numbers.first = all.first + row * all.step + column * all.inner;
      call_kernel(at_, std::min(columns, n0 - column), inner, std::min(rows, n1 - row), step,
                  slots);
      shift(inner, -column, step, -row);
    }
  }
}

void NestRunner::shift(const std::int64_t* inner, std::int64_t columns, const std::int64_t* step,
                       std::int64_t rows) {
  if (columns == 0 && rows == 0) return;
  for (std::size_t i = 0; i < nest_.operands(); ++i) at_[i] += columns * inner[i] + rows * step[i];
}

void NestRunner::offset_slots(void** out, void* const* acc, std::int64_t row,
                              std::int64_t column) const {
  const kernel::KernelPlan& kernel = nest_.nest->kernel;
  const std::int64_t slot = kernel.kind == KernelKind::row_reduce ? row : column;
  for (std::size_t i = 0; i < kernel.reductions.size(); ++i) {
    const auto size = static_cast<std::int64_t>(kernel::slot_bytes(kernel.reductions[i]));
    out[i] = static_cast<char*>(acc[i]) + slot * size;
  }
}

void NestRunner::call_kernel(char* const* at, std::int64_t n0, const std::int64_t* inner,
                             std::int64_t n1, const std::int64_t* step, Slots slots) {
  if (nest_.nest->any_packed) return call_packed(n0, inner, n1, step, slots);
  frame_.n0 = n0;
  frame_.n1 = n1;
  frame_.ptr = reinterpret_cast<void* const*>(at);
  frame_.step = step;
  frame_.acc = slots.acc;
  frame_.acc_per_row = slots.per_row ? 1 : 0;
  set_numbers(slots.numbers, 0, 0);
  nest_.kernel->call(frame_);
}

void NestRunner::set_numbers(const Numbers& n, std::int64_t row, std::int64_t column) {
  frame_.index = n.first + row * n.step + column * n.inner;
  frame_.index_step = n.step;
  frame_.index_inner = n.inner;
}

void NestRunner::call_packed(std::int64_t n0, const std::int64_t* inner, std::int64_t n1,
                             const std::int64_t* step, Slots slots) {
  std::int64_t columns = std::min(n0, pack_elements_);
  std::int64_t rows = std::max<std::int64_t>(1, pack_elements_ / columns);
  const KernelKind kind = nest_.nest->kernel.kind;
  if (kind == KernelKind::column_reduce) {
    rows = n1;  // the rows of a block stay together: they are one partial
    columns = std::max<std::int64_t>(1, std::min(n0, pack_elements_ / n1));
  } else if (kind == KernelKind::map && n1 > 1) {
    for (std::size_t i = 0; i < nest_.operands(); ++i) {
      if (!nest_.nest->operands[i].packed || step[i] == 0) continue;
      if (std::abs(step[i]) < std::abs(inner[i]))
        columns = std::min(columns, nest_.machine->packed_across);
    }
    rows = std::max<std::int64_t>(1, pack_elements_ / columns);
  }
  rows = std::min(rows, n1);
  for (std::int64_t row = 0; row < n1; row += rows) {
    for (std::int64_t column = 0; column < n0; column += columns) {
      packed_block(row, std::min(rows, n1 - row), column, std::min(columns, n0 - column), inner,
                   step, slots);
    }
  }
}

void NestRunner::packed_block(std::int64_t row, std::int64_t rows, std::int64_t column,
                              std::int64_t columns, const std::int64_t* inner,
                              const std::int64_t* step, Slots slots) {
  const kernel::KernelPlan& kernel = nest_.nest->kernel;
  // In either byte order: the kernel knows.
  const auto element = [](const plan::Operand& o) { return ElementBytes{itemsize(o.dtype), 0}; };
  for (std::size_t i = 0; i < nest_.operands(); ++i) {
    const plan::Operand& o = nest_.nest->operands[i];
    char* at = at_[i] + row * step[i] + column * inner[i];
    packed_ptr_[i] = at;
    packed_step_[i] = step[i];
    if (!o.packed) continue;
    if (i < kernel.loads.size()) {
      gather(scratch_[i], at, element(o), rows, columns, step[i], inner[i]);
    }
    packed_ptr_[i] = scratch_[i];
    packed_step_[i] = columns * static_cast<std::int64_t>(itemsize(o.dtype));
  }
  offset_slots(packed_acc_, slots.acc, slots.per_row ? row : 0, column);
  frame_.n0 = columns;
  frame_.n1 = rows;
  frame_.ptr = packed_ptr_;
  frame_.step = packed_step_;
  frame_.acc = packed_acc_;
  frame_.acc_per_row = slots.per_row ? 1 : 0;
  set_numbers(slots.numbers, row, column);
  nest_.kernel->call(frame_);
  for (std::size_t i = kernel.loads.size(); i < nest_.operands(); ++i) {
    const plan::Operand& o = nest_.nest->operands[i];
    if (!o.packed) continue;
    char* at = at_[i] + row * step[i] + column * inner[i];
    scatter(at, scratch_[i], element(o), rows, columns, step[i], inner[i]);
  }
}

}  // namespace tightloop::exec
