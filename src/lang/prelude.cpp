// The prelude's table and its dictionary; a row sees those above it.
#include "lang/prelude.hpp"

#include <string>

#include "tightloop/error.hpp"

namespace tightloop::lang {
namespace {

constexpr PreludeRow kRows[] = {
#define TIGHTLOOP_PRELUDE(name, parameters, body, doc, example) \
  {#name, parameters, body, doc, example},
#include "tightloop/prelude.def"
#undef TIGHTLOOP_PRELUDE
};

const Dictionary* read_rows() {
  auto* out = new Dictionary;
  for (const PreludeRow& row : kRows) {
    const std::string text = std::string("# ") + std::string(row.doc) + "\n" +
                             std::string(row.name) + "(" + std::string(row.parameters) + ") =\n" +
                             std::string(row.body);
    try {
      for (const auto& definition : read_definitions(text, *out, {})) {
        out->emplace(definition->name, definition);
      }
    } catch (const Error& e) {
      throw Error(ErrorCode::internal, "the prelude: " + e.picture());
    }
  }
  return out;
}

}  // namespace

std::span<const PreludeRow> prelude_rows() {
  return kRows;
}

const Dictionary& prelude() {
  static const Dictionary* const dictionary = read_rows();
  return *dictionary;
}

}  // namespace tightloop::lang
