// Reads the subscripts of einsum and chooses the pairs. Only labels are known here, not extents.
#include "lang/einsum.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace tightloop::lang {
namespace {

using ir::ContractSpec;
using ir::kNoNode;
using ir::NodeId;

constexpr char kEllipsis = '.';
constexpr std::size_t kMaxOperands = 32;

bool has(const std::string& labels, char c) {
  return labels.find(c) != std::string::npos;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct Subscripts {
  std::vector<std::string> terms;
  std::string out;
  bool has_out = false;
};

/// Reads the text character by character.
class Reader {
 public:
  Reader(std::string_view text, std::size_t place) : text_(text), place_(place) {}

  Subscripts read() {
    Subscripts s;
    s.terms.push_back(term());
    while (at_ < text_.size() && text_[at_] == ',') {
      ++at_;
      s.terms.push_back(term());
      if (s.terms.size() > kMaxOperands) {
        throw Error(ErrorCode::limit,
                    "einsum takes at most " + std::to_string(kMaxOperands) + " operands",
                    span(0, text_.size()));
      }
    }
    if (at_ < text_.size()) {
      ++at_;
      if (text_[at_ - 1] != '-' || at_ >= text_.size() || text_[at_] != '>') bad(at_ - 1);
      ++at_;
      s.has_out = true;
      output_at_ = at_;
      s.out = term();
      if (at_ < text_.size()) bad(at_);
      check_output(s);
    } else {
      s.out = implicit_output(s.terms);
    }
    return s;
  }

 private:
  Span span(std::size_t begin, std::size_t end) const {
    return {static_cast<std::uint32_t>(place_ + begin), static_cast<std::uint32_t>(place_ + end)};
  }

  [[noreturn]] void bad(std::size_t at) const {
    throw Error(ErrorCode::syntax,
                "einsum: '" + std::string(1, printable(text_[at])) + "' is not a subscript",
                span(at, at + 1), "subscripts are letters, ',', '...' and one '->'");
  }
  static char printable(char c) { return c >= ' ' && c <= '~' ? c : '?'; }

  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  std::string term() {
    std::string labels;
    for (skip_blanks(); at_ < text_.size(); skip_blanks()) {
      const char c = text_[at_];
      if (c == ',' || c == '-') break;
      if (c == '.') {
        if (text_.substr(at_, 3) != "...") bad(at_);
        if (has(labels, kEllipsis)) {
          throw Error(ErrorCode::syntax, "einsum: an operand can have only one '...'",
                      span(at_, at_ + 3));
        }
        labels += kEllipsis;
        at_ += 3;
        continue;
      }
      if (!is_letter(c)) bad(at_);
      labels += c;
      ++at_;
      if (labels.size() > static_cast<std::size_t>(kMaxRank) + 1) {
        throw Error(ErrorCode::limit,
                    "einsum: more than " + std::to_string(kMaxRank) + " axes of one operand",
                    span(at_ - 1, at_));
      }
    }
    return labels;
  }

  void check_output(const Subscripts& s) const {
    std::size_t at = output_at_;
    for (std::size_t i = 0; i < s.out.size(); ++i) {
      const char c = s.out[i];
      while (text_[at] != c) ++at;
      const std::size_t end = at + (c == kEllipsis ? 3 : 1);
      const bool known = std::any_of(s.terms.begin(), s.terms.end(),
                                     [&](const std::string& t) { return has(t, c); });
      if (!known && c != kEllipsis) {
        throw Error(ErrorCode::value,
                    "einsum: the output names '" + std::string(1, c) + "', which no operand has",
                    span(at, end));
      }
      if (s.out.find(c, i + 1) != std::string::npos) {
        throw Error(ErrorCode::value, "einsum: the output names '" + std::string(1, c) + "' twice",
                    span(at, end));
      }
      at = end;
    }
  }

  static std::string implicit_output(const std::vector<std::string>& terms) {
    std::string all;
    for (const std::string& t : terms) all += t;
    std::string out;
    for (char c : all) {
      if (c != kEllipsis && std::count(all.begin(), all.end(), c) == 1) out += c;
    }
    std::sort(out.begin(), out.end());
    return has(all, kEllipsis) ? kEllipsis + out : out;
  }

  std::string_view text_;
  std::size_t place_;
  std::size_t at_ = 0;
  std::size_t output_at_ = 0;
};

struct Term {
  std::string labels;
  NodeId node = kNoNode;
};

/// Contracts terms until one is left.
class Contractor {
 public:
  Contractor(ir::Graph& graph, std::string out, Span span)
      : graph_(graph), out_(std::move(out)), span_(span) {}

  NodeId run(std::vector<Term> terms) {
    terms_ = std::move(terms);
    if (terms_.size() == 1) return single(terms_[0], out_);
    for (Term& t : terms_) drop_own(t);
    while (terms_.size() > 1) {
      const auto [i, j] = best_pair();
      terms_[i] = joined(i, j);
      terms_.erase(terms_.begin() + static_cast<std::ptrdiff_t>(j));
    }
    return terms_[0].node;
  }

 private:
  NodeId single(const Term& t, const std::string& out) {
    if (t.labels == out) return t.node;
    ContractSpec spec;
    spec.kind = ContractSpec::Kind::labels;
    spec.left = t.labels;
    spec.out = out;
    return graph_.contract(std::move(spec), t.node, kNoNode, span_);
  }

  /// Sums over what no other operand and not the output has, before it is multiplied.
  void drop_own(Term& t) {
    std::string kept;
    bool drops = false;
    for (char c : t.labels) {
      if (needed(c, &t, &t)) {
        kept += c;
      } else {
        drops = true;
      }
    }
    if (!drops) return;
    // A diagonal is taken at the same time.
    std::string once;
    for (char c : kept) {
      if (!has(once, c)) once += c;
    }
    t.node = single(t, once);
    t.labels = once;
  }

  bool needed(char c, const Term* a, const Term* b) const {
    if (c == kEllipsis || has(out_, c)) return true;
    return std::any_of(terms_.begin(), terms_.end(),
                       [&](const Term& t) { return &t != a && &t != b && has(t.labels, c); });
  }

  std::string result_labels(std::size_t i, std::size_t j) const {
    if (terms_.size() == 2) return out_;
    std::string labels;
    const std::string both = terms_[i].labels + terms_[j].labels;
    // '...' leads, so that it means the same axes in every intermediate result.
    if (has(both, kEllipsis)) labels += kEllipsis;
    for (char c : both) {
      if (!has(labels, c) && needed(c, &terms_[i], &terms_[j])) labels += c;
    }
    return labels;
  }

  std::pair<std::size_t, std::size_t> best_pair() const {
    std::pair<std::size_t, std::size_t> best{0, 1};
    std::size_t fewest = ~std::size_t{0}, most_summed = 0;
    for (std::size_t i = 0; i < terms_.size(); ++i) {
      for (std::size_t j = i + 1; j < terms_.size(); ++j) {
        const std::size_t size = result_labels(i, j).size();
        const std::size_t summed = terms_[i].labels.size() + terms_[j].labels.size() - size;
        if (size < fewest || (size == fewest && summed > most_summed)) {
          best = {i, j};
          fewest = size;
          most_summed = summed;
        }
      }
    }
    return best;
  }

  Term joined(std::size_t i, std::size_t j) {
    ContractSpec spec;
    spec.kind = ContractSpec::Kind::labels;
    spec.left = terms_[i].labels;
    spec.right = terms_[j].labels;
    spec.out = result_labels(i, j);
    Term made{spec.out, kNoNode};
    made.node = graph_.contract(std::move(spec), terms_[i].node, terms_[j].node, span_);
    return made;
  }

  ir::Graph& graph_;
  const std::string out_;
  const Span span_;
  std::vector<Term> terms_;
};

}  // namespace

NodeId einsum(ir::Graph& graph, std::string_view subscripts, std::size_t text,
              std::span<const NodeId> operands, Span span) {
  const Subscripts s = Reader(subscripts, text).read();
  if (s.terms.size() != operands.size()) {
    throw Error(ErrorCode::type,
                "einsum: the subscripts name " + std::to_string(s.terms.size()) + " operand" +
                    (s.terms.size() == 1 ? "" : "s") + ", " + std::to_string(operands.size()) +
                    " given",
                span);
  }
  std::vector<Term> terms;
  for (std::size_t i = 0; i < operands.size(); ++i) terms.push_back({s.terms[i], operands[i]});
  return Contractor(graph, s.out, span).run(std::move(terms));
}

}  // namespace tightloop::lang
