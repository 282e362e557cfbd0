// The table of subcommands. A new one is one row.
#include "subcommands.hpp"

#include <string>
#include <vector>

#include "convert_command.hpp"
#include "precision/precision.hpp"
#include "repl/repl.hpp"

namespace tightloop::tool {

std::span<const Subcommand> subcommands() {
  static const std::vector<Subcommand> table = {
      {"repl", "a session: assignments stay lazy, results are printed", run_repl},
      {"convert", "writes another dtype or format; loses nothing unasked", run_convert},
      {"precision", "what each storage dtype costs: bytes, time and error", run_precision},
  };
  return table;
}

const Subcommand* find_subcommand(int argc, const char* const* argv) {
  if (argc < 2) return nullptr;
  for (const Subcommand& subcommand : subcommands()) {
    if (subcommand.name != argv[1]) continue;
    const std::string binding = std::string(subcommand.name) + "=";
    for (int i = 2; i < argc; ++i) {
      if (std::string_view(argv[i]).starts_with(binding)) return nullptr;
    }
    return &subcommand;
  }
  return nullptr;
}

}  // namespace tightloop::tool
