// What an expression is before it is evaluated: dtypes and shapes of its results and parts, and
// the code of its kernels. Nothing here reads an element of an array.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tightloop/argument.hpp"
#include "tightloop/options.hpp"

namespace tightloop {

/// The dtype and shape of a result.
struct ResultType {
  DType dtype = DType::float64;
  Dims shape;
  bool constant = false;  ///< built of literals and weak scalars alone
};

namespace detail {
TIGHTLOOP_API List<ResultType> result_type_list(std::string_view text, BindingsView vars,
                                                const Options& options);
}

/// Returns what evaluate_all would return, without evaluating it. Throws Error as it does, for
/// shapes that do not fit too. Thread-safe.
TIGHTLOOP_IN_CALLER std::vector<ResultType> result_types(std::string_view text,
                                                         BindingsView vars = {},
                                                         const Options& options = {}) {
  return detail::result_type_list(text, vars, options);
}

/// A sub-expression that is computed, as one value with a type of its own.
struct Part {
  std::string text;  ///< as the language would write it
  Span span;         ///< its bytes of the source
  DType dtype = DType::float64;
  Dims shape;
  bool constant = false;
  std::string lowest;   ///< integers and bools: the least value that it can have, in decimal;
  std::string highest;  ///< and the greatest; both empty for other dtypes
  List<int> results;    ///< which results it is, from 0
};

namespace detail {
TIGHTLOOP_API List<Part> part_list(std::string_view text, BindingsView vars,
                                   const Options& options);
}

/// Returns the parts of an expression in the order in which they are computed: operands before what
/// uses them, equal ones once, without those that simplification made unnecessary. Thread-safe.
/// Throws Error as evaluate_all does.
TIGHTLOOP_IN_CALLER std::vector<Part> parts(std::string_view text, BindingsView vars = {},
                                            const Options& options = {}) {
  return detail::part_list(text, vars, options);
}

enum class CodeForm : std::uint8_t { ir, assembly };

/// Returns the code of an expression's kernels for this machine, each under a comment that names
/// its pass: LLVM's optimised IR, or assembly. Compiles them anew. Throws Error as evaluate_all
/// does, and Error(unsupported) where there is no code generator. Thread-safe.
TIGHTLOOP_API std::string kernel_code(std::string_view text, CodeForm form, BindingsView vars = {},
                                      const Options& options = {});

}  // namespace tightloop
