// Arguments of `convert`, its output, and what it says of elements that do not fit.
#include "convert_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "conversion.hpp"
#include "exit_status.hpp"
#include "precision/request.hpp"
#include "scaled_conversion.hpp"
#include "standard_output.hpp"
#include "tightloop/file_formats.hpp"
#include "tightloop/language.hpp"
#include "tightloop/npy.hpp"
#include "tightloop/stream.hpp"
#include "words.hpp"

namespace tightloop::tool {
namespace {

struct ConvertCommand {
  std::string input;
  std::string output;
  std::string dtype;
  bool saturate = false;
  bool round = false;
  bool allow_loss = false;
  bool scale = false;
  bool recommended = false;
  std::string tolerance;
  std::string tolerance_kind = "abs";
  bool help = false;
};

/// The CLI11 application and the places that it fills.
struct ConvertReader {
  explicit ConvertReader(ConvertCommand& to) : app("", "tightloop convert") {
    app.set_help_flag();
    app.add_option("-o,--output", to.output, "The file to write; its name says the format")
        ->type_name("OUT");
    app.add_option("--dtype", to.dtype, "The element type to write; as it is where not given")
        ->type_name("T");
    app.add_flag("--saturate", to.saturate, "Clip what is out of range instead of refusing it");
    app.add_flag("--round", to.round, "Round to integers instead of refusing fractions");
    app.add_flag("--allow-loss", to.allow_loss, "Convert even where elements do not fit");
    app.add_flag("--scale", to.scale,
                 "Store integers q with x = scale q + offset; .npz files hold both numbers");
    app.add_flag("--recommended", to.recommended,
                 "Store what 'tightloop precision' recommends for --tolerance");
    app.add_option("--tolerance", to.tolerance, "The largest error that --recommended allows")
        ->type_name("E");
    app.add_option("--tolerance-kind", to.tolerance_kind, "What it limits")
        ->type_name("abs|rel|psnr")
        ->check(CLI::IsMember({"abs", "rel", "psnr"}).description(""));
    app.add_flag("--help", to.help, "Print this text");
  }
  CLI::App app;
};

std::string convert_help() {
  ConvertCommand unused;
  ConvertReader reader(unused);
  return "Writes an array in another dtype or another format; refuses, with exit status 2, where\n"
         "elements would be lost: out of range, too small for the digits of a float, NaN or a\n"
         "fraction to integers, imaginary parts.\n\n"
         "Usage: tightloop convert IN -o OUT [--dtype T] [--saturate] [--round] [--allow-loss]\n"
         "       tightloop convert IN -o OUT (--scale --dtype T | --recommended --tolerance E)\n\n"
         "  IN      what to read: any file that NAME= may name in tightloop --help; - is standard "
         "input\n" +
         CLI::Formatter().make_groups(&reader.app, CLI::AppFormatMode::Normal) +
         "\nThe name of OUT ends in " + list_file_ends(&FileFormat::can_write, " or ") + ".\n" +
         list_file_ends(&FileFormat::in_parts) +
         " are written as IN is read, whatever its size; others at the end.\n";
}

ConvertCommand read_arguments(std::span<const char* const> arguments) {
  ConvertCommand command;
  ConvertReader reader(command);
  const Words words = split_words(reader.app, arguments, OneDash::option);
  read_options(reader.app, words.options);
  if (command.help) return command;
  if (words.free.empty()) throw UsageError("convert: a file to read is missing");
  if (words.free.size() == 2 && command.output.empty()) {
    throw UsageError("convert: the file to write stands after -o\nhint: write tightloop convert " +
                     words.free[0] + " -o " + words.free[1]);
  }
  if (words.free.size() > 1) {
    throw UsageError("convert: one file is read, and '" + words.free[1] + "' is another");
  }
  command.input = words.free.front();
  if (command.output.empty()) throw UsageError("convert: -o OUT is missing");
  if (command.output == "-") {
    throw UsageError("convert: what may still be refused cannot go to standard output");
  }
  return command;
}

/// Takes converted elements: into a file as they come where its format allows it, else into memory.
class ConvertedFile {
 public:
  ConvertedFile(const std::string& path, const Source& source, DType to) : path_(path) {
    if (has_file_sink(path) && !source.fortran_order()) {
      sink_ = file_sink(path);
      sink_->begin(to, source.shape());
    } else if (path.ends_with(".npy")) {
      writer_ = std::make_unique<NpyWriter>(path, to, source.shape(), true);
    } else {
      array_ = Array(to, source.shape());
      fortran_order_ = source.fortran_order();
    }
  }

  void take(const void* elements, std::size_t bytes) {
    if (sink_ != nullptr) {
      sink_->write(elements, bytes);
    } else if (writer_ != nullptr) {
      writer_->write(at_, elements, bytes);
    } else {
      std::memcpy(static_cast<std::byte*>(array_.data()) + at_, elements, bytes);
    }
    at_ += bytes;
  }

