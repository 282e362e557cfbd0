// Element counts and broadcasting of shapes, as NumPy's.
#include "ir/extents.hpp"

#include <algorithm>

#include "ir/shapes.hpp"

namespace tightloop::ir {

void shape_error(const std::string& message, Span span, const std::string& hint) {
  throw Error(ErrorCode::shape, message, span, hint);
}

std::optional<std::int64_t> element_count(const Dims& shape) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  std::int64_t n = 1;
  for (std::int64_t d : shape) {
    if (__builtin_mul_overflow(n, d, &n)) return std::nullopt;
  }
  return n;
}

void require_countable(const Dims& shape, Span span) {
  if (!element_count(shape)) {
    shape_error("an array of shape " + to_string(shape) + " has more than 2^63 elements", span);
  }
}

std::optional<Dims> broadcast(const Dims& a, const Dims& b) {
  Dims out = a.size() >= b.size() ? a : b;
  const Dims& small = a.size() >= b.size() ? b : a;
  const int shift = out.size() - small.size();
  for (int i = 0; i < small.size(); ++i) {
    std::int64_t& extent = out[i + shift];
    if (extent == small[i] || small[i] == 1) continue;
    if (extent != 1) return std::nullopt;
    extent = small[i];
  }
  return out;
}

}  // namespace tightloop::ir
