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
#include "standard_output.hpp"
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
  bool allow_loss = false;
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
    app.add_flag("--allow-loss", to.allow_loss, "Convert even where elements do not fit");
    app.add_flag("--help", to.help, "Print this text");
  }
  CLI::App app;
};

std::string convert_help() {
  ConvertCommand unused;
  ConvertReader reader(unused);
  return "Writes an array in another dtype or another format; refuses, with exit status 2, where\n"
         "elements would be lost: out of range, NaN or a fraction to integers, imaginary parts.\n\n"
         "Usage: tightloop convert IN -o OUT [--dtype T] [--saturate] [--allow-loss]\n\n"
         "  IN      what to read: any file that NAME= may name in tightloop --help; - is standard "
         "input\n" +
         CLI::Formatter().make_groups(&reader.app, CLI::AppFormatMode::Normal) +
         "\n.npy and .raw are written as IN is read, whatever its size; other formats at the "
         "end.\n";
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

/// Takes converted elements: into a .npy or raw file as they come, else into memory.
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

}  // namespace

int run_convert(std::span<const char* const> arguments) {
  const ConvertCommand command = read_arguments(arguments);
  if (command.help) return print(convert_help());
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
  ConvertedFile file(command.output, *source, conversion.to);
  const std::vector<Loss> losses =
      convert(*source, conversion, [&](const void* e, std::size_t n) { file.take(e, n); });

  std::string refused;
  std::string notes;
  bool clipping_helps = false;
  for (const Loss& loss : losses) {
    if (loss.count == 0) continue;
    const bool clipped = loss.clipped && command.saturate;
    std::string& to = clipped || command.allow_loss ? notes : refused;
    to += "\n  " + told(loss) + (clipped ? " (clipped)" : "");
    clipping_helps = clipping_helps || (loss.clipped && !command.saturate);
  }
  const std::string target(name(conversion.to));
  if (!refused.empty()) {
    const std::string clip = clipping_helps ? "--saturate clips what is out of range, " : "";
    throw Error(ErrorCode::value, "'" + command.input + "' does not fit " + target + ":" + refused,
                {}, clip + "--allow-loss converts all the same");
  }
  file.commit();
  if (!notes.empty()) {
    std::fprintf(stderr, "tightloop: note: '%s' to %s:%s\n", command.input.c_str(), target.c_str(),
                 notes.c_str());
  }
  return kDone;
}

}  // namespace tightloop::tool
