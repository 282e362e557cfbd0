// What a call's error says.
#pragma once

#include <string>

#include "tightloop/error.hpp"

namespace tightloop::io::test {

/// Returns the message and the hint of the Error(file) or Error(value) that a call throws.
template <class F>
std::string message_of(F&& f) {
  try {
    f();
    return "(no error)";
  } catch (const Error& error) {
    const bool expected = error.code() == ErrorCode::file || error.code() == ErrorCode::value;
    return (expected ? "" : "(another code) ") + std::string(error.what());
  }
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace tightloop::io::test
