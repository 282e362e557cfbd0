// The commands that keep, write or draw results.
#pragma once

#include "repl/commands.hpp"

namespace tightloop::tool {

void save_command(Session& session, const CommandText& text);
void force_command(Session& session, const CommandText& text);
void hist_command(Session& session, const CommandText& text);
void show_command(Session& session, const CommandText& text);
void plot_command(Session& session, const CommandText& text);

}  // namespace tightloop::tool
