// Statements and names, by tokens.
#include "repl/binder.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "repl/generators.hpp"
#include "tightloop/language.hpp"

namespace tightloop::tool {
namespace {

constexpr int kMostNestedCalls = 50;

std::string_view text_of(std::string_view source, const Token& token) {
  return source.substr(token.span.begin, token.span.end - token.span.begin);
}

/// Returns the number of the bracket that closes the one at `open`, among the tokens before `end`;
/// `end` where none does.
std::size_t closing(const std::vector<Token>& tokens, std::size_t open, std::size_t end) {
  std::size_t depth = 0;
  for (std::size_t i = open; i < end; ++i) {
    if (tokens[i].kind == TokenKind::open) ++depth;
    if (tokens[i].kind == TokenKind::close && --depth == 0) return i;
  }
  return end;
}

/// Returns for every bracket that is closed the number of the one that closes it, for all other
/// tokens their count; linear.
std::vector<std::size_t> closings(const std::vector<Token>& tokens) {
  std::vector<std::size_t> out(tokens.size(), tokens.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind == TokenKind::open) open.push_back(i);
    if (tokens[i].kind != TokenKind::close || open.empty()) continue;
    out[open.back()] = i;
    open.pop_back();
  }
  return out;
}

/// Half-open ranges of tokens between the commas of [begin, end), outside brackets.
std::vector<std::pair<std::size_t, std::size_t>> split(const std::vector<Token>& tokens,
                                                       std::size_t begin, std::size_t end) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  if (begin == end) return out;
  std::size_t depth = 0;
  std::size_t from = begin;
  for (std::size_t i = begin; i < end; ++i) {
    if (tokens[i].kind == TokenKind::open) ++depth;
    if (tokens[i].kind == TokenKind::close && depth > 0) --depth;
    if (depth > 0 || tokens[i].kind != TokenKind::comma) continue;
    out.emplace_back(from, i);
    from = i + 1;
  }
  if (from < end) out.emplace_back(from, end);
  return out;
}

class Binder {
 public:
  Binder(std::shared_ptr<const std::string> source, Workspace& workspace, int depth)
      : shared_(std::move(source)), source_(*shared_), workspace_(workspace), depth_(depth) {}

