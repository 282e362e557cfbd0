// A list of ranges that a signal handler may walk over: entries are added in front and never freed,
// but used again. The handler itself calls nothing but mmap().
#include "io/mapping_guard.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "io/file_error.hpp"
#include "tightloop/source.hpp"

namespace tightloop::io {

struct GuardedRange {
  std::atomic<bool> used{true};
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};
  std::atomic<bool> writable{false};
  std::atomic<bool> lost{false};
  std::atomic<const MappedIdentity*> identity{nullptr};
  GuardedRange* next = nullptr;
};

namespace {

std::atomic<GuardedRange*> g_ranges{nullptr};
std::atomic<bool> g_guarded{false};
struct sigaction g_previous {};
const auto g_page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));

GuardedRange* take_range() {
  for (GuardedRange* range = g_ranges.load(); range != nullptr; range = range->next) {
    bool expected = false;
    if (range->used.compare_exchange_strong(expected, true)) return range;
  }
  auto* fresh = new GuardedRange;
  fresh->next = g_ranges.load();
  while (!g_ranges.compare_exchange_weak(fresh->next, fresh)) {
  }
  return fresh;
}

GuardedRange* find_range(std::uintptr_t address) noexcept {
  for (GuardedRange* range = g_ranges.load(); range != nullptr; range = range->next) {
    if (range->begin.load() <= address && address < range->end.load()) return range;
  }
  return nullptr;
}

/// Puts zeros in the place of all that is missing from the address on.
bool fill_with_zeros(std::uintptr_t address) noexcept {
  GuardedRange* range = find_range(address);
  if (range == nullptr) return false;
  const std::uintptr_t from = address / g_page * g_page;
  const int protection = range->writable.load() ? PROT_READ | PROT_WRITE : PROT_READ;
  range->lost.store(true);
  return ::mmap(reinterpret_cast<void*>(from), range->end.load() - from, protection,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != MAP_FAILED;
}

void on_bus_error(int signal, siginfo_t* info, void* context) {
  const int saved = errno;
  const bool filled = info->si_code == BUS_ADRERR &&
                      fill_with_zeros(reinterpret_cast<std::uintptr_t>(info->si_addr));
  errno = saved;
  if (filled) return;
  if ((g_previous.sa_flags & SA_SIGINFO) != 0) {
    g_previous.sa_sigaction(signal, info, context);
  } else if (g_previous.sa_handler != SIG_DFL && g_previous.sa_handler != SIG_IGN) {
    g_previous.sa_handler(signal);
  } else {
    // Delivered when this handler returns, and then not to it.
    ::sigaction(signal, &g_previous, nullptr);
    ::raise(signal);
  }
}

bool became_shorter(const MappedIdentity& identity) {
  struct stat now {};
  return ::stat(identity.path.c_str(), &now) == 0 && now.st_dev == identity.device &&
         now.st_ino == identity.inode && static_cast<std::uint64_t>(now.st_size) < identity.size;
}

}  // namespace

MappingMark::MappingMark(const void* begin, std::size_t size, bool writable,
                         const MappedIdentity* identity)
    : range_(take_range()) {
  const auto first = reinterpret_cast<std::uintptr_t>(begin);
  range_->lost.store(false);
  range_->writable.store(writable);
  range_->identity.store(identity);
  range_->end.store((first + size + g_page - 1) / g_page * g_page);
  range_->begin.store(first);
}

MappingMark::~MappingMark() {
  range_->end.store(0);
  range_->begin.store(0);
  range_->identity.store(nullptr);
  range_->used.store(false);
}

bool MappingMark::lost() const noexcept {
  return range_->lost.load();
}

bool mappings_are_guarded() noexcept {
  return g_guarded.load(std::memory_order_relaxed);
}

void check_mapping(const void* address) {
  if (!mappings_are_guarded()) return;
  const GuardedRange* range = find_range(reinterpret_cast<std::uintptr_t>(address));
  if (range == nullptr) return;
  const MappedIdentity* identity = range->identity.load();
  if (identity == nullptr || (!range->lost.load() && !became_shorter(*identity))) return;
  throw_file_error(identity->path, "has become shorter while it was read");
}

}  // namespace tightloop::io

namespace tightloop {

void guard_mapped_files() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    action.sa_sigaction = io::on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    if (::sigaction(SIGBUS, &action, &io::g_previous) != 0) {
      throw Error(ErrorCode::unsupported, "no handler of SIGBUS can be installed");
    }
    io::g_guarded.store(true);
  });
}

}  // namespace tightloop
