// The commands that tell of an expression: types, memory layout, loops, code, cost.
#pragma once

#include "repl/bound_text.hpp"
#include "repl/commands.hpp"

namespace tightloop::tool {

void info_command(Session& session, const CommandText& text);
void type_command(Session& session, const CommandText& text);
void plan_command(Session& session, const CommandText& text);
void ir_command(Session& session, const CommandText& text);
void asm_command(Session& session, const CommandText& text);
void time_command(Session& session, const CommandText& text);
void mem_command(Session& session, const CommandText& text);

/// Binds the names of a command's argument, one expression or several with commas.
BoundText bound_argument(Session& session, const CommandText& text);

}  // namespace tightloop::tool
