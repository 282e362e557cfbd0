// What all sources share, and what one does that has no way of its own.
#include "tightloop/source.hpp"

#include <utility>

#include "io/element_layout.hpp"
#include "io/file_error.hpp"
#include "io/region.hpp"

namespace tightloop {

Source::Source(std::string name, DType dtype, const Dims& shape, bool fortran_order,
               ByteOrder order)
    : name_(std::move(name)),
      shape_(shape),
      bytes_(io::element_bytes(dtype, shape)),
      dtype_(dtype),
      order_(order),
      fortran_order_(fortran_order) {}

Source::~Source() = default;

void Source::stop_when(const std::atomic<bool>*) {}

void Source::read_region(const Dims& start, const Dims& count, void* into) {
  io::require_region(*this, start, count);
  if (!rewindable()) io::throw_file_error(name_, "is a pipe, of which no region can be read");
  io::read_tiles(*this, start, count, into);
}

Dims Source::chunk_shape() const {
  return {};
}

}  // namespace tightloop
