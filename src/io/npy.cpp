// .npy files as arrays: mapped or read into an Array, written from a view, or mapped for writing.
#include "tightloop/npy.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "io/atomic_file.hpp"
#include "io/file_error.hpp"
#include "io/mapped_file.hpp"
#include "io/npy_header.hpp"
#include "types/strides.hpp"

namespace tightloop {
namespace {

struct Located {
  io::NpyHeader header;
  std::uint64_t offset = 0;
};

/// Reads the header by copying, so that a file that shrinks meanwhile is an error, and checks that
/// the file holds all the elements.
Located read_header(const io::InputFile& file) {
  std::byte first[io::kNpyPreambleBytes];
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(sizeof first, file.size()));
  file.read(0, first, count);
  const io::NpyPreamble preamble =
      io::parse_npy_preamble(std::span(first, count), file.size(), file.path());
  std::string text(static_cast<std::size_t>(preamble.text_size), '\0');
  file.read(preamble.text_offset, text.data(), text.size());

  Located found{io::parse_npy_header(text, preamble, file.path()), preamble.data_offset()};
  const std::uint64_t present = file.size() - found.offset;
  if (found.header.data_bytes > present) {
    io::throw_file_error(
        file.path(),
        "is shorter than its header says: " + std::to_string(found.header.data_bytes - present) +
            " of " + std::to_string(found.header.data_bytes) + " bytes of elements are missing");
  }
  return found;
}

ArrayView view_of(const void* elements, const io::NpyHeader& header) {
  return ArrayView(elements, header.dtype, header.shape, io::npy_strides(header), header.order);
}

/// Other programs may write any non-zero byte for true; in our own memory it is 1.
void normalise_bools(std::uint8_t* bytes, std::size_t count) {
  std::transform(bytes, bytes + count, bytes,
                 [](std::uint8_t b) { return static_cast<std::uint8_t>(b != 0); });
}

/// Returns the size of the file; the shape must be valid.
std::uint64_t file_bytes(const std::string& header, DType dtype, const Dims& shape) {
  std::uint64_t bytes = itemsize(dtype);
  for (std::int64_t extent : shape) bytes *= static_cast<std::uint64_t>(extent);
  return header.size() + bytes;
}

}  // namespace

Array map_npy(const std::string& path) {
  const io::InputFile file(path);
  const Located found = read_header(file);
  auto mapping = std::make_shared<io::MappedFile>(file);
  const ArrayView view = view_of(mapping->data() + found.offset, found.header);
  return Array(std::shared_ptr<void>(std::move(mapping)), view);
}

Array read_npy(const std::string& path) {
  const io::InputFile file(path);
  const Located found = read_header(file);
  const io::NpyHeader& header = found.header;
  Array raw(header.dtype, header.shape);
  const auto bytes = static_cast<std::size_t>(header.data_bytes);
  if (bytes > 0) file.read(found.offset, raw.data(), bytes);
  if (header.dtype == DType::bool_) normalise_bools(static_cast<std::uint8_t*>(raw.data()), bytes);
  const ArrayView view = view_of(std::as_const(raw).data(), header);
  return view.is_c_contiguous() ? raw : Array::copy_of(view);
}

void write_npy(const std::string& path, const ArrayView& array) {
  if (array.data() == nullptr && array.size() > 0) {
    throw Error(ErrorCode::value, "cannot write a view of nothing");
  }
  const std::string header = io::format_npy_header(array.dtype(), array.shape());
  io::AtomicFile file(path, file_bytes(header, array.dtype(), array.shape()));
  file.write(0, header.data(), header.size());
  if (array.is_c_contiguous()) {
    const auto bytes = static_cast<std::size_t>(array.size()) * itemsize(array.dtype());
    file.write(header.size(), array.data(), bytes);
  } else {
    void* elements = file.map() + header.size();
    copy_elements(ArrayView(elements, array.dtype(), array.shape()), array);
  }
  file.flush();
  file.commit();
}

struct NpyWriter::State {
  State(const std::string& path, const std::string& header, DType dtype, const Dims& shape)
      : file(path, file_bytes(header, dtype, shape)) {
    file.write(0, header.data(), header.size());
    view = ArrayView(static_cast<void*>(file.map() + header.size()), dtype, shape);
  }
  io::AtomicFile file;
  ArrayView view;
};

NpyWriter::NpyWriter(const std::string& path, DType dtype, const Dims& shape) {
  c_strides(shape, itemsize(dtype));  // refuses shapes that are negative or overflow
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