  BoundText run(Span span) {
    BoundText out{shared_, span, {}, {}};
    tokens_ = tokenize(std::string_view(source_).substr(span.begin, span.end - span.begin));
    for (Token& token : tokens_) {
      token.span.begin += span.begin;
      token.span.end += span.begin;
    }
    closings_ = closings(tokens_);
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].kind != TokenKind::name || is(i + 1, TokenKind::assign) ||
          (i > 0 && is(i - 1, TokenKind::dot))) {
        continue;
      }
      const std::string name(text_of(source_, tokens_[i]));
      if (!is(i + 1, TokenKind::open) || text_of(source_, tokens_[i + 1]) == "[") {
        variable(name, tokens_[i].span, out);
      } else if (const std::size_t end = closings_[i + 1];
                 find_generator(name) != nullptr && end < tokens_.size()) {
        out.uses.push_back(
            {{tokens_[i].span.begin, tokens_[end].span.end}, call(name, i, end), {}});
        i = end;
      } else if (const std::string kept = workspace_.kept_function(name); !kept.empty()) {
        out.uses.push_back({tokens_[i].span, nullptr, kept});
      }
    }
    return out;
  }

 private:
  bool is(std::size_t i, TokenKind kind) const {
    return i < tokens_.size() && tokens_[i].kind == kind;
  }

  void variable(const std::string& name, Span span, BoundText& out) const {
    if (ValuePtr value = workspace_.find(name)) {
      out.uses.push_back({span, std::move(value), {}});
    } else {
      out.free.insert(name);
    }
  }

  /// Makes the array of the call whose name is token `at` and whose last bracket is token `end`.
  ValuePtr call(const std::string& name, std::size_t at, std::size_t end) const {
    GeneratorCall call{name, {tokens_[at].span.begin, tokens_[end].span.end}, {}, 0};
    if (depth_ >= kMostNestedCalls) {
      throw Error(ErrorCode::limit, "calls that make arrays are nested too deep", call.span);
    }
    for (const auto& [begin, stop] : split(tokens_, at + 2, end)) {
      call.arguments.push_back(argument(begin, stop));
    }
    if (name == "random") call.seed = workspace_.next_seed();
    call.stop = workspace_.options().stop;
    auto out = std::make_shared<Value>();
    out->array = generate(call);
    out->name = workspace_.fresh_name(name);
    out->origin = source_.substr(call.span.begin, call.span.end - call.span.begin);
    out->type = {out->array->dtype(), out->array->shape(), false};
    return out;
  }

  Span span_of(std::size_t begin, std::size_t end) const {
    return {tokens_[begin].span.begin, tokens_[end - 1].span.end};
  }

  GeneratorArgument argument(std::size_t begin, std::size_t end) const {
    GeneratorArgument out;
    if (begin == end) {
      const std::size_t here = tokens_[begin].span.begin;
      throw Error(ErrorCode::syntax, "an argument is missing", {here, here + 1});
    }
    out.span = span_of(begin, end);
    if (is(begin, TokenKind::name) && is(begin + 1, TokenKind::assign) && end > begin + 2) {
      out.keyword = text_of(source_, tokens_[begin]);
      begin += 2;
    }
    const std::string_view first = text_of(source_, tokens_[begin]);
    const bool single = end == begin + 1;
    if (single && tokens_[begin].kind == TokenKind::string) {
      out.value = std::string(first.substr(1, first.size() - 2));
    } else if (single && first == "None") {
      out.value = std::monostate{};
    } else if (is_tuple(begin, end)) {
      std::vector<std::int64_t> list;
      for (const auto& [from, to] : split(tokens_, begin + 1, end - 1)) {
        if (from == to) throw Error(ErrorCode::syntax, "an extent is missing", out.span);
        list.push_back(integer(span_of(from, to)));
      }
      out.value = std::move(list);
    } else {
      out.value = scalar(span_of(begin, end));
    }
    return out;
  }

  /// True for "(2, 3)", "(2,)", "()" and "[2, 3]", not for "(2 + 3)".
  bool is_tuple(std::size_t begin, std::size_t end) const {
    if (!is(begin, TokenKind::open) || closings_[begin] != end - 1) return false;
    if (end == begin + 2 || text_of(source_, tokens_[begin]) == "[") return true;
    const auto items = split(tokens_, begin + 1, end - 1);
    return items.size() > 1 || items.back().second < end - 1;
  }

  ScalarArgument scalar(Span span) const {
    const BoundText expression = Binder(shared_, workspace_, depth_ + 1).run(span);
    const std::vector<ResultType> types = workspace_.types(expression);
    if (types.size() != 1 || !types[0].shape.empty()) {
      throw Error(ErrorCode::shape, "the argument is not one number", span);
    }
    return {workspace_.evaluate(expression).front(), types[0].constant};
  }

  std::int64_t integer(Span span) const {
    const Array value = scalar(span).value;
    if (is_float(value.dtype()) || is_complex(value.dtype())) {
      throw Error(ErrorCode::type, "an extent is an integer", span);
    }
    try {
      return value.item<std::int64_t>();
    } catch (const Error& error) {
      throw Error(error.code(), error.message(), span);
    }
  }

  const std::shared_ptr<const std::string> shared_;
  const std::string& source_;
  Workspace& workspace_;
  const int depth_;
  std::vector<Token> tokens_;
  std::vector<std::size_t> closings_;
};

