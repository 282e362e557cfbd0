// The folder's files: read only where nobody else can write them, written whole under another name
// and renamed.
#include "exec/cache/disk_cache.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <vector>

#include "exec/cache/image_file.hpp"

namespace tightloop::exec {
namespace {

constexpr std::string_view kSuffix = ".tlk";
constexpr std::uint64_t kMostFile = std::uint64_t{16} << 20;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool is_private(const struct stat& s) {
  return s.st_uid == geteuid() && (s.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// Opens the folder if it is this user's own and nobody else can write into it.
int open_folder(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat s {};
  if (fd >= 0 && (fstat(fd, &s) != 0 || !is_private(s))) {
    close(fd);
    return -1;
  }
  return fd;
}

/// Makes the folder and those above it that are missing.
void make_folders(const std::string& path) {
  for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    mkdir(path.substr(0, at).c_str(), 0700);
  }
  mkdir(path.c_str(), 0700);
}

std::string file_name(const std::string& key) {
  char text[40];
  std::snprintf(text, sizeof text, "%016llx%016llx",
                static_cast<unsigned long long>(checksum(key, 1)),
                static_cast<unsigned long long>(checksum(key, 2)));
  return std::string(text) + std::string(kSuffix);
}

/// Reads a file of this user's own; empty where it is anything else.
std::string read_private(int folder, const std::string& name) {
  const Descriptor file(
      openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat s {};
  if (!file || fstat(file.get(), &s) != 0 || !S_ISREG(s.st_mode) || !is_private(s) ||
      s.st_size <= 0 || static_cast<std::uint64_t>(s.st_size) > kMostFile) {
    return {};
  }
  std::string bytes(static_cast<std::size_t>(s.st_size), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = read(file.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    done += static_cast<std::size_t>(got);
  }
  // A file that is in use stays when room is made.
  constexpr std::int64_t kDay = 86400;
  if (time(nullptr) - s.st_mtim.tv_sec > kDay) futimens(file.get(), nullptr);
  return bytes;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

/// False past the process's limit, where writing would raise SIGXFSZ, which ends most programs.
bool may_be_written(std::size_t bytes) {
  struct rlimit limit {};
  return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
         bytes <= limit.rlim_cur;
}

/// Writes under a temporary name, then renames: readers never see a part.
bool publish(int folder, const std::string& name, std::string_view bytes) {
  static std::atomic<unsigned> serial{0};
  const std::string temporary =
      ".tmp-" + std::to_string(getpid()) + "-" + std::to_string(++serial) + "-" + name;
  const int fd =
      openat(folder, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool written = write_all(fd, bytes);
  const bool whole = close(fd) == 0 && written;
  if (whole && renameat(folder, temporary.c_str(), folder, name.c_str()) == 0) return true;
  unlinkat(folder, temporary.c_str(), 0);
  return false;
}

struct Entry {
  std::string name;
  std::int64_t time;
  std::uint64_t bytes;
};

std::vector<Entry> list_folder(int folder) {
  std::vector<Entry> entries;
  DIR* dir = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (dir == nullptr) return entries;
  while (const dirent* d = readdir(dir)) {
    const std::string_view name = d->d_name;
    const bool image =
        name.size() > kSuffix.size() && name.substr(name.size() - kSuffix.size()) == kSuffix;
    struct stat s {};
    if (!image || fstatat(folder, d->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0) continue;
    entries.push_back({std::string(name), s.st_mtim.tv_sec, static_cast<std::uint64_t>(s.st_size)});
  }
  closedir(dir);
  return entries;
}

}  // namespace

DiskCache::DiskCache(std::string folder, std::string identity, std::uint64_t most_bytes)
    : folder_(identity.empty() ? std::string() : std::move(folder)),
      identity_(std::move(identity)),
      most_bytes_(most_bytes),
      // Processes that store little look the folder through now and then, too.
      stored_(checksum(std::to_string(getpid()) + ":" + std::to_string(time(nullptr)), 3) %
              (most_bytes / 8 + 1)) {}

std::optional<kernel::KernelImage> DiskCache::load(const std::string& plan) {
  if (!enabled()) return {};
  const Descriptor folder(open_folder(folder_));
  if (!folder) return {};
  const std::string key = key_of(plan);
  const std::string bytes = read_private(folder.get(), file_name(key));
  return bytes.empty() ? std::nullopt : read_image(key, bytes);
}

void DiskCache::store(const std::string& plan, const kernel::KernelImage& image) {
  if (!enabled()) return;
  int fd = open_folder(folder_);
  if (fd < 0 && errno == ENOENT) {
    make_folders(folder_);
    fd = open_folder(folder_);
  }
  const Descriptor folder(fd);
  if (!folder) return;
  const std::string key = key_of(plan);
  const std::string bytes = write_image(key, image);
  if (bytes.size() > kMostFile || !may_be_written(bytes.size()) ||
      !publish(folder.get(), file_name(key), bytes))
    return;
  if ((stored_ += bytes.size()) >= most_bytes_ / 8) {
    stored_ = 0;
    make_room(folder.get());
  }
}

/// Removes the files that were used least recently, down to three quarters of what is allowed, and
/// what writers that died left behind.
void DiskCache::make_room(int folder) {
  constexpr std::int64_t kHour = 3600;
  std::vector<Entry> entries = list_folder(folder);
  std::uint64_t total = 0;
  std::vector<Entry> images;
  for (Entry& e : entries) {
    if (e.name[0] == '.') {
      if (time(nullptr) - e.time > kHour) unlinkat(folder, e.name.c_str(), 0);
      continue;
    }
    total += e.bytes;
    images.push_back(std::move(e));
  }
  if (total <= most_bytes_) return;
  std::sort(images.begin(), images.end(),
            [](const Entry& a, const Entry& b) { return a.time < b.time; });
  for (const Entry& e : images) {
    if (total <= most_bytes_ / 4 * 3) break;
    if (unlinkat(folder, e.name.c_str(), 0) == 0) total -= e.bytes;
  }
}

std::string cache_folder() {
  const auto setting = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  if (getauxval(AT_SECURE) != 0 || getuid() != geteuid()) return {};
  if (setting("TIGHTLOOP_CACHE") == "off") return {};
  std::string folder = setting("TIGHTLOOP_CACHE_DIR");
  if (folder.empty()) {
    const std::string base = setting("XDG_CACHE_HOME"), home = setting("HOME");
    if (!base.empty()) {
      folder = base + "/tightloop";
    } else if (!home.empty()) {
      folder = home + "/.cache/tightloop";
    }
  }
  return folder.empty() || folder[0] != '/' ? std::string() : folder;
}

}  // namespace tightloop::exec
