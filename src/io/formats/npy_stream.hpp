// The .npy header at the beginning of any stream of bytes: a file, a pipe, a member of an archive.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "io/byte_stream.hpp"
#include "io/element_layout.hpp"
#include "tightloop/source.hpp"

namespace tightloop::io {

/// Reads the header, no byte more, from the beginning of a stream, and checks that a stream of
/// known size holds all the elements. `name` is for messages; `said` is the dtype of raw bytes,
/// where the caller knows it. Throws Error(file).
ElementLayout read_npy_header(ByteStream& stream, const std::string& name,
                              std::optional<DType> said = {});

/// Reads a .npy header from a stream; the rest of the stream is the elements. Throws Error(file).
std::unique_ptr<Source> open_npy_stream(std::unique_ptr<ByteStream> stream, const std::string& name,
                                        std::optional<DType> said = {});

}  // namespace tightloop::io
