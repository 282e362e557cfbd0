// .npy files as arrays: mapped or read into an Array, written from a view, or mapped for writing.
#include "tightloop/npy.hpp"

#include <memory>
#include <utility>

#include "io/atomic_file.hpp"
#include "io/element_writer.hpp"
#include "io/file_error.hpp"
#include "io/formats/npy_header.hpp"
#include "io/formats/npy_stream.hpp"
#include "io/map_elements.hpp"
#include "io/stream_source.hpp"

namespace tightloop {
namespace {

io::ElementLayout read_header(const std::shared_ptr<const io::InputFile>& file) {
  io::FileStream stream(file);
  return io::read_npy_header(stream, file->path());
}

}  // namespace

Array map_npy(const std::string& path) {
  const auto file = std::make_shared<const io::InputFile>(path);
  return io::map_elements(*file, read_header(file));
}

Array read_npy(const std::string& path) {
  auto file = std::make_shared<const io::InputFile>(path);
  const auto source = io::open_npy_stream(std::make_unique<io::FileStream>(std::move(file)), path);
  return io::read_whole(*source);
}

void write_npy(const std::string& path, const ArrayView& array) {
  if (array.data() == nullptr && array.size() > 0) {
    throw Error(ErrorCode::value, "cannot write a view of nothing");
  }
  const std::string header = io::format_npy_header(array.dtype(), array.shape());
  const auto file = io::write_with_header(path, header, array);
  file->flush();
  file->commit();
}

struct NpyWriter::State {
  State(const std::string& path, const std::string& header, io::ElementLayout where)
      : layout(std::move(where)),
        bytes(io::element_bytes(layout.dtype, layout.shape)),
        file(path, layout.offset + bytes) {
    file.write(0, header.data(), header.size());
  }
  io::ElementLayout layout;
  std::uint64_t bytes;
  io::AtomicFile file;
};

NpyWriter::NpyWriter(const std::string& path, DType dtype, const Dims& shape, bool fortran_order) {
  io::element_bytes(dtype, shape);  // refuses shapes that are negative or overflow
  const std::string header = io::format_npy_header(dtype, shape, fortran_order);
  const io::ElementLayout layout{dtype, shape, ByteOrder::native, fortran_order, header.size()};
  state_ = std::make_unique<State>(path, header, layout).release();
}

NpyWriter::NpyWriter(NpyWriter&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

NpyWriter& NpyWriter::operator=(NpyWriter&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

NpyWriter::~NpyWriter() {
  delete state_;
}

NpyWriter::State& NpyWriter::open_state() const {
  if (state_ == nullptr || state_->file.committed()) {
    throw Error(ErrorCode::value, "this NpyWriter holds no file any more");
  }
  return *state_;
}

ArrayView NpyWriter::view() const {
  State& state = open_state();
  const io::ElementLayout& layout = state.layout;
  void* elements = state.file.map() + layout.offset;
  return ArrayView(elements, layout.dtype, layout.shape,
                   io::element_strides(layout.dtype, layout.shape, layout.fortran_order));
}

void NpyWriter::write(std::uint64_t at, const void* elements, std::size_t bytes) {
  State& state = open_state();
  if (at > state.bytes || bytes > state.bytes - at) {
    throw Error(ErrorCode::value, "the file has " + std::to_string(state.bytes) +
                                      " bytes of elements, not " + std::to_string(at + bytes));
  }
  state.file.write(state.layout.offset + at, elements, bytes);
}

void NpyWriter::commit() {
  State& state = open_state();
  state.file.flush();
  state.file.commit();
}

}  // namespace tightloop
