// The calls of the library in one header, for programs that include it: each concept has a header
// of its own, which is better named.
#pragma once

#include "tightloop/argument.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/executor.hpp"
#include "tightloop/function.hpp"
#include "tightloop/options.hpp"
