// The table of formats, and how a file finds its row: by its first bytes, else by its name.
#include <algorithm>
#include <array>

#include "io/formats/format.hpp"

namespace tightloop {
namespace io {
namespace {

constexpr const Format* kFormats[] = {
#define FORMAT(name) &formats::name,
#include "io/formats/formats.def"
#undef FORMAT
};

bool has_one_of(std::string_view name, std::string_view ends) {
  while (!ends.empty()) {
    const std::string_view end = ends.substr(0, ends.find(' '));
    if (has_end(name, end)) return true;
    ends.remove_prefix(std::min(end.size() + 1, ends.size()));
  }
  return false;
}

FileFormat described(const Format& format) {
  return {.name = format.name,
          .ends = format.ends,
          .detail = format.detail,
          .doc = format.doc,
          .can_read = format.open != nullptr,
          .can_write = format.can_write(),
          .in_parts = format.header != nullptr,
          .from_pipe = format.from_pipe};
}

}  // namespace

bool has_end(std::string_view name, std::string_view end) {
  if (name.size() < end.size()) return false;
  name.remove_prefix(name.size() - end.size());
  return std::equal(name.begin(), name.end(), end.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

const Format* format_of_name(std::string_view name) {
  for (const Format* format : kFormats) {
    if (has_one_of(name, format->ends)) return format;
  }
  return nullptr;
}

const Format* format_of_file(const InputFile& file) {
  char bytes[kFirstBytes];
  const std::string_view first(bytes, file.read_some(0, bytes, sizeof bytes));
  for (const Format* format : kFormats) {
    if (format->begins != nullptr && format->begins(first)) return format;
  }
  return format_of_name(file.path());
}

}  // namespace io

std::span<const FileFormat* const> file_formats() noexcept {
  constexpr std::size_t kCount = std::size(io::kFormats);
  static const auto all = [] {
    std::array<FileFormat, kCount> table;
    std::transform(std::begin(io::kFormats), std::end(io::kFormats), table.begin(),
                   [](const io::Format* format) { return io::described(*format); });
    return table;
  }();
  static const auto pointers = [] {
    std::array<const FileFormat*, kCount> table{};
    std::transform(all.begin(), all.end(), table.begin(),
                   [](const FileFormat& format) { return &format; });
    return table;
  }();
  return pointers;
}

}  // namespace tightloop
