// The library computes with such constants, so it gives their digits in groups that a dtype holds.
#include "repl/wide_integer.hpp"

#include "repl/value_range.hpp"

namespace tightloop::tool {
namespace {

constexpr int kGroup = 18;       // digits
constexpr int kMostGroups = 69;  // more digits than 4096 bits have, the most of a constant

std::string digits(const std::vector<Array>& groups) {
  std::string out;
  for (std::size_t i = groups.size(); i-- > 0;) {
    const std::string group = std::to_string(groups[i].item<std::uint64_t>());
    if (!out.empty()) out += std::string(kGroup - group.size(), '0');
    if (!out.empty() || group != "0") out += group;
  }
  return out;
}

}  // namespace

std::optional<std::string> wide_integer(const BoundText& expression, const Workspace& workspace) {
  const ValuePtr value = as_value(expression, {});
  try {
    const std::vector<Array> sides = evaluate_about(value, workspace, [](const std::string& x) {
      return x + " > 18446744073709551615, " + x + " < -9223372036854775808";
    });
    for (const Array& side : sides) {
      if (!side.shape().empty()) return std::nullopt;
    }
    const bool above = sides[0].item<bool>(), below = sides[1].item<bool>();
    if (!above && !below) return std::nullopt;
    const std::vector<Array> groups = evaluate_about(value, workspace, [](const std::string& x) {
      std::string line;
      for (int i = 0; i < kMostGroups; ++i) {
        line += (i == 0 ? "" : ", ") + ("abs(" + x + ") // 10**" + std::to_string(kGroup * i)) +
                " % 10**" + std::to_string(kGroup);
      }
      return line;
    });
    return (below ? "-" : "") + digits(groups);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace tightloop::tool
