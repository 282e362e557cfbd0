// A folder of its own for a test's files, removed with everything in it.
#pragma once

#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace tightloop::io::test {

class ScratchFolder {
 public:
  ScratchFolder() {
    // Memory-backed where possible: the tests write hundreds of files and flush each.
    std::error_code failed;
    const std::filesystem::path base = std::filesystem::is_directory("/dev/shm", failed)
                                           ? std::filesystem::path("/dev/shm")
                                           : std::filesystem::temp_directory_path();
    std::string name = (base / "tightloop-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      name = (std::filesystem::temp_directory_path() / "tightloop-test-XXXXXX").string();
      if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
    }
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code failed;
    std::filesystem::remove_all(path_, failed);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// The number of directory entries, temporaries included.
  int entries() const {
    return static_cast<int>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

}  // namespace tightloop::io::test
