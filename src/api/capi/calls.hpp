// What evaluation by text and calls of functions share: columns with nulls, results as handles.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "api/capi/convert.hpp"

namespace tightloop::capi {

/// Makes handles of results, all or none, and stores them; their number must be that of `to`.
void hand_out(std::vector<nullable::Column> columns, std::span<tl_array*> to);
std::vector<nullable::Column> without_nulls(std::vector<Array> arrays);

/// Evaluates where a variable has nulls; `bindings` have names.
std::vector<nullable::Column> evaluate_nulls(std::string_view text, const NamedArguments& arguments,
                                             const Options& options);

/// Destinations of a call. Throws Error that names the result.
std::vector<Destination> destinations_of(std::span<const tl_tensor> outs);
/// Writes columns, none of which may have nulls, to destinations. Throws Error(value).
void store(const std::vector<nullable::Column>& columns, std::span<const Destination> outs,
           const Options& options);

}  // namespace tightloop::capi
