// The cases of summation_bits.txt: reductions with the bits that they give. Inputs come from an
// integer generator of our own, so that they are the same everywhere.
#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tightloop/tightloop.hpp"

namespace summation {

using tightloop::Array;
using tightloop::ArrayView;
using tightloop::Binding;
using tightloop::Dims;
using tightloop::DType;

/// "x: float64 (3, 4) F; y: float32 (4,) | sum(x @ y) | bits". A layout is C (unsaid), F, gaps
/// (every third element of a row), swapped (bytes) or once (one row for all).
struct Case {
  std::string inputs, text, bits;
};

struct GoldenFile {
  std::string preface;
  std::vector<Case> cases;
};

inline std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

inline GoldenFile read_golden(const std::string& path) {
  GoldenFile out;
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') {
      out.preface += line + "\n";
      continue;
    }
    Case c;
    std::istringstream parts(line);
    for (std::string* part : {&c.inputs, &c.text, &c.bits}) {
      std::getline(parts, *part, '|');
      *part = trimmed(*part);
    }
    out.cases.push_back(c);
  }
  return out;
}

inline void write_golden(const std::string& path, const GoldenFile& golden) {
  std::ofstream file(path, std::ios::binary);
  file << golden.preface;
  for (const Case& c : golden.cases) file << c.inputs << " | " << c.text << " | " << c.bits << "\n";
}

/// SplitMix64 (Steele, Lea, Flood 2014).
class Bits {
 public:
  explicit Bits(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

/// Numbers of both signs whose exponents differ, so that each order of summation gives other bits.
inline std::uint64_t float_bits(Bits& bits, int mantissa, int bias, int spread) {
  const std::uint64_t random = bits.next();
  const auto exponent = static_cast<std::uint64_t>(bias - spread / 2) +
                        (random >> 32) % static_cast<std::uint64_t>(spread);
  const std::uint64_t fraction = bits.next() & ((std::uint64_t{1} << mantissa) - 1);
  return (exponent << mantissa) | fraction;
}

inline void fill(Bits& bits, DType t, unsigned char* to, std::size_t count) {
  const std::size_t size = itemsize(t);
  const bool parts = is_complex(t);
  const std::size_t unit = parts ? size / 2 : size;
  for (std::size_t i = 0; i < count * (parts ? 2 : 1); ++i) {
    std::uint64_t word = bits.next();
    const std::uint64_t sign = word & 1;
    if (t == DType::float16) {
      word = float_bits(bits, 10, 15, 12) | sign << 15;
    } else if (t == DType::bfloat16) {
      word = float_bits(bits, 7, 127, 12) | sign << 15;
    } else if (is_float(t) || parts) {
      word = unit == 4 ? float_bits(bits, 23, 127, 20) | sign << 31
                       : float_bits(bits, 52, 1023, 24) | sign << 63;
    } else if (is_bool(t)) {
      word &= 1;
    }
    std::memcpy(to + i * unit, &word, unit);
  }
}

/// Arrays of a case with their names; the memory is theirs.
struct Inputs {
  std::vector<std::string> names;
  std::vector<ArrayView> views;
  std::vector<std::unique_ptr<unsigned char[]>> memory;

  std::vector<Binding> bindings() const {
    std::vector<Binding> out;
    for (std::size_t i = 0; i < names.size(); ++i) out.push_back({names[i], views[i]});
    return out;
  }
};

inline Dims parse_shape(const std::string& text) {
  std::vector<std::int64_t> extents;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    if (!trimmed(part).empty()) extents.push_back(std::stoll(part));
  }
  return {extents.begin(), extents.end()};
}

inline void add_input(const std::string& part, std::uint64_t seed, Inputs& out) {
  const std::size_t colon = part.find(':'), open = part.find('('), close = part.find(')');
  out.names.push_back(trimmed(part.substr(0, colon)));
  DType t{};
  if (!parse_dtype(trimmed(part.substr(colon + 1, open - colon - 1)), t)) {
    throw std::runtime_error("no dtype: " + part);
  }
  const Dims shape = parse_shape(part.substr(open + 1, close - open - 1));
  const std::string layout = trimmed(part.substr(close + 1));
  std::int64_t step = static_cast<std::int64_t>(itemsize(t)) * (layout == "gaps" ? 3 : 1);
  Dims strides = shape;
  std::size_t bytes = static_cast<std::size_t>(step);
  for (int k = 0; k < shape.size(); ++k) {
    const int d = layout == "F" ? k : shape.size() - 1 - k;
    strides[d] = layout == "once" && d == 0 ? 0 : step;
    step *= shape[d];
    bytes *= static_cast<std::size_t>(shape[d]);
  }
  out.memory.push_back(std::make_unique<unsigned char[]>(bytes));
  unsigned char* const data = out.memory.back().get();
  Bits bits(seed);
  fill(bits, t, data, bytes / itemsize(t));
  const bool swapped = layout == "swapped";
  const std::size_t unit = is_complex(t) ? itemsize(t) / 2 : itemsize(t);
  for (std::size_t at = 0; swapped && at < bytes; at += unit) {
    for (std::size_t i = 0; i < unit / 2; ++i) std::swap(data[at + i], data[at + unit - 1 - i]);
  }
  const auto order = swapped ? tightloop::ByteOrder::swapped : tightloop::ByteOrder::native;
  out.views.emplace_back(static_cast<const void*>(data), t, shape, strides, order);
}

inline Inputs make_inputs(const std::string& description) {
  Inputs out;
  std::istringstream parts(description);
  for (std::string part; std::getline(parts, part, ';');) {
    add_input(trimmed(part), 1000 + out.names.size(), out);
  }
  return out;
}

inline std::string hex(const unsigned char* bytes, std::size_t count) {
  std::string out;
  for (std::size_t i = count; i-- > 0;) {
    out += "0123456789abcdef"[bytes[i] >> 4];
    out += "0123456789abcdef"[bytes[i] & 15];
  }
  return out;
}

/// The first elements in hex; of longer results also a hash of all bytes (FNV-1a).
inline std::string bits_of(const Array& result) {
  constexpr std::int64_t kShown = 3;
  const auto* bytes = static_cast<const unsigned char*>(result.data());
  const std::size_t item = itemsize(result.dtype());
  std::string out{name(result.dtype())};
  for (std::int64_t i = 0; i < std::min(kShown, result.size()); ++i) {
    out += " " + hex(bytes + static_cast<std::size_t>(i) * item, item);
  }
  if (result.size() <= kShown) return out;
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (std::size_t i = 0; i < static_cast<std::size_t>(result.size()) * item; ++i) {
    hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
  }
  return out + " ... " + std::to_string(result.size()) + " " +
         hex(reinterpret_cast<const unsigned char*>(&hash), sizeof hash);
}

inline std::string bits_of(const std::vector<Array>& results) {
  std::string out;
  for (const Array& r : results) out += (out.empty() ? "" : ", ") + bits_of(r);
  return out;
}

}  // namespace summation
