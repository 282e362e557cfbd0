// One table of calls, and the question marks.
#include "repl/habits.hpp"

#include <algorithm>

#include "tightloop/language.hpp"

namespace tightloop::tool {
namespace {

struct Row {
  std::string_view name;
  std::string_view command;  // takes what stands in the brackets; empty: print
  bool bare;                 // also without brackets
};

constexpr Row kRows[] = {
    {"exit", ":quit", true},  {"quit", ":quit", true},  {"help", ":help", true},
    {"dir", ":vars", false},  {"who", ":vars", true},   {"whos", ":vars", true},
    {"print", "", false},     {"plot", ":plot", false}, {"imshow", ":show", false},
    {"show", ":show", false}, {"hist", ":hist", false}, {"type", ":type", false},
    {"info", ":info", false}, {"save", ":save", false},
};

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n;") + 1 - begin);
}

bool has_meaning(const std::string& name, const Workspace& workspace) {
  if (workspace.find(name) != nullptr) return true;
  const std::vector<DefinitionInfo> functions = workspace.functions();
  return std::any_of(functions.begin(), functions.end(),
                     [&](const DefinitionInfo& f) { return f.name == name; });
}

bool is_name(std::string_view text) {
  const std::vector<Token> tokens = tokenize(text);
  return tokens.size() == 1 && tokens[0].kind == TokenKind::name;
}

/// Returns the text between the brackets of a call that is the whole input; none where it is not.
std::optional<std::string> inside_of_call(const std::string& input,
                                          const std::vector<Token>& tokens, std::size_t open) {
  if (open >= tokens.size() || tokens[open].kind != TokenKind::open) return std::nullopt;
  std::size_t depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    if (tokens[i].kind == TokenKind::open) ++depth;
    if (tokens[i].kind == TokenKind::close && --depth == 0) {
      if (i + 1 != tokens.size()) return std::nullopt;
      const std::size_t begin = tokens[open].span.end;
      return trimmed(input.substr(begin, tokens[i].span.begin - begin));
    }
  }
  return std::nullopt;
}

/// Puts the name of the file, a text in quotes at either end, behind the expression.
std::optional<std::string> save_arguments(const std::string& inside) {
  const std::vector<Token> tokens = tokenize(inside);
  std::size_t depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind == TokenKind::open) ++depth;
    if (tokens[i].kind == TokenKind::close && depth > 0) --depth;
    if (depth > 0 || tokens[i].kind != TokenKind::comma) continue;
    const std::string first = trimmed(inside.substr(0, tokens[i].span.begin));
    const std::string last = trimmed(inside.substr(tokens[i].span.end));
    const bool file_first = !first.empty() && (first.front() == '"' || first.front() == '\'');
    const std::string& file = file_first ? first : last;
    const bool quoted = file.size() > 2 && (file.front() == '"' || file.front() == '\'');
    const std::string& value = file_first ? last : first;
    if (!quoted || value.empty()) continue;
    return value + " " + file;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> habit(const std::string& input, const Workspace& workspace) {
  const std::string text = trimmed(input);
  if (text.find('\n') != std::string::npos || text.empty()) return std::nullopt;
  if (text.front() == '?' || text.back() == '?') {
    const std::size_t begin = text.find_first_not_of("? ");
    if (begin == std::string::npos) return ":help";
    const std::string name = text.substr(begin, text.find_last_not_of("? ") + 1 - begin);
    if (is_name(name)) return ":help " + name;
    return std::nullopt;
  }
  const std::vector<Token> tokens = tokenize(text);
  if (tokens.empty() || tokens[0].kind != TokenKind::name) return std::nullopt;
  const auto word = [&](std::size_t i) {
    return text.substr(tokens[i].span.begin, tokens[i].span.end - tokens[i].span.begin);
  };
  std::string name = word(0);
  std::size_t at = 1;
  const bool prefix = (name == "np" || name == "plt") && tokens.size() > 2 &&
                      tokens[1].kind == TokenKind::dot && tokens[2].kind == TokenKind::name;
  if (prefix) {
    name = word(2);
    at = 3;
  }
  for (const Row& row : kRows) {
    if (row.name != name || has_meaning(name, workspace)) continue;
    if (row.bare && tokens.size() == at) return std::string(row.command);
    if (name == "help" && tokens.size() == 2 && tokens[1].kind == TokenKind::name) {
      return ":help " + word(1);
    }
    std::optional<std::string> inside = inside_of_call(text, tokens, at);
    if (!inside) return std::nullopt;
    if (name == "save") inside = save_arguments(*inside);
    if (!inside) return std::nullopt;
    if (row.command == ":quit") return std::string(row.command);
    if (row.command.empty()) return *inside;
    return std::string(row.command) + " " + *inside;
  }
  return std::nullopt;
}

std::vector<std::string> deleted_names(const std::string& input, const Workspace& workspace) {
  const std::string text = trimmed(input);
  const std::vector<Token> tokens = tokenize(text);
  const auto word = [&](std::size_t i) {
    return text.substr(tokens[i].span.begin, tokens[i].span.end - tokens[i].span.begin);
  };
  std::vector<std::string> out;
  if (tokens.size() < 2 || word(0) != "del" || has_meaning("del", workspace)) return out;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const bool is_comma = tokens[i].kind == TokenKind::comma;
    if (is_comma != (i % 2 == 0) || (!is_comma && tokens[i].kind != TokenKind::name)) return {};
    if (!is_comma) out.push_back(word(i));
  }
  return out;
}

}  // namespace tightloop::tool
