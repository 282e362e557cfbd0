// The nodes of C++ expression templates and their way into Steps: each node knows at compile time
// how many steps and leaves it has, and writes them in postfix order. No memory is allocated here.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "tightloop/argument.hpp"
#include "tightloop/op.hpp"
#include "tightloop/options.hpp"

namespace tightloop {

namespace detail {

/// One step of an expression in postfix order; operands are the results of earlier steps on a
/// stack. The engine turns a list of steps into a graph. Plain data without padding bytes, so
/// that a list of steps compares with memcmp.
struct Step {
  Op op = Op::variable;        ///< variable, constant, a conversion, call, contract or a row of the
                               ///< op table
  DType dtype = DType::bool_;  ///< constant: how `value` is held (bool, int64, uint64, float64,
                               ///< complex128); conversions: the target
  std::uint8_t keepdims = 0;   ///< reductions; 0 or 1, as the other flags
  std::uint8_t axis_count = 0;  ///< reductions: axes in `axes`; with all_axes, ignored
  std::uint8_t all_axes = 0;    ///< reductions: axis=None
  std::uint8_t leaf = 0;  ///< variable: index into the leaves, numbered in order of first use;
                          ///< contract: a Contraction
  std::int8_t axes[kMaxRank] = {};
  std::uint8_t masked = 0;      ///< reductions: where= is an operand, after x
  std::uint8_t seeded = 0;      ///< reductions: initial= is the last operand
  std::uint64_t value[2] = {};  ///< constant: its bytes; reductions: those of ddof, a double; call:
                                ///< the row of prelude.def, and twice the number of operands, plus
                                ///< 1 where the axes are given
};
static_assert(sizeof(Step) == 40 && std::has_unique_object_representations_v<Step>);

/// Which contraction a step is; the order is part of the ABI. Of einsum the subscripts stand in
/// `axes`, then in `value`, axis_count bytes of them.
enum class Contraction : std::uint8_t { matmul, dot, inner, vdot, einsum };
inline constexpr std::size_t kMaxSubscripts = kMaxRank + 2 * sizeof(std::uint64_t);

/// The largest number of different leaves of an expression template.
inline constexpr std::size_t kMaxLeaves = 255;

/// Evaluates steps over leaves (arrays or weak scalars, indexed by Step::leaf).
TIGHTLOOP_API Array evaluate_steps(std::span<const Step> steps, std::span<const Arg* const> leaves,
                                   const Options& options);
TIGHTLOOP_API void evaluate_steps_into(const Destination& out, std::span<const Step> steps,
                                       std::span<const Arg* const> leaves, const Options& options);

[[noreturn]] TIGHTLOOP_API void throw_too_many_leaves();
[[noreturn]] TIGHTLOOP_API void throw_long_subscripts();
[[noreturn]] TIGHTLOOP_API void throw_axis_out_of_range(std::int64_t axis);

/// A C++ scalar that may stand in an expression as a literal: what a weak scalar Arg accepts.
template <class T>
concept LiteralScalar =
    (std::is_arithmetic_v<T> && Element<T>) || std::is_same_v<T, std::complex<float>> ||
    std::is_same_v<T, std::complex<double>>;

template <class T>
concept LazyExpression = requires {
  requires T::kIsLazyExpression;
};

template <class T>
concept LazyOperand = LazyExpression<T> || LiteralScalar<T>;

/// Operands of one operation: expressions and scalars, at least one expression among them.
template <class... T>
concept LazyOperands = (LazyOperand<T> && ...) && (LazyExpression<T> || ...);

/// What a reduction reduces; made by axis().
struct Axes {
  std::int8_t list[kMaxRank] = {};
  std::uint8_t count = 0;
  std::uint8_t all = 1;
};

/// The options of a reduction that are not expressions, and which of the others it has.
struct ReduceFlags {
  std::uint8_t keepdims = 0;
  std::uint8_t masked = 0;
  std::uint8_t seeded = 0;
  double ddof = 0;
};

/// Narrows an axis to what a Step holds; whether the operand has it is known at the evaluation.
template <ElementInteger T>
constexpr std::int8_t step_axis(T axis) {
  if constexpr (std::is_signed_v<T>) {
    if (axis < -128) throw_axis_out_of_range(axis);
  }
  if (axis > 127) throw_axis_out_of_range(static_cast<std::int64_t>(axis));
  return static_cast<std::int8_t>(axis);
}

class Leaf;

/// A type that Array::item converts to.
template <class T>
concept ItemType =
    (std::is_arithmetic_v<T> && Element<T>) || std::is_same_v<T, long double> ||
    std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;

/// Collects steps in the caller's arrays and numbers different leaves in order of first use.
class StepWriter {
 public:
  StepWriter(Step* steps, const Leaf** leaves) noexcept : step_(steps), leaves_(leaves) {}
  inline void variable(const Leaf& leaf);
  void constant(DType dtype, const std::uint64_t (&value)[2]) noexcept {
    step_->op = Op::constant;
    step_->dtype = dtype;
    step_->value[0] = value[0];
    step_->value[1] = value[1];
    ++step_;
  }
  void apply(Op op) noexcept { (step_++)->op = op; }
  void convert(Op op, DType target) noexcept {
    step_->op = op;
    step_->dtype = target;
    ++step_;
  }
  void reduce(Op op, const Axes& axes, const ReduceFlags& flags) noexcept {
    step_->op = op;
    step_->keepdims = flags.keepdims;
    step_->masked = flags.masked;
    step_->seeded = flags.seeded;
    step_->all_axes = axes.all;
    step_->axis_count = axes.count;
    std::memcpy(step_->axes, axes.list, sizeof axes.list);
    std::memcpy(step_->value, &flags.ddof, sizeof flags.ddof);
    ++step_;
  }
  void call(std::uint64_t row, std::size_t operands, const Axes& axes, bool axis_given,
            bool keepdims) noexcept {
    step_->op = Op::call;
    step_->keepdims = keepdims ? 1 : 0;
    step_->all_axes = axes.all;
    step_->axis_count = axes.count;
    std::memcpy(step_->axes, axes.list, sizeof axes.list);
    step_->value[0] = row;
    step_->value[1] = operands << 1 | (axis_given ? 1 : 0);
    ++step_;
  }
  void contract(Contraction kind) noexcept {
    step_->op = Op::contract;
    step_->leaf = static_cast<std::uint8_t>(kind);
    ++step_;
  }
  void einsum(const char* subscripts, std::size_t count) noexcept {
    const std::size_t first = count < kMaxRank ? count : kMaxRank;
    std::memcpy(step_->axes, subscripts, first);
    std::memcpy(step_->value, subscripts + first, count - first);
    step_->axis_count = static_cast<std::uint8_t>(count);
    contract(Contraction::einsum);
  }
  std::size_t leaf_count() const noexcept { return leaf_count_; }

