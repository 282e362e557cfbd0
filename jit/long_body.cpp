// The next use of every value, from which follow what is put away, what is loaded again, and slots.
#include "jit/long_body.hpp"

#include <algorithm>

namespace tightloop::jit {
namespace {

/// Registers that values may take; the rest is for what operations make on the way.
unsigned registers_at_hand(const Target& target) {
  return target.avx512 ? 24 : 10;
}

}  // namespace

LongBody::LongBody(Emitter& e, const kernel::KernelPlan& plan, const KernelShape& shape)
    : e_(e),
      plan_(plan),
      shape_(shape),
      uses_(plan.body.size()),
      outer_(plan.body.size(), false),
      slot_of_(plan.body.size(), kNoSlot) {
  for (const kernel::Inst& inst : plan.body) {
    slot_bytes_ = std::max<std::uint64_t>(slot_bytes_, e.lanes * itemsize(part_of(inst.lane)));
  }
  find_uses();
}

void LongBody::find_uses() {
  for (std::size_t i = 0; i < plan_.body.size(); ++i) {
    if (!shape_.needed[i] || shape_.level[i] != Level::element) continue;
    for (unsigned k = 0; k < plan_.body[i].nargs; ++k) {
      auto& uses = uses_[plan_.body[i].args[k]];
      if (uses.empty() || uses.back() != i) uses.push_back(i);
    }
  }
  const auto at_end = [&](std::uint32_t id) { uses_[id].push_back(kEnd); };
  for (const kernel::KernelStore& s : plan_.stores) at_end(s.value);
  for (const ReductionSource& s : shape_.sources) {
    for (std::uint32_t id : s.values) at_end(id);
  }
}

unsigned LongBody::registers(std::uint32_t id) const {
  const DType lane = plan_.body[id].lane;
  if (is_bool(lane)) return 1;
  const unsigned bytes = e_.lanes * static_cast<unsigned>(itemsize(part_of(lane)));
  const unsigned parts = is_complex(lane) ? 2 : 1;
  return parts * std::max(1U, bytes / e_.target.vector_bytes);
}

std::size_t LongBody::next_use(std::uint32_t id) const {
  return used_[id] < uses_[id].size() ? uses_[id][used_[id]] : kEnd;
}

void LongBody::free_slot(std::uint32_t id) {
  if (outer_[id] || slot_of_[id] == kNoSlot) return;
  free_.push_back(slot_of_[id]);
  slot_of_[id] = kNoSlot;
}

// Volatile: code generation would see through a plain copy and keep the value where it was.

void LongBody::save(std::uint32_t id, const Value& value) {
  if (slot_of_[id] == kNoSlot) {
    if (free_.empty()) {
      free_.push_back(slots_.size());
      slots_.emplace_back();
    }
    slot_of_[id] = free_.back();
    free_.pop_back();
  }
  Slot& memory = slots_[slot_of_[id]];
  const auto part = [&](std::size_t k, llvm::Value* v) {
    if (v == nullptr) return;
    while (memory.size() <= k) memory.push_back(e_.reserve(slot_bytes_));
    if (is_bool(value.type)) v = e_.b.CreateZExt(v, e_.int_vector(8));
    e_.b.CreateAlignedStore(v, memory[k], llvm::Align(8), true);
  };
  part(0, value.re);
  part(1, value.im);
}

Value LongBody::load(std::uint32_t id) {
  const DType lane = plan_.body[id].lane;
  const Slot& memory = slots_[slot_of_[id]];
  llvm::Type* type = is_bool(lane) ? e_.int_vector(8) : e_.vector(lane);
  const auto part = [&](std::size_t k) -> llvm::Value* {
    return e_.b.CreateAlignedLoad(type, memory[k], llvm::Align(8), true);
  };
  Value out{lane, part(0), nullptr};
  if (is_bool(lane)) out.re = e_.b.CreateICmpNE(out.re, e_.zero(type));
  if (is_complex(lane)) out.im = part(1);
  return out;
}

void LongBody::keep_outer(const std::vector<Value>& values) {
  for (std::uint32_t id = 0; id < plan_.body.size(); ++id) {
    if (shape_.level[id] == Level::element || uses_[id].empty()) continue;
    if (llvm::isa<llvm::Constant>(values[id].re)) continue;
    save(id, values[id]);
    outer_[id] = true;
  }
}

void LongBody::start(std::vector<Value>& values) {
  values_ = &values;
  used_.assign(plan_.body.size(), 0);
  resident_.clear();
  taken_ = 0;
  for (std::uint32_t id = 0; id < plan_.body.size(); ++id) {
    if (outer_[id]) values[id] = {};
    free_slot(id);
  }
}

void LongBody::enter(std::uint32_t id) {
  resident_.push_back(id);
  taken_ += registers(id);
}

void LongBody::leave(std::uint32_t id) {
  const auto at = std::find(resident_.begin(), resident_.end(), id);
  if (at == resident_.end()) return;  // constants
  resident_.erase(at);
  taken_ -= registers(id);
  (*values_)[id] = {};
}

/// Lets values go until so many registers are free; not those that are used now.
void LongBody::make_room(unsigned wanted, std::size_t now) {
  while (!resident_.empty() && taken_ + wanted > registers_at_hand(e_.target)) {
    const auto sooner = [&](std::uint32_t a, std::uint32_t b) { return next_use(a) < next_use(b); };
    const std::uint32_t last = *std::max_element(resident_.begin(), resident_.end(), sooner);
    if (next_use(last) == now) return;
    if (slot_of_[last] == kNoSlot) save(last, (*values_)[last]);
    leave(last);
  }
}

void LongBody::put_away() {
  while (!resident_.empty()) {
    const std::uint32_t id = resident_.back();
    if (slot_of_[id] == kNoSlot) save(id, (*values_)[id]);
    leave(id);
  }
}

void LongBody::bring(std::uint32_t id, std::size_t now) {
  if ((*values_)[id].re != nullptr) return;
  make_room(registers(id), now);
  (*values_)[id] = load(id);
  enter(id);
}

void LongBody::before(std::size_t i) {
  for (unsigned k = 0; k < plan_.body[i].nargs; ++k) bring(plan_.body[i].args[k], i);
}

void LongBody::need(std::uint32_t id) {
  bring(id, kNow);
}

void LongBody::after(std::size_t i) {
  for (unsigned k = 0; k < plan_.body[i].nargs; ++k) {
    const std::uint32_t id = plan_.body[i].args[k];
    if (next_use(id) == i) ++used_[id];
    if (used_[id] < uses_[id].size()) continue;
    leave(id);
    free_slot(id);
  }
  const auto id = static_cast<std::uint32_t>(i);
  if (uses_[i].empty()) return;  // needed for its check alone
  make_room(registers(id), kNow);
  enter(id);
}

}  // namespace tightloop::jit
