// Subscripts of literals: integers, ranges with steps, None and one '...'; no node is needed for
// the items, so that a view never depends on data.
#include "lang/subscript.hpp"

#include <string>

#include "lang/calls.hpp"
#include "lang/scope.hpp"

namespace tightloop::lang {
namespace {

using ir::SliceItem;

constexpr std::size_t kMaxItems = 2 * static_cast<std::size_t>(kMaxRank);

/// Reads one bound of a range, or an index; complains about expressions.
std::optional<std::int64_t> bound(TokenStream& tokens) {
  const std::size_t begin = tokens.position();
  const auto value = integer_literal(tokens);
  const Tok kind = tokens.peek().kind;
  const bool ends = kind == Tok::colon || kind == Tok::comma || kind == Tok::close_bracket ||
                    kind == Tok::close_paren;
  if (ends) return value;
  const bool unfinished = kind == Tok::end || kind == Tok::separator || kind == Tok::bad;
  if (unfinished) tokens.fail("expected ']'");
  throw Error(ErrorCode::type, "a subscript must be an integer literal, a range, None or '...'",
              tokens.argument_span(begin), "to choose by value, use where(condition, x, y)");
}

SliceItem range(TokenStream& tokens, std::optional<std::int64_t> start) {
  SliceItem item;
  item.start = start;
  item.stop = bound(tokens);
  if (!tokens.accept(Tok::colon)) return item;
  const Span span = tokens.argument_span(tokens.position());
  item.step = bound(tokens);
  if (item.step == 0) throw Error(ErrorCode::value, "the step of a range is zero", span);
  return item;
}

/// Steps over "newaxis", which may have a prefix.
bool accept_newaxis(TokenStream& tokens) {
  const bool prefix = is_module(tokens.text(tokens.peek())) && tokens.peek(1).kind == Tok::dot;
  if (tokens.text(tokens.peek(prefix ? 2 : 0)) != "newaxis") return false;
  for (int i = 0; i < (prefix ? 3 : 1); ++i) tokens.next();
  return true;
}

SliceItem item(TokenStream& tokens) {
  if (accept_newaxis(tokens)) return {SliceItem::Kind::new_axis, {}, {}, {}};
  if (tokens.accept(Tok::kw_none)) return {SliceItem::Kind::new_axis, {}, {}, {}};
  if (tokens.accept(Tok::ellipsis)) return {SliceItem::Kind::ellipsis, {}, {}, {}};
  const auto value = bound(tokens);
  if (tokens.accept(Tok::colon)) return range(tokens, value);
  if (!value) tokens.fail("expected a subscript");
  return {SliceItem::Kind::index, value, {}, {}};
}

}  // namespace

ir::ViewSpec parse_subscript(TokenStream& tokens) {
  ir::ViewSpec spec;
  const Token open = tokens.next();
  const bool tuple = tokens.accept(Tok::open_paren);
  const Tok close = tuple ? Tok::close_paren : Tok::close_bracket;
  bool ellipsis = false;
  if (!tuple && tokens.at(close)) tokens.fail("expected a subscript");
  while (!tokens.at(close)) {
    const Span span = tokens.peek().span();
    spec.items.push_back(item(tokens));
    const bool again = spec.items.back().kind == SliceItem::Kind::ellipsis;
    if (again && ellipsis) {
      throw Error(ErrorCode::syntax, "a subscript can have only one '...'", span);
    }
    ellipsis |= again;
    if (spec.items.size() > kMaxItems) {
      throw Error(ErrorCode::limit,
                  "a subscript has more than " + std::to_string(kMaxItems) + " items",
                  {open.begin, span.end});
    }
    if (!tokens.accept(Tok::comma)) break;
  }
  if (!tokens.accept(close)) tokens.fail(tuple ? "expected ')'" : "expected ',' or ']'");
  if (tuple && !tokens.accept(Tok::close_bracket)) tokens.fail("expected ']'");
  return spec;
}

}  // namespace tightloop::lang
