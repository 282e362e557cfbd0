// NAME=VALUE arguments as variables of the expression: numbers become weak scalars, sources
// are loaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.hpp"
#include "tightloop/argument.hpp"

namespace tightloop::tool {

/// Reads a number as Python writes it: 7, -7, 1_000, 0xff, 2.5, 1e-3, inf, nan, 2j, 1+2j, (1+2j),
/// True, False. Returns none for any other text; throws UsageError for an integer past 64 bits or a
/// float past float64.
std::optional<Arg> parse_number(std::string_view text);

/// True where a text that is no number means a source (open_source) and not a slip of the fingers:
/// "-", an existing file, a path, a pattern, a name with an extension.
bool names_source(const std::string& text);

/// True for "-" and "-:csv".
bool names_standard_input(const std::string& text);

/// Returns the bindings of a call. They refer to the names in `variables`, which must outlive them;
/// the arrays that they load are put into `arrays`, which must too. Throws UsageError, Error(file).
std::vector<Binding> bind_variables(const std::vector<NamedText>& variables,
                                    std::vector<Array>& arrays);

}  // namespace tightloop::tool
