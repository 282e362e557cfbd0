// "name = expression" and "expression, expression"; ';' and line ends separate them.
#include "lang/statements.hpp"

#include <string>
#include <utility>

#include "lang/expression.hpp"

namespace tightloop::lang {
namespace {

class StatementReader {
 public:
  StatementReader(TokenStream& tokens, Scope& scope, ir::Graph& graph)
      : tokens_(tokens), scope_(scope), expression_(tokens, scope, graph) {}

  StatementList read() {
    while (skip_separators()) {
      if (!list_.results.empty()) {
        throw Error(ErrorCode::syntax, "only the last statement can be without a name",
                    list_.results_span, "bind it: 'd = ...'; results are separated by ','");
      }
      const bool binds = tokens_.peek(1).kind == Tok::assign;
      binds ? binding() : results();
    }
    if (list_.results.empty()) no_result();
    return std::move(list_);
  }

 private:
  bool skip_separators() {
    while (tokens_.accept(Tok::separator)) {
    }
    return !tokens_.at(Tok::end);
  }

  bool at_end() const { return tokens_.at(Tok::end) || tokens_.at(Tok::separator); }

  void binding() {
    const Token name = tokens_.peek();
    if (name.kind != Tok::name) {
      tokens_.check();
      throw Error(ErrorCode::syntax, "cannot bind " + in_quotes(tokens_.text(name)), name.span(),
                  "a binding is 'name = expression'");
    }
    tokens_.next();
    tokens_.next();
    const Value value = expression_.parse();
    last_binding_ = name.span();
    if (!at_end()) {
      throw Error(ErrorCode::syntax, "a binding holds one value, found ','", tokens_.peek().span(),
                  "';' or a new line separates statements");
    }
    scope_.bind(tokens_.text(name), value.node);
  }

  void results() {
    list_.results_span.begin = tokens_.peek().begin;
    do {
      const Value value = expression_.parse();
      if (list_.results.size() >= ir::kMaxResults) {
        throw Error(ErrorCode::limit, "more than " + std::to_string(ir::kMaxResults) + " results",
                    value.span);
      }
      list_.results.push_back(value.node);
    } while (tokens_.accept(Tok::comma) && !at_end());
    list_.results_span.end = tokens_.previous().end;
  }

  [[noreturn]] void no_result() const {
    if (last_binding_ == Span{}) {
      const std::size_t end = tokens_.source().size();
      throw Error(ErrorCode::syntax, "the expression is empty", {end, end});
    }
    const std::string name(tokens_.text(last_binding_));
    throw Error(ErrorCode::syntax, "the text ends with a binding and has no result", last_binding_,
                "add a line with the results: " + in_quotes(name.size() > 30 ? "d" : name));
  }

  TokenStream& tokens_;
  Scope& scope_;
  Expression expression_;
  StatementList list_;
  Span last_binding_;
};

}  // namespace

StatementList read_statements(TokenStream& tokens, Scope& scope, ir::Graph& graph) {
  return StatementReader(tokens, scope, graph).read();
}

}  // namespace tightloop::lang
