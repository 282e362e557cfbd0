// Comparison of graphs for the tests of the language.
#pragma once

#include <string_view>

#include "ir/graph.hpp"
#include "lang/parser.hpp"

namespace lang_test {

inline constexpr std::string_view kVariables[] = {"a", "b", "c", "x"};

inline tightloop::ir::Graph parse(std::string_view text) {
  return tightloop::lang::parse(text, kVariables);
}

/// True where two graphs are equal node for node, spans aside.
inline bool same(const tightloop::ir::Graph& g, const tightloop::ir::Graph& h) {
  return g.nodes() == h.nodes() && g.inputs() == h.inputs() && g.constants() == h.constants() &&
         g.reduces() == h.reduces() && g.views() == h.views() && g.results == h.results;
}

}  // namespace lang_test
