// The lexer and the tables of functions, as the public face shows them.
#include "tightloop/language.hpp"

#include <algorithm>

#include "api/guard.hpp"
#include "lang/calls.hpp"
#include "lang/dtype_names.hpp"
#include "lang/lexer.hpp"
#include "tightloop/op.hpp"
#include "types/dtype_text.hpp"

namespace tightloop {
namespace {

TokenKind kind_of(lang::Tok kind, std::string_view text) {
  using lang::Tok;
  switch (kind) {
    case Tok::name: return TokenKind::name;
    case Tok::number: return TokenKind::number;
    case Tok::string: return TokenKind::string;
    case Tok::op:
      return text == "and" || text == "or" || text == "not" ? TokenKind::keyword : TokenKind::op;
    case Tok::kw_if:
    case Tok::kw_else:
    case Tok::kw_true:
    case Tok::kw_false:
    case Tok::kw_none: return TokenKind::keyword;
    case Tok::open_paren:
    case Tok::open_bracket: return TokenKind::open;
    case Tok::close_paren:
    case Tok::close_bracket: return TokenKind::close;
    case Tok::comma: return TokenKind::comma;
    case Tok::dot: return TokenKind::dot;
    case Tok::assign: return TokenKind::assign;
    case Tok::separator: return TokenKind::separator;
    case Tok::colon:
    case Tok::ellipsis: return TokenKind::other;
    case Tok::bad:
    case Tok::end: break;
  }
  return TokenKind::bad;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t cut = std::min(text.find(' '), text.size());
    out.emplace_back(text.substr(0, cut));
    text.remove_prefix(std::min(cut + 1, text.size()));
  }
  return out;
}

/// Returns the call of a row of the op table with all that it takes.
std::string signature_of(const OpInfo& op, const std::string& name) {
  if (op.kind == OpKind::reduction) {
    std::string out = name + "(x, axis=None, keepdims=False";
    if (op.takes_ddof) out += ", ddof=0";
    if (op.takes_initial) out += ", initial=";
    if (op.takes_where) out += ", where=";
    return out + ")";
  }
  if (op.type_rule == TypeRule::where) return name + "(condition, x, y)";
  if (op.range_rule == RangeRule::clip) return name + "(x, lo, hi)";
  if (op.id == "round") return name + "(x" + (name == "round" ? ", decimals=0)" : ")");
  static constexpr std::string_view kOperands[] = {"", "x", "x, y", "x, y, z"};
  return name + "(" + std::string(kOperands[std::min<int>(op.arity, 3)]) + ")";
}

}  // namespace

std::optional<DType> find_dtype(std::string_view text) {
  return types::dtype_of_text(text);
}

std::string dtype_list() {
  return types::dtype_list();
}

List<Token> detail::token_list(std::string_view text) {
  return detail::guarded(text, [&]() -> List<Token> {
    std::vector<Token> out;
    lang::TokenStream tokens(text);
    while (!tokens.at(lang::Tok::end)) {
      const lang::Token token = tokens.next();
      out.push_back({kind_of(token.kind, tokens.text(token)), token.span()});
      if (token.kind == lang::Tok::bad) break;
    }
    return out;
  });
}

List<FunctionInfo> detail::builtin_function_list() {
  std::vector<FunctionInfo> out;
  for (const OpInfo& op : op_table()) {
    FunctionInfo f{words(op.names), {}, std::string(op.doc)};
    f.signature = signature_of(op, f.names.front());
    out.push_back(std::move(f));
  }
  for (const lang::StructuralFunction& s : lang::structural_functions()) {
    out.push_back({{std::string(s.name)}, std::string(s.signature), std::string(s.doc)});
  }
  for (const std::string_view dtype : lang::dtype_names()) {
    if (find_op(dtype)) continue;
    const std::string name(dtype);
    out.push_back({{name},
                   name + "(x)",
                   "x as " + std::string(tightloop::name(*lang::find_dtype(dtype))) +
                       ", rounded as IEEE 754 says"});
  }
  return out;
}

}  // namespace tightloop
