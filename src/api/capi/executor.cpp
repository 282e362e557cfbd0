// Calls from the library to functions of C, each with the context that belongs to them.
#include "api/capi/executor.hpp"

#include <algorithm>

namespace tightloop::capi {

CallerExecutor::CallerExecutor(const tl_executor& callbacks) : callbacks_(callbacks) {
  if (callbacks.size != sizeof(tl_executor)) {
    throw Error(ErrorCode::value,
                "the executor's size is " + std::to_string(callbacks.size) + ", not " +
                    std::to_string(sizeof(tl_executor)),
                {}, "set it to sizeof(tl_executor)");
  }
  if (callbacks.concurrency == nullptr || callbacks.run == nullptr) {
    throw Error(ErrorCode::value, "the executor lacks a function", {},
                "it needs concurrency and run");
  }
}

int CallerExecutor::concurrency() const noexcept {
  return std::max(1, callbacks_.concurrency(callbacks_.context));
}

void CallerExecutor::run(std::size_t count, void (*task)(void* context, std::size_t index),
                         void* context, int threads) {
  callbacks_.run(callbacks_.context, count, task, context, threads);
}

}  // namespace tightloop::capi
