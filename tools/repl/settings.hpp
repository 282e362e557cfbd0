// The options of a session that :set changes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "repl/commands.hpp"

namespace tightloop::tool {

struct Setting {
  std::string_view name;
  std::vector<std::string_view> choices;  ///< empty: a number
  std::string_view doc;
  std::string (*get)(Session&);
  /// Sets one of the choices, or a number in its decimal digits; returns false for a number that it
  /// refuses.
  bool (*set)(Session&, std::string_view value);
};

/// Returns the table.
std::span<const Setting> settings();

void set_command(Session& session, const CommandText& text);

}  // namespace tightloop::tool
