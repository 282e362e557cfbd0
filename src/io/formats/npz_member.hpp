// Members of .npz archives: found by name, opened as sources.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tightloop/source.hpp"

namespace tightloop::io {

class InputFile;

/// Opens the member NAME.npy of an archive; where `member` is empty, the only one. Throws
/// Error(file) that lists the members where there is no such one.
std::unique_ptr<Source> open_npz_member(std::shared_ptr<const InputFile> file,
                                        std::string_view member);

}  // namespace tightloop::io
