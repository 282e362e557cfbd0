// Definition files and the listing of functions.
#include "function_list.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "tightloop/language.hpp"

namespace tightloop::tool {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;
constexpr std::size_t kColumn = 34;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string read_text(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    throw Error(ErrorCode::file, "cannot read '" + path + "': " + std::strerror(errno));
  }
  std::string text(kMostBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    throw Error(ErrorCode::file, "cannot read '" + path + "': " + std::strerror(errno));
  }
  if (text.size() > kMostBytes) {
    throw Error(ErrorCode::limit,
                "'" + path + "' is longer than " + std::to_string(kMostBytes) + " bytes");
  }
  return text;
}

void add_line(std::string& out, const std::string& call, std::string_view doc) {
  out += "  " + call;
  if (call.size() + 2 > kColumn) {
    out += "\n" + std::string(kColumn + 2, ' ');
  } else {
    out += std::string(kColumn - call.size(), ' ');
  }
  out += std::string(doc) + "\n";
}

void add_section(std::string& out, const char* title, const std::vector<DefinitionInfo>& list) {
  if (list.empty()) return;
  out += title;
  for (const DefinitionInfo& d : list) add_line(out, d.signature, d.doc);
}

}  // namespace

Definitions read_definitions(const Command& command) {
  Definitions out;
  for (const std::string& path : command.definition_files) {
    const std::string text = read_text(path);
    try {
      out.define(text);
    } catch (const Error& e) {
      Error named(e.code(), path + ": " + e.message(), e.span(), e.hint());
      named.set_source(e.source());
      throw named;
    }
  }
  for (const std::string& text : command.definitions) out.define(text);
  return out;
}

std::string function_list(const Definitions& own) {
  std::string out = "Built in\n";
  for (const FunctionInfo& f : builtin_functions()) add_line(out, f.signature, f.doc);
  add_section(out, "Functions defined in the language\n", prelude());
  add_section(out, "Your own\n", own.list());
  return out;
}

}  // namespace tightloop::tool
