// Nearest names by the restricted Damerau-Levenshtein distance (insert, delete, substitute, swap
// neighbours), ignoring case.
#include "lang/suggest.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "lang/lexer.hpp"

namespace tightloop::lang {
namespace {

constexpr std::size_t kMaxName = 40;
constexpr std::size_t kMaxCandidates = 10'000;
constexpr std::size_t kNear = 3;
constexpr std::size_t kListed = 6;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Both names have at most kMaxName bytes.
std::size_t distance(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, kMaxName + 1>;
  Row before_last{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = last;
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

struct Near {
  std::size_t distance;
  std::string_view name;
};

std::vector<Near> nearest(std::string_view name, std::span<const std::string_view> candidates) {
  std::vector<Near> near;
  const std::size_t bound = std::max<std::size_t>(1, name.size() / 3);
  for (std::string_view c : candidates.first(std::min(candidates.size(), kMaxCandidates))) {
    const std::size_t longer = std::max(c.size(), name.size());
    const std::size_t shorter = std::min(c.size(), name.size());
    if (longer > kMaxName || longer - shorter > bound) continue;
    const std::size_t d = distance(name, c);
    // A distance as long as the name would call any two names near.
    if (d <= bound && d < longer) near.push_back({d, c});
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const Near& x, const Near& y) { return x.distance < y.distance; });
  return near;
}

}  // namespace

std::string suggest(std::string_view name, std::span<const std::string_view> candidates,
                    std::string_view kind) {
  if (candidates.empty()) return {};
  const std::vector<Near> near = nearest(name, candidates);
  const std::size_t count =
      std::min(near.empty() ? candidates.size() : near.size(), near.empty() ? kListed : kNear);
  const auto item = [&](std::size_t i) { return near.empty() ? candidates[i] : near[i].name; };
  std::string list = in_quotes(item(0));
  for (std::size_t i = 1; i < count; ++i) {
    const bool last = !near.empty() && i + 1 == count;
    list += (last ? " or " : ", ") + in_quotes(item(i));
  }
  if (!near.empty()) return "did you mean " + list + "?";
  return "the " + std::string(kind) + " are " + list + (count < candidates.size() ? ", ..." : "");
}

}  // namespace tightloop::lang
