// Files of one shape and dtype, one behind the other, as one array with a new first axis.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tightloop/source.hpp"

namespace tightloop::io {

/// Returns the files whose names match a pattern (glob(7)), sorted by name with runs of digits as
/// numbers: frame2.png before frame10.png. Throws Error(file) for a folder that cannot be read.
std::vector<std::string> matching_files(const std::string& pattern);

/// Opens a stack of sources, each by its spec, one at a time; `name` is for messages of the whole.
/// Throws Error(file) that names the first file that differs from the first of all in shape or
/// dtype. The elements come in C order and native byte order, whatever the files have; a file in
/// another order is held in memory while it is read.
std::unique_ptr<Source> open_stack(std::vector<std::string> specs, const std::string& name,
                                   const ReadingLimits& limits = {});

}  // namespace tightloop::io
