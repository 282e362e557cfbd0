// Arrays as arguments of the fmt library: fmt::print("{}", array), with the format of a string.
// Needs fmt; what includes this header links it.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "tightloop/print.hpp"

template <>
struct fmt::formatter<tightloop::ArrayView> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const tightloop::ArrayView& array, Context& context) const {
    return fmt::formatter<std::string_view>::format(tightloop::to_text(array), context);
  }
};

template <>
struct fmt::formatter<tightloop::Array> : fmt::formatter<tightloop::ArrayView> {
  template <class Context>
  auto format(const tightloop::Array& array, Context& context) const {
    const tightloop::ArrayView view = array;
    return fmt::formatter<tightloop::ArrayView>::format(view, context);
  }
};
