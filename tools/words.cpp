// Tells options and their values from other words, by what CLI11 knows.
#include "words.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <utility>

namespace tightloop::tool {

Words split_words(const CLI::App& app, std::span<const char* const> arguments, OneDash one_dash) {
  const bool option_by_one = one_dash == OneDash::option;
  Words out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string word = arguments[i];
    const CLI::Option* option = app.get_option_no_throw(word);
    if (word == "--") {
      for (++i; i < arguments.size(); ++i) out.free.emplace_back(arguments[i]);
    } else if (word == "-h" && (option_by_one || arguments.size() == 1)) {
      out.options.emplace_back("--help");
    } else if (option != nullptr && option->get_items_expected_max() > 0) {
      if (++i == arguments.size() || *arguments[i] == '\0') {
        throw UsageError(word + " needs a value");
      }
      out.options.push_back("--" + option->get_lnames().front() + "=" + arguments[i]);
    } else if (word.starts_with("--") || (option_by_one && word.size() > 1 && word[0] == '-')) {
      out.options.push_back(word);
    } else {
      out.free.push_back(word);
    }
  }
  return out;
}

void read_options(CLI::App& app, std::vector<std::string> options) {
  std::reverse(options.begin(), options.end());  // CLI11 takes them from the back
  try {
    app.parse(std::move(options));
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
}

void add_variable(std::vector<NamedText>& variables, const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) {
    throw UsageError("'" + word + "' is neither an option nor NAME=VALUE");
  }
  NamedText variable{word.substr(0, equals), word.substr(equals + 1)};
  if (!is_identifier(variable.name)) {
    throw UsageError("'" + variable.name + "' in '" + word + "' is not a name");
  }
  for (const NamedText& other : variables) {
    if (other.name == variable.name) throw UsageError("'" + variable.name + "' is given twice");
  }
  variables.push_back(std::move(variable));
}

}  // namespace tightloop::tool
