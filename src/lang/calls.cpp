// The functions of the language: rows of the op table, dtype names and views.
#include "lang/calls.hpp"
#include "ir/wide_constant.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "lang/absent.hpp"
#include "lang/dtype_names.hpp"
#include "lang/einsum.hpp"
#include "lang/number.hpp"
#include "lang/suggest.hpp"

namespace tightloop::lang {
namespace {

using Kind = Callee::Kind;

struct NamedCallee {
  StructuralFunction function;
  Callee callee;
};

constexpr NamedCallee kStructural[] = {
    {{"astype", "astype(x, dtype)",
      "x in another dtype, rounded as IEEE 754 says; floats to integers truncate and saturate. "
      "`float16(x)` and the like are the same"},
     {.kind = Kind::convert, .op = Op::astype}},
    {{"saturate", "saturate(x, dtype)",
      "x clipped to the finite range of the dtype, then converted"},
     {.kind = Kind::convert, .op = Op::saturate}},
    {{"bitcast", "bitcast(x, dtype)",
      "the bits of x as a dtype of the same size; of a byte as bool, whether it is not 0"},
     {.kind = Kind::convert, .op = Op::bitcast}},
    {{"reshape", "reshape(x, shape)",
      "the elements in C order in another shape, a view; one extent may be -1. What would need a "
      "copy is refused"},
     {.kind = Kind::shape, .op = Op::view, .view = ir::ViewSpec::Kind::reshape}},
    {{"broadcast_to", "broadcast_to(x, shape)", "x repeated along axes of extent 1, a view"},
     {.kind = Kind::shape, .op = Op::view, .view = ir::ViewSpec::Kind::broadcast_to}},
    {{"ravel", "ravel(x)", "the elements in C order along one axis, as reshape(x, -1)"},
     {.kind = Kind::flat, .op = Op::view}},
    {{"flatten", "flatten(x)", "the same as ravel(x)"}, {.kind = Kind::flat, .op = Op::view}},
    {{"transpose", "transpose(x, axes=None)",
      "the view with the axes in that order, a tuple; in reverse order where none is given, also "
      "`x.T`"},
     {.kind = Kind::transpose, .op = Op::view}},
    {{"size", "size(x, axis=None)", "how many elements x has, in all or along axes; also `x.size`"},
     {.kind = Kind::extent, .op = Op::extent}},
    {{"len", "len(x)", "how many elements the first axis of x has; also `x.shape[0]`"},
     {.kind = Kind::extent, .op = Op::extent}},
    {{"ndim", "ndim(x)", "how many axes x has; also `x.ndim`"},
     {.kind = Kind::extent, .op = Op::extent}},
    {{"matmul", "matmul(x, y)",
      "the product of matrices or stacks of them; also `x @ y`. Vectors are rows or columns"},
     {.kind = Kind::contraction, .op = Op::contract, .operands = 2}},
    {{"dot", "dot(x, y)",
      "sums of products over the last axis of x and the second last (or only) one of y"},
     {.kind = Kind::contraction,
      .op = Op::contract,
      .operands = 2,
      .contract = ir::ContractSpec::Kind::dot}},
    {{"inner", "inner(x, y)", "sums of products over the last axis of both"},
     {.kind = Kind::contraction,
      .op = Op::contract,
      .operands = 2,
      .contract = ir::ContractSpec::Kind::inner}},
    {{"vdot", "vdot(x, y)",
      "the sum of the products of all elements of two arrays of one shape, x conjugated"},
     {.kind = Kind::contraction,
      .op = Op::contract,
      .operands = 2,
      .contract = ir::ContractSpec::Kind::vdot}},
    {{"outer", "outer(x, y)", "all products of an element of x and one of y, both vectors"},
     {.kind = Kind::outer, .op = Op::multiply, .operands = 2}},
    {{"full_scale", "full_scale(x, y)",
      "the largest sample that two arrays can hold, a float: of integers their dtypes' maximum, of "
      "floats 1.0"},
     {.kind = Kind::elementwise, .op = Op::call, .operands = 2}},
    {{"einsum", "einsum(subscripts, x, ...)",
      "sums of products over axes named by letters: einsum('ij,jk->ik', x, y)"},
     {.kind = Kind::einsum, .op = Op::contract}},
};

/// rescued(x, y), of the prelude alone: x, or y where x is not finite because a sum on the way to
/// it is not. Both are the same value, but y is computed so that less overflows, and only then.
constexpr std::string_view kRescued = "_rescued";

std::optional<Callee> find_callee(std::string_view name) {
  if (name == kRescued) return Callee{.kind = Kind::elementwise, .op = Op::call, .operands = 2};
  // Dtypes first: complex(x) converts, complex(re, im) is an operation.
  if (const auto dtype = find_dtype(name)) {
    return Callee{.kind = Kind::to_dtype, .op = Op::astype, .dtype = *dtype};
  }
  if (name == "around") name = "round";
  if (const auto op = find_op(name)) {
    if (*op == Op::round) return Callee{.kind = Kind::round, .op = *op};
    const Kind kind = is_reduction(*op) ? Kind::reduction : Kind::elementwise;
    return Callee{.kind = kind, .op = *op, .operands = info(*op).arity};
  }
  for (const NamedCallee& s : kStructural) {
    if (s.function.name == name) return s.callee;
  }
  return std::nullopt;
}

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> names;
  for (const OpInfo& row : op_table()) {
    std::string_view rest = row.names;
    while (!rest.empty()) {
      const std::size_t cut = std::min(rest.find(' '), rest.size());
      names.push_back(rest.substr(0, cut));
      rest.remove_prefix(std::min(cut + 1, rest.size()));
    }
  }
  for (const NamedCallee& s : kStructural) names.push_back(s.function.name);
  for (const std::string_view dtype : dtype_names()) {
    if (!find_op(dtype)) names.push_back(dtype);
  }
  return names;
}

/// The parameters of all functions of a kind that take literals. The first one of each list may be
/// given by position, too.
std::span<const std::string_view> literal_parameters(Kind kind) {
  static constexpr std::string_view reduction[] = {"axis", "keepdims"};
  static constexpr std::string_view convert[] = {"dtype"};
  static constexpr std::string_view shape[] = {"shape"};
  static constexpr std::string_view transpose[] = {"axes"};
  static constexpr std::string_view round[] = {"decimals"};
  static constexpr std::string_view extent[] = {"axis"};
  switch (kind) {
    case Kind::reduction: return reduction;
    case Kind::convert: return convert;
    case Kind::shape: return shape;
    case Kind::transpose: return transpose;
    case Kind::round: return round;
    case Kind::extent: return extent;
    case Kind::elementwise:
    case Kind::to_dtype:
    case Kind::flat:
    case Kind::contraction:
    case Kind::outer:
    case Kind::einsum: return {};
  }
  return {};
}

}  // namespace

