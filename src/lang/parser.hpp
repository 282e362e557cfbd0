// Text to Graph: the grammar of the language.
#pragma once

#include <span>
#include <string_view>

#include "ir/graph.hpp"
#include "lang/definition.hpp"

namespace tightloop::lang {

/// Parses `text` into a graph whose inputs are those of `variables` that the text uses, in order of
/// first use. Calls are of built-in functions, of `defined` (may be null) and of the prelude, in
/// this order. Throws Error (syntax, name, limit, type for misuse that the grammar can see) with a
/// span and, where one fits, a hint. Time and memory are linear in the text and in what its calls
/// expand to, which is bounded; no recursion that the text could drive. Thread-safe.
ir::Graph parse(std::string_view text, std::span<const std::string_view> variables,
                const Dictionary* defined = nullptr);

}  // namespace tightloop::lang
