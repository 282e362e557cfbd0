// An archive of one deflated member, field by field.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>

#include "io/little_endian.hpp"

namespace tightloop::io::test {

inline std::string deflated(const std::string& bytes) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, static_cast<uLong>(bytes.size())), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

/// The fields of an archive of one member; each may be made to lie.
struct Archive {
  std::string name = "x.npy";
  std::string packed;
  std::uint32_t checksum = 0;
  std::uint32_t size = 0;
  std::uint32_t packed_size = 0;
  std::uint16_t method = 8;
  std::uint16_t flags = 0;
  std::uint16_t count = 1;
  std::uint32_t member_offset = 0;
  std::uint32_t directory_shift = 0;

  explicit Archive(const std::string& content)
      : packed(deflated(content)),
        checksum(static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                                                  static_cast<uInt>(content.size())))),
        size(static_cast<std::uint32_t>(content.size())),
        packed_size(static_cast<std::uint32_t>(packed.size())) {}

  std::string facts() const {
    std::string out;
    io::append_little_endian(out, std::uint16_t{20});
    io::append_little_endian(out, flags);
    io::append_little_endian(out, method);
    io::append_little_endian(out, std::uint32_t{0});
    io::append_little_endian(out, checksum);
    io::append_little_endian(out, packed_size);
    io::append_little_endian(out, size);
    io::append_little_endian(out, static_cast<std::uint16_t>(name.size()));
    io::append_little_endian(out, std::uint16_t{0});
    return out;
  }
  std::string bytes() const {
    std::string out = "PK\3\4" + facts() + name + packed;
    const auto directory = static_cast<std::uint32_t>(out.size());
    out += "PK\1\2" + std::string("\24\0", 2) + facts() + std::string(10, '\0');
    io::append_little_endian(out, member_offset);
    out += name;
    const auto end = static_cast<std::uint32_t>(out.size());
    out += "PK\5\6" + std::string(4, '\0');
    io::append_little_endian(out, count);
    io::append_little_endian(out, count);
    io::append_little_endian(out, end - directory);
    io::append_little_endian(out, directory + directory_shift);
    return out + std::string(2, '\0');
  }
};

}  // namespace tightloop::io::test
