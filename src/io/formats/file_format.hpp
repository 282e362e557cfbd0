// Which format a file has: by its first bytes where they tell, else by the end of its name.
#pragma once

#include <optional>
#include <string_view>

#include "io/mapped_file.hpp"

namespace tightloop::io {

enum class FileFormat { npy, npz, png, pnm, raw, text };

/// Returns the format that the end of a name stands for, in upper or lower case: .npy, .npz, .png,
/// .pgm .ppm .pnm, .raw .bin, .txt .csv .tsv; none for any other.
std::optional<FileFormat> format_of_name(std::string_view name);

/// Returns what is written between the columns of a text file of that name: a comma in .csv, a tab
/// in .tsv, else a space.
char separator_of_name(std::string_view name);

/// Returns the format of a file: what its first bytes say, else what its name says, else npy.
FileFormat format_of_file(const InputFile& file);

/// True where neither the first bytes nor the name tell.
bool is_unknown(const InputFile& file);

}  // namespace tightloop::io
