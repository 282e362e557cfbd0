// Kernel images kept on disk between processes: a private folder of small files, one per kernel.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "kernel/kernel_image.hpp"

namespace tightloop::exec {

/// A folder of images. Only a folder and files that belong to this user and that nobody else can
/// write are used: a kernel that somebody else put there never runs. Files appear whole or not at
/// all; several processes may share the folder. Whatever goes wrong (a full disk, a damaged file)
/// only means that the kernel is compiled. Thread-safe; copies nothing across fork.
class DiskCache {
 public:
  /// `identity` names everything that images depend on besides the plan. An empty folder or
  /// identity makes a cache that holds nothing.
  DiskCache(std::string folder, std::string identity, std::uint64_t most_bytes = kMostBytes);

  std::optional<kernel::KernelImage> load(const std::string& plan);
  void store(const std::string& plan, const kernel::KernelImage& image);
  bool enabled() const { return !folder_.empty(); }
  const std::string& folder() const { return folder_; }

  static constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;

 private:
  std::string key_of(const std::string& plan) const { return identity_ + "\n" + plan; }
  void make_room(int folder);

  std::string folder_;
  std::string identity_;
  std::uint64_t most_bytes_;
  std::atomic<std::uint64_t> stored_{0};  // bytes since the folder was last looked through
};

/// Returns the folder that the environment asks for: TIGHTLOOP_CACHE_DIR, else tightloop in
/// XDG_CACHE_HOME or ~/.cache; empty where TIGHTLOOP_CACHE is "off", where there is no absolute
/// path, and in processes that run with the rights of another user than their caller.
std::string cache_folder();

}  // namespace tightloop::exec