 private:
  Step* step_;
  const Leaf** leaves_;
  std::size_t leaf_count_ = 0;
};

}  // namespace detail

/// A lazy expression: a cheap value that remembers what to compute and borrows the arrays it names,
/// which must live until it is evaluated. Every expression `E` derives from Expression<E>; copies
/// are independent, `auto e = tl::lazy(a) + 1;` is safe. Nothing is computed before eval(),
/// assign() or a conversion, and each of those computes anew. Const members are thread-safe.
template <class E>
class Expression {
 public:
  static constexpr bool kIsLazyExpression = true;

  /// Evaluates into a new array. Throws Error.
  Array eval(const Options& options = {}) const;
  /// Evaluates into a new array with the default options.
  operator Array() const { return eval(); }
  /// Evaluates to the only element of the result, converted as Array::item does: throws
  /// Error(shape) where there is not exactly one and Error(type) where T cannot hold it.
  template <detail::ItemType T>
  operator T() const {
    static_assert(
        !std::is_same_v<T, bool> || !E::kElements,
        "an expression over elements is not true or false: write tightloop::all(...) or "
        "tightloop::any(...) around it, or .eval().item<bool>() where it has one element");
    return eval().template item<T>();
  }

 protected:
  Expression() = default;
  Expression(const Expression&) = default;
  Expression& operator=(const Expression&) = default;
  ~Expression() = default;
};

namespace detail {

/// An input of the expression: a borrowed array or the copy of a weak scalar.
class Leaf : public tightloop::Expression<Leaf> {
 public:
  static constexpr std::size_t kSteps = 1;
  static constexpr std::size_t kLeaves = 1;
  static constexpr bool kElements = true;
  /// `identity` tells weak scalars apart that hold the same value; it is never followed.
  template <class T>
  Leaf(const T& value, const void* identity) : arg_(value), identity_(identity) {}
  const Arg& arg() const noexcept { return arg_; }
  void write(StepWriter& out) const { out.variable(*this); }

