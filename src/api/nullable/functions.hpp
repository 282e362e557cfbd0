// Functions of several arrays whose parts reduce different ones of them: correlation(a, b) takes
// the mean of a alone. Where only one of them has a null in some place, their parts would be of
// different elements, and the result of nothing that anybody means.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tightloop/definitions.hpp"
#include "tightloop/error.hpp"

namespace tightloop::nullable {

struct MixedCall {
  std::string name;
  Span span;
};

/// Finds the first call of such a function, of the prelude or of `definitions`, in a text that can
/// be parsed.
std::optional<MixedCall> find_mixed_call(std::string_view text, const Definitions& definitions);

}  // namespace tightloop::nullable
