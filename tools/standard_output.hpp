// Writing to standard output, which may be closed, full, or a pipe that nobody reads.
#pragma once

#include <string_view>

namespace tightloop::tool {

/// Writes a text to standard output and flushes it. Returns an exit status: kDone, or kOutputClosed
/// after a message on standard error, which a closed stream or pipe does not get.
int print(std::string_view text);

/// Returns true where what is written to standard output goes nowhere: it was closed from the
/// beginning, or it is a pipe whose reader has gone.
bool nobody_reads_output();

}  // namespace tightloop::tool
