// The choices of one evaluation, and what is learned of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "tightloop/definitions.hpp"
#include "tightloop/dtype.hpp"
#include "tightloop/event.hpp"
#include "tightloop/executor.hpp"

namespace tightloop {

/// How dtypes of operands give the dtype of a result.
enum class Promotion : std::uint8_t {
  exact,    ///< an integer result is exact, or an Error; it is no wider than its range needs
  numpy,    ///< NEP 50: integers wrap in their dtype, halves round after every operation
  numexpr,  ///< that package's kinds: bool, int32, int64, float32, float64 and complex128; what is
            ///< narrower is converted first, literals are int32 (int64) or float64
};
/// `strict`: every operation rounds as IEEE 754 says, in the order written, except that reductions
/// sum in a fixed tree. `fast` also allows contraction and reassociation.
enum class Fp : std::uint8_t { strict, fast };
/// What happens when an integer element does not fit 64 bits, the widest lane there is.
enum class Overflow : std::uint8_t {
  wrap,          ///< it wraps modulo 2^64
  check,         ///< an Error(overflow) names the sub-expression and the first index
  by_promotion,  ///< check with Promotion::exact; wrap with the others, as those packages do
};
/// Which conversions a destination accepts, and what becomes of an element that it cannot hold.
enum class Casting : std::uint8_t {
  standard,    ///< with exact promotion same_value among integers, else same_kind. With the other
               ///< promotions same_kind; Overflow::check then checks integers as well
  no,          ///< the dtypes are equal
  safe,        ///< NumPy's: the dtype holds every value of the other
  same_kind,   ///< NumPy's: within a kind or to a wider one; integers wrap, floats round
  unsafe,      ///< any: integers wrap, floats are cut off towards zero and stop at the range's ends
  same_value,  ///< any, but an element whose value would change is an Error that names the first
  wrap,        ///< any integer dtype from any other, modulo 2^n; else same_kind
  saturate,    ///< any but complex to real: clipped to the range of the destination first
};

/// Holds what an evaluation did. Filled in when Options::stats points to one.
struct Stats {
  double parse_seconds = 0;            ///< text to graph; 0 when the text was known
  double type_seconds = 0;             ///< graph to typed graph
  double plan_seconds = 0;             ///< typed graph and layouts to loops
  double compile_seconds = 0;          ///< loops to machine code; 0 when every kernel was cached
  double run_seconds = 0;              ///< the loops themselves
  std::uint64_t peak_extra_bytes = 0;  ///< most memory held at once beyond inputs and results
  std::uint64_t bytes_read = 0;        ///< bytes of input elements, each array once per pass
  std::uint64_t bytes_written = 0;     ///< bytes of result elements
  int stages = 0;                      ///< passes over memory
  int kernels_compiled = 0;
};

/// Holds the choices of one evaluation. Plain data; copy freely.
struct Options {
  Promotion promotion = Promotion::exact;
  Fp fp = Fp::strict;
  Overflow overflow = Overflow::by_promotion;
  Casting casting = Casting::standard;  ///< of evaluate_into, assign, Function::into, `dtype`
  std::uint32_t size =
      sizeof(Options);              ///< bytes that the program's headers know of; leave it. The
                                    ///< library refuses those of other headers than its own
  std::optional<DType> dtype = {};  ///< of new arrays and streamed results: converted to
                                    ///< it under `casting`; none leaves them as they are
  int threads = 0;                  ///< at most so many; 0 means all that are allowed
  Executor* executor = nullptr;     ///< null means default_executor()
  /// A call whose loops would compute more elements (of a matrix product: multiplications) is an
  /// Error(limit) before it starts; 0: no bound.
  std::uint64_t most_elements = 0;
  /// A call that would take more bytes for new results and for what its loops keep for later ones
  /// is an Error(limit) before it starts; 0: no bound. Kernels and their threads' scratch memory do
  /// not count. stream() also holds no more than this.
  std::uint64_t most_bytes = 0;
  const Definitions* definitions = nullptr;  ///< null means default_definitions()
  Stats* stats = nullptr;                    ///< filled in when not null
  EventList events =
      nullptr;  ///< a std::vector<Event>*; when not null, receives the first event of each kind
  EventSet raise = {};  ///< kinds of events that are an Error(arithmetic)
  /// When not null: once true, the evaluation ends soon (well within 100 ms, unless a kernel is
  /// being compiled) with Error(stopped). Destinations are then partly written. Must outlive the
  /// call; whoever sets it resets it.
  const std::atomic<bool>* stop = nullptr;
};

}  // namespace tightloop
