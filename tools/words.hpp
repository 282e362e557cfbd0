// The words of a command line: options, which CLI11 reads, apart from the others, which are taken
// as they stand.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "arguments.hpp"

namespace CLI {
class App;
}

namespace tightloop::tool {

struct Words {
  std::vector<std::string> options;  ///< "--output=x.npy": a value is joined to its option
  std::vector<std::string> free;
};

/// What a word is that begins with one '-' and is no option that takes a value.
enum class OneDash {
  free,    ///< an expression, as "-x"; "-h" alone means --help
  option,  ///< known or not; "-h" means --help; "-" is free
};

/// Splits arguments by the options of `app`. Words that begin with "--" are options, known or not;
/// all that follow "--" are free. Throws UsageError where an option lacks its value.
Words split_words(const CLI::App& app, std::span<const char* const> arguments, OneDash one_dash);

/// Lets `app` read options. Throws UsageError.
void read_options(CLI::App& app, std::vector<std::string> options);

/// Adds NAME=VALUE. Throws UsageError where it is none, or where the name is there already.
void add_variable(std::vector<NamedText>& variables, const std::string& word);

}  // namespace tightloop::tool
