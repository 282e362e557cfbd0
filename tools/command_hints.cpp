// Names that an expression lacks, found by its tokens.
#include "command_hints.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "tightloop/definitions.hpp"
#include "tightloop/language.hpp"
#include "variables.hpp"

namespace tightloop::tool {
namespace {

bool is_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode);
}

/// Returns the first name of the expression that could be a variable and has no value; "x" where
/// there is none.
std::string missing_name(const Command& command) {
  const std::string& text = command.expression;
  const std::vector<Token> tokens = tokenize(text);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool call =
        i + 1 < tokens.size() &&
        (tokens[i + 1].kind == TokenKind::open || tokens[i + 1].kind == TokenKind::assign) &&
        text[tokens[i + 1].span.begin] != '[';
    const bool attribute = i > 0 && tokens[i - 1].kind == TokenKind::dot;
    if (tokens[i].kind != TokenKind::name || call || attribute) continue;
    const std::string name =
        text.substr(tokens[i].span.begin, tokens[i].span.end - tokens[i].span.begin);
    const bool known =
        std::any_of(command.variables.begin(), command.variables.end(),
                    [&](const NamedText& variable) { return variable.name == name; });
    const bool constant = name == "pi" || name == "e" || name == "inf" || name == "nan" ||
                          name == "np" || name == "numpy" ||
                          (name.size() > 2 && find_dtype(name).has_value());
    if (!known && !constant) return name;
  }
  return "x";
}

/// Returns a word of a shell.
std::string shell_word(const std::string& word) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:=,+").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

void refuse_word(const Command& command, const std::string& word) {
  const bool turned = is_file(command.expression) && !is_file(word);
  if (!turned && (parse_number(word) || !names_source(word))) {
    throw UsageError("'" + word + "' is neither an option nor NAME=VALUE");
  }
  Command meant = command;
  meant.expression = turned ? word : command.expression;
  const std::string& file = turned ? command.expression : word;
  std::string line = "tightloop " + shell_word(meant.expression);
  for (const NamedText& v : command.variables) line += " " + shell_word(v.name + "=" + v.text);
  throw UsageError("'" + file + "' has no name in the expression\nhint: write " + line + " " +
                   missing_name(meant) + "=" + shell_word(file));
}

void refuse_file_as_expression(const Command& command) {
  const std::string& text = command.expression;
  const bool named = text.find_first_of("./") != std::string::npos && !parse_number(text);
  if (!command.variables.empty() || !named || !is_file(text)) return;
  throw UsageError(
      "'" + text +
      "' is a file, and an expression is missing\nhint: write tightloop 'x' x=" + shell_word(text));
}

}  // namespace tightloop::tool
