// Evaluation of text: into new arrays or memory of the caller's; how it is computed, and the
// process's cache of kernels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tightloop/argument.hpp"
#include "tightloop/array.hpp"
#include "tightloop/list.hpp"
#include "tightloop/options.hpp"

namespace tightloop {

/// Evaluates an expression that has one result. Thread-safe. Throws Error.
TIGHTLOOP_API Array evaluate(std::string_view text, BindingsView vars = {},
                             const Options& options = {});

namespace detail {
TIGHTLOOP_API List<Array> evaluate_list(std::string_view text, BindingsView vars,
                                        const Options& options);
[[noreturn]] TIGHTLOOP_API void throw_result_count(std::size_t wanted, std::size_t got);
}  // namespace detail

/// Evaluates an expression of one or more results, all of which come from shared passes over the
/// inputs. Thread-safe. Throws Error.
TIGHTLOOP_IN_CALLER std::vector<Array> evaluate_all(std::string_view text, BindingsView vars = {},
                                                    const Options& options = {}) {
  return detail::evaluate_list(text, vars, options);
}

/// As above, for exactly N results: `auto [mse, worst] = evaluate_all<2>(...)`.
template <std::size_t N>
std::array<Array, N> evaluate_all(std::string_view text, BindingsView vars = {},
                                  const Options& options = {}) {
  List<Array> list = detail::evaluate_list(text, vars, options);
  if (list.size() != N) detail::throw_result_count(N, list.size());
  std::array<Array, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = std::move(list[i]);
  return out;
}

/// Evaluates into the caller's memory, which may overlap the inputs in any way: the result is as if
/// the inputs had been copied first. The shape must equal the result's, or the result broadcasts to
/// it, or it is a vector without gaps of as many elements, which receives them in C order. The
/// dtype converts under Options::casting: an element that does not fit is an Error(overflow) with
/// the index of the first, and its hint says whether the destination is as it was or holds all
/// elements as Casting::unsafe stores them. Nothing is written when an Error is thrown before the
/// loops start. Thread-safe.
TIGHTLOOP_API void evaluate_into(Destination out, std::string_view text, BindingsView vars = {},
                                 const Options& options = {});
TIGHTLOOP_API void evaluate_all_into(std::span<const Destination> outs, std::string_view text,
                                     BindingsView vars = {}, const Options& options = {});

/// Returns the typed graph (range and dtype of every node) and the loop plan as text.
TIGHTLOOP_API std::string explain(std::string_view text, BindingsView vars = {},
                                  const Options& options = {});

/// Returns what each step from text to loops makes, under a heading each: the graph as it is read,
/// the typed graph, the outlines of stages, their drafts, passes, loops and hints to the memory. A
/// step that changed nothing says so. Computes nothing and keeps nothing. Throws Error as explain
/// does. Thread-safe.
TIGHTLOOP_API std::string explain_steps(std::string_view text, BindingsView vars = {},
                                        const Options& options = {});

/// Counts what the process-wide kernel cache holds and did.
struct CacheInfo {
  std::size_t kernels = 0;     ///< kernels held now
  std::uint64_t hits = 0;      ///< plans that found their kernel
  std::uint64_t compiled = 0;  ///< kernels compiled since the start
  std::uint64_t loaded = 0;    ///< kernels read from the folder since the start
  std::string backend;         ///< "jit" or "reference"
  std::string target;          ///< what the kernels are compiled for: "host" or a CPU's name
  std::string folder;          ///< where kernels are kept between processes; empty: nowhere
};
TIGHTLOOP_API CacheInfo cache_info();
/// Forgets all cached programs and kernels; those in use stay valid until they end.
TIGHTLOOP_API void clear_cache();

}  // namespace tightloop
