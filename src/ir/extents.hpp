// Arithmetic on shapes: element counts that do not overflow, and the broadcasting rule.
#pragma once

#include <optional>
#include <string>

#include "tightloop/array.hpp"

namespace tightloop::ir {

[[noreturn]] void shape_error(const std::string& message, Span span, const std::string& hint = {});

/// Returns the product of the extents, or none where it passes 63 bits; any zero extent gives 0.
std::optional<std::int64_t> element_count(const Dims& shape);

/// Throws Error(shape) where element_count gives none.
void require_countable(const Dims& shape, Span span);

/// Returns the shape both broadcast to, or none.
std::optional<Dims> broadcast(const Dims& a, const Dims& b);

}  // namespace tightloop::ir
