// Files of one format, TIGHTLOOP_FUZZ_FILE the end of their names: opened, read in parts, loaded
// whole, which must give the same elements.
#include <unistd.h>

#include <cstdio>
#include <string>

#include "evaluated.hpp"

using namespace tightloop;

namespace {

std::string folder() {
  const char* set = std::getenv("TIGHTLOOP_FUZZ_FOLDER");
  return set != nullptr ? set : "/tmp";
}

const std::string& path() {
  static const std::string name =
      folder() + "/tightloop-fuzz-" + std::to_string(::getpid()) + TIGHTLOOP_FUZZ_FILE;
  return name;
}

void write_file(const std::uint8_t* data, std::size_t size) {
  static const int removed_at_exit = std::atexit([] { ::unlink(path().c_str()); });
  std::FILE* file = std::fopen(path().c_str(), "wb");
  fuzz::require(file != nullptr && removed_at_exit == 0);
  fuzz::require(std::fwrite(data, 1, size, file) == size);
  std::fclose(file);
}

constexpr std::uint64_t kMost = 4 << 20;

std::vector<char> in_parts(Source& source) {
  std::vector<char> out(static_cast<std::size_t>(source.bytes()));
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t part = std::min<std::size_t>(out.size() - at, 1000);
    source.read(out.data() + at, part);
    at += part;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  write_file(data, size);
  const auto file_error = [](auto&& f) {
    try {
      f();
    } catch (const Error& e) {
      fuzz::require(e.code() != ErrorCode::internal);
      return false;
    }
    return true;
  };
  std::vector<char> read;
  bool small = false;
  const bool opened = file_error([&] {
    ReadingLimits limits;
    limits.memory = 64 << 20;
    const std::unique_ptr<Source> source = open_source(path(), limits);
    small = source->bytes() <= kMost && source->reading_bytes() <= kMost;
    if (!small) return;
    read = in_parts(*source);
    if (source->swapped() || source->fortran_order()) read.clear();
  });
  if (!small) return 0;
  const bool loaded = file_error([&] {
    const Array array = load(path());
    const auto bytes = static_cast<std::size_t>(array.size()) * itemsize(array.dtype());
    if (!read.empty()) fuzz::require(std::memcmp(array.data(), read.data(), bytes) == 0);
  });
  fuzz::require(loaded || !opened);
  return 0;
}
