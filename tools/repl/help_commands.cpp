// Help from the tables of commands, operations, the prelude and generators.
#include "repl/help_commands.hpp"

#include <algorithm>
#include <optional>

#include "repl/generators.hpp"
#include "repl/session.hpp"
#include "summary.hpp"
#include "tightloop/language.hpp"

namespace tightloop::tool {
namespace {

constexpr std::size_t kColumn = 28;

std::string line(std::string call, std::string_view doc) {
  call.insert(0, "  ");
  if (call.size() >= kColumn) {
    call += "\n" + std::string(kColumn, ' ');
  } else {
    call.resize(kColumn, ' ');
  }
  return call + std::string(doc) + "\n";
}

std::string command_list() {
  std::string out =
      "An expression prints its value; 'name = expression' waits until it is needed;\n"
      "'f(x) = expression' defines a function. A line with an open bracket, or a '\\' at\n"
      "its end, goes on.\n\n";
  for (const SessionCommand& command : session_commands()) {
    out +=
        line(":" + std::string(command.name) + " " + std::string(command.arguments), command.doc);
  }
  out += "\nA command may be cut short. ':help sum' explains a function; arrays come from\n";
  for (const Generator& generator : generators()) {
    out += (&generator == generators().data() ? "" : ", ") + std::string(generator.name);
  }
  return out + ".\n";
}

std::string entry(const std::string& signature, const std::string& doc) {
  return signature + "\n  " + doc + "\n";
}

std::optional<std::string> function_help(Session& session, const std::string& name) {
  for (const DefinitionInfo& f : session.workspace().functions()) {
    if (f.name == name)
      return entry(f.signature, f.doc.empty() ? f.body : f.doc) + "  = " + f.body + "\n";
  }
  if (const Generator* generator = find_generator(name)) {
    return entry(std::string(generator->signature), std::string(generator->doc));
  }
  for (const FunctionInfo& f : builtin_functions()) {
    if (std::find(f.names.begin(), f.names.end(), name) == f.names.end()) continue;
    std::string out = entry(f.signature, f.doc);
    for (const std::string& other : f.names) {
      if (other != f.names.front()) out += "  also " + other + "\n";
    }
    return out;
  }
  for (const DefinitionInfo& f : prelude()) {
    if (f.name == name) return entry(f.signature, f.doc) + "  = " + f.body + "\n";
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> function_names() {
  std::vector<std::string> out;
  for (const FunctionInfo& f : builtin_functions()) {
    out.insert(out.end(), f.names.begin(), f.names.end());
  }
  for (const DefinitionInfo& f : prelude()) out.push_back(f.name);
  for (const Generator& generator : generators()) out.emplace_back(generator.name);
  return out;
}

void help_command(Session& session, const CommandText& text) {
  std::string name(text.text());
  if (name.empty()) return session.print(command_list());
  for (const SessionCommand& command : session_commands()) {
    if (name != ":" + std::string(command.name)) continue;
    std::string doc(command.doc);
    if (command.more != nullptr) doc += "\n  " + command.more();
    return session.print(entry(name + " " + std::string(command.arguments), doc));
  }
  if (name.size() > 2 && name.ends_with("()")) name.resize(name.size() - 2);
  if (const auto found = function_help(session, name)) return session.print(*found);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& other : function_names()) near.emplace_back(distance(name, other), other);
  std::sort(near.begin(), near.end());
  const bool any = near.front().first * 2 <= name.size() + 1;
  refuse(text, "no function is called '" + name.substr(0, 40) + "'",
         any ? "did you mean '" + near.front().second + "'?" : "':help' lists the commands");
}

void vars_command(Session& session, const CommandText&) {
  std::string out;
  for (const auto& [name, value] : session.workspace().variables()) {
    if (name == "_") continue;  // the last result, which nobody has named
    const std::string type =
        value->type.constant
            ? "number"
            : std::string(tightloop::name(value->type.dtype)) + " " + shape_text(value->type.shape);
    out +=
        line(name, type + "  " + (value->array ? value->origin : "= " + value->expression.text()));
  }
  for (const DefinitionInfo& f : session.workspace().functions()) {
    out += line(f.signature, "= " + f.body);
  }
  session.print(out.empty() ? "There are no variables yet; x = random((3, 4)) makes one.\n" : out);
}

}  // namespace tightloop::tool
