// A call of the public face as the front end sees it, and its key: everything that the typed graph
// depends on, as words.
#pragma once

#include <cstdint>
#include <span>

#include "api/front.hpp"
#include "typing/typing.hpp"

namespace tightloop::detail {

struct CallSignature {
  const Expression& expression;
  std::span<const Variable> variables;
  std::span<const Destination> destinations;
  const Options& options;
  exec::EngineCore& engine;
};

/// The key of a call whose text sees this version of definitions. It is read from the call each
/// time; lengths are part of it, so that no two calls that differ share a key.
class CallKey {
 public:
  CallKey(const CallSignature& call, std::uint64_t definitions)
      : call_(call), definitions_(definitions) {}

  /// Of the larger part of the key: where to look for it.
  std::uint64_t hash() const;
  bool equals(std::span<const std::uint64_t> words) const;
  /// Returns how many words it has, at most.
  std::size_t room() const;
  std::span<const std::uint64_t> write(std::uint64_t* to) const;

 private:
  template <class Sink>
  bool describe(Sink& sink) const;

  const CallSignature& call_;
  std::uint64_t definitions_;
};

/// Returns what an argument is to the typing of an expression.
typing::VariableType type_of(const Arg& arg, Promotion promotion);

}  // namespace tightloop::detail
