// Emits the kernel of a matrix product: tiles of sums in registers over packed blocks (Goto and van
// de Geijn, ACM TOMS 34, 2008). In: kernel::KernelPlan of kind product. Out: one function.
#pragma once

#include <string>
#include <vector>

#include "jit/emitter.hpp"

namespace tightloop::jit {

class ProductEmitter {
 public:
  ProductEmitter(llvm::Function& function, const kernel::KernelPlan& plan, const Target& target);
  void emit();

 private:
  /// The sums of a tile: `vectors` registers for each row.
  using Tile = Carried;

  llvm::Value* frame_field(std::size_t offset, llvm::Type* type);
  llvm::Value* moved(llvm::Value* p, llvm::Value* bytes);
  llvm::Value* moved(llvm::Value* p, std::uint64_t bytes);
  void row_groups(llvm::Value* strip, llvm::Value* target);
  void tile(unsigned rows, llvm::Value* row, llvm::Value* strip, llvm::Value* target);
  void depth_step(unsigned rows, llvm::Value* left, llvm::Value* right, Tile& sums);
  llvm::Value* left_part(llvm::Value* left, unsigned row, unsigned part);
  llvm::Value* factor(llvm::Value* p);
  llvm::Value* crossed(llvm::Value* pairs);
  llvm::Value* multiply_add(llvm::Value* x, llvm::Value* y, llvm::Value* sum);
  void store_tile(unsigned rows, llvm::Value* target, const Tile& sums);
  std::vector<llvm::Value*> as_stored(llvm::Value* sum);

  Emitter e_;
  llvm::IRBuilder<>& b_;
  llvm::Function& function_;
  const Target& target_;
  const DType packed_;
  const DType stored_;
  const bool by_row_;
  llvm::Type* part_ = nullptr;    ///< packed parts in memory
  llvm::Type* number_ = nullptr;  ///< in registers
  unsigned size_ = 0;             ///< bytes of a packed element
  unsigned vectors_ = 2;          ///< registers of sums per row of a tile
  unsigned columns_ = 0;          ///< parts that they hold
  llvm::Value* rows_ = nullptr;
  llvm::Value* depth_ = nullptr;
  llvm::Value* left_ = nullptr;
  llvm::Value* target_step_ = nullptr;
  llvm::Value* resumes_ = nullptr;
};

}  // namespace tightloop::jit
