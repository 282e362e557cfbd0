// Which scale and offset fit a range into integers, and the texts that convert there and back.
#include "precision/storage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "number_text.hpp"

namespace tightloop::tool {
namespace {

struct Limits {
  std::int64_t least;
  std::int64_t greatest;
};

/// Of the dtypes that are candidates: no more than 16 bits.
Limits limits_of(DType dtype) {
  const std::int64_t values = std::int64_t{1} << (8 * itemsize(dtype));
  if (is_unsigned_int(dtype)) return {0, values - 1};
  return {-values / 2, values / 2 - 1};
}

bool is_whole(DType dtype) {
  return is_integer(dtype) || is_bool(dtype);
}

/// True where every value of an integer variable is one of `to`.
bool holds(const Extent& x, Limits to) {
  if (is_unsigned_int(x.dtype) || is_bool(x.dtype)) {
    return x.greatest_bits <= static_cast<std::uint64_t>(to.greatest);
  }
  return static_cast<std::int64_t>(x.least_bits) >= to.least &&
         static_cast<std::int64_t>(x.greatest_bits) <= to.greatest;
}

/// Makes the offset least - to.least; returns false where 64 bits cannot hold it.
bool shift_to(Coding& coding, const Extent& x, Limits to) {
  if (is_unsigned_int(x.dtype)) {
    const std::uint64_t offset = x.least_bits + static_cast<std::uint64_t>(-to.least);
    if (offset < x.least_bits) return false;
    coding.offset = static_cast<double>(offset);
    coding.offset_text = std::to_string(offset);
  } else {
    std::int64_t offset = 0;
    if (__builtin_sub_overflow(static_cast<std::int64_t>(x.least_bits), to.least, &offset)) {
      return false;
    }
    coding.offset = static_cast<double>(offset);
    coding.offset_text = offset < 0 ? "(" + std::to_string(offset) + ")" : std::to_string(offset);
  }
  coding.kind = Coding::Kind::shifted;
  return true;
}

/// The dtype in which scale * q + offset is computed: float32 where its rounding is far below a
/// step.
DType lanes_of(const Coding& coding, double largest) {
  constexpr double kRoundings = 1.0 / (1 << 22);  // of the product, the sum and both constants
  constexpr double kLeastScale = 1e-30;           // its products stay normal
  constexpr double kLargest = 1e37;
  const bool exact_enough = largest * kRoundings <= coding.scale / 8;
  const bool in_range = coding.scale >= kLeastScale && largest <= kLargest;
  return exact_enough && in_range ? DType::float32 : DType::float64;
}

/// Returns why the values cannot be mapped to that range; empty where they were.
std::string scale_to(Coding& coding, const Extent& x, Limits to) {
  const auto steps = static_cast<double>(to.greatest - to.least);
  coding.kind = Coding::Kind::scaled;
  if (x.least == x.greatest) {  // one value: it is the offset, and q is 0
    coding.offset = x.least;
    coding.offset_text = literal(coding.offset);
    return {};
  }
  coding.scale = x.greatest / steps - x.least / steps;
  coding.offset = x.least - static_cast<double>(to.least) * coding.scale;
  if (coding.scale < std::numeric_limits<double>::min()) return "the range is too narrow to divide";
  if (!std::isfinite(coding.offset)) return "the range is too wide for a scale";
  coding.offset_text = literal(coding.offset);
  coding.restored = lanes_of(coding, std::max(std::fabs(x.least), std::fabs(x.greatest)));
  return {};
}

/// Returns why an integer dtype cannot hold the variable; empty where `coding` says how it can.
std::string fit_integer(Coding& coding, const Extent& x, DType dtype) {
  if (x.nan > 0) return "the data have NaN";
  if (x.infinite > 0) return "the data have infinities";
  if (x.values == 0) return {};
  const Limits to = limits_of(dtype);
  if (!is_whole(x.dtype)) return scale_to(coding, x, to);
  if (holds(x, to)) return {};
  const std::uint64_t span = x.greatest_bits - x.least_bits;
  const bool spans = span <= static_cast<std::uint64_t>(to.greatest - to.least);
  if (spans && shift_to(coding, x, to)) return {};
  return scale_to(coding, x, to);
}

}  // namespace

bool Storage::scaled() const {
  return std::any_of(codings.begin(), codings.end(),
                     [](const Coding& c) { return c.kind != Coding::Kind::plain; });
}

std::string literal(double value) {
  const std::string text = real_text(value, DType::float64);
  return std::signbit(value) ? "(" + text + ")" : text;
}

Storage storage_of(DType dtype, const std::vector<Extent>& extents) {
  Storage out;
  out.dtype = dtype;
  for (const Extent& x : extents) {
    Coding coding;
    if (is_integer(dtype) && x.dtype != dtype) {
      if (itemsize(dtype) > 2) {
        out.unfit = "only variables of that dtype are stored in it";
      } else {
        out.unfit = fit_integer(coding, x, dtype);
      }
    } else if (is_bool(dtype) && x.dtype != dtype) {
      out.unfit = "only bools are stored in it";
    }
    if (!out.fits()) {
      out.codings.clear();
      return out;
    }
    out.codings.push_back(std::move(coding));
  }
  return out;
}

std::vector<DType> candidate_dtypes(const std::vector<Extent>& extents) {
  std::vector<DType> out;
  const auto add = [&out](DType dtype) {
    if (std::find(out.begin(), out.end(), dtype) == out.end()) out.push_back(dtype);
  };
  for (const Extent& x : extents) {
    if (is_bool(x.dtype) || (is_integer(x.dtype) && itemsize(x.dtype) > 2)) add(x.dtype);
  }
  for (const std::size_t size : {8U, 4U, 2U, 1U}) {  // floats, the last of the list first
    for (std::size_t i = std::size(kDTypes); i-- > 0;) {
      if (is_float(kDTypes[i]) && itemsize(kDTypes[i]) == size) add(kDTypes[i]);
    }
    if (size > 2) continue;
    add(integer_dtype(true, size));
    add(integer_dtype(false, size));
  }
  return out;
}

std::string stored_text(DType dtype, const Coding& coding, const std::string& name) {
  const std::string to(tightloop::name(dtype));
  switch (coding.kind) {
    case Coding::Kind::plain: return to + "(" + name + ")";
    case Coding::Kind::shifted: return to + "(" + name + " - " + coding.offset_text + ")";
    default: break;
  }
  const Limits range = limits_of(dtype);
  return to + "(clip(round((float64(" + name + ") - " + coding.offset_text + ") / " +
         literal(coding.scale) + "), " + std::to_string(range.least) + ", " +
         std::to_string(range.greatest) + "))";
}

std::string restored_text(const Coding& coding, const std::string& stored) {
  switch (coding.kind) {
    case Coding::Kind::plain: return stored;
    case Coding::Kind::shifted: return stored + " + " + coding.offset_text;
    default: break;
  }
  return std::string(name(coding.restored)) + "(" + stored + ") * " + literal(coding.scale) +
         " + " + coding.offset_text;
}

}  // namespace tightloop::tool
