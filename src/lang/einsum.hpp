// einsum: subscripts such as 'bij,bjk->bik' become contractions of one or two operands.
#pragma once

#include <span>
#include <string_view>

#include "ir/graph.hpp"

namespace tightloop::lang {

/// Adds the nodes of einsum(subscripts, operands...). Letters name axes, '...' stands for any
/// number of them; a letter that comes twice in an operand takes its diagonal, one that is not in
/// the output is summed over. Without '->' the output holds the letters that come once, in
/// alphabetical order, after '...'. More than two operands are contracted in pairs, the pair with
/// the fewest axes in its result first. `text` is where the subscripts stand (the place of their
/// first character, for carets), `span` that of the whole call. Throws Error(syntax, value, type,
/// limit).
ir::NodeId einsum(ir::Graph& graph, std::string_view subscripts, std::size_t text,
                  std::span<const ir::NodeId> operands, Span span);

}  // namespace tightloop::lang
