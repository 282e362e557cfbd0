// Texts written to files whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace tightloop::tool {

/// Writes a text to a temporary beside `path`, then renames it. Throws Error(file): no such folder,
/// no permission, a folder of that name, a full disk. Nothing is left behind then.
void write_text(const std::string& path, std::string_view text);

}  // namespace tightloop::tool
