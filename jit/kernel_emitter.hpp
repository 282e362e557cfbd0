// Emits the function of one kernel plan: its loop nest, with the body inside.
#pragma once

#include <memory>

#include "jit/accumulators.hpp"
#include "jit/emitter.hpp"
#include "jit/kernel_shape.hpp"
#include "jit/long_body.hpp"
#include "jit/operations.hpp"

namespace tightloop::jit {

class KernelEmitter {
 public:
  KernelEmitter(llvm::Function& function, const kernel::KernelPlan& plan, const Target& target,
                kernel::FindLeaf find_leaf);
  void emit();

 private:
  // Where one vector step works: from element `index` on, with `e_.live_count` lanes.
  struct Step {
    llvm::Value* index;
    bool around_caches;
    unsigned number = 0;  // among the steps of an unrolled loop
  };
  using Values = std::vector<Value>;
  class ColumnAccumulators;
  class ColumnsAhead;
  struct Rows;
  // Per load, bytes from what is read to what is asked of memory; empty: those of the plan.
  struct Ahead {
    std::vector<llvm::Value*> near, far;
  };

  // Frame and operands (kernel_emitter.cpp).
  llvm::Value* frame_field(std::size_t offset, llvm::Type* type);
  void load_frame();
  void start_row(llvm::Value* row, Carried& carried);
  llvm::Value* element_address(std::size_t operand, llvm::Value* index);
  // The lowest byte of what a vector step reads of a load.
  llvm::Value* step_address(std::size_t load, llvm::Value* index);
  void collect_overflow(Carried& carried);

  // The body (kernel_body.cpp).
  void emit_level(Level level, const Step* step, Values& values);
  void start_part();
  Value emit_inst(std::size_t i, const Step* step, const Values& values);
  std::vector<OperandValue> operands(const kernel::Inst& inst, const Values& values) const;
  // Emits one step with its stores; returns what each reduction reads.
  std::vector<Sources> emit_step(const Step& step, Carried& carried);
  std::vector<Sources> sources_in(const Values& values);
  void fill_bounce_buffers(llvm::Value* index);
  void fetch_ahead(const Step& step);
  void fetch(llvm::Value* line, llvm::Value* ahead, unsigned cache);
  void fill_bounce_buffer(std::size_t load, llvm::Value* index);
  llvm::Value* readable(std::size_t load, llvm::Value* index);
  void store_results(const Step& step, const Values& values);
  llvm::Value* bounce_buffer(std::size_t operand, std::size_t bytes);
  llvm::Value* all_live();

  // Loops (kernel_loops.cpp; over columns kernel_columns.cpp).
  void map_row(Carried& carried);
  void reduce_row(llvm::Value* row, Carried& carried);
  void visit_row(RowAccumulators& acc, llvm::Value* n0, Carried& carried);
  void revisit_row(RowAccumulators& acc, Carried& carried);
  void hold_row(RowAccumulators& acc, unsigned count, Carried& carried);
  void make_held_masks();
  void start_held_step(unsigned u, bool is_short);
  void end_held_step();
  std::vector<std::vector<Sources>> held_steps(unsigned count, bool is_short, Carried& carried);
  llvm::Value* visit_held(RowAccumulators& acc, const std::vector<std::vector<Sources>>& steps,
                          bool is_short, Sets& states);
  Sets first_states(RowAccumulators& acc);
  void reduce_joined_rows(llvm::Value* first, Carried& carried);
  void finish_row(RowReducer& reducer, const std::vector<Parts>& acc, std::size_t reduction,
                  llvm::Value* row, Carried& carried);
  void columns(Carried& carried);
  llvm::Value* moment_rows(llvm::Value* begin);
  Rows start_rows(llvm::Value* begin, llvm::Value* count, unsigned at_once, Carried& carried);
  void column_tile(ColumnAccumulators& acc, const ColumnsAhead& ahead, llvm::Value* strip,
                   llvm::Value* at, unsigned tiles, const Rows& rows, Carried& carried);
  void take_rows(ColumnAccumulators& acc, const Rows& rows, llvm::Value* index, Sets& sets,
                 unsigned tile, Carried& carried);
  void finish_columns(ColumnReducer& reducer, const Parts& acc, std::size_t reduction,
                      llvm::Value* index);
  llvm::Value* rounded_down(llvm::Value* extent, unsigned step);
  llvm::Value* unmasked(llvm::Value* extent, unsigned step);
  llvm::Value* streaming_end(llvm::Value* end);
  void tail(llvm::Value* begin, llvm::Value* end, Carried& carried,
            const std::function<void(llvm::Value*, Carried&)>& body);

  Emitter e_;
  llvm::IRBuilder<>& b_;
  llvm::Function& function_;
  const kernel::KernelPlan& plan_;
  const Target& target_;
  const KernelShape shape_;

  llvm::Value* n0_ = nullptr;
  llvm::Value* n1_ = nullptr;
  std::vector<llvm::Value*> base_;  // per operand (loads, then stores), row 0; null if unused
  std::vector<llvm::Value*> step_;  // bytes per row
  std::vector<llvm::Value*> row_;   // address in the current row
  Ahead ahead_;
  std::vector<llvm::Value*> bounce_;  // buffers for tails, made when first needed
  // Of a row that is held in registers, per step: how many lanes are live, and their mask.
  struct Held {
    llvm::Value* count;
    llvm::Value* memory;
    llvm::FixedVectorType* type;
  };
  std::vector<Held> held_;
  std::vector<llvm::Value*> slots_;
  llvm::Value* slot_step_ = nullptr;  // slots per row
  // C-order numbers, for plans that reduce positions: of (row 0, element 0), and the steps.
  llvm::Value* number_ = nullptr;
  llvm::Value* number_per_row_ = nullptr;
  llvm::Value* number_per_element_ = nullptr;
  std::unique_ptr<LongBody> long_body_;  // null for others
  std::size_t in_part_ = 0;              // instructions in the present block of a long body
  llvm::BasicBlock* leave_ = nullptr;
  Values call_values_;  // values of Level::call and those of the row, then of divisors
};

}  // namespace tightloop::jit
