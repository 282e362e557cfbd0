// Reserved addresses that get memory and lose it page by page, or whole large pages that move
// along.
#include "streaming/window.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "tightloop/error.hpp"

namespace tightloop::streaming {
namespace {

constexpr int kReserved = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

std::uint64_t down(std::uint64_t at, std::uint64_t unit) {
  return at / unit * unit;
}

std::uint64_t up(std::uint64_t at, std::uint64_t unit) {
  return down(at + unit - 1, unit);
}

// Mapping anew takes back what the system has promised, too, which madvise() leaves.
void discard(char* at, std::uint64_t bytes) {
  if (bytes == 0) return;
  if (::mmap(at, bytes, PROT_NONE, kReserved | MAP_FIXED, -1, 0) == MAP_FAILED) {
    throw Error(ErrorCode::internal, "the memory of a part of an array cannot be given back");
  }
}

void make_writable(char* at, std::uint64_t bytes) {
  if (::mprotect(at, bytes, PROT_READ | PROT_WRITE) != 0) {
    throw Error(ErrorCode::memory, "no memory for a part of an array");
  }
}

}  // namespace

std::uint64_t unit_bytes(Unit unit) {
  constexpr std::uint64_t kLarge = std::uint64_t{2} << 20;
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return unit == Unit::page ? page : std::max(page, kLarge);
}

Window::Window(std::uint64_t bytes, Unit unit)
    : unit_(unit),
      size_(up(std::max<std::uint64_t>(bytes, 1), unit_bytes(unit))),
      reserved_(size_ + unit_bytes(unit)) {
  void* at = ::mmap(nullptr, reserved_, PROT_NONE, kReserved, -1, 0);
  if (at == MAP_FAILED) {
    throw Error(ErrorCode::memory, "no address space for an array of " + std::to_string(bytes) +
                                       " bytes, of which only parts would be in memory");
  }
  reserve_ = static_cast<char*>(at);
  data_ = reserve_ + (up(reinterpret_cast<std::uintptr_t>(at), unit_bytes(unit)) -
                      reinterpret_cast<std::uintptr_t>(at));
}

Window::~Window() {
  ::munmap(reserve_, reserved_);
}

void Window::open(std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t unit = unit_bytes(unit_);
  begin = std::max(opened_, down(begin, unit));
  end = std::min(size_, up(end, unit));
  if (end <= begin) return;
  if (unit_ == Unit::page) {
    make_writable(data_ + begin, end - begin);
  } else {
    for (std::uint64_t at = begin; at < end; at += unit) open_unit(data_ + at);
  }
  opened_ = end;
}

void Window::open_unit(char* at) {
  if (!move_here(at)) {
    make_writable(at, unit_bytes(unit_));
    // Fails where the system has no such pages; then there are small ones.
    ::madvise(at, unit_bytes(unit_), MADV_HUGEPAGE);
  }
  const std::lock_guard lock(mutex_);
  live_.push_back(at);
}

bool Window::move_here(char* at) {
  char* from = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) return false;
    const auto here = std::find(spare_.begin(), spare_.end(), at);
    if (here != spare_.end()) std::swap(*here, spare_.back());
    from = spare_.back();
    spare_.pop_back();
  }
  if (from == at) return true;
  // The old place stays reserved throughout: another thread might map something into a hole.
  const int flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
  const bool moved = ::mremap(from, unit_bytes(unit_), unit_bytes(unit_), flags, at) != MAP_FAILED;
  discard(from, unit_bytes(unit_));
  return moved;
}

void Window::release(std::uint64_t end) {
  end = down(std::min(end, size_), unit_bytes(unit_));
  if (end <= released_) return;
  if (unit_ == Unit::page) {
    discard(data_ + released_, end - released_);
  } else {
    release_large(end);
  }
  released_ = end;
}

void Window::release_large(std::uint64_t end) {
  const std::lock_guard lock(mutex_);
  while (!live_.empty() && live_.front() < data_ + end) {
    spare_.push_back(live_.front());
    live_.pop_front();
  }
}

void Window::open_scattered() {
  reset();
  make_writable(data_, size_);
  // Large pages would be taken for parts of them.
  ::madvise(data_, size_, MADV_NOHUGEPAGE);
  scattered_ = true;
}

void Window::drop(std::uint64_t begin, std::uint64_t end) {
  begin = down(begin, unit_bytes(Unit::page));
  end = std::min(size_, up(end, unit_bytes(Unit::page)));
  if (begin < end) ::madvise(data_ + begin, end - begin, MADV_DONTNEED);
}

void Window::reset() {
  if (scattered_) {
    discard(data_, size_);
    scattered_ = false;
    return;
  }
  if (opened_ > released_) release(opened_);
  opened_ = released_ = 0;
}

}  // namespace tightloop::streaming
