// One write where the elements stand in order, one strided copy where they do not.
#include "io/element_writer.hpp"

#include "io/element_layout.hpp"
#include "tightloop/error.hpp"
#include "types/strides.hpp"

namespace tightloop::io {

void write_elements(AtomicFile& file, std::uint64_t offset, const ArrayView& array,
                    ByteOrder order) {
  const DType type = array.dtype();
  const std::uint64_t bytes = element_bytes(type, array.shape());
  if (bytes == 0) return;
  if (array.data() == nullptr) throw Error(ErrorCode::value, "cannot write a view of nothing");
  if (array.is_c_contiguous() && (order == ByteOrder::native || itemsize(type) == 1)) {
    file.write(offset, array.data(), static_cast<std::size_t>(bytes));
    return;
  }
  void* elements = file.map() + offset;
  const ArrayView target(elements, type, array.shape(), element_strides(type, array.shape(), false),
                         order);
  copy_elements(target, array);
}

std::unique_ptr<AtomicFile> write_with_header(const std::string& path, std::string_view header,
                                              const ArrayView& array, ByteOrder order) {
  const std::uint64_t bytes = element_bytes(array.dtype(), array.shape());
  auto file = std::make_unique<AtomicFile>(path, header.size() + bytes);
  file->write(0, header.data(), header.size());
  write_elements(*file, header.size(), array, order);
  return file;
}

std::unique_ptr<AtomicFile> write_bytes(const std::string& path, std::span<const std::byte> bytes) {
  auto file = std::make_unique<AtomicFile>(path, bytes.size());
  file->write(0, bytes.data(), bytes.size());
  return file;
}

Array in_c_order(const ArrayView& array) {
  return array.is_c_contiguous() ? Array(nullptr, array) : Array::copy_of(array);
}

}  // namespace tightloop::io
