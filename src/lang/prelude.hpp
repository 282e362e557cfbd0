// The functions of prelude.def, read as any other definition would be.
#pragma once

#include <span>
#include <string_view>

#include "lang/definition.hpp"

namespace tightloop::lang {

/// One row of the table. All strings are static.
struct PreludeRow {
  std::string_view name;
  std::string_view parameters;
  std::string_view body;
  std::string_view doc;
  std::string_view example;
};

/// Returns the table, in its order.
std::span<const PreludeRow> prelude_rows();

/// Returns the rows as definitions. They are read at the first call; never destroyed. Thread-safe.
const Dictionary& prelude();

}  // namespace tightloop::lang