std::vector<StructuralFunction> structural_functions() {
  std::vector<StructuralFunction> out;
  for (const NamedCallee& s : kStructural) out.push_back(s.function);
  return out;
}

bool is_dtype_function(std::string_view name) {
  return find_dtype(name).has_value();
}

bool is_function(std::string_view name) {
  return find_callee(name).has_value();
}

void unknown_function(std::string_view name, Span span, std::vector<std::string_view> others) {
  if (const std::string_view hint = absent_hint(name); !hint.empty()) {
    throw Error(ErrorCode::name, "unknown function " + in_quotes(name), span, std::string(hint));
  }
  const auto built_in = function_names();
  others.insert(others.begin(), built_in.begin(), built_in.end());
  throw Error(ErrorCode::name, "unknown function " + in_quotes(name), span,
              suggest(name, others, "functions"));
}

std::optional<std::int64_t> integer_literal(TokenStream& tokens) {
  const bool negative = tokens.at_operator("-");
  const bool sign = negative || tokens.at_operator("+");
  const Token number = tokens.peek(sign ? 1 : 0);
  if (number.kind != Tok::number) return std::nullopt;
  const Number value = parse_number(tokens.text(number), number.span());
  const auto* size = std::get_if<BigInteger>(&value);
  if (size == nullptr) return std::nullopt;
  const auto narrow = (negative ? -*size : *size).narrow();
  if (!narrow || !range_of(DType::int64).contains({*narrow, *narrow})) {
    throw Error(ErrorCode::value, "the integer " + in_quotes(tokens.text(number)) + " is too large",
                number.span());
  }
  if (sign) tokens.next();
  tokens.next();
  return static_cast<std::int64_t>(*narrow);
}

