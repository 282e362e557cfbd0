// The terminal by its environment variables: https://no-color.org, COLORTERM as terminals set it.
#include "repl/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace tightloop::tool {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

/// The locale's character set, by the variables that decide it in POSIX.
bool is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = variable(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string_view::npos ||
           value.find("utf8") != std::string_view::npos ||
           value.find("UTF8") != std::string_view::npos;
  }
  return false;
}

}  // namespace

std::string Terminal::styled(std::string_view text, std::string_view style) const {
  if (colours == Colours::none) return std::string(text);
  return "\x1b[" + std::string(style) + "m" + std::string(text) + "\x1b[0m";
}

Terminal current_terminal() {
  Terminal out;
  out.utf8 = is_utf8();
  if (::isatty(STDOUT_FILENO) == 0) return out;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    out.columns = size.ws_col;
    out.rows = size.ws_row;
  }
  const std::string_view term = variable("TERM");
  if (!variable("NO_COLOR").empty() || term.empty() || term == "dumb") return out;
  const std::string_view colour = variable("COLORTERM");
  const bool direct = colour == "truecolor" || colour == "24bit";
  out.colours = direct ? Terminal::Colours::direct : Terminal::Colours::palette;
  return out;
}

}  // namespace tightloop::tool
