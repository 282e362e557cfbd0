// docs/formats.md: the table of file formats, and how the files of a name are told apart.
#include "asking.hpp"
#include "pages.hpp"
#include "tightloop/file_formats.hpp"

namespace tightloop::docs {
namespace {

/// Returns each end of a name as code.
std::string ends_of(const FileFormat& format) {
  std::string out = "`";
  for (char c : format.ends) out += c == ' ' ? "`, `" : std::string(1, c);
  return out + "`";
}

std::string yes(bool answer) {
  return answer ? "yes" : "";
}

}  // namespace

Page formats_page() {
  std::string out =
      "# File formats\n\nWhat `load`, `open_source` and `save`, the program, its sessions and "
      "Python read and write. `tightloop::file_formats()` returns this table.\n\n";
  std::vector<std::vector<std::string>> rows;
  for (const FileFormat* format : file_formats()) {
    rows.push_back({ends_of(*format), format->detail.empty() ? "" : code(format->detail),
                    yes(format->can_read), yes(format->can_write), yes(format->in_parts),
                    yes(format->from_pipe), std::string(format->doc)});
  }
  out += table({"name ends in", "after the name", "read", "written", "written in parts",
                "from a pipe", "what it holds"},
               rows);
  out +=
      "\n*Written in parts*: a result larger than memory goes into such a file as it is computed "
      "(`file_sink`, `--memory`, `tightloop convert`). Others are written from an array in "
      "memory. Every file appears whole or not at all.\n\n"
      "*From a pipe*: standard input is `.npy`, or what follows it, as `-:csv`, `-:pgm` or "
      "`-:csv:price`; a named pipe is what its name says. Other formats need a file.\n\n"
      "A file is of the format that its first bytes show, whatever it is called; where they show "
      "none, of that of its name. `FILE:uint8:100x200` reads any file as raw elements: a dtype "
      "(or a code of NumPy's, as `>u2`), a shape (left out: one dimension of all elements), and "
      "`big` or `little`. A name with `*`, `?` or `[` is a stack: files of one shape and dtype "
      "along a new first axis, in the order of their names, one open at a time.\n\n"
      "A part of an array is read by `Source::read_region(start, count, into)`. It costs about "
      "what its bytes cost, except where `Source::chunk_shape()` says otherwise: of a stack one "
      "file is a piece, and deflated members, PNG and plain PGM and PPM are unpacked in order, "
      "row by row.\n";
  return {"formats.md", out};
}

}  // namespace tightloop::docs
