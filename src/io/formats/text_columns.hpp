// Small arrays as text: numbers in rows, between white space (.txt), commas (.csv) or tabs (.tsv).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/byte_stream.hpp"
#include "tightloop/array.hpp"
#include "tightloop/source.hpp"

namespace tightloop::io {

/// A text holds at most so many elements, and rows.
inline constexpr std::int64_t kMostTextElements = std::int64_t{1} << 24;

/// Reads rows of cells, as split_cells() cuts them; tabs are separators of their own where `tabs`
/// says so. A first row without any number holds the names of the columns. `detail` chooses columns
/// by their names or numbers, gives a dtype, or both: "", "price", "0,2", "int64", "price:int64";
/// without one all columns are float64. One column gives the shape (n,), more give (n, m). Missing
/// cells are NaN; no integer is rounded to another. Throws Error(file) that names the line.
Array read_text_columns(ByteStream& stream, const std::string& path, std::string_view detail,
                        bool tabs, const ReadingLimits& limits);

/// Appends the bytes of the element that a text stands for; false where it is none.
bool append_text_element(DType dtype, std::string_view text, std::vector<std::byte>& out);

/// Writes an array of at most two dimensions, a row a line, `separator` between columns: the
/// shortest decimals that read back as the same values, bools as 0 and 1, complex numbers as Python
/// does. Throws Error(file) for larger arrays.
std::string format_text_columns(const ArrayView& array, char separator, const std::string& path);

}  // namespace tightloop::io
