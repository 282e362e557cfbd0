// Questions to the library: the type of an expression, the result of an example, the text of an
// error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tightloop/tightloop.hpp"
#include "types/range.hpp"

namespace tightloop::docs {

/// A variable of an expression that is only typed.
struct TypedName {
  std::string_view name;
  DType dtype;
};

/// The type of a result and, for integers, the values it can have.
struct ResultType {
  DType dtype;
  Range range;
};

/// Types the (first) result of an expression; none where typing refuses it.
std::optional<ResultType> type_of(std::string_view text, const std::vector<TypedName>& variables,
                                  Promotion promotion = Promotion::exact);

/// An array that examples use, and how the page shows it.
struct ExampleArray {
  std::string name;
  Array array;
};

/// Evaluates over the arrays and returns the results as the program prints them.
std::string run(std::string_view text, const std::vector<ExampleArray>& arrays);

/// Returns the picture of the error that an expression over the arrays throws; throws
/// Error(internal) where it throws none.
std::string failure(std::string_view text, const std::vector<ExampleArray>& arrays,
                    const Options& options = {});

/// Makes an array of a dtype from numbers, reshaped by the text of a shape ("(2, 3)") if not empty.
Array numbers(const std::vector<double>& values, DType dtype, std::string_view shape = {});

/// Returns "name = elements" of each, in a code block.
std::string listing(const std::vector<ExampleArray>& arrays);

/// Returns dtypes with their result, grouped: {"int8, int16", "float64"}; "the same" where all of a
/// group keep their dtype. `refused` receives those without a result.
std::vector<std::vector<std::string>> type_rows(std::string_view text,
                                                const std::vector<std::string_view>& variables,
                                                std::string& refused);

/// Returns a Markdown table; `rows` have as many cells as the head.
std::string table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows);

/// Returns `text` as code; a '|' in it does not end a cell.
std::string code(std::string_view text);

}  // namespace tightloop::docs
