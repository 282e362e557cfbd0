// The formats of files that the library reads and writes: what help, completion and docs list.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tightloop/dtype.hpp"

namespace tightloop {

/// What can be said of a format without opening a file. All texts live as long as the process.
struct FileFormat {
  std::string_view name;    ///< "npy"; each format has another
  std::string_view ends;    ///< of the names of its files, with a space between them: ".pgm .ppm"
  std::string_view detail;  ///< what open_source() takes after the name of a file: ":member";
                            ///< empty where it takes nothing
  std::string_view doc;     ///< one line
  bool can_read = false;    ///< by open_source() and load()
  bool can_write = false;   ///< by save()
  bool in_parts = false;    ///< by file_sink(), too
  bool from_pipe = false;   ///< open_source() reads it from a pipe, too
};

/// Returns all formats, in the order in which lists name them. Never throws; thread-safe.
TIGHTLOOP_API std::span<const FileFormat* const> file_formats() noexcept;

/// Returns the ends of the names of those formats that `can` is true for, for a sentence:
/// list_file_ends(&FileFormat::in_parts, " or ") is ".npy, .raw or .bin".
inline std::string list_file_ends(bool FileFormat::*can, std::string_view last = " and ",
                                  std::string_view between = ", ") {
  std::string out;
  std::size_t cut = std::string::npos;  // before the end that comes last
  for (const FileFormat* format : file_formats()) {
    if (!(format->*can)) continue;
    for (std::string_view rest = format->ends; !rest.empty();) {
      const std::string_view end = rest.substr(0, rest.find(' '));
      rest.remove_prefix(end.size() < rest.size() ? end.size() + 1 : end.size());
      cut = out.empty() ? cut : out.size();
      out.append(out.empty() ? std::string_view() : between).append(end);
    }
  }
  return cut == std::string::npos ? out : out.replace(cut, between.size(), last);
}

}  // namespace tightloop
