// Emits the kernel of small matrix products, which reads the factors where they lie: tiles of sums
// in registers, vectors along the columns. In: kernel::KernelPlan of kind small_product. Out: one
// function, whose results have the bits of ProductEmitter's.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "jit/emitter.hpp"

namespace tightloop::jit {

class SmallProductEmitter {
 public:
  SmallProductEmitter(llvm::Function& function, const kernel::KernelPlan& plan,
                      const Target& target);
  void emit();

 private:
  llvm::Value* frame_field(std::size_t offset, llvm::Type* type);
  llvm::Value* step(std::size_t offset);
  llvm::Value* moved(llvm::Value* p, llvm::Value* bytes);
  void columns(llvm::Value* begin, llvm::Value* end, unsigned width, const Carried& at,
               const std::function<void(llvm::Value* right, llvm::Value* target)>& body);
  void multiply(const Carried& at);
  void row_tiles(unsigned rows, llvm::Value* left, llvm::Value* right, llvm::Value* target);
  void tile(unsigned rows, llvm::Value* left, llvm::Value* right, llvm::Value* target);
  void depth_step(llvm::Value* right, const std::vector<llvm::Value*>& left, Carried& sums);
  Value factor(std::uint32_t value, llvm::Value* p, bool splat);
  void store(llvm::Value* p, const Carried& sums, unsigned row);

  Emitter e_;
  llvm::IRBuilder<>& b_;
  llvm::Function& function_;
  const kernel::KernelPlan& plan_;
  const DType packed_;            ///< what is multiplied
  const unsigned parts_;          ///< of a sum: 2 for complex
  const unsigned columns_;        ///< of a vector
  llvm::Type* number_ = nullptr;  ///< of a part of a sum
  llvm::Value* n0_ = nullptr;
  llvm::Value* n1_ = nullptr;
  llvm::Value* n2_ = nullptr;
  llvm::Value* left_depth_ = nullptr;
  llvm::Value* right_depth_ = nullptr;
  llvm::Value* left_row_ = nullptr;
  llvm::Value* target_row_ = nullptr;
  std::vector<llvm::Value*> left_rows_;  // bytes to each row of a tile
  std::vector<llvm::Value*> target_rows_;
};

}  // namespace tightloop::jit
