// The table of names and the marks at the beginning of files.
#include "io/formats/file_format.hpp"

#include <algorithm>
#include <string>

namespace tightloop::io {
namespace {

struct Row {
  std::string_view end;
  FileFormat format;
};
constexpr Row kRows[] = {
    {".npy", FileFormat::npy},  {".npz", FileFormat::npz},  {".png", FileFormat::png},
    {".pgm", FileFormat::pnm},  {".ppm", FileFormat::pnm},  {".pnm", FileFormat::pnm},
    {".raw", FileFormat::raw},  {".bin", FileFormat::raw},  {".txt", FileFormat::text},
    {".csv", FileFormat::text}, {".tsv", FileFormat::text},
};

/// Upper case of the name does not matter.
bool ends_with(std::string_view name, std::string_view end) {
  if (name.size() < end.size()) return false;
  name.remove_prefix(name.size() - end.size());
  return std::equal(name.begin(), name.end(), end.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

bool is_pnm(std::string_view first) {
  return first.size() >= 3 && first[0] == 'P' &&
         std::string_view("2356").find(first[1]) != std::string_view::npos &&
         std::string_view(" \t\r\n#").find(first[2]) != std::string_view::npos;
}

}  // namespace

std::optional<FileFormat> format_of_name(std::string_view name) {
  for (const Row& row : kRows) {
    if (ends_with(name, row.end)) return row.format;
  }
  return std::nullopt;
}

char separator_of_name(std::string_view name) {
  return ends_with(name, ".csv") ? ',' : ends_with(name, ".tsv") ? '\t' : ' ';
}

namespace {

std::optional<FileFormat> known_format(const InputFile& file) {
  char bytes[8];
  const std::string_view first(bytes, file.read_some(0, bytes, sizeof bytes));
  if (first.starts_with("\x93NUMPY")) return FileFormat::npy;
  if (first.starts_with("\x89PNG\r\n\x1a\n")) return FileFormat::png;
  if (first.starts_with("PK\x03\x04") || first.starts_with("PK\x05\x06")) return FileFormat::npz;
  if (is_pnm(first)) return FileFormat::pnm;
  return format_of_name(file.path());
}

}  // namespace

FileFormat format_of_file(const InputFile& file) {
  return known_format(file).value_or(FileFormat::npy);
}

bool is_unknown(const InputFile& file) {
  return !known_format(file);
}

}  // namespace tightloop::io