  void commit() {
    if (sink_ != nullptr) {
      sink_->flush();
      return sink_->finish();
    }
    if (writer_ != nullptr) return writer_->commit();
    if (!fortran_order_) return save(path_, array_);
    Dims strides = array_.shape();
    auto step = static_cast<std::int64_t>(itemsize(array_.dtype()));
    for (int axis = 0; axis < strides.size(); ++axis) {
      strides[axis] = step;
      step *= array_.shape()[axis];
    }
    const void* elements = std::as_const(array_).data();
    save(path_, ArrayView(elements, array_.dtype(), array_.shape(), strides));
  }

 private:
  std::string path_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<NpyWriter> writer_;  // in Fortran order
  Array array_;
  bool fortran_order_ = false;
  std::uint64_t at_ = 0;
};

std::string index_text(const std::vector<std::int64_t>& index) {
  std::string text = "(";
  for (std::size_t i = 0; i < index.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(index[i]);
  }
  return text + (index.size() == 1 ? ",)" : ")");
}

/// "12 elements: out of the range of int8, the first at (0, 3): 300.0"
std::string told(const Loss& loss) {
  return std::to_string(loss.count) + (loss.count == 1 ? " element: " : " elements: ") + loss.what +
         ", the first at " + index_text(loss.index) + ": " + loss.value;
}

/// Refuses options that do not go together.
void check_scaling(const ConvertCommand& command) {
  if (command.recommended == command.tolerance.empty()) {
    throw UsageError("convert: --recommended and --tolerance go together");
  }
  if (command.recommended && (!command.dtype.empty() || command.scale)) {
    throw UsageError("convert: --recommended chooses: it goes with neither --dtype nor --scale");
  }
  if (command.scale && command.dtype.empty()) {
    throw UsageError("convert: --scale needs a --dtype: int8, int16, uint8 or uint16");
  }
}

/// How the file is to be stored where that is asked for; none: as --dtype says.
std::optional<Storage> storage_asked(const ConvertCommand& command) {
  if (command.recommended) {
    return recommended_storage(command.input,
                               tolerance_of(command.tolerance, command.tolerance_kind));
  }
  if (!command.scale) return std::nullopt;
  DType dtype = DType::int16;
  if (!parse_dtype(command.dtype, dtype)) {
    throw UsageError("--dtype: '" + command.dtype + "' is no element type");
  }
  if (!is_integer(dtype)) throw UsageError("--scale makes integers: --dtype names no integer type");
  return scaled_storage(command.input, dtype);
}

}  // namespace

int run_convert(std::span<const char* const> arguments) {
  ConvertCommand command = read_arguments(arguments);
  if (command.help) return print(convert_help());
  check_scaling(command);
  if (const std::optional<Storage> storage = storage_asked(command)) {
    const std::string target(name(storage->dtype));
    if (storage->scaled()) {
      const std::string restored = write_scaled(command.input, command.output, *storage);
      std::fprintf(stderr, "tightloop: note: '%s' to %s q: %s\n", command.input.c_str(),
                   target.c_str(), restored.c_str());
      return kDone;
    }
    command.dtype = target;
    command.allow_loss = command.allow_loss || command.recommended;  // within the tolerance
  }
  const std::unique_ptr<Source> source = open_source(command.input);
  Conversion conversion{source->dtype(), command.saturate};
  if (!command.dtype.empty()) {
    const std::optional<DType> to = find_dtype(command.dtype);
    if (!to) {
      throw UsageError("--dtype: '" + command.dtype +
                       "' is no element type\nhint: " + dtype_list());
    }
    conversion.to = *to;
  }
  const DType from = source->dtype();
  if (command.saturate && is_complex(from) && is_complex(conversion.to)) {
    throw UsageError("--saturate: complex numbers cannot be clipped");
  }
  if (command.round && !is_integer(conversion.to)) {
    throw UsageError("--round makes integers: --dtype names no integer type");
  }
  conversion.round = command.round;
  ConvertedFile file(command.output, *source, conversion.to);
  const std::vector<Loss> losses =
      convert(*source, conversion, [&](const void* e, std::size_t n) { file.take(e, n); });

  std::string refused;
  std::string notes;
  bool clipping_helps = false;
  bool rounding_helps = false;
  for (const Loss& loss : losses) {
    if (loss.count == 0) continue;
    const bool clipped = loss.clipped && command.saturate;
    std::string& to = clipped || command.allow_loss ? notes : refused;
    to += "\n  " + told(loss) + (clipped ? " (clipped)" : "");
    rounding_helps = rounding_helps || loss.what.find("fraction") != std::string::npos;
    clipping_helps = clipping_helps || (loss.clipped && !command.saturate);
  }
  const std::string target(name(conversion.to));
  if (!refused.empty()) {
    const std::string clip = clipping_helps ? "--saturate clips what is out of range, " : "";
    throw Error(ErrorCode::value, "'" + command.input + "' does not fit " + target + ":" + refused,
                {},
                clip + (rounding_helps ? "--round rounds fractions, " : "") +
                    "--allow-loss converts all the same");
  }
  file.commit();
  if (!notes.empty()) {
    std::fprintf(stderr, "tightloop: note: '%s' to %s:%s\n", command.input.c_str(), target.c_str(),
                 notes.c_str());
  }
  return kDone;
}

}  // namespace tightloop::tool
