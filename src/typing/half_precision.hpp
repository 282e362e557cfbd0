// Which functions may be as inexact as the half types are: marked on a finished typed graph.
#pragma once

#include "ir/typed_graph.hpp"

namespace tightloop::typing {

/// Marks the functions of a half type whose values reach nothing but results that are rounded to
/// one. What a comparison, a conversion or a reduction in a wider type reads is as exact as
/// float32.
void mark_half_precision(ir::TypedGraph& graph);

}  // namespace tightloop::typing
