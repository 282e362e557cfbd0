// A tile is what one read takes: the elements of a region that are within 256 KiB of the file
// and near to each other. What stands between them is read and left out, which costs less than a
// read for every run. Tiles that are whole runs of C order go straight to their place.
#include "io/region.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "io/element_layout.hpp"
#include "io/file_error.hpp"
#include "tightloop/error.hpp"
#include "types/strides.hpp"

namespace tightloop::io {
namespace {

constexpr std::int64_t kMostOfTile = std::int64_t{1} << 18;
/// Bytes between elements that are read along with them: copying them costs what a call costs.
constexpr std::int64_t kMostOfGap = std::int64_t{1} << 12;

class TileReader {
 public:
  TileReader(Source& source, const Dims& start, const Dims& count, void* into)
      : source_(source),
        start_(start),
        count_(count),
        in_file_(element_strides(source.dtype(), source.shape(), source.fortran_order())),
        in_memory_(element_strides(source.dtype(), count, false)),
        into_(static_cast<std::byte*>(into)),
        width_(static_cast<std::int64_t>(itemsize(source.dtype()))) {
    choose_tile();
  }

  /// Goes over the tiles like an odometer whose fastest wheel is the fastest axis of the file.
  void read() {
    Dims at = count_;
    std::fill(at.begin(), at.end(), 0);
    for (bool more = true; more;) {
      read_tile(at);
      more = false;
      for (int k = 0; k < count_.size() && !more; ++k) {
        const int i = axis(k);
        at[i] += tile_[i];
        more = at[i] < count_[i];
        if (!more) at[i] = 0;
      }
    }
  }

 private:
  /// Returns the axis with the k-th smallest stride in the file.
  int axis(int k) const { return source_.fortran_order() ? k : count_.size() - 1 - k; }

  void choose_tile() {
    tile_ = count_;
    std::fill(tile_.begin(), tile_.end(), 1);
    std::int64_t span = width_;
    for (int k = 0; k < count_.size(); ++k) {
      const int i = axis(k);
      if (count_[i] == 1) continue;
      const std::int64_t stride = in_file_[i];
      if (stride - span > kMostOfGap) break;
      tile_[i] = std::clamp<std::int64_t>((kMostOfTile - span) / stride + 1, 1, count_[i]);
      span += (tile_[i] - 1) * stride;
      if (tile_[i] < count_[i]) break;
    }
  }

  void read_tile(const Dims& at) {
    Dims extents = tile_;
    std::int64_t from = 0;
    std::int64_t to = 0;
    std::int64_t span = width_;
    std::int64_t elements = 1;
    for (int i = 0; i < count_.size(); ++i) {
      extents[i] = std::min(tile_[i], count_[i] - at[i]);
      from += (start_[i] + at[i]) * in_file_[i];
      to += at[i] * in_memory_[i];
      span += (extents[i] - 1) * in_file_[i];
      elements *= extents[i];
    }
    const auto bytes = static_cast<std::size_t>(span);
    source_.seek(static_cast<std::uint64_t>(from));
    const ArrayView target(static_cast<void*>(into_ + to), source_.dtype(), extents, in_memory_);
    const bool in_order = target.is_c_contiguous() && !source_.swapped() &&
                          (!source_.fortran_order() || count_.size() < 2);
    if (in_order && span == elements * width_) return source_.read(into_ + to, bytes);
    if (!buffer_) buffer_ = std::make_unique<std::byte[]>(static_cast<std::size_t>(kMostOfTile));
    source_.read(buffer_.get(), bytes);
    const ByteOrder order = source_.swapped() ? ByteOrder::swapped : ByteOrder::native;
    copy_elements(target, ArrayView(static_cast<const void*>(buffer_.get()), source_.dtype(),
                                    extents, in_file_, order));
  }

  Source& source_;
  const Dims& start_;
  const Dims& count_;
  const Dims in_file_;    ///< byte strides
  const Dims in_memory_;  ///< byte strides
  std::byte* into_;
  std::int64_t width_;
  Dims tile_;
  std::unique_ptr<std::byte[]> buffer_;
};

}  // namespace

bool is_empty(const Dims& count) {
  return std::find(count.begin(), count.end(), 0) != count.end();
}

void require_region(const Source& source, const Dims& start, const Dims& count) {
  const Dims& shape = source.shape();
  const int rank = shape.size();
  if (start.size() != rank || count.size() != rank) {
    throw Error(ErrorCode::value, in_quotes(source.name()) + " has " + std::to_string(rank) +
                                      " dimensions; a region of it has as many starts and counts, "
                                      "not " +
                                      std::to_string(start.size()) + " and " +
                                      std::to_string(count.size()));
  }
  for (int i = 0; i < rank; ++i) {
    // No sum of the two: it could overflow.
    if (start[i] >= 0 && count[i] >= 0 && start[i] <= shape[i] && count[i] <= shape[i] - start[i]) {
      continue;
    }
    throw Error(ErrorCode::value, std::to_string(count[i]) + " elements from " +
                                      std::to_string(start[i]) + " on along axis " +
                                      std::to_string(i) + " of " + in_quotes(source.name()) +
                                      " are asked for, which has " + std::to_string(shape[i]));
  }
}

void read_tiles(Source& source, const Dims& start, const Dims& count, void* into) {
  if (!is_empty(count)) TileReader(source, start, count, into).read();
}

void copy_region(const ArrayView& elements, const Dims& start, const Dims& count, void* into) {
  if (is_empty(count)) return;
  const auto* first = static_cast<const std::byte*>(elements.data());
  for (int i = 0; i < count.size(); ++i) first += start[i] * elements.strides()[i];
  copy_elements(ArrayView(into, elements.dtype(), count),
                ArrayView(static_cast<const void*>(first), elements.dtype(), count,
                          elements.strides(), elements.byte_order()));
}

}  // namespace tightloop::io