  /// True where both read the same elements in the same order, or are the same weak scalar.
  bool same_as(const Leaf& other) const noexcept {
    if (arg_.weak() != other.arg_.weak()) return false;
    if (arg_.weak()) {
      // A stack address may be used again, so the value has to agree too.
      return identity_ == other.identity_ && arg_.scalar_dtype() == other.arg_.scalar_dtype() &&
             std::memcmp(arg_.scalar(), other.arg_.scalar(), 16) == 0;
    }
    const ArrayView& a = arg_.view();
    const ArrayView& b = other.arg_.view();
    return a.data() == b.data() && a.dtype() == b.dtype() && a.shape() == b.shape() &&
           a.strides() == b.strides() && a.byte_order() == b.byte_order();
  }

 private:
  Arg arg_;
  const void* identity_;
};

void StepWriter::variable(const Leaf& leaf) {
  std::size_t i = 0;
  while (i < leaf_count_ && !leaves_[i]->same_as(leaf)) ++i;
  if (i == leaf_count_) {
    if (i == kMaxLeaves) throw_too_many_leaves();
    leaves_[leaf_count_++] = &leaf;
  }
  step_->op = Op::variable;
  step_->leaf = static_cast<std::uint8_t>(i);
  ++step_;
}

/// A C++ scalar in an expression: the constant that its digits would be in the text.
class Literal {
 public:
  static constexpr std::size_t kSteps = 1;
  static constexpr std::size_t kLeaves = 0;
  static constexpr bool kElements = false;
  template <LiteralScalar T>
  explicit Literal(T value) noexcept {
    if constexpr (std::is_same_v<T, bool>) {
      dtype_ = DType::bool_;
      hold(static_cast<std::uint8_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      dtype_ = DType::float64;
      hold(static_cast<double>(value));
    } else if constexpr (!std::is_arithmetic_v<T>) {
      dtype_ = DType::complex128;
      hold(std::complex<double>(value));
    } else if constexpr (std::is_signed_v<T>) {
      hold(static_cast<std::int64_t>(value));
    } else {
      // Text has one spelling for the integers that both types hold, and reads it as int64.
      dtype_ = static_cast<std::uint64_t>(value) >> 63 == 0 ? DType::int64 : DType::uint64;
      hold(static_cast<std::uint64_t>(value));
    }
  }
  void write(StepWriter& out) const noexcept { out.constant(dtype_, value_); }

 private:
  template <class V>
  void hold(V value) noexcept {
    std::memcpy(value_, &value, sizeof value);
  }
  std::uint64_t value_[2] = {};
  DType dtype_ = DType::int64;
};

template <class T>
using Node = std::conditional_t<LazyExpression<T>, T, Literal>;

/// An element-wise operation of one operand.
template <Op kOp, class X>
class Unary : public tightloop::Expression<Unary<kOp, X>> {
 public:
  static constexpr std::size_t kSteps = X::kSteps + 1;
  static constexpr std::size_t kLeaves = X::kLeaves;
  static constexpr bool kElements = X::kElements;
  explicit Unary(const X& x) : x_(x) {}
  void write(StepWriter& out) const {
    x_.write(out);
    out.apply(kOp);
  }

 private:
  X x_;
};

/// An element-wise operation of two operands.
template <Op kOp, class X, class Y>
class Binary : public tightloop::Expression<Binary<kOp, X, Y>> {
 public:
  static constexpr std::size_t kSteps = X::kSteps + Y::kSteps + 1;
  static constexpr std::size_t kLeaves = X::kLeaves + Y::kLeaves;
  static constexpr bool kElements = X::kElements || Y::kElements;
  template <class A, class B>
  Binary(const A& x, const B& y) : x_(x), y_(y) {}
  void write(StepWriter& out) const {
    x_.write(out);
    y_.write(out);
    out.apply(kOp);
  }