CallBuilder::CallBuilder(const TokenStream& tokens, const Token& token)
    : name_(tokens.text(token)), span_(token.span()) {
  const auto callee = find_callee(name_);
  if (!callee) unknown_function(name_, span_, {});
  callee_ = *callee;
}

void CallBuilder::receive(const Value& value) {
  span_.begin = value.span.begin;
  positional_ = 1;
  operands_.push_back(value);
}

bool CallBuilder::literal_argument(TokenStream& tokens) {
  if (tokens.at(Tok::name) && tokens.peek(1).kind == Tok::assign) {
    return keyword(tokens);
  }
  if (keywords_) {
    throw Error(ErrorCode::syntax, "a positional argument follows a keyword argument",
                tokens.argument_span(tokens.position()));
  }
  ++positional_;
  if (callee_.kind == Kind::einsum && positional_ == 1) {
    subscripts(tokens);
    return true;
  }
  const auto parameters = keywords();
  if (literal_parameters(callee_.kind).empty() || parameters.empty() || operands_.empty()) {
    return false;
  }
  const bool lists = callee_.kind == Kind::shape || callee_.kind == Kind::transpose;
  const bool more_dims =
      lists && !tuple_dims_ && !tokens.at(Tok::open_paren) && !tokens.at(Tok::open_bracket);
  if (positional_ > 2 && !more_dims) {
    throw Error(ErrorCode::type, std::string(name_) + " takes at most 2 positional arguments",
                tokens.argument_span(tokens.position()),
                callee_.kind == Kind::reduction ? "the others are axis= and keepdims=" : "");
  }
  literal(tokens, parameters[0]);
  return true;
}

std::vector<std::string_view> CallBuilder::keywords() const {
  const auto literals = literal_parameters(callee_.kind);
  std::vector<std::string_view> all(literals.begin(), literals.end());
  if (callee_.kind == Kind::extent && name_ != "size") all.clear();
  if (callee_.kind != Kind::reduction) return all;
  const OpInfo& row = info(callee_.op);
  if (row.takes_where) all.push_back("where");
  if (row.takes_initial) all.push_back("initial");
  if (row.takes_ddof) all.insert(all.end(), {"ddof", "correction"});
  return all;
}

void CallBuilder::operand(const Value& value) {
  if (awaited_.empty()) {
    operands_.push_back(value);
  } else {
    (awaited_ == "where" ? where_ : initial_) = value;
    awaited_ = {};
  }
}

// Returns false where the keyword's value is an expression, which comes next.
bool CallBuilder::keyword(TokenStream& tokens) {
  const Token token = tokens.next();
  const std::string_view key = tokens.text(token);
  const std::vector<std::string_view> parameters = keywords();
  const auto found = std::find(parameters.begin(), parameters.end(), key);
  if (found == parameters.end()) {
    std::string hint = std::string(name_) + " takes no keywords";
    if (!parameters.empty()) hint = suggest(key, parameters, "keywords");
    throw Error(ErrorCode::name, "unknown keyword " + in_quotes(key) + " of " + std::string(name_),
                token.span(), hint);
  }
  const std::string_view parameter = *found == "correction" ? "ddof" : *found;
  if (std::find(given_.begin(), given_.end(), parameter) != given_.end()) {
    throw Error(ErrorCode::syntax, "argument '" + std::string(parameter) + "' is given twice",
                token.span());
  }
  tokens.next();  // '='
  keywords_ = true;
  if (parameter == "where" || parameter == "initial") {
    given_.push_back(parameter);
    awaited_ = parameter;
    return false;
  }
  literal(tokens, parameter);
  return true;
}

