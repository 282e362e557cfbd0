// How the verifiers of plans say which rule is broken, and where.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace tightloop::plan {

/// Thrown by verifiers to themselves: what comes after a broken rule may rely on it.
struct BrokenRule {
  std::string text;
};

/// Calls f; returns the rule that it finds broken, or an empty string.
template <class F>
std::string find_broken_rule(F&& f) {
  try {
    f();
  } catch (BrokenRule& broken) {
    return std::move(broken.text);
  }
  return {};
}

/// Returns the product of extents, zero where one is; none past 63 bits or where one is negative.
template <class Extents>
std::optional<std::int64_t> checked_product(const Extents& extents) {
  bool empty = false;
  for (std::int64_t e : extents) {
    if (e < 0) return std::nullopt;
    empty = empty || e == 0;
  }
  std::int64_t n = empty ? 0 : 1;
  for (std::int64_t e : extents) {
    if (!empty && __builtin_mul_overflow(n, e, &n)) return std::nullopt;
  }
  return n;
}

}  // namespace tightloop::plan
