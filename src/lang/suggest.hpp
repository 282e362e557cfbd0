// "Did you mean": the names nearest to one that does not exist.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tightloop::lang {

/// Returns a hint: "did you mean 'a'?" with up to three names in order of their distance, or, where
/// none is near, "the <kind> are 'a', 'b', ..." with the first few. Empty without candidates. At
/// most 10'000 candidates are looked at.
std::string suggest(std::string_view name, std::span<const std::string_view> candidates,
                    std::string_view kind);

}  // namespace tightloop::lang
