// The composed text, and its map back.
#include "repl/composition.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace tightloop::tool {

Composition::Composition(BoundText expression, const KnownNames& known)
    : expression_(std::move(expression)) {
  taken_ = expression_.free;
  for (const BoundText::Use& use : expression_.uses) {
    if (use.value) collect(use.value);
  }
  choose_names();
  add_statements(known);
  add(expression_, nullptr, known);
  for (const std::string& name : known.variables) {
    // Never read, as the expression's own names have all been looked up.
    const auto [own, added] = taken_.insert(name);
    if (added) bindings_.push_back({*own, 0});
  }
}

Composition::Composition(const std::vector<ValuePtr>& values, const KnownNames& known) {
  taken_.insert("inf");  // finish() may mean the number
  for (const ValuePtr& value : values) collect(value);
  choose_names();
  add_statements(known);
}

void Composition::collect(const ValuePtr& value) {
  if (!names_.emplace(value.get(), std::string()).second) return;
  // As deep as lazy values are; the session keeps that small.
  for (const BoundText::Use& use : value->expression.uses) {
    if (use.value) collect(use.value);
  }
  taken_.insert(value->expression.free.begin(), value->expression.free.end());
  order_.push_back(value);
}

void Composition::choose_names() {
  // The newest first: what a name stands for now is the last of the values that had it.
  for (auto at = order_.rbegin(); at != order_.rend(); ++at) {
    std::string name = (*at)->name;
    for (int i = 1; !taken_.insert(name).second; ++i) {
      name = (*at)->name + "_" + std::to_string(i);
    }
    names_[at->get()] = std::move(name);
  }
}

void Composition::add_statements(const KnownNames& known) {
  for (const ValuePtr& value : order_) {
    const std::string& name = names_.at(value.get());
    if (value->array) {
      bindings_.push_back({name, *value->array});
      continue;
    }
    text_ += name + " = ";
    add(value->expression, value.get(), known);
    text_ += '\n';
  }
}

void Composition::add(const BoundText& expression, const Value* value, const KnownNames& known) {
  const auto put = [&](std::string_view text, Span span, bool replaced) {
    if (text.empty()) return;
    pieces_.push_back(
        {text_.size(), text_.size() + text.size(), &expression, value, span, replaced});
    text_ += text;
  };
  const std::string_view source = *expression.source;
  std::size_t at = expression.span.begin;
  for (const BoundText::Use& use : expression.uses) {
    put(source.substr(at, use.span.begin - at), {at, use.span.begin}, false);
    if (use.value) {
      put(names_.at(use.value.get()), use.span, true);
    } else {
      const auto current = known.functions.find(use.function);
      put(current == known.functions.end() ? use.function : current->second, use.span, true);
    }
    at = use.span.end;
  }
  put(source.substr(at, expression.span.end - at), {at, expression.span.end}, false);
}

const Composition::Piece* Composition::piece_at(std::size_t at) const {
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), at,
                                      [](std::size_t a, const Piece& p) { return a < p.begin; });
  if (after == pieces_.begin()) return nullptr;
  const Piece& piece = *(after - 1);
  return at <= piece.end ? &piece : nullptr;
}

Error Composition::relocate(const Error& error) const {
  const Span span = error.span();
  const Piece* first = piece_at(span.begin);
  if (first == nullptr || error.source() != text_) {
    return Error(error.code(), error.message(), {}, error.hint());
  }
  Span out;
  out.begin = first->replaced ? first->span.begin : first->span.begin + (span.begin - first->begin);
  const Piece* last = span.end > span.begin ? piece_at(span.end - 1) : first;
  if (last == nullptr || last->source != first->source) {
    out.end = first->source->span.end;
  } else {
    out.end = last->replaced ? last->span.end : last->span.begin + (span.end - last->begin);
  }
  out.end = std::max(out.begin, out.end);
  std::string message = error.message();
  if (first->value != nullptr) message = "in '" + first->value->name + "': " + message;
  Error moved(error.code(), std::move(message), out, error.hint());
  moved.set_source(*first->source->source);
  return moved;
}

}  // namespace tightloop::tool
