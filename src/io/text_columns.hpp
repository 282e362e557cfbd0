// Small arrays as text: numbers in rows, between white space (.txt) or commas (.csv).
#pragma once

#include <optional>
#include <string>

#include "io/mapped_file.hpp"
#include "tightloop/array.hpp"

namespace tightloop::io {

/// A text holds at most so many elements, and rows.
inline constexpr std::int64_t kMostTextElements = std::int64_t{1} << 24;

/// Reads rows of numbers, split by white space, by commas or by semicolons, alike within a line;
/// '#' begins a comment. One column gives the shape (n,), more give (n, m). The elements are of
/// `dtype`, float64 where none is given; none is rounded to another integer. Throws Error(file)
/// that names the line.
Array read_text_columns(const InputFile& file, std::optional<DType> dtype);

/// Writes an array of at most two dimensions, a row a line, `separator` between columns: the
/// shortest decimals that read back as the same values, bools as 0 and 1, complex numbers as Python
/// does. Throws Error(file) for larger arrays.
std::string format_text_columns(const ArrayView& array, char separator, const std::string& path);

}  // namespace tightloop::io
