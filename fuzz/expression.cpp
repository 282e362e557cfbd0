// Texts of expressions: parsed, typed, planned, printed and evaluated over small arrays.
#include "evaluated.hpp"

using namespace tightloop;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  const Options options = fuzz::options_of(bytes);
  const std::string_view text = bytes.rest();
  const Bindings vars = fuzz::variables();
  fuzz::tried(text, [&] {
    const std::vector<Array> first = evaluate_all(text, vars, options);
    const std::vector<Array> again = evaluate_all(text, vars, options);
    for (std::size_t i = 0; i < first.size(); ++i) {
      const auto bytes_of = [](const Array& array) {
        return std::string_view(static_cast<const char*>(array.data()),
                                static_cast<std::size_t>(array.size()) * itemsize(array.dtype()));
      };
      fuzz::require(bytes_of(first[i]) == bytes_of(again[i]));
    }
  });
  fuzz::tried(text, [&] { explain(text, vars, options); });
  return 0;
}
