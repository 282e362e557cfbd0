// What the opaque handles of capi.h point to.
#pragma once

#include <optional>

#include "api/capi/executor.hpp"
#include "api/nullable/evaluate.hpp"
#include "tightloop/capi.h"
#include "tightloop/function.hpp"
#include "tightloop/options.hpp"

/// Elements and, for columns with nulls, which of them are there.
struct tl_array {
  tightloop::nullable::Column column;
};

struct tl_definitions {
  tightloop::Definitions set;
};

/// A compiled expression and the executor that it runs on, where that is the caller's.
struct tl_function {
  tightloop::Function function;
  std::optional<tightloop::capi::CallerExecutor> executor;
  tightloop::Options options;  // without definitions, which the function has
};

struct tl_prepared {
  tightloop::PreparedCall call;
};
