// What decides how fast generated code runs, and no bit of what it computes: how far loops are
// unrolled, how wide steps are, what stays in registers. A part of the target.
#pragma once

#include <cstddef>
#include <string>

namespace tightloop::jit {

struct CodeTuning {
  std::size_t small_body = 8;    ///< instructions of a body of which four steps are interleaved
  std::size_t medium_body = 16;  ///< of which two are, and whose values have four registers each
  std::size_t unrolled = 96;     ///< instructions times steps of a row, while sums are in registers
  std::size_t long_body = 192;   ///< instructions of a body that keeps its values on the stack
  std::size_t long_part = 128;   ///< instructions of such a body in one basic block, at least 1
  std::size_t stack_bytes = std::size_t{48} << 10;  ///< of the values of a long body
  unsigned strip_bytes = 16384;                     ///< of the accumulators of a strip of columns
  unsigned strip_columns = 4096;                    ///< most of a strip; a power of two
  std::size_t line_bytes = 64;        ///< of memory that is asked for at a time, a power of two
  std::size_t event_masks = 4;        ///< registers that hold what is to be reported
  std::size_t inlined_functions = 8;  ///< most of a body

  /// Returns all fields, for the key of a kernel.
  std::string text() const {
    std::string out;
    for (const std::size_t field :
         {small_body, medium_body, unrolled, long_body, long_part, stack_bytes,
          std::size_t{strip_bytes}, std::size_t{strip_columns}, line_bytes, event_masks,
          inlined_functions}) {
      out += (out.empty() ? "" : " ") + std::to_string(field);
    }
    return out;
  }
};

}  // namespace tightloop::jit
