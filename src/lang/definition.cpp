// Reads definitions: the header, where the body ends, which parameters and functions it names.
#include "lang/definition.hpp"

#include <algorithm>
#include <utility>

#include "lang/calls.hpp"
#include "lang/defined_call.hpp"
#include "lang/expansion.hpp"
#include "lang/lexer.hpp"

namespace tightloop::lang {
namespace {

constexpr std::size_t kMaxParameters = 32;
constexpr std::string_view kForm = "a definition is 'f(x, y) = expression'";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

/// Returns the '#' lines that stand directly above the line of `at`, without the '#', in one line.
std::string comment_above(std::string_view text, std::size_t at) {
  const auto line_begin = [&](std::size_t from) {
    while (from > 0 && text[from - 1] != '\n') --from;
    return from;
  };
  std::size_t begin = line_begin(at);
  if (!trimmed(text.substr(begin, at - begin)).empty()) return {};
  std::vector<std::string_view> lines;  // from the last one up
  while (begin > 0) {
    const std::size_t above = line_begin(begin - 1);
    const std::string_view line = trimmed(text.substr(above, begin - 1 - above));
    if (line.empty() || line.front() != '#') break;
    lines.push_back(trimmed(line.substr(1)));
    begin = above;
  }
  std::string doc;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (!doc.empty()) doc += ' ';
    doc += *line;
  }
  return doc;
}

/// Moves the span of an error from a part of the text to the whole.
Error moved(const Error& e, std::size_t by) {
  return {e.code(), e.message(), {e.span().begin + by, e.span().end + by}, e.hint()};
}

class DefinitionReader {
 public:
  DefinitionReader(std::string_view text, const Dictionary& known, const Dictionary& prelude)
      : text_(text), tokens_(text), known_(known), prelude_(prelude) {}

  std::vector<std::shared_ptr<const Definition>> read() {
    while (skip_separators()) one();
    if (read_.empty()) {
      throw Error(ErrorCode::syntax, "the text defines nothing", {text_.size(), text_.size()},
                  std::string(kForm));
    }
    return std::move(read_);
  }

 private:
  /// Returns false at the end of the text.
  bool skip_separators() {
    while (tokens_.accept(Tok::separator)) {
    }
    return !tokens_.at(Tok::end);
  }

  void one() {
    auto made = std::make_shared<Definition>();
    const Token name = tokens_.peek();
    header(*made);
    const Span body = find_body();
    made->body = tokens_.text(body);
    made->doc = comment_above(text_, name.begin);
    try {
      scan_body(*made);
      check_body(*made, budget_);
    } catch (const Error& e) {
      throw moved(e, body.begin);
    }
    known_.insert_or_assign(made->name, made);
    read_.push_back(std::move(made));
  }

  void header(Definition& out) {
    const Token name = tokens_.peek();
    if (!tokens_.accept(Tok::name))
      tokens_.fail("expected the name of a function", std::string(kForm));
    out.name = tokens_.text(name);
    if (is_function(out.name)) {
      throw Error(ErrorCode::name, in_quotes(out.name) + " is a built-in function", name.span(),
                  "choose another name");
    }
    if (!tokens_.accept(Tok::open_paren)) tokens_.fail("expected '('", std::string(kForm));
    while (!tokens_.at(Tok::close_paren)) {
      parameter(out);
      if (!tokens_.accept(Tok::comma)) break;
    }
    if (!tokens_.accept(Tok::close_paren)) tokens_.fail("expected ',' or ')'");
    if (!tokens_.accept(Tok::assign)) tokens_.fail("expected '='", std::string(kForm));
  }

  void parameter(Definition& out) {
    const Token token = tokens_.peek();
    if (!tokens_.accept(Tok::name)) tokens_.fail("expected the name of a parameter");
    DefinedParameter made{std::string(tokens_.text(token)), {}};
    for (const DefinedParameter& other : out.parameters) {
      if (other.name == made.name) {
        throw Error(ErrorCode::syntax, "parameter " + in_quotes(made.name) + " is given twice",
                    token.span());
      }
    }
    if (out.parameters.size() == kMaxParameters) {
      throw Error(ErrorCode::limit,
                  "a function of more than " + std::to_string(kMaxParameters) + " parameters",
                  token.span());
    }
    if (tokens_.accept(Tok::assign)) {
      const Span literal = literal_span(tokens_);
      if (literal == Span{}) {
        tokens_.fail("expected a literal",
                     "a default is a number, True, False, None, a string or a tuple of integers");
      }
      made.fallback = tokens_.text(literal);
    } else if (!out.parameters.empty() && !out.parameters.back().fallback.empty()) {
      throw Error(ErrorCode::syntax,
                  "parameter " + in_quotes(made.name) + " without a default follows one with",
                  token.span());
    }
    out.parameters.push_back(std::move(made));
  }