void CallBuilder::check_count(Span span) const {
  if (callee_.kind == Kind::einsum) {  // its subscripts say how many operands
    if (!given_.empty()) return;
    throw Error(ErrorCode::type, "einsum takes a string of subscripts and its operands", span,
                "write einsum('ij,jk->ik', a, b)");
  }
  const bool pair = callee_.kind == Kind::to_dtype && callee_.dtype == DType::complex128;
  const bool needs_literal = callee_.kind == Kind::convert || callee_.kind == Kind::shape;
  std::size_t wanted = callee_.operands + (needs_literal ? 1U : 0U);
  const std::size_t given =
      operands_.size() + std::min<std::size_t>(given_.size(), 1) * (needs_literal ? 1U : 0U);
  const bool operands = operands_.size() == callee_.operands || (pair && operands_.size() == 2);
  if (operands && (!needs_literal || !given_.empty())) return;
  throw Error(ErrorCode::type,
              std::string(name_) + " takes " + std::to_string(wanted) + " argument" +
                  (wanted == 1 ? "" : "s") + ", " + std::to_string(given) + " given",
              span);
}

ir::NodeId CallBuilder::elementwise(ir::Graph& graph, Span span) const {
  const auto arg = [&](std::size_t i) { return operands_[i].node; };
  if (name_ == kRescued) return graph.ternary(Op::call, arg(0), arg(1), arg(1), span);
  switch (callee_.operands) {
    case 1: return graph.unary(callee_.op, arg(0), span);
    case 2: return graph.binary(callee_.op, arg(0), arg(1), span);
    case 3: return graph.ternary(callee_.op, arg(0), arg(1), arg(2), span);
    default: throw Error(ErrorCode::internal, "an operation with an unknown number of operands");
  }
}

ir::NodeId CallBuilder::outer(ir::Graph& graph, Span span) const {
  constexpr auto reshape = ir::ViewSpec::Kind::reshape;
  const ir::NodeId column = graph.view(operands_[0].node, {reshape, {}, {-1, 1}}, span);
  const ir::NodeId row = graph.view(operands_[1].node, {reshape, {}, {1, -1}}, span);
  return graph.binary(Op::multiply, column, row, span);
}

ir::NodeId CallBuilder::einsum(ir::Graph& graph, Span span) const {
  std::vector<ir::NodeId> nodes;
  for (const Value& v : operands_) nodes.push_back(v.node);
  const std::string_view inside = subscript_text_.substr(1, subscript_text_.size() - 2);
  return lang::einsum(graph, inside, subscripts_.begin + std::size_t{1}, nodes, span);
}

ir::NodeId CallBuilder::to_dtype(ir::Graph& graph, Span span) const {
  const ir::NodeId first = operands_[0].node;
  if (operands_.size() == 1) return graph.convert(Op::astype, first, callee_.dtype, span);
  const auto literal = [&](ir::NodeId x) -> std::optional<double> {
    if (const auto whole = ir::integer_of(graph, x)) return whole->to_double();
    if (graph[x].op != Op::constant) return std::nullopt;
    const Scalar& s = graph.constants()[graph[x].attr];
    if (s.dtype != DType::float64) return std::nullopt;
    return s.as<double>();
  };
  const ir::NodeId second = operands_[1].node;
  const auto re = literal(first), im = literal(second);
  if (!re || !im) return graph.binary(Op::make_complex, first, second, span);
  return graph.constant(Scalar::of(std::complex<double>(*re, *im)), span);
}

