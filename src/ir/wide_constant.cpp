// Wide integer constants: to digits of base 2^62 and back.
#include "ir/wide_constant.hpp"

#include <vector>

namespace tightloop::ir {
namespace {

constexpr int kDigitBits = 62;
constexpr std::int64_t kDigitEnd = std::int64_t{1} << kDigitBits;

NodeId small(Graph& graph, std::int64_t value, Span span) {
  return graph.constant(Scalar::of(value), span);
}

std::optional<std::int64_t> digit_of(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  if (node.op != Op::constant) return std::nullopt;
  const Scalar& s = graph.constants()[node.attr];
  if (s.dtype != DType::int64) return std::nullopt;
  const auto digit = s.as<std::int64_t>();
  return digit >= 0 && digit < kDigitEnd ? std::optional(digit) : std::nullopt;
}

/// The node that (x << 62 | digit) extends; none where the node is not of that form.
std::optional<NodeId> extended(const Graph& graph, NodeId id) {
  const Node& joined = graph[id];
  if (joined.op != Op::bit_or || !digit_of(graph, joined.args[1])) return std::nullopt;
  const Node& shifted = graph[joined.args[0]];
  if (shifted.op != Op::shift_left || digit_of(graph, shifted.args[1]) != kDigitBits) {
    return std::nullopt;
  }
  return shifted.args[0];
}

}  // namespace

NodeId add_integer(Graph& graph, const BigInteger& value, Span span) {
  if (const auto v = value.narrow()) {
    if (range_of(DType::int64).contains({*v, *v})) {
      return small(graph, static_cast<std::int64_t>(*v), span);
    }
    if (range_of(DType::uint64).contains({*v, *v})) {
      return graph.constant(Scalar::of(static_cast<std::uint64_t>(*v)), span);
    }
  }
  if (value.is_negative()) return graph.unary(Op::negative, add_integer(graph, -value, span), span);
  const int digits = (value.bits() + kDigitBits - 1) / kDigitBits;
  const auto digit = [&](int at) {
    const std::uint64_t word = (value >> (kDigitBits * at)).low_word();
    return small(graph, static_cast<std::int64_t>(word % std::uint64_t{kDigitEnd}), span);
  };
  const NodeId width = small(graph, kDigitBits, span);
  NodeId node = digit(digits - 1);
  for (int at = digits - 2; at >= 0; --at) {
    node = graph.binary(Op::shift_left, node, width, span);
    node = graph.binary(Op::bit_or, node, digit(at), span);
  }
  return node;
}

std::optional<BigInteger> integer_of(const Graph& graph, NodeId id) {
  if (graph[id].op == Op::constant) {
    const Scalar& s = graph.constants()[graph[id].attr];
    if (s.dtype == DType::int64) return BigInteger(s.as<std::int64_t>());
    if (s.dtype == DType::uint64) return BigInteger(s.as<std::uint64_t>());
    return std::nullopt;
  }
  std::vector<std::int64_t> digits;  // the lowest first
  constexpr std::size_t most = BigInteger::kMaxBits / kDigitBits + 1;
  while (const auto inner = extended(graph, id)) {
    digits.push_back(*digit_of(graph, graph[id].args[1]));
    if (digits.size() > most) return std::nullopt;
    id = *inner;
  }
  const auto top = digit_of(graph, id);
  if (digits.empty() || !top || *top == 0) return std::nullopt;
  BigInteger value(*top);
  for (std::size_t i = digits.size(); i-- > 0;) value = (value << kDigitBits) + digits[i];
  if (value.bits() <= 64) return std::nullopt;  // written by somebody else
  return value;
}

}  // namespace tightloop::ir
