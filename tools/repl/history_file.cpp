// Folders as the XDG base directory specification names them.
#include "repl/history_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace tightloop::tool {

std::string history_path() {
  namespace fs = std::filesystem;
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  fs::path folder;
  if (state != nullptr && *state == '/') {  // others are to be ignored
    folder = state;
  } else if (home != nullptr && *home == '/') {
    folder = fs::path(home) / ".local" / "state";
  } else {
    return {};
  }
  std::error_code failed;
  fs::create_directories(folder, failed);
  folder /= "tightloop";
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && !fs::is_directory(folder, failed)) return {};
  return folder / "history";
}

std::string new_history_file(const std::string& path) {
  std::string name = path + ".XXXXXX";
  const int file = ::mkstemp(name.data());  // mode 0600
  if (file < 0) return {};
  ::close(file);
  return name;
}

}  // namespace tightloop::tool
