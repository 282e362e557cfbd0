// Names and the calls and lists that make arrays, by tokens.
#include "repl/binder.hpp"

#include <algorithm>
#include <optional>
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
      if (is_list(i)) {
        const std::size_t end = closings_[i];
        out.uses.push_back(
            {{tokens_[i].span.begin, tokens_[end].span.end}, list_value(i, end), {}});
        i = end;
        continue;
      }
      if (tokens_[i].kind != TokenKind::name || is(i + 1, TokenKind::assign)) continue;
      const std::string name(text_of(source_, tokens_[i]));
      if (is_prefix(i) || is_random_module(i)) {
        ++i;  // the point; the library skips both
        continue;
      }
      const bool inner = i > 3 && is_random_module(i - 2);
      if (i > 0 && is(i - 1, TokenKind::dot) && !inner && !(i > 1 && is_prefix(i - 2))) {
        const std::string kept = workspace_.kept_function(name);
        const bool method = is(i + 1, TokenKind::open) && text_of(source_, tokens_[i + 1]) == "(";
        if (method && !kept.empty()) out.uses.push_back({tokens_[i].span, nullptr, kept});
        continue;
      }
      if (!is(i + 1, TokenKind::open) || text_of(source_, tokens_[i + 1]) == "[") {
        variable(name, tokens_[i].span, out);
      } else if (const std::size_t end = closings_[i + 1];
                 find_generator(name) != nullptr && end < tokens_.size()) {
        const std::size_t first = inner ? i - 2 : i;
        out.uses.push_back(
            {{tokens_[first].span.begin, tokens_[end].span.end}, call(name, i, end), {}});
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

  /// True for "np" before a point, unless it is a variable.
  bool is_prefix(std::size_t i) const {
    if (!is(i, TokenKind::name) || !is(i + 1, TokenKind::dot) || !is(i + 2, TokenKind::name)) {
      return false;
    }
    const std::string_view name = text_of(source_, tokens_[i]);
    return (name == "np" || name == "numpy" || name == "math") && !workspace_.find(name);
  }

  /// True for "random" of "np.random.rand(3)".
  bool is_random_module(std::size_t i) const {
    return i > 1 && is_prefix(i - 2) && text_of(source_, tokens_[i]) == "random" &&
           is(i + 1, TokenKind::dot) && is(i + 2, TokenKind::name) &&
           find_generator(text_of(source_, tokens_[i + 2])) != nullptr;
  }

  /// True for a bracket that begins a list of numbers: not for a subscript, and not where the
  /// language itself reads a list of axes or extents.
  bool is_list(std::size_t i) const {
    if (!is(i, TokenKind::open) || text_of(source_, tokens_[i]) != "[") return false;
    if (closings_[i] >= tokens_.size()) return false;
    if (i == 0) return true;
    const Token& before = tokens_[i - 1];
    switch (before.kind) {
      case TokenKind::name:
      case TokenKind::number:
      case TokenKind::string:
      case TokenKind::close:
      case TokenKind::bad:
      case TokenKind::dot: return false;
      default: break;
    }
    if (before.kind == TokenKind::assign && i > 1) {
      const std::string_view key = text_of(source_, tokens_[i - 2]);
      return key != "axis" && key != "axes" && key != "shape";
    }
    if (before.kind != TokenKind::comma && before.kind != TokenKind::open) return true;
    std::size_t open = i - 1;  // of the call that the list is an argument of
    for (std::size_t depth = 1; open > 0; --open) {
      if (is(open, TokenKind::close)) ++depth;
      if (is(open, TokenKind::open) && --depth == 0) break;
    }
    if (!is(open, TokenKind::open) || open == 0 || !is(open - 1, TokenKind::name)) return true;
    const std::string_view name = text_of(source_, tokens_[open - 1]);
    const bool method =
        open > 1 && is(open - 2, TokenKind::dot) && !(open > 2 && is_prefix(open - 3));
    const bool takes = name == "reshape" || name == "transpose" || name == "broadcast_to";
    return !(takes && (method || before.kind == TokenKind::comma));
  }

  ValuePtr list_value(std::size_t open, std::size_t close) const {
    return as_value(list_array(open, close, {}), "array", {open, close + 1});
  }

  ValuePtr as_value(Array array, const std::string& name,
                    std::pair<std::size_t, std::size_t> tokens) const {
    const Span span = span_of(tokens.first, tokens.second);
    auto out = std::make_shared<Value>();
    out->array = std::move(array);
    out->name = workspace_.fresh_name(name);
    out->origin = source_.substr(span.begin, span.end - span.begin);
    out->type = {out->array->dtype(), out->array->shape(), false};
    return out;
  }

  /// Reads a list, whose items are numbers or lists of one shape; as NumPy does, without its
  /// objects.
  Array list_array(std::size_t open, std::size_t close, std::optional<DType> dtype) const {
    constexpr std::size_t kMostItems = 10'000;
    Dims shape;
    std::vector<ScalarArgument> items;
    read_list(open, close, 0, shape, items);
    if (items.size() > kMostItems) {
      throw Error(ErrorCode::limit,
                  "a list of more than " + std::to_string(kMostItems) + " numbers",
                  span_of(open, close + 1), "load() reads files, csv among them");
    }
    return array_of(items, shape, dtype);
  }

  void read_list(std::size_t open, std::size_t close, int level, Dims& shape,
                 std::vector<ScalarArgument>& items) const {
    const auto parts = split(tokens_, open + 1, close);
    const auto count = static_cast<std::int64_t>(parts.size());
    const Span span = span_of(open, close + 1);
    if (level >= kMaxRank) throw Error(ErrorCode::limit, "the list is nested too deep", span);
    if (shape.size() == level && items.empty()) shape.push_back(count);
    if (level >= shape.size()) {
      throw Error(ErrorCode::shape, "a number stands beside a list", span);
    }
    if (shape[level] != count) {
      throw Error(ErrorCode::shape, "the rows of the list have different lengths", span);
    }
    for (const auto& [begin, end] : parts) {
      if (begin == end) throw Error(ErrorCode::syntax, "an item is missing", span);
      const std::string_view bracket = text_of(source_, tokens_[begin]);
      const bool nested = (bracket == "[" || (bracket == "(" && is_tuple(begin, end))) &&
                          closings_[begin] == end - 1;
      if (nested) {
        read_list(begin, end - 1, level + 1, shape, items);
      } else if (level + 1 != shape.size()) {
        throw Error(ErrorCode::shape, "a number stands beside a list", span_of(begin, end));
      } else {
        items.push_back(scalar(span_of(begin, end)));
      }
    }
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
      const bool list = name == "array" && call.arguments.empty();
      call.arguments.push_back(list ? array_argument(begin, stop) : argument(begin, stop));
    }
    if (name == "random" || name == "rand" || name == "randn") call.seed = workspace_.next_seed();
    call.stop = workspace_.options().stop;
    auto out = std::make_shared<Value>();
    out->array = generate(call);
    out->name = workspace_.fresh_name(name);
    out->origin = source_.substr(call.span.begin, call.span.end - call.span.begin);
    out->type = {out->array->dtype(), out->array->shape(), false};
    return out;
  }

  /// The argument of array(): a list, a tuple, or any expression.
  GeneratorArgument array_argument(std::size_t begin, std::size_t end) const {
    GeneratorArgument out;
    if (begin == end) return argument(begin, end);
    out.span = span_of(begin, end);
    const bool list = closings_[begin] == end - 1 &&
                      (text_of(source_, tokens_[begin]) == "[" || is_tuple(begin, end));
    if (list) {
      out.value = list_array(begin, end - 1, {});
    } else {
      const BoundText expression = Binder(shared_, workspace_, depth_ + 1).run(out.span);
      out.value = workspace_.evaluate(expression).front();
    }
    return out;
  }

  /// Returns the name of a dtype without quotes: float32, np.float32.
  std::optional<std::string> bare_dtype(std::size_t begin, std::size_t end) const {
    if (is_prefix(begin)) begin += 2;
    if (end != begin + 1 || !is(begin, TokenKind::name)) return std::nullopt;
    const std::string_view name = text_of(source_, tokens_[begin]);
    // "f4" and "d" need quotes: they could be names.
    if (name.size() < 3 || !find_dtype(name) || workspace_.find(name)) return std::nullopt;
    return std::string(name);
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
    } else if (const auto dtype = bare_dtype(begin, end)) {
      out.value = *dtype;
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

}  // namespace

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