 private:
  X x_;
  Y y_;
};

/// An element-wise operation of three operands.
template <Op kOp, class X, class Y, class Z>
class Ternary : public tightloop::Expression<Ternary<kOp, X, Y, Z>> {
 public:
  static constexpr std::size_t kSteps = X::kSteps + Y::kSteps + Z::kSteps + 1;
  static constexpr std::size_t kLeaves = X::kLeaves + Y::kLeaves + Z::kLeaves;
  static constexpr bool kElements = X::kElements || Y::kElements || Z::kElements;
  template <class A, class B, class C>
  Ternary(const A& x, const B& y, const C& z) : x_(x), y_(y), z_(z) {}
  void write(StepWriter& out) const {
    x_.write(out);
    y_.write(out);
    z_.write(out);
    out.apply(kOp);
  }

 private:
  X x_;
  Y y_;
  Z z_;
};

/// A contraction of two operands.
template <Contraction kKind, class X, class Y>
class Contracted : public tightloop::Expression<Contracted<kKind, X, Y>> {
 public:
  static constexpr std::size_t kSteps = X::kSteps + Y::kSteps + 1;
  static constexpr std::size_t kLeaves = X::kLeaves + Y::kLeaves;
  static constexpr bool kElements = false;
  Contracted(const X& x, const Y& y) : x_(x), y_(y) {}
  void write(StepWriter& out) const {
    x_.write(out);
    y_.write(out);
    out.contract(kKind);
  }

 private:
  X x_;
  Y y_;
};

/// einsum of any operands; holds its subscripts without blanks.
template <class... X>
class Einsum : public tightloop::Expression<Einsum<X...>> {
 public:
  static constexpr std::size_t kSteps = (X::kSteps + ... + 1);
  static constexpr std::size_t kLeaves = (X::kLeaves + ... + 0);
  static constexpr bool kElements = false;
  Einsum(std::string_view subscripts, const X&... x) : x_(x...) {
    for (char c : subscripts) {
      if (c == ' ') continue;
      if (count_ == kMaxSubscripts) throw_long_subscripts();
      text_[count_++] = c;
    }
  }
  void write(StepWriter& out) const {
    std::apply([&](const X&... x) { (x.write(out), ...); }, x_);
    out.einsum(text_, count_);
  }

 private:
  std::tuple<X...> x_;
  char text_[kMaxSubscripts] = {};
  std::size_t count_ = 0;
};

/// astype, saturate or bitcast.
template <Op kOp, class X>
class Conversion : public tightloop::Expression<Conversion<kOp, X>> {
 public:
  static constexpr std::size_t kSteps = X::kSteps + 1;
  static constexpr std::size_t kLeaves = X::kLeaves;
  static constexpr bool kElements = X::kElements;
  Conversion(const X& x, DType target) : x_(x), target_(target) {}
  void write(StepWriter& out) const {
    x_.write(out);
    out.convert(kOp, target_);
  }

 private:
  X x_;
  DType target_;
};

/// An expression as evaluate_steps takes it, on the stack; its leaves are the expression's.
template <std::size_t Steps, std::size_t Leaves>
struct Flat {
  std::array<Step, Steps> steps{};
  std::array<const Arg*, Leaves> args;  ///< the first leaf_count are the leaves
  std::size_t leaf_count = 0;
  std::span<const Arg* const> leaves() const noexcept { return {args.data(), leaf_count}; }
};

/// Writes an expression as steps over its different leaves, which must outlive the result. Throws
/// Error(limit) for more than kMaxLeaves of them.
template <LazyExpression E>
Flat<E::kSteps, E::kLeaves> flatten(const E& expression) {
  Flat<E::kSteps, E::kLeaves> flat;
  std::array<const Leaf*, E::kLeaves> leaves;
  StepWriter writer(flat.steps.data(), leaves.data());
  expression.write(writer);
  flat.leaf_count = writer.leaf_count();
  for (std::size_t i = 0; i < flat.leaf_count; ++i) flat.args[i] = &leaves[i]->arg();
  return flat;
}

}  // namespace detail

template <class E>
Array Expression<E>::eval(const Options& options) const {
  const auto flat = detail::flatten(static_cast<const E&>(*this));
  return detail::evaluate_steps(flat.steps, flat.leaves(), options);
}

}  // namespace tightloop