/// Reads the statement of tokens [begin, end); true where it is a definition.
bool read_statement(const std::string& source, const std::vector<Token>& tokens, std::size_t begin,
                    std::size_t end, Statement& out) {
  out.span = {tokens[begin].span.begin, tokens[end - 1].span.end};
  if (tokens[begin].kind != TokenKind::name || begin + 1 >= end) return false;
  if (tokens[begin + 1].kind == TokenKind::assign) {
    out.kind = Statement::Kind::assignment;
    out.name = text_of(source, tokens[begin]);
    out.span.begin = begin + 2 < end ? tokens[begin + 2].span.begin : out.span.end;
    return false;
  }
  if (text_of(source, tokens[begin + 1]) != "(") return false;
  const std::size_t close = closing(tokens, begin + 1, end);
  const bool defines = close + 1 < end && tokens[close + 1].kind == TokenKind::assign;
  if (defines) {
    out.kind = Statement::Kind::definition;
    out.name = text_of(source, tokens[begin]);
  }
  return defines;
}

}  // namespace

std::vector<Statement> statements(const std::string& source) {
  std::vector<Statement> out;
  const std::vector<Token> tokens = tokenize(source);
  for (std::size_t begin = 0; begin < tokens.size(); ++begin) {
    if (tokens[begin].kind == TokenKind::separator) continue;
    std::size_t end = begin;
    while (end < tokens.size() && tokens[end].kind != TokenKind::separator) ++end;
    Statement statement;
    const bool last = read_statement(source, tokens, begin, end, statement);
    // What the lexer refuses, the library is to say why: it gets all the rest.
    if (last || tokens[end - 1].kind == TokenKind::bad) statement.span.end = source.size();
    if (last) statement.span.begin = out.empty() ? 0 : statement.span.begin;  // comments are doc
    out.push_back(statement);
    if (last) break;
    begin = end;
  }
  return out;
}

BoundText bind(const std::shared_ptr<const std::string>& source, Span span, Workspace& workspace) {
  try {
    return Binder(source, workspace, 0).run(span);
  } catch (Error& error) {
    if (error.source().empty()) error.set_source(*source);
    throw;
  }
}

std::vector<BoundText> results(const BoundText& expression) {
  const Span span = expression.span;
  const std::vector<Token> tokens =
      tokenize(std::string_view(*expression.source).substr(span.begin, span.end - span.begin));
  std::vector<BoundText> out;
  for (const auto& [begin, end] : split(tokens, 0, tokens.size())) {
    if (begin == end) continue;
    BoundText one{expression.source, {}, {}, expression.free};
    one.span = {span.begin + tokens[begin].span.begin, span.begin + tokens[end - 1].span.end};
    for (const BoundText::Use& use : expression.uses) {
      if (use.span.begin >= one.span.begin && use.span.end <= one.span.end) one.uses.push_back(use);
    }
    out.push_back(std::move(one));
  }
  return out;
}

ValuePtr only_value(const BoundText& expression) {
  if (expression.uses.size() != 1 || expression.uses[0].span != expression.span) return nullptr;
  return expression.uses[0].value;
}

bool InputLines::add(std::string_view line) {
  const bool first = text_.empty();
  if (!first && !joins_) text_ += '\n';
  joins_ = line.ends_with('\\');
  if (joins_) line.remove_suffix(1);
  text_ += line;
  if (joins_) text_ += ' ';
  // No token goes from one line to the next, so each is looked at once.
  std::vector<Token> tokens;
  try {
    tokens = tokenize(line);
  } catch (const Error&) {
    return false;  // too long: the session refuses it
  }
  for (const Token& token : tokens) {
    if (token.kind == TokenKind::open) ++open_;
    if (token.kind == TokenKind::close && open_ > 0) --open_;
    if (token.kind == TokenKind::bad) return false;
  }
  if (first && !tokens.empty() && tokens.back().kind == TokenKind::assign) {
    body_ = statements(text_).back().kind == Statement::Kind::definition;
  }
  return open_ > 0 || joins_ || (body_ && !line.empty());
}

}  // namespace tightloop::tool
