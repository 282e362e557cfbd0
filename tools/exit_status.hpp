// What the program's exit status says; part of its manual.
#pragma once

namespace tightloop::tool {

enum ExitStatus {
  kDone = 0,
  kOutputClosed = 1,   ///< standard output could not be written
  kUserError = 2,      ///< a mistake in the call, the expression or a file
  kInternalError = 3,  ///< a fault of the program
};

}  // namespace tightloop::tool
