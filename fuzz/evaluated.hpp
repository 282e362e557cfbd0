// What targets that evaluate have in common: small variables, options with bounds, and what must
// hold of an error.
#pragma once

#include <cstdlib>
#include <string_view>
#include <vector>

#include "bytes.hpp"
#include "tightloop/tightloop.hpp"

namespace tightloop::fuzz {

/// Ends the run with a finding.
inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Reads options from two bytes; what a call may compute and take is small.
inline Options options_of(Bytes& bytes) {
  const auto bits = bytes.take<std::uint16_t>();
  Options options;
  options.promotion = static_cast<Promotion>(bits % 3);
  options.fp = (bits & 4) != 0 ? Fp::fast : Fp::strict;
  options.overflow = static_cast<Overflow>((bits >> 3) % 3);
  options.casting = static_cast<Casting>((bits >> 5) % 8);
  if ((bits & 0x100) != 0) options.dtype = static_cast<DType>((bits >> 9) % kDTypeCount);
  options.threads = 1;
  options.most_elements = 1 << 16;
  options.most_bytes = 1 << 20;
  return options;
}

/// Arrays of several dtypes and layouts, and numbers.
inline Bindings variables() {
  static const std::vector<double> a = {0, -1.5, 2, 1e300, 3, 4, 5e-324, 6, -7, 8, 9, 10};
  static const std::vector<std::uint8_t> b = {0, 255, 3, 4};
  static const std::vector<std::int64_t> c = {INT64_MIN, INT64_MAX, 0};
  static const std::vector<std::complex<float>> z = {{1, 2}, {-3, 0}, {0, -0.0F}, {4, 4}};
  return {{"a", ArrayView(a.data(), DType::float64, Dims{3, 4})},
          {"b", b},
          {"c", ArrayView(c.data(), DType::int64, Dims{3, 1})},
          {"z", z},
          {"h", ArrayView(b.data(), DType::float16, Dims{2})},
          {"n", 7},
          {"x", 0.5}};
}

/// Runs f; an Error is well, and must be one that can be drawn and is not our fault.
template <class F>
void tried(std::string_view text, F&& f) {
  try {
    f();
  } catch (const Error& e) {
    require(e.code() != ErrorCode::internal);
    require(e.span().begin <= e.span().end && e.span().end <= text.size());
    require(e.picture().size() < 8192);
  }
}

}  // namespace tightloop::fuzz
