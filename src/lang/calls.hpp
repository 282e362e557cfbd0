// Calls: which functions there are, which arguments are expressions and which are literals (axes,
// dtypes, shapes), and the node that a complete call makes.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "lang/lexer.hpp"

namespace tightloop::lang {

/// A sub-expression: its node, and the text it came from with its own parentheses.
struct Value {
  ir::NodeId node = ir::kNoNode;
  Span span;
};

/// What a function name stands for.
struct Callee {
  enum class Kind : std::uint8_t {
    elementwise,  ///< f(x), f(x, y), f(x, y, z)
    reduction,    ///< f(x, axis=None, keepdims=False) and the options that the op takes
    to_dtype,     ///< float16(x); complex(x) and complex(re, im)
    convert,      ///< astype(x, dtype), saturate(x, dtype), bitcast(x, dtype)
    shape,        ///< reshape(x, shape), broadcast_to(x, shape)
    transpose,    ///< transpose(x), transpose(x, axes)
    flat,         ///< ravel(x), flatten(x)
    round,        ///< round(x), round(x, decimals)
    extent,       ///< size(x), size(x, axis), len(x), ndim(x)
    contraction,  ///< matmul(x, y), dot, inner, vdot
    outer,        ///< outer(x, y): all products of the elements of two vectors
    einsum,       ///< einsum('ij,jk->ik', x, y)
  };
  Kind kind = Kind::elementwise;
  Op op = Op::add;
  DType dtype = DType::float64;                             ///< to_dtype
  ir::ViewSpec::Kind view = ir::ViewSpec::Kind::transpose;  ///< shape
  std::uint8_t operands = 1;
  ir::ContractSpec::Kind contract = ir::ContractSpec::Kind::matmul;
};

/// A function that is no row of the op table, because it takes literals or computes nothing.
struct StructuralFunction {
  std::string_view name;
  std::string_view signature;
  std::string_view doc;
};

/// Returns all of them but the names of dtypes, which convert.
std::vector<StructuralFunction> structural_functions();

/// True for the built-in functions.
bool is_function(std::string_view name);

/// True for those that are dtypes: they convert.
bool is_dtype_function(std::string_view name);

/// Throws the Error(name) for a function that is neither built in nor one of `others`.
[[noreturn]] void unknown_function(std::string_view name, Span span,
                                   std::vector<std::string_view> others);

/// One call while its arguments are read, from left to right.
class CallBuilder {
 public:
  /// Starts a call of the built-in function that the token names.
  CallBuilder(const TokenStream& tokens, const Token& name);

  /// Makes a value, whose method the call is, the first argument.
  void receive(const Value& value);

  /// Reads an argument that is not an expression. Returns false where an expression comes next,
  /// whose value is then given to operand().
  bool literal_argument(TokenStream& tokens);
  void operand(const Value& value);

  /// Adds the node; `end` is the end of the closing parenthesis.
  Value finish(ir::Graph& graph, std::size_t end);

 private:
  bool keyword(TokenStream& tokens);
  std::vector<std::string_view> keywords() const;
  void literal(TokenStream& tokens, std::string_view parameter);
  void axis(TokenStream& tokens);
  void keepdims(TokenStream& tokens);
  void ddof(TokenStream& tokens);
  void dtype(TokenStream& tokens);
  void shape(TokenStream& tokens);
  void axes(TokenStream& tokens);
  void decimals(TokenStream& tokens);
  void subscripts(TokenStream& tokens);
  void end_of_literal(const TokenStream& tokens, std::size_t begin, std::string_view wanted) const;
  [[noreturn]] void not_literal(const TokenStream& tokens, std::size_t begin,
                                std::string_view wanted) const;
  void check_count(Span span) const;
  void check_shape(Span span) const;
  ir::NodeId elementwise(ir::Graph& graph, Span span) const;
  ir::NodeId outer(ir::Graph& graph, Span span) const;
  ir::NodeId einsum(ir::Graph& graph, Span span) const;
  ir::NodeId to_dtype(ir::Graph& graph, Span span) const;
  ir::NodeId rounded(ir::Graph& graph, Span span) const;
  ir::NodeId extent(ir::Graph& graph, Span span) const;
  void check_extreme(const ir::Graph& graph, Span span) const;

  Callee callee_;
  std::string_view name_;
  Span span_;  // from the name, or from the value whose method it is
  std::int64_t decimals_ = 0;
  std::string pair_text_;  // "(3, 4)": the arguments of min(3, 4), for a hint
  std::vector<Value> operands_;
  std::vector<std::string_view> given_;  // keywords read so far
  std::optional<Value> where_;
  std::optional<Value> initial_;
  std::string_view awaited_;  // the keyword whose expression comes next
  std::size_t positional_ = 0;
  bool keywords_ = false;
  ir::ReduceSpec reduce_;
  std::optional<DType> target_;
  std::vector<std::int64_t> dims_;
  bool tuple_dims_ = false;
  Token subscripts_;  // of einsum
  std::string_view subscript_text_;
};

/// Reads an integer literal with an optional sign. Returns none, and stays, where there is none;
/// throws Error(value) for one that does not fit 64 bits.
std::optional<std::int64_t> integer_literal(TokenStream& tokens);

}  // namespace tightloop::lang
