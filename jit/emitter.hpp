// What every part of the emitter writes through: an IR builder that knows the target, the number of
// lanes per vector step, which lanes of the current step are live, and the leaf functions used.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <llvm/IR/IRBuilder.h>

#include "jit/target.hpp"
#include "kernel/backend.hpp"

namespace tightloop::jit {

/// A plan that cannot be emitted; the backend turns it into an error string.
struct CannotEmit {
  std::string message;
};

/// One value of a kernel body: a vector of `Emitter::lanes` elements of a lane dtype, as
/// <n x i1> for bool; complex values are two vectors, real values have no `im`.
struct Value {
  DType type = DType::float64;
  llvm::Value* re = nullptr;
  llvm::Value* im = nullptr;
};

/// The dtype of one part of a complex dtype; other dtypes are their own part.
constexpr DType part_of(DType t) {
  return t == DType::complex64 ? DType::float32 : t == DType::complex128 ? DType::float64 : t;
}
constexpr unsigned bits_of(DType t) {
  return static_cast<unsigned>(8 * itemsize(part_of(t)));
}

/// Where a vector step of a reduction stands; all are i64.
struct StepPosition {
  /// Row kernels: the step's first element in its row. Column kernels: its row in the call.
  llvm::Value* position = nullptr;
  // C-order numbers, for plans that reduce positions: of the element (row kernels) or row (column
  // kernels) at position 0, and from one position to the next.
  llvm::Value* origin = nullptr;
  llvm::Value* stride = nullptr;
  /// Column kernels: rows of the call, the first row of the group, and how many the group has.
  llvm::Value* rows = nullptr;
  llvm::Value* group = nullptr;
  llvm::Value* group_rows = nullptr;
};

/// Values that a loop carries from one iteration to the next.
using Carried = std::vector<llvm::Value*>;

class Emitter {
 public:
  Emitter(llvm::Function& function, const Target& target, kernel::FindLeaf find_leaf,
          bool fast_math);

  llvm::IRBuilder<> b;
  const Target& target;
  const kernel::FindLeaf find_leaf;
  const bool fast_math;
  bool inlines_math = false;  ///< see inline_math.hpp
  unsigned lanes = 1;
  /// How many lanes of the current step are live (i64); null where all are. The others hold zeros
  /// or leftovers of computing on zeros.
  llvm::Value* live_count = nullptr;
  /// The mask of these lanes where it is known; null where it follows from live_count alone.
  llvm::Value* held_mask = nullptr;
  StepPosition place;

  // Types. `element` is i1 for bool and the part's type for complex.
  llvm::Type* element(DType t);
  llvm::FixedVectorType* vector(llvm::Type* element) const;
  llvm::FixedVectorType* vector(DType t) { return vector(element(t)); }
  llvm::FixedVectorType* int_vector(unsigned bits) { return vector(b.getIntNTy(bits)); }
  unsigned element_bits(llvm::Value* v) const { return v->getType()->getScalarSizeInBits(); }

  // Constants in the type of a vector, and vectors of one value.
  llvm::Constant* ints(llvm::Type* type, std::uint64_t value);
  llvm::Constant* floats(llvm::Type* type, double value);
  llvm::Constant* zero(llvm::Type* type) { return llvm::Constant::getNullValue(type); }
  llvm::Value* least(llvm::Value* x, llvm::Value* y) {
    return b.CreateSelect(b.CreateICmpSLT(x, y), x, y);
  }
  llvm::Value* splat(llvm::Value* scalar) { return b.CreateVectorSplat(lanes, scalar); }
  llvm::Constant* quiet_nan(llvm::Type* type);
  /// A constant vector as a load at the start of the function. Code generation takes a constant
  /// apart into its elements in every block that has it.
  llvm::Value* loaded(llvm::Constant* vector);

  // The same bits as integers or floats.
  llvm::Value* as_ints(llvm::Value* v);
  llvm::Value* as_type(llvm::Value* v, llvm::Type* type) { return b.CreateBitCast(v, type); }

  llvm::Value* call(llvm::Intrinsic::ID id, std::initializer_list<llvm::Value*> args);

  /// Takes `count` elements from `first`.
  llvm::Value* slice(llvm::Value* v, unsigned first, unsigned count);
  llvm::Value* concat(std::vector<llvm::Value*> pieces);
  /// Applies f to register-sized pieces of equally long vectors and joins the results. Pieces have
  /// at most `bytes` bytes; vectors must have a power of two of elements.
  llvm::Value* by_pieces(std::vector<llvm::Value*> vectors, unsigned bytes,
                         const std::function<llvm::Value*(const std::vector<llvm::Value*>&)>& f);

  /// Mask of the live ones among lanes * per_lane elements, without the last `dead` of them; null
  /// where all lanes are live. `downwards`: lane 0 is the last.
  llvm::Value* live_mask(unsigned per_lane = 1, unsigned dead = 0, bool downwards = false);
  /// Keeps v in live lanes and puts `other` in the rest.
  llvm::Value* only_live(llvm::Value* v, llvm::Value* other);
  /// True if some lane of a mask is set.
  llvm::Value* any_lane(llvm::Value* mask);

  /// Notes lanes whose integer result did not fit; take_overflow returns those noted since the
  /// last call, live lanes only, as an i64 that is non-zero if there are any (null if none noted).
  void note_overflow(llvm::Value* mask);
  llvm::Value* take_overflow();

  // Control flow. Bodies may add blocks; `carried` is updated in place.
  llvm::BasicBlock* block(const char* name);
  /// for (i = begin; i < end; i += step); `guarded` false promises begin < end.
  void loop(llvm::Value* begin, llvm::Value* end, llvm::Value* step, Carried& carried, bool guarded,
            const std::function<void(llvm::Value*, Carried&)>& body);
  /// do body while the condition it returns is true.
  void repeat(Carried& carried, const std::function<llvm::Value*(Carried&)>& body);
  void when(llvm::Value* condition, Carried& carried, const std::function<void(Carried&)>& body);
  /// The same where the condition hardly ever holds: registers are spilled there, not around it.
  void when_rarely(llvm::Value* condition, Carried& carried,
                   const std::function<void(Carried&)>& body);

  /// Reserves stack memory, aligned to a vector register, for the whole call.
  llvm::Value* reserve(std::uint64_t bytes);
  /// Returns one of a few buffers that hold one vector each, for what is stored and read back at
  /// once: every user of `slot` has the same one, so that long bodies do not grow the stack.
  llvm::Value* scratch(std::size_t slot);

  /// Sets the fast-math flags of the plan on float operations made while it lives.
  class UserArithmetic {
   public:
    explicit UserArithmetic(Emitter& e);

   private:
    llvm::IRBuilderBase::FastMathFlagGuard guard_;
  };

 private:
  llvm::Value* noted();
  void branch(llvm::Value* condition, llvm::MDNode* weights, Carried& carried,
              const std::function<void(Carried&)>& body);

  llvm::Function& function_;
  std::vector<llvm::Value*> overflow_;
  std::vector<llvm::Value*> scratch_;
  std::map<llvm::Constant*, llvm::Value*> loaded_;
  // Masks made in the current block, by what was asked.
  std::map<std::tuple<unsigned, unsigned, bool>, llvm::Value*> masks_;
  llvm::Value* masks_count_ = nullptr;
  llvm::BasicBlock* masks_block_ = nullptr;
};

}  // namespace tightloop::jit
