// Bodies become nodes: arguments are put in, statements are read, spans point at the call.
#include "lang/expansion.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "lang/lexer.hpp"
#include "lang/scope.hpp"
#include "lang/statements.hpp"

namespace tightloop::lang {
namespace {

/// The text of a body with literal arguments in the places of their parameters.
class Spliced {
 public:
  Spliced(const Definition& definition, std::span<const Argument> arguments) {
    std::size_t from = 0;
    for (const Definition::Use& use : definition.uses) {
      const std::string_view literal = arguments[use.parameter].literal;
      if (literal.empty()) continue;
      text_.append(definition.body, from, use.begin - from);
      const std::size_t begin = text_.size();
      if (!use.whole) text_ += '(';
      text_ += literal;
      if (!use.whole) text_ += ')';
      pieces_.push_back({begin, text_.size(), use.begin, use.end});
      from = use.end;
    }
    text_.append(definition.body, from);
  }

  std::string_view text() const { return text_; }

  /// Returns the bytes of the body that a span of text() came from.
  Span in_body(Span span) const {
    return {body_byte(span.begin, false), body_byte(span.end, true)};
  }

 private:
  struct Piece {
    std::size_t begin, end;            // in the text
    std::size_t body_begin, body_end;  // of the parameter that it replaces
  };

  std::size_t body_byte(std::size_t at, bool is_end) const {
    const auto starts_after = [](std::size_t byte, const Piece& p) { return byte < p.begin; };
    auto it = std::upper_bound(pieces_.begin(), pieces_.end(), at, starts_after);
    // The end of a span that ends where a piece begins is not in the piece.
    if (is_end && it != pieces_.begin() && (it - 1)->begin == at) --it;
    if (it == pieces_.begin()) return at;
    --it;
    if (at >= it->end) return it->body_end + (at - it->end);
    return is_end ? it->body_end : it->body_begin;
  }

  std::string text_;
  std::vector<Piece> pieces_;
};

/// Returns how long the text will be, before any of it is made.
std::size_t spliced_size(const Definition& definition, std::span<const Argument> arguments) {
  std::size_t size = definition.body.size();
  for (const Definition::Use& use : definition.uses) {
    size += arguments[use.parameter].literal.size() + 2;  // with parentheses
  }
  return size;
}

/// Takes from the budget for the life of one expansion.
class Spending {
 public:
  Spending(Budget& budget, std::size_t bytes, Span call) : budget_(budget) {
    constexpr std::size_t kLeast = 16;  // an empty body is work, too
    bytes = std::max(bytes, kLeast);
    if (budget.depth == 0) {
      throw Error(ErrorCode::limit,
                  "functions call each other more than " + std::to_string(kMaxExpansionDepth) +
                      " levels deep",
                  call);
    }
    if (bytes > budget.bytes) {
      throw Error(ErrorCode::limit,
                  "the calls of defined functions expand to more than " +
                      std::to_string(kMaxExpansion) + " bytes",
                  call);
    }
    budget.bytes -= bytes;
    --budget.depth;
  }
  ~Spending() { ++budget_.depth; }
  Spending(const Spending&) = delete;
  Spending& operator=(const Spending&) = delete;

 private:
  Budget& budget_;
};

std::vector<Argument> with_fallbacks(const Definition& definition,
                                     std::span<const Argument> arguments) {
  std::vector<Argument> out(arguments.begin(), arguments.end());
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!out[i].given()) out[i].literal = definition.parameters[i].fallback;
  }
  return out;
}

ir::NodeId read_body(const Definition& definition, std::span<const Argument> arguments,
                     const Spliced& spliced, Budget& budget, ir::Graph& graph) {
  TokenStream tokens(spliced.text());
  Scope scope({}, {&definition.callees, nullptr, &budget});
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].node != ir::kNoNode) {
      scope.bind(definition.parameters[i].name, arguments[i].node);
    }
  }
  const StatementList read = read_statements(tokens, scope, graph);
  if (read.results.size() != 1) {
    throw Error(ErrorCode::syntax, "a function has one result, not a list", read.results_span);
  }
  return read.results[0];
}

/// Returns the bytes of the caller's text that an error within the body is about.
Span blame(const Definition& definition, std::span<const Argument> arguments, Span body,
           Span call) {
  for (const Definition::Use& use : definition.uses) {
    const Span argument = arguments[use.parameter].span;
    const bool inside = body.begin >= use.begin && body.end <= use.end && body.begin < body.end;
    if (inside && argument.begin < argument.end) return argument;
  }
  return call;
}

}  // namespace

const Definition* Functions::find(std::string_view name) const {
  const auto look = [&](const Dictionary& dictionary) -> const Definition* {
    const auto it = dictionary.find(name);
    return it == dictionary.end() ? nullptr : it->second.get();
  };
  const Definition* found = defined != nullptr ? look(*defined) : nullptr;
  return found == nullptr && prelude != nullptr ? look(prelude()) : found;
}

std::vector<std::string_view> Functions::names() const {
  std::vector<std::string_view> names;
  for (const Dictionary* dictionary : {defined, prelude != nullptr ? &prelude() : nullptr}) {
    if (dictionary == nullptr) continue;
    for (const auto& [name, definition] : *dictionary) names.push_back(name);
  }
  return names;
}

ir::NodeId expand(const Definition& definition, std::span<const Argument> given, Span call,
                  Budget& budget, ir::Graph& graph) {
  const std::vector<Argument> arguments = with_fallbacks(definition, given);
  const Spending spending(budget, spliced_size(definition, arguments), call);
  const Spliced spliced(definition, arguments);
  const std::size_t before = graph.nodes().size();
  try {
    const ir::NodeId result = read_body(definition, arguments, spliced, budget, graph);
    graph.place(static_cast<ir::NodeId>(before), call);
    return result;
  } catch (const Error& e) {
    if (e.code() == ErrorCode::internal) throw;
    const bool limit = e.code() == ErrorCode::limit;
    throw Error(e.code(), limit ? e.message() : definition.name + ": " + e.message(),
                blame(definition, given, spliced.in_body(e.span()), call),
                limit ? e.hint() : "the function is " + signature(definition));
  }
}

void check_body(const Definition& definition, Budget& budget) {
  ir::Graph graph;
  std::vector<Argument> arguments;
  for (const DefinedParameter& p : definition.parameters) {
    arguments.push_back(
        {p.fallback.empty() ? graph.variable(p.name) : ir::kNoNode, p.fallback, {}});
  }
  const Spending spending(budget, spliced_size(definition, arguments), {});
  const Spliced spliced(definition, arguments);
  try {
    read_body(definition, arguments, spliced, budget, graph);
  } catch (const Error& e) {
    const Span span = spliced.in_body(e.span());
    std::string hint = e.hint();
    for (const Definition::Use& use : definition.uses) {
      const bool here = use.begin == span.begin && use.end == span.end;
      if (here && e.code() == ErrorCode::type && arguments[use.parameter].literal.empty()) {
        const std::string& name = definition.parameters[use.parameter].name;
        hint = "a parameter that is passed on as a literal needs a default, as in " +
               in_quotes(name + "=-1");
      }
    }
    throw Error(e.code(), e.message(), span, hint);
  }
}

}  // namespace tightloop::lang
