// Candidates from the tables of commands and functions, the session's names and folders.
#include "repl/completion.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "repl/commands.hpp"
#include "repl/help_commands.hpp"
#include "repl/settings.hpp"
#include "tightloop/file_formats.hpp"

namespace tightloop::tool {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Returns where the quotes begin that are open at the end of the line; npos where none are.
std::size_t open_quote(std::string_view line) {
  std::size_t open = std::string_view::npos;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (open == std::string_view::npos) {
      if (line[i] == '#') return open;
      if (line[i] == '\'' || line[i] == '"') open = i;
    } else if (line[i] == line[open]) {
      open = std::string_view::npos;
    }
  }
  return open;
}

void add(std::vector<std::string>& to, std::string_view prefix, std::string_view name) {
  if (name.starts_with(prefix)) to.emplace_back(name);
}

void add_names(std::vector<std::string>& to, std::string_view prefix, const Workspace& workspace) {
  for (const auto& [name, value] : workspace.variables()) add(to, prefix, name);
  for (const DefinitionInfo& f : workspace.functions()) add(to, prefix, f.name + "(");
  for (const std::string& name : function_names()) add(to, prefix, name + "(");
  for (std::string_view name : kConstants) add(to, prefix, name);
}

/// Adds the files whose path begins with `prefix`, folders with a final '/'.
void add_files(std::vector<std::string>& to, const std::string& prefix) {
  namespace fs = std::filesystem;
  constexpr std::size_t kMost = 1000;
  const std::size_t slash = prefix.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : prefix.substr(0, slash + 1);
  const std::string begin = prefix.substr(folder.size());
  std::error_code failed;
  for (fs::directory_iterator at(folder.empty() ? "." : folder, failed), end;
       !failed && at != end && to.size() < kMost; at.increment(failed)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(begin) || (begin.empty() && name.front() == '.')) continue;
    std::error_code unknown;
    to.push_back(folder + name + (at->is_directory(unknown) ? "/" : ""));
  }
}

/// Adds what the end of a new file's name can become: "y.np" is begun like "y.npy" and "y.npz".
void add_ends(std::vector<std::string>& to, const std::string& word) {
  const std::size_t dot = word.rfind('.');
  if (dot == std::string::npos || word.find('/', dot) != std::string::npos) return;
  std::istringstream ends(list_file_ends(&FileFormat::can_write, " ", " "));
  for (std::string end; ends >> end;) {
    const std::string name = word.substr(0, dot) + end;
    if (name.starts_with(word) && std::find(to.begin(), to.end(), name) == to.end()) {
      to.push_back(name);
    }
  }
}

/// Completes the words after a command's name.
bool complete_argument(std::string_view line, std::string_view command, Completion& out) {
  const std::size_t space = line.find_last_of(" \t");
  const std::string_view word = line.substr(space + 1);
  out.begin = space + 1;
  const bool first = line.find_first_not_of(" \t", command.size()) >= out.begin;
  if (command == ":set") {
    for (const Setting& setting : settings()) {
      if (first) add(out.candidates, word, setting.name);
      if (first || line.find(" " + std::string(setting.name) + " ") == std::string_view::npos)
        continue;
      for (std::string_view choice : setting.choices) add(out.candidates, word, choice);
    }
    return true;
  }
  if ((command == ":save" || command == ":show") && !first) {
    add_files(out.candidates, std::string(word));
    if (command == ":save") add_ends(out.candidates, std::string(word));
    return true;
  }
  if (command == ":help") {
    for (const SessionCommand& c : session_commands()) {
      add(out.candidates, word, ":" + std::string(c.name));
    }
  }
  return false;
}

}  // namespace

Completion complete(std::string_view line, const Workspace& workspace) {
  Completion out;
  const std::size_t start = std::min(line.find_first_not_of(" \t"), line.size());
  const std::string_view trimmed = line.substr(start);
  const std::size_t space = trimmed.find_first_of(" \t");
  bool done = false;
  if (const std::size_t quote = open_quote(line); quote != std::string_view::npos) {
    out.begin = quote + 1;
    add_files(out.candidates, std::string(line.substr(out.begin)));
    done = true;
  } else if (trimmed.starts_with(":") && space == std::string_view::npos) {
    out.begin = start;
    for (const SessionCommand& command : session_commands()) {
      add(out.candidates, trimmed, ":" + std::string(command.name));
    }
    done = true;
  } else if (trimmed.starts_with(":")) {
    done = complete_argument(trimmed, trimmed.substr(0, space), out);
    out.begin += start;
  }
  if (!done) {
    std::size_t begin = line.size();
    while (begin > 0 && is_word(line[begin - 1])) --begin;
    if (out.candidates.empty()) out.begin = begin;
    if (begin < line.size()) add_names(out.candidates, line.substr(begin), workspace);
  }
  std::sort(out.candidates.begin(), out.candidates.end());
  out.candidates.erase(std::unique(out.candidates.begin(), out.candidates.end()),
                       out.candidates.end());
  return out;
}

std::string common_prefix(const std::vector<std::string>& candidates) {
  if (candidates.empty()) return {};
  std::string out = candidates.front();
  for (const std::string& other : candidates) {
    const auto end = std::mismatch(out.begin(), out.end(), other.begin(), other.end()).first;
    out.erase(end, out.end());
  }
  return out;
}

}  // namespace tightloop::tool
