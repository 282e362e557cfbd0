// Threads that generate code: one for each kernel, few at a time. A fork leaves all of them behind,
// with what they had taken; the child begins anew.
#include "exec/cache/compilation.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "base/background.hpp"
#include "base/own_thread.hpp"

namespace tightloop::exec {
namespace {

constexpr std::chrono::milliseconds kGlance{10};  // between looks at a stop flag

template <class Condition>
void wait_or_stop(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
                  StopFlag stop, Condition&& condition) {
  while (!condition()) {
    check_stop(stop);
    if (stop == nullptr) {
      changed.wait(lock);
    } else {
      changed.wait_for(lock, kGlance);
    }
  }
}

/// Places for kernels of one kind.
class Places {
 public:
  explicit Places(int count) : free_(count) {}
  void take(StopFlag stop) {
    std::unique_lock lock(mutex_);
    wait_or_stop(changed_, lock, stop, [&] { return free_ > 0; });
    --free_;
  }
  void give_back() {
    const std::lock_guard lock(mutex_);
    ++free_;
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;
};

struct AllPlaces {
  Places small{4};
  Places large{2};
};

AllPlaces* g_places = nullptr;  // of this process; never destroyed

AllPlaces& places() {
  static const bool made = [] {
    g_places = new AllPlaces;
    pthread_atfork(nullptr, nullptr, [] { g_places = new AllPlaces; });
    return true;
  }();
  (void)made;
  return *g_places;
}

}  // namespace

struct Compilation::State {
  const unsigned epoch = base::background_epoch();
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  bool ended = false;
  Result result;
  std::exception_ptr error;
  std::function<Result()> make;
  std::function<void(const Result&)> done;
  Places* place = nullptr;

  void end(Result made, std::exception_ptr failed) {
    done(made);
    const std::lock_guard lock(mutex);
    result = std::move(made);
    error = std::move(failed);
    make = nullptr;  // what these hold may be large
    done = nullptr;
    ended = true;
    changed.notify_all();
  }
};

Compilation::Compilation() : state_(std::make_shared<State>()) {}
Compilation::~Compilation() = default;

void Compilation::run(const std::shared_ptr<State>& state) {
  Result made;
  std::exception_ptr failed;
  try {
    made = state->make();
  } catch (...) {
    failed = std::current_exception();
  }
  state->place->give_back();
  state->end(std::move(made), std::move(failed));
}

void Compilation::start(const std::shared_ptr<Compilation>& self, bool large, StopFlag stop,
                        std::function<Result()> make, std::function<void(const Result&)> done) {
  const std::shared_ptr<State> state = self->state_;
  state->make = std::move(make);
  state->done = std::move(done);
  try {
    Places& place = large ? places().large : places().small;
    place.take(stop);
    state->place = &place;
    auto held = std::make_unique<std::shared_ptr<State>>(state);
    const auto body = [](void* argument) -> void* {
      const std::unique_ptr<std::shared_ptr<State>> own(
          static_cast<std::shared_ptr<State>*>(argument));
      run(*own);
      return nullptr;
    };
    if (base::start_detached(body, held.get(), base::kCompilerStack)) {
      (void)held.release();
    } else if (!large) {
      run(state);
    } else {
      place.give_back();
      throw Error(ErrorCode::memory, "a thread for code generation cannot be started");
    }
  } catch (...) {
    state->end(nullptr, std::current_exception());
  }
}

Compilation::Result Compilation::wait(StopFlag stop) const {
  std::unique_lock lock(state_->mutex);
  wait_or_stop(state_->changed, lock, stop, [&] { return state_->ended; });
  if (state_->error == nullptr) return state_->result;
  try {
    std::rethrow_exception(state_->error);
  } catch (const Error& shared) {
    throw Error(shared);  // each caller adds its own text
  }
}

bool Compilation::is_lost() const {
  return state_->epoch != base::background_epoch();
}

bool Compilation::has_ended() const {
  const std::lock_guard lock(state_->mutex);
  return state_->ended;
}

}  // namespace tightloop::exec
