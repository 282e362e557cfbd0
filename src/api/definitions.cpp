// Sets of definitions: readers take the current state, writers make a new one.
#include "tightloop/definitions.hpp"

#include <atomic>
#include <mutex>
#include <new>
#include <utility>

#include "api/definition_snapshot.hpp"
#include "api/guard.hpp"
#include "base/locks.hpp"
#include "lang/prelude.hpp"

namespace tightloop {
namespace {

using detail::DefinitionSnapshot;
using State = std::shared_ptr<const DefinitionSnapshot>;

/// Copies the functions of a state into one of a new version.
std::shared_ptr<DefinitionSnapshot> successor(const State& state) {
  static std::atomic<std::uint64_t> last{0};
  auto out = state == nullptr ? std::make_shared<DefinitionSnapshot>()
                              : std::make_shared<DefinitionSnapshot>(*state);
  out->version = ++last;
  return out;
}

DefinitionInfo describe(const lang::Definition& d) {
  return {d.name, lang::signature(d), d.body, d.doc};
}

}  // namespace

namespace detail {

const Definitions& set_of(const Definitions* definitions) {
  return definitions != nullptr ? *definitions : default_definitions();
}

std::shared_ptr<const DefinitionSnapshot> snapshot_of(const Definitions* definitions) {
  return set_of(definitions).snapshot();
}

}  // namespace detail

Definitions::Definitions() = default;
Definitions::~Definitions() = default;
Definitions::Definitions(const Definitions& other) {
  State now = other.snapshot();
  take(now);
}

Definitions& Definitions::operator=(const Definitions& other) {
  State next = other.snapshot();
  const std::lock_guard lock(base::locks().definitions);
  take(next);
  return *this;
}

/// Exchanges the state for another, which the caller frees when the lock is gone.
void Definitions::take(State& next) {
  now_.swap(next);
  version_.store(now_ == nullptr ? 0 : now_->version, std::memory_order_release);
}

State Definitions::snapshot() const {
  const std::lock_guard lock(base::locks().definitions);
  return now_;
}

void Definitions::define(std::string_view text) {
  static const auto& none = *new lang::Dictionary;  // never destroyed
  detail::guarded({}, [&] {
    for (;;) {
      const State before = snapshot();
      const auto read = lang::read_definitions(text, before == nullptr ? none : before->functions,
                                               lang::prelude());
      const auto next = successor(before);
      for (const auto& d : read) next->functions.insert_or_assign(d->name, d);
      State replaced = next;
      const std::lock_guard lock(base::locks().definitions);
      // What another thread defined meanwhile may be what the text calls.
      if (now_ != before) continue;
      take(replaced);
      return;
    }
  });
}

bool Definitions::undefine(std::string_view name) {
  return detail::guarded({}, [&] {
    for (;;) {
      const State before = snapshot();
      if (before == nullptr || !before->functions.contains(name)) return false;
      const auto next = successor(before);
      next->functions.erase(next->functions.find(name));
      State replaced = next;
      const std::lock_guard lock(base::locks().definitions);
      if (now_ != before) continue;
      take(replaced);
      return true;
    }
  });
}

List<DefinitionInfo> Definitions::entries() const {
  return detail::guarded({}, [&]() -> List<DefinitionInfo> {
    std::vector<DefinitionInfo> out;
    const State now = snapshot();
    if (now == nullptr) return out;
    for (const auto& [name, d] : now->functions) out.push_back(describe(*d));
    return out;
  });
}

Definitions& default_definitions() {
  static auto* const set = new Definitions;
  return *set;
}

void define(std::string_view text) {
  default_definitions().define(text);
}

bool undefine(std::string_view name) {
  return default_definitions().undefine(name);
}

List<DefinitionInfo> detail::prelude_entries() {
  return detail::guarded({}, [&] {
    std::vector<DefinitionInfo> out;
    for (const lang::PreludeRow& row : lang::prelude_rows()) {
      out.push_back(describe(*lang::prelude().find(row.name)->second));
    }
    return out;
  });
}

}  // namespace tightloop