ir::NodeId CallBuilder::rounded(ir::Graph& graph, Span span) const {
  const ir::NodeId x = operands_[0].node;
  const ir::NodeId whole = graph.unary(Op::round, x, span);
  if (decimals_ == 0) return whole;
  const double power = std::pow(10.0, std::abs(static_cast<double>(decimals_)));
  const ir::NodeId unit = graph.constant(Scalar::of(power), span);
  const Op to = decimals_ > 0 ? Op::multiply : Op::divide;
  const Op back = decimals_ > 0 ? Op::divide : Op::multiply;
  const ir::NodeId near = graph.unary(Op::round, graph.binary(to, x, unit, span), span);
  const ir::NodeId out = graph.binary(back, near, unit, span);
  if (decimals_ < 0) return out;
  // What is whole has no decimals; times the unit it could overflow.
  const ir::NodeId is_whole = graph.binary(Op::equal, whole, x, span);
  return graph.ternary(Op::where, is_whole, x, out, span);
}

ir::NodeId CallBuilder::extent(ir::Graph& graph, Span span) const {
  const ir::NodeId x = operands_[0].node;
  if (name_ == "len") return graph.extent(x, {false, false, {0}}, span);
  if (name_ == "size") return graph.extent(x, reduce_, span);
  return graph.extent(graph.view(x, {ir::ViewSpec::Kind::rank, {}, {}}, span), {}, span);
}

// In Python, max(3, 4) is the larger number; here the 4 would be an axis of a number.
void CallBuilder::check_extreme(const ir::Graph& graph, Span span) const {
  const bool extreme = callee_.op == Op::min || callee_.op == Op::max;
  if (!extreme || positional_ != 2 || reduce_.axes.size() != 1) return;
  if (graph[operands_[0].node].op != Op::constant) return;
  const std::string other = callee_.op == Op::min ? "minimum" : "maximum";
  throw Error(ErrorCode::type,
              std::string(name_) + "(x, axis) is of an array; its first argument is one number",
              span, "write " + other + pair_text_);
}

Value CallBuilder::finish(ir::Graph& graph, std::size_t end) {
  const Span span{span_.begin, end};
  check_count(span);
  switch (callee_.kind) {
    case Kind::elementwise: return {elementwise(graph, span), span};
    case Kind::round: return {rounded(graph, span), span};
    case Kind::extent: return {extent(graph, span), span};
    case Kind::flat:
      return {graph.view(operands_[0].node, {ir::ViewSpec::Kind::reshape, {}, {-1}}, span), span};
    case Kind::reduction:
      check_extreme(graph, span);
      return {graph.reduce(callee_.op, operands_[0].node, std::move(reduce_), span,
                           where_ ? where_->node : ir::kNoNode,
                           initial_ ? initial_->node : ir::kNoNode),
              span};
    case Kind::to_dtype: return {to_dtype(graph, span), span};
    case Kind::convert: return {graph.convert(callee_.op, operands_[0].node, *target_, span), span};
    case Kind::shape:
      return {graph.view(operands_[0].node, {callee_.view, {}, std::move(dims_)}, span), span};
    case Kind::transpose:
      return {graph.view(operands_[0].node, {ir::ViewSpec::Kind::transpose, {}, std::move(dims_)},
                         span),
              span};
    case Kind::contraction: {
      ir::ContractSpec spec;
      spec.kind = callee_.contract;
      return {graph.contract(std::move(spec), operands_[0].node, operands_[1].node, span), span};
    }
    case Kind::outer: return {outer(graph, span), span};
    case Kind::einsum: return {einsum(graph, span), span};
  }
  throw Error(ErrorCode::internal, "a call of an unknown kind");
}

}  // namespace tightloop::lang
