// Elements out of streams: in parts, or whole.
#include "io/stream_source.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "io/file_error.hpp"
#include "io/region.hpp"
#include "tightloop/error.hpp"

namespace tightloop::io {

StreamSource::StreamSource(std::string name, const ElementLayout& layout,
                           std::unique_ptr<ByteStream> stream)
    : Source(std::move(name), layout.dtype, layout.shape, layout.fortran_order, layout.order),
      stream_(std::move(stream)),
      offset_(layout.offset) {}

void StreamSource::read(void* into, std::size_t count) {
  require_left(*this, at_, count);
  const std::size_t got = stream_->read(into, count);
  at_ += got;
  if (got < count) {
    throw_file_error(name(), "ended " + std::to_string(bytes() - at_) + " bytes early");
  }
  if (dtype() == DType::bool_) normalise_bools(into, count);
}

void StreamSource::seek(std::uint64_t byte) {
  require_left(*this, byte, 0);
  stream_->seek(offset_ + byte);
  at_ = byte;
}

Dims StreamSource::chunk_shape() const {
  Dims rows = shape();
  if (rows.empty() || !stream_->rewindable() || stream_->place()) return {};
  rows[fortran_order() ? rows.size() - 1 : 0] = 1;
  return rows;
}

std::optional<FilePlace> StreamSource::place() const {
  std::optional<FilePlace> place = stream_->place();
  if (place) place->offset += offset_;
  return place;
}

ArraySource::ArraySource(std::string name, Array array)
    : Source(std::move(name), array.dtype(), array.shape(), false, ByteOrder::native),
      array_(std::move(array)) {}

void ArraySource::read(void* into, std::size_t count) {
  require_left(*this, at_, count);
  if (count > 0) std::memcpy(into, static_cast<const std::byte*>(array_.data()) + at_, count);
  at_ += count;
}

void ArraySource::seek(std::uint64_t byte) {
  require_left(*this, byte, 0);
  at_ = byte;
}

void ArraySource::read_region(const Dims& start, const Dims& count, void* into) {
  require_region(*this, start, count);
  copy_region(std::as_const(array_), start, count, into);
}

void require_left(const Source& source, std::uint64_t at, std::uint64_t count) {
  if (at <= source.bytes() && count <= source.bytes() - at) return;
  throw Error(ErrorCode::value, "bytes " + std::to_string(at) + " to " +
                                    std::to_string(at + count) + " of " + in_quotes(source.name()) +
                                    " are asked for, which has " + std::to_string(source.bytes()));
}

Array read_whole(Source& source) {
  Array raw(source.dtype(), source.shape());
  // In parts: a pipe may promise more than it delivers, and pages come into being as they are
  // written.
  constexpr std::uint64_t kPart = std::uint64_t{1} << 26;
  auto* to = static_cast<std::byte*>(raw.data());
  for (std::uint64_t left = source.bytes(); left > 0;) {
    const auto part = static_cast<std::size_t>(std::min(left, kPart));
    source.read(to, part);
    to += part;
    left -= part;
  }
  if (!source.swapped() && !source.fortran_order()) return raw;
  const ElementLayout layout{source.dtype(), source.shape(),
                             source.swapped() ? ByteOrder::swapped : ByteOrder::native,
                             source.fortran_order(), 0};
  const ArrayView view = view_elements(std::as_const(raw).data(), layout);
  return view.is_c_contiguous() ? raw : Array::copy_of(view);
}

}  // namespace tightloop::io
