// The calls of the library in one header, which programs of before 0.2 include: each concept has a
// header of its own now.
#pragma once

#include "tightloop/argument.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/executor.hpp"
#include "tightloop/function.hpp"
#include "tightloop/options.hpp"
