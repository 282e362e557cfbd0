// What the specs of sources stand for, and which format a result is saved in.
#include "tightloop/source.hpp"

#include <sys/stat.h>

#include <memory>
#include <utility>

#include "io/file_error.hpp"
#include "io/map_elements.hpp"
#include "io/npy_stream.hpp"
#include "io/stream_source.hpp"
#include "tightloop/npy.hpp"

namespace tightloop {
namespace {

bool is_pipe(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode);
}

std::unique_ptr<io::ByteStream> open_bytes(const std::string& path) {
  if (is_pipe(path)) return std::make_unique<io::PipeStream>(path);
  return std::make_unique<io::FileStream>(std::make_shared<const io::InputFile>(path));
}

}  // namespace

Source::Source(std::string name, DType dtype, const Dims& shape, bool fortran_order,
               ByteOrder order)
    : name_(std::move(name)),
      shape_(shape),
      bytes_(io::element_bytes(dtype, shape)),
      dtype_(dtype),
      order_(order),
      fortran_order_(fortran_order) {}

Source::~Source() = default;

std::unique_ptr<Source> open_source(const std::string& spec) {
  if (spec == "-") return io::open_npy_stream(io::open_standard_input(), io::kStandardInput);
  return io::open_npy_stream(open_bytes(spec), spec);
}

Array load(const std::string& spec) {
  if (spec != "-" && !is_pipe(spec)) return map_npy(spec);
  return io::read_whole(*open_source(spec));
}

void save(const std::string& path, const ArrayView& array) {
  if (!path.ends_with(".npy")) {
    io::throw_file_error(path, "cannot be written: its name ends in no known format", "use .npy");
  }
  write_npy(path, array);
}

}  // namespace tightloop
