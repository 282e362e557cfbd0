// The layout of the bytes, written and read back; whatever does not add up is no image.
#include "exec/cache/image_file.hpp"

#include <cstring>

namespace tightloop::exec {
namespace {

constexpr std::string_view kMagic = "tightloop kernel 1\n";
constexpr std::uint64_t kFileSeed = 0x6a09e667f3bcc909ULL;
constexpr std::size_t kMostImports = 4096;

std::uint64_t mix(std::uint64_t h) {
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

void put(std::string& out, std::uint64_t value) {
  char bytes[8];
  std::memcpy(bytes, &value, sizeof bytes);
  out.append(bytes, sizeof bytes);
}
void put(std::string& out, std::string_view text) {
  put(out, text.size());
  out += text;
}

/// Takes pieces off the front; fails for good where too little is left.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    const std::string_view bytes = take(sizeof value);
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view text() { return take(number()); }
  bool done() const { return ok_ && rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  std::string_view take(std::uint64_t count) {
    if (!ok_ || count > rest_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t h = mix(seed ^ bytes.size());
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    h = mix(h ^ word) * 0x9e3779b97f4a7c15ULL;
    bytes.remove_prefix(8);
  }
  std::uint64_t last = 0;
  if (!bytes.empty()) std::memcpy(&last, bytes.data(), bytes.size());
  return mix(h ^ last);
}

std::string write_image(std::string_view key, const kernel::KernelImage& image) {
  std::string out(kMagic);
  put(out, key);
  put(out, image.entry);
  put(out, image.imports.size());
  for (const kernel::KernelImage::Import& i : image.imports) {
    put(out, i.offset);
    put(out, i.symbol);
    put(out, static_cast<std::uint64_t>(i.addend));
  }
  put(out, std::string_view(reinterpret_cast<const char*>(image.bytes.data()), image.bytes.size()));
  put(out, checksum(out, kFileSeed));
  return out;
}

std::optional<kernel::KernelImage> read_image(std::string_view key, std::string_view bytes) {
  if (bytes.size() < kMagic.size() + 8 || bytes.substr(0, kMagic.size()) != kMagic) return {};
  Reader tail(bytes.substr(bytes.size() - 8));
  bytes.remove_suffix(8);
  if (tail.number() != checksum(bytes, kFileSeed)) return {};
  Reader in(bytes.substr(kMagic.size()));
  if (in.text() != key) return {};
  kernel::KernelImage image;
  image.entry = in.number();
  const std::uint64_t imports = in.number();
  if (imports > kMostImports) return {};
  for (std::uint64_t i = 0; i < imports && in.ok(); ++i) {
    kernel::KernelImage::Import import;
    import.offset = in.number();
    import.symbol = std::string(in.text());
    import.addend = static_cast<std::int64_t>(in.number());
    image.imports.push_back(std::move(import));
  }
  const std::string_view code = in.text();
  image.bytes.assign(code.begin(), code.end());
  if (!in.done()) return {};
  return image;
}

}  // namespace tightloop::exec
