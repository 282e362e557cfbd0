// Every file is opened twice: for its shape when the stack is opened, for its elements when they
// are read.
#include "io/formats/stack.hpp"

#include <glob.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "io/file_error.hpp"
#include "io/region.hpp"
#include "io/stream_source.hpp"
#include "tightloop/error.hpp"

namespace tightloop::io {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes a run of digits without its leading zeros.
std::string_view take_number(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  std::string_view number = text.substr(0, end);
  text.remove_prefix(end);
  while (number.size() > 1 && number.front() == '0') number.remove_prefix(1);
  return number;
}

/// Orders names as a reader would; those that differ in leading zeros alone, by their bytes.
bool comes_before(const std::string& left, const std::string& right) {
  std::string_view a = left;
  std::string_view b = right;
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const std::string_view x = take_number(a);
      const std::string_view y = take_number(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (a.front() != b.front()) {
        return static_cast<unsigned char>(a.front()) < static_cast<unsigned char>(b.front());
      }
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  return left < right;
}

std::string described(DType dtype, const Dims& shape) {
  std::string text = std::string(name(dtype)) + " (";
  for (int i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

class StackSource final : public Source {
 public:
  StackSource(std::vector<std::string> specs, const std::string& name, DType dtype,
              const Dims& item_shape, std::uint64_t reading_bytes)
      : Source(name, dtype, stacked(item_shape, specs.size()), false, ByteOrder::native),
        specs_(std::move(specs)),
        item_shape_(item_shape),
        item_bytes_(element_bytes(dtype, item_shape)),
        reading_bytes_(reading_bytes) {}

  std::uint64_t reading_bytes() const override { return reading_bytes_; }
  bool rewindable() const override { return true; }

  void read(void* into, std::size_t count) override {
    require_left(*this, at_, count);
    auto* to = static_cast<std::byte*>(into);
    while (count > 0) {
      const std::uint64_t inside = at_ % item_bytes_;
      if (inside == 0 || !open_) go_to(static_cast<std::size_t>(at_ / item_bytes_), inside);
      const auto part =
          static_cast<std::size_t>(std::min<std::uint64_t>(count, item_bytes_ - inside));
      if (converted_) {
        std::memcpy(to, static_cast<const std::byte*>(converted_->data()) + inside, part);
      } else {
        item_->read(to, part);
      }
      to += part;
      at_ += part;
      count -= part;
    }
  }

  void seek(std::uint64_t byte) override {
    require_left(*this, byte, 0);
    open_ = false;
    at_ = byte;
  }

  /// Opens the files that the region is of, no other.
  void read_region(const Dims& start, const Dims& count, void* into) override {
    require_region(*this, start, count);
    if (is_empty(count)) return;
    const Dims inner_start(start.begin() + 1, start.end());
    const Dims inner_count(count.begin() + 1, count.end());
    const auto bytes = static_cast<std::size_t>(element_bytes(dtype(), inner_count));
    auto* to = static_cast<std::byte*>(into);
    for (std::int64_t i = 0; i < count[0]; ++i, to += bytes) {
      open_item(static_cast<std::size_t>(start[0] + i));
      item_->read_region(inner_start, inner_count, to);
    }
  }

  Dims chunk_shape() const override {
    Dims one = item_shape_;
    one.insert(0, 1);
    return one;
  }

 private:
  static Dims stacked(const Dims& item, std::size_t count) {
    Dims shape = item;
    shape.insert(0, static_cast<std::int64_t>(count));
    return shape;
  }

  void open_item(std::size_t i) {
    open_ = false;
    converted_.reset();
    item_ = open_source(specs_[i]);
    if (item_->dtype() != dtype() || item_->shape() != item_shape_) {
      throw_file_error(specs_[i], "has become another array since the stack was opened");
    }
  }

  /// Makes item `i` ready to be read in order from byte `inside` on.
  void go_to(std::size_t i, std::uint64_t inside) {
    open_item(i);
    if (item_->swapped() || item_->fortran_order()) {
      converted_ = read_whole(*item_);
    } else if (inside > 0) {
      item_->seek(inside);
    }
    open_ = true;
  }

  std::vector<std::string> specs_;
  Dims item_shape_;
  std::uint64_t item_bytes_;
  std::uint64_t reading_bytes_;
  std::unique_ptr<Source> item_;
  std::optional<Array> converted_;  ///< the item, where it cannot be copied as it stands
  std::uint64_t at_ = 0;
  bool open_ = false;  ///< item_ stands where at_ is
};

/// What reading items like this one takes: text is parsed, other orders are converted as a whole.
std::uint64_t reading_bytes_of(const Source& item) {
  constexpr std::uint64_t kText = 3, kConverted = 2;
  if (dynamic_cast<const ArraySource*>(&item) != nullptr) return kText * item.bytes();
  const bool converted = item.swapped() || item.fortran_order();
  return item.reading_bytes() + (converted ? kConverted * item.bytes() : 0);
}

}  // namespace

std::vector<std::string> matching_files(const std::string& pattern) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  std::vector<std::string> names;
  try {
    for (std::size_t i = 0; status == 0 && i < found.gl_pathc; ++i) {
      names.emplace_back(found.gl_pathv[i]);
    }
  } catch (...) {
    ::globfree(&found);
    throw;
  }
  ::globfree(&found);
  if (status == GLOB_NOSPACE) throw Error(ErrorCode::memory, "no memory for the names of files");
  if (status == GLOB_ABORTED) throw_file_error(pattern, "a folder of it cannot be read");
  std::sort(names.begin(), names.end(), comes_before);
  return names;
}

std::unique_ptr<Source> open_stack(std::vector<std::string> specs, const std::string& name,
                                   const ReadingLimits& limits) {
  if (specs.empty()) throw_file_error(name, "matches no file");
  const std::unique_ptr<Source> first = open_source(specs.front(), limits);
  for (std::size_t i = 1; i < specs.size(); ++i) {
    const std::unique_ptr<Source> next = open_source(specs[i], limits);
    if (next->dtype() != first->dtype() || next->shape() != first->shape()) {
      throw_file_error(specs[i], "is " + described(next->dtype(), next->shape()) + ", but " +
                                     in_quotes(specs.front()) + " is " +
                                     described(first->dtype(), first->shape()) +
                                     "; a stack needs arrays of one kind");
    }
  }
  if (first->shape().size() == kMaxRank) {
    throw_file_error(name, "is a stack of more than " + std::to_string(kMaxRank) + " dimensions");
  }
  return std::make_unique<StackSource>(std::move(specs), name, first->dtype(), first->shape(),
                                       reading_bytes_of(*first));
}

}  // namespace tightloop::io
