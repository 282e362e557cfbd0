// Definitions in the language, and a call of what they define.
#include "evaluated.hpp"

using namespace tightloop;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  Options options = fuzz::options_of(bytes);
  const std::string_view text = bytes.rest();
  Definitions definitions;
  fuzz::tried(text, [&] { definitions.define(text); });
  options.definitions = &definitions;
  for (const DefinitionInfo& info : definitions.entries()) {
    const std::string call = std::string(info.name) + "(a, b)";
    fuzz::tried(call, [&] { evaluate_all(call, fuzz::variables(), options); });
  }
  return 0;
}
