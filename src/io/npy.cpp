// .npy files as arrays: mapped or read into an Array, written from a view, or mapped for writing.
#include "tightloop/npy.hpp"

#include <memory>
#include <utility>

#include "io/atomic_file.hpp"
#include "io/element_writer.hpp"
#include "io/file_error.hpp"
#include "io/map_elements.hpp"
#include "io/npy_header.hpp"
#include "io/npy_stream.hpp"
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
  State(const std::string& path, const std::string& header, DType dtype, const Dims& shape)
      : file(path, header.size() + io::element_bytes(dtype, shape)) {
    file.write(0, header.data(), header.size());
    view = ArrayView(static_cast<void*>(file.map() + header.size()), dtype, shape);
  }
  io::AtomicFile file;
  ArrayView view;
};

NpyWriter::NpyWriter(const std::string& path, DType dtype, const Dims& shape) {
  io::element_bytes(dtype, shape);  // refuses shapes that are negative or overflow
  state_ =
      std::make_unique<State>(path, io::format_npy_header(dtype, shape), dtype, shape).release();
}

NpyWriter::NpyWriter(NpyWriter&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

NpyWriter& NpyWriter::operator=(NpyWriter&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

NpyWriter::~NpyWriter() {
  delete state_;
}

ArrayView NpyWriter::view() const {
  if (state_ == nullptr || state_->file.committed()) {
    throw Error(ErrorCode::value, "this NpyWriter holds no file any more");
  }
  return state_->view;
}

void NpyWriter::commit() {
  if (state_ == nullptr || state_->file.committed()) {
    throw Error(ErrorCode::value, "this NpyWriter holds no file any more");
  }
  state_->file.flush();
  state_->file.commit();
}

}  // namespace tightloop
