// Expressions over more data than memory holds: inputs come from sources (files, pipes), results go
// to sinks, and only windows of both are in memory. The bits are those of an evaluation in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tightloop/argument.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/options.hpp"
#include "tightloop/source.hpp"

namespace tightloop {

/// Takes the elements of one result. Called by one thread at a time, not always the same.
class TIGHTLOOP_API Sink {
 public:
  virtual ~Sink();
  /// Hears of the result before any element comes.
  virtual void begin(DType dtype, const Dims& shape) = 0;
  /// Takes the next `bytes` bytes of the elements: C order, native byte order.
  virtual void write(const void* elements, std::size_t bytes) = 0;
  /// Hears that all elements of all results have come; what can still fail should fail now.
  virtual void flush() {}
  /// Hears that all sinks have flushed. Not called where anything failed.
  virtual void finish() = 0;
};

/// Returns a sink that writes a file in the format that the end of `path` names: one with
/// FileFormat::in_parts, .npy (no end means that, too) or .raw (the elements alone). It appears
/// whole at finish() or not at all; what is no ordinary file (a named pipe, /dev/stdout, /dev/null)
/// is written as elements come. Throws Error(file), for other formats, too; its calls throw
/// Error(file).
TIGHTLOOP_API std::unique_ptr<Sink> file_sink(const std::string& path);
/// True for paths that file_sink() takes.
TIGHTLOOP_API bool has_file_sink(const std::string& path);

/// Returns a sink that writes .npy to an open descriptor (a pipe, standard output) as elements
/// come, and does not close it. `name` is for messages. Its calls throw Error(file).
TIGHTLOOP_API std::unique_ptr<Sink> npy_descriptor_sink(int descriptor, std::string name);

/// What a name of the expression stands for: an array or number, as in Bindings, or a source, which
/// is borrowed for the call and stands at its beginning.
struct StreamBinding {
  StreamBinding(std::string_view n, const Arg& v) : name(n), value(v) {}
  StreamBinding(std::string_view n, Source& s) : name(n), value(0), source(&s) {}
  std::string_view name;
  Arg value;  ///< where `source` is null
  Source* source = nullptr;
};

struct StreamOptions {
  Options options;  ///< of the evaluation. Options::events and raise ask for what only an
                    ///< evaluation in memory can tell: everything must fit `memory` then
  /// Most bytes of elements and accumulators that are held at once; kernels take their own.
  std::uint64_t memory = std::uint64_t{256} << 20;
  /// What generating code takes of `memory`, beside what the expression itself makes of it; where
  /// there is no room for it kernels are interpreted, with the same bits. 0: it is not counted.
  std::uint64_t code = 0;
  std::uint64_t beside = 0;  ///< bytes that the process takes beside `memory`: errors name sizes
                             ///< with them
  std::uint64_t step = 0;    ///< bytes that are computed on at a time; 0 chooses. Changes no result
  /// When set, called every 50 ms or so, in the caller's thread, with the bytes read and written so
  /// far and those there will be.
  std::function<void(std::uint64_t done, std::uint64_t in_all)> progress;
};

namespace detail {
TIGHTLOOP_API List<Array> stream_list(std::string_view text, std::span<const StreamBinding> vars,
                                      std::span<Sink* const> sinks, const StreamOptions& options);
}

/// Evaluates an expression part by part, with the bits that an evaluation in memory gives. `sinks`
/// holds one per result, or is empty; results whose sink is null are held in memory and returned,
/// in order. A result in a sink must be computed in its own order; an input that is not read in the
/// order of its file is held as far as it has to be, or, where memory is short and it can be read
/// again, read piece by piece. Expressions whose inputs are needed more than
/// once (`x - mean(x)`) read files again; pipes are kept in memory if they fit. Blocks in reads of
/// sources and writes of sinks: Options::stop is heard when these return.
/// Thread-safe for different sources and sinks. Throws Error: memory, where `memory` does not
/// suffice (the message says what would), value, where a pipe would have to be read twice, file, of
/// sources and sinks, and what evaluate() throws. An overflow in data that memory cannot hold has
/// no place.
TIGHTLOOP_IN_CALLER std::vector<Array> stream(std::string_view text,
                                              std::span<const StreamBinding> vars,
                                              std::span<Sink* const> sinks = {},
                                              const StreamOptions& options = {}) {
  return detail::stream_list(text, vars, sinks, options);
}

/// Tells how stream() would evaluate into sinks: types and loops as explain() does, then the
/// passes, their steps and the memory they need. Reads nothing. Throws as stream() does.
TIGHTLOOP_API std::string explain_stream(std::string_view text, std::span<const StreamBinding> vars,
                                         const StreamOptions& options = {});

}  // namespace tightloop
