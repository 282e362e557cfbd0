// What a Function and the calls prepared of it share: the programs by destination, and arguments
// lined up with a program's inputs.
#pragma once

#include <atomic>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "api/front.hpp"
#include "api/guard.hpp"
#include "base/arena.hpp"
#include "tightloop/argument.hpp"
#include "tightloop/function.hpp"
#include "tightloop/options.hpp"

namespace tightloop::detail {

/// The programs of a function, one per list of destination dtypes ("" for new arrays). Appended to,
/// never removed from: readers need no lock.
struct FunctionState {
  struct Version {
    std::string destinations;
    std::shared_ptr<const Prepared> prepared;
    Version* next;
  };
  std::string text;
  std::vector<std::string> names;
  std::vector<ParameterType> types;
  Definitions definitions;  // as they were when the function was compiled
  Options options;
  std::atomic<Version*> versions{nullptr};

  ~FunctionState() {
    for (Version* v = versions; v != nullptr;) {
      Version* next = v->next;
      delete v;
      v = next;
    }
  }

  /// Throws Error(value) for an empty function.
  static FunctionState& of(const std::shared_ptr<FunctionState>& state) {
    if (state == nullptr) {
      throw Error(ErrorCode::value, "the function is empty", {}, "compile() makes functions");
    }
    return *state;
  }
  static FunctionState& of(const Function& f) { return of(f.state_); }
};

/// Finds or makes the program for these destinations.
const Prepared& version(FunctionState& s, std::span<const Destination> outs);

/// Stands for a weak scalar of that dtype, whose bytes are given.
Arg weak_of(DType dtype, const void* bytes);
/// Stands for a parameter when the function is typed.
Arg example(const ParameterType& type);

/// Checks arguments against the parameters and converts scalars, in memory of the arena.
std::span<const Arg* const> fit_all(const FunctionState& s, std::span<const Arg> args,
                                    base::Arena& arena);
/// The same, lined up with the program's inputs.
std::span<const Arg* const> line_up(const FunctionState& s, const Prepared& p,
                                    std::span<const Arg> args, base::Arena& arena);

}  // namespace tightloop::detail
