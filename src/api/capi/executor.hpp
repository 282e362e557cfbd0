// The executor of a C caller as one of the library's.
#pragma once

#include <cstddef>

#include "tightloop/capi.h"
#include "tightloop/executor.hpp"

namespace tightloop::capi {

class CallerExecutor final : public Executor {
 public:
  /// Throws Error(value) for another size, or a function that is not there.
  explicit CallerExecutor(const tl_executor& callbacks);

  int concurrency() const noexcept override;
  void run(std::size_t count, void (*task)(void* context, std::size_t index), void* context,
           int threads) override;

 private:
  tl_executor callbacks_;
};

}  // namespace tightloop::capi
