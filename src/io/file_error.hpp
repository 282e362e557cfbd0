// Errors about files: every message names the file, with control characters made visible.
#pragma once

#include <string>
#include <string_view>

namespace tightloop::io {

/// Returns the text between single quotes, control characters as \xNN, cut after 200 bytes.
std::string in_quotes(std::string_view text);

/// Throws Error(file) that says "'path': what".
[[noreturn]] void throw_file_error(const std::string& path, const std::string& what,
                                   const std::string& hint = {});

/// Throws Error(file) that says "cannot <action> 'path': <the system's reason>".
[[noreturn]] void throw_system_error(const char* action, const std::string& path, int error_number);

}  // namespace tightloop::io