  /// True where a statement begins as a definition does: "name(...) =".
  bool at_header() {
    const std::size_t start = tokens_.position();
    bool header = tokens_.accept(Tok::name) && tokens_.accept(Tok::open_paren);
    for (std::size_t open = 1; header && open > 0;) {
      const Tok kind = tokens_.next().kind;
      if (kind == Tok::open_paren) ++open;
      if (kind == Tok::close_paren) --open;
      if (kind == Tok::end || kind == Tok::separator || kind == Tok::bad) header = false;
    }
    header = header && tokens_.at(Tok::assign);
    tokens_.rewind(start);
    return header;
  }

  /// Steps over the body and returns its bytes.
  Span find_body() {
    if (!skip_separators() || at_header()) tokens_.fail("expected the body of the function");
    Span body = tokens_.peek().span();
    for (;;) {
      while (!tokens_.at(Tok::separator) && !tokens_.at(Tok::end)) {
        tokens_.check();
        body.end = tokens_.next().end;
      }
      if (!skip_separators() || at_header()) return body;
    }
  }

  /// Finds the parameters and the functions that the body names.
  void scan_body(Definition& out) {
    TokenStream tokens(out.body);
    Tok before = Tok::separator;
    for (; !tokens.at(Tok::end); before = tokens.next().kind) {
      if (!tokens.at(Tok::name) || before == Tok::dot) continue;
      const Token token = tokens.peek();
      const Tok after = tokens.peek(1).kind;
      if (after == Tok::open_paren) {
        callee(out, tokens.text(token), token.span());
        continue;
      }
      const std::size_t parameter = find_parameter(out, tokens.text(token));
      const bool key = after == Tok::assign && before != Tok::separator;
      if (parameter == out.parameters.size() || key) continue;
      if (after == Tok::assign) {
        throw Error(ErrorCode::syntax, in_quotes(tokens.text(token)) + " is a parameter",
                    token.span(), "bind another name");
      }
      out.uses.push_back({token.begin, token.end, parameter, opens(before) && closes(after)});
    }
  }

  static std::size_t find_parameter(const Definition& d, std::string_view name) {
    std::size_t i = 0;
    while (i < d.parameters.size() && d.parameters[i].name != name) ++i;
    return i;
  }

  static bool opens(Tok t) {
    return t == Tok::open_paren || t == Tok::open_bracket || t == Tok::comma || t == Tok::colon ||
           t == Tok::assign || t == Tok::separator;
  }
  static bool closes(Tok t) {
    return t == Tok::close_paren || t == Tok::close_bracket || t == Tok::comma || t == Tok::colon ||
           t == Tok::end || t == Tok::separator;
  }

  void callee(Definition& out, std::string_view name, Span span) {
    if (is_function(name)) return;
    if (name == out.name) {
      throw Error(ErrorCode::name, in_quotes(name) + " calls itself", span,
                  "a function can only call those that were defined before it");
    }
    for (const Dictionary* dictionary : {static_cast<const Dictionary*>(&known_), &prelude_}) {
      const auto it = dictionary->find(name);
      if (it == dictionary->end()) continue;
      out.callees.insert(*it);
      return;
    }
    if (find_parameter(out, name) < out.parameters.size()) return;  // the parser has the words
    std::vector<std::string_view> names = Functions{&known_, nullptr, nullptr}.names();
    for (const auto& [other, definition] : prelude_) names.push_back(other);
    unknown_function(name, span, std::move(names));
  }

  std::string_view text_;
  TokenStream tokens_;
  Dictionary known_;  // with those of this text
  const Dictionary& prelude_;
  Budget budget_;  // of all bodies of the text
  std::vector<std::shared_ptr<const Definition>> read_;
};

}  // namespace

std::string signature(const Definition& definition) {
  std::string out = definition.name + "(";
  for (const DefinedParameter& p : definition.parameters) {
    if (out.back() != '(') out += ", ";
    out += p.name;
    if (!p.fallback.empty()) out += "=" + p.fallback;
  }
  return out + ")";
}

std::vector<std::shared_ptr<const Definition>> read_definitions(std::string_view text,
                                                                const Dictionary& known,
                                                                const Dictionary& prelude) {
  try {
    return DefinitionReader(text, known, prelude).read();
  } catch (Error& error) {
    error.set_source(text.substr(0, (std::size_t{1} << 20) + 1));
    throw;
  }
}

}  // namespace tightloop::lang
