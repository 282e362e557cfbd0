// One kernel on its way: code is generated beside the callers, on threads with stacks of a size of
// their own, so that who waits can leave and nobody waits for another's long one.
#pragma once

#include <functional>
#include <memory>

#include "base/stop.hpp"
#include "kernel/backend.hpp"

namespace tightloop::exec {

class Compilation {
 public:
  using Result = std::shared_ptr<const kernel::Kernel>;

  Compilation();
  ~Compilation();
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;

  /// Begins it, once: `make` runs on a thread of its own, or here where none can be started and it
  /// is not `large`. Waits while too many others run. What keeps it from beginning (`stop`, no
  /// thread) is given to all who wait. `done` is called once, before anybody is told.
  static void start(const std::shared_ptr<Compilation>& self, bool large, StopFlag stop,
                    std::function<Result()> make, std::function<void(const Result&)> done);

  /// Returns the kernel, or throws what went wrong; Error(stopped) as soon as `stop` is set, while
  /// the rest goes on.
  Result wait(StopFlag stop) const;

  /// True where a fork has left it behind: it will never end.
  bool is_lost() const;
  bool has_ended() const;

 private:
  struct State;
  static void run(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

}  // namespace tightloop::exec
