// The questions about each dtype as texts of one evaluation, and the answers as numbers.
#include "precision/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "number_text.hpp"
#include "precision/questions.hpp"

namespace tightloop::tool {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string both(const std::string& a, const std::string& b) {
  return "(" + a + ") & (" + b + ")";
}

std::string count(const std::string& condition) {
  return "count_nonzero(" + condition + ")";
}

/// The smallest normal magnitude.
std::string smallest_normal(DType dtype) {
  return real_text(least_normal(dtype), DType::float64);
}

/// Indices of the answers about one file.
struct ExtentAnswers {
  std::size_t least, greatest, zero;
  std::size_t nan, infinite, magnitude;  // of floats
};

ExtentAnswers ask_extent(Questions& questions, const Datum& file) {
  ExtentAnswers at{};
  if (!is_float(file.array.dtype())) {
    const std::string v = is_bool(file.array.dtype()) ? "uint8(" + file.alias + ")" : file.alias;
    at.least = questions.ask("min(" + v + ")");
    at.greatest = questions.ask("max(" + v + ")");
    at.zero = questions.ask(count(v + " == 0"));
    return at;
  }
  const std::string v = file.alias;
  const std::string finite = "isfinite(" + v + ")";
  at.least = questions.ask("min(" + v + ", where=" + finite + ", initial=inf)");
  at.greatest = questions.ask("max(" + v + ", where=" + finite + ", initial=-inf)");
  at.zero = questions.ask(count(v + " == 0"));
  at.nan = questions.ask(count("isnan(" + v + ")"));
  at.infinite = questions.ask(count("isinf(" + v + ")"));
  at.magnitude =
      questions.ask("min(abs(" + v + "), where=" + both(finite, v + " != 0") + ", initial=inf)");
  return at;
}

std::uint64_t bits_of(const Array& value) {
  if (is_unsigned_int(value.dtype())) return value.item<std::uint64_t>();
  return static_cast<std::uint64_t>(value.item<std::int64_t>());
}

/// Rounds to the nearest double.
double rounded(std::uint64_t bits, DType dtype) {
  return is_signed_int(dtype) ? static_cast<double>(static_cast<std::int64_t>(bits))
                              : static_cast<double>(bits);
}

Extent read_extent(const Questions& questions, const ExtentAnswers& at, Extent out) {
  out.zero = questions.count(at.zero);
  if (is_float(out.dtype)) {
    out.least = questions.real(at.least);
    out.greatest = questions.real(at.greatest);
    out.nan = questions.count(at.nan);
    out.infinite = questions.count(at.infinite);
    const double magnitude = questions.real(at.magnitude);
    out.smallest_magnitude = std::isfinite(magnitude) ? magnitude : 0;
  } else {
    out.least_bits = bits_of(questions.value(at.least));
    out.greatest_bits = bits_of(questions.value(at.greatest));
    out.least = rounded(out.least_bits, out.dtype);
    out.greatest = rounded(out.greatest_bits, out.dtype);
  }
  return out;
}

/// Indices of the answers about one row.
struct LossAnswers {
  std::vector<std::size_t> overflow, underflow, subnormal;  // of each file, as far as they can be
  std::size_t result_overflow, compared, lost, squares, absolute, relative, worst;
  std::size_t exact;                  // with a histogram only, as what follows
  std::vector<std::size_t> at_least;  // errors from the lower end of each decade on
};

/// What the files become: names of the stored ones are "stored<row>_<file>".
std::vector<std::string> ask_storage(Questions& questions, const Data& data, const Row& row,
                                     const std::string& suffix, LossAnswers& at) {
  std::vector<std::string> restored;
  for (std::size_t i = 0; i < data.files().size(); ++i) {
    const Datum& file = data.files()[i];
    const Coding& coding = row.storage.codings[i];
    const DType dtype = row.storage.dtype;
    const std::string stored = "stored" + suffix + "_" + std::to_string(i);
    questions.let(stored, stored_text(dtype, coding, file.alias));
    restored.push_back(restored_text(coding, stored));
    if (is_float(dtype)) {
      const std::string infinite = "!isfinite(" + stored + ")";
      const bool real = is_float(file.array.dtype());
      at.overflow.push_back(
          questions.ask(count(real ? both("isfinite(" + file.alias + ")", infinite) : infinite)));
      at.subnormal.push_back(questions.ask(
          count(both(stored + " != 0", "abs(" + stored + ") < " + smallest_normal(dtype)))));
    }
    if (is_float(dtype) || coding.kind == Coding::Kind::scaled) {
      at.underflow.push_back(
          questions.ask(count(both(file.alias + " != 0", "(" + restored.back() + ") == 0"))));
    }
  }
  return restored;
}

/// |got - exact| in float64. Integers are subtracted as such; from 64-bit ones a float is
/// subtracted in two parts, each exact.
std::string error_text(const std::string& got, DType dtype, DType exact) {
  const bool whole = !is_float(exact);
  if (whole && !is_float(dtype)) return "float64(abs(int64(" + got + ") - int64(exact)))";
  if (whole && itemsize(exact) == 8) {
    return "abs((float64(" + got +
           ") - float64(exact >> 32) * 4294967296.0) - "
           "float64(exact & 4294967295))";
  }
  return "abs(float64(" + got + ") - exact64)";
}

bool is_filled(const Dims& shape) {
  return std::find(shape.begin(), shape.end(), 0) == shape.end();
}

LossAnswers ask_losses(Questions& questions, const Subject& subject, const Data& data,
                       const Decades& decades, const Row& row, std::size_t index) {
  LossAnswers at{};
  const std::string suffix = std::to_string(index);
  const std::string got = "got" + suffix;
  const std::string error = "error" + suffix;
  const std::string finite = "finite" + suffix;
  const std::string call = subject.call(ask_storage(questions, data, row, suffix, at));
  // Halves are computed in float32: a conversion says that they are rounded.
  questions.let(got, is_half(row.result) ? std::string(name(row.result)) + "(" + call + ")" : call);
  questions.let(finite, both("known", "isfinite(float64(" + got + "))"));
  questions.let(error, "where(" + finite + ", " +
                           error_text(got, row.result, subject.exact().dtype) + ", -1)");
  at.compared = questions.ask(count(finite));
  at.result_overflow = questions.ask(count("known") + " - " + count(finite));
  at.squares = questions.ask("sum(" + error + " * " + error + ", where=" + finite + ")");
  at.absolute = questions.ask("max(" + error + ", initial=-1)");
  // Of results without elements there is no largest one.
  if (is_filled(subject.exact().shape)) at.worst = questions.ask("argmax(" + error + ")");
  const std::string counts = both(finite, "exact64 != 0");
  at.relative =
      questions.ask("max(" + error + " / abs(exact64), where=" + counts + ", initial=-1)");
  at.lost = questions.ask(count(both("exact64 != 0", error + " >= abs(exact64)")));
  if (decades.count == 0) return at;
  at.exact = questions.ask(count(error + " == 0"));
  for (int i = 0; i < decades.count; ++i) {
    at.at_least.push_back(
        questions.ask(count(error + " >= 1e" + std::to_string(decades.lowest + i))));
  }
  return at;
}

/// NaN where the peak is 0, and where errors are there but too small to be squared.
double psnr_of(double mse, double max_absolute, double peak) {
  if (mse > 0) return !(peak > 0) ? kNaN : 10 * (2 * std::log10(peak) - std::log10(mse));
  return max_absolute > 0 ? kNaN : std::numeric_limits<double>::infinity();
}

std::int64_t total(const Questions& questions, const std::vector<std::size_t>& indices) {
  std::int64_t out = 0;
  for (std::size_t index : indices) out += questions.count(index);
  return out;
}

/// The index of an element by its number in C order.
Dims index_of(std::int64_t number, const Dims& shape) {
  Dims index = shape;
  for (int i = shape.size() - 1; i >= 0; --i) {
    index[i] = number % shape[i];
    number /= shape[i];
  }
  return index;
}

Losses read_losses(const Questions& questions, const LossAnswers& at, double peak,
                   const Dims& shape) {
  Losses out;
  out.overflow = total(questions, at.overflow);
  out.underflow = total(questions, at.underflow);
  out.subnormal = total(questions, at.subnormal);
  out.result_overflow = questions.count(at.result_overflow);
  out.lost = questions.count(at.lost);
  out.compared = questions.count(at.compared);
  const bool some = out.compared > 0;
  out.max_absolute = some ? questions.real(at.absolute) : kNaN;
  if (some) out.worst = index_of(questions.count(at.worst), shape);
  out.max_relative = some ? std::max(questions.real(at.relative), 0.0) : kNaN;
  out.mse = some ? questions.real(at.squares) / static_cast<double>(out.compared) : kNaN;
  out.psnr = some ? psnr_of(out.mse, out.max_absolute, peak) : kNaN;
  if (at.at_least.empty()) return out;
  out.exact = questions.count(at.exact);
  for (std::size_t i = 0; i < at.at_least.size(); ++i) {
    const bool last = i + 1 == at.at_least.size();
    const std::int64_t beyond = last ? 0 : questions.count(at.at_least[i + 1]);
    out.histogram.push_back(questions.count(at.at_least[i]) - beyond);
  }
  out.below = out.compared - out.exact - questions.count(at.at_least.front());
  return out;
}

}  // namespace

std::vector<Extent> measure_extents(const Data& data) {
  Questions questions;
  std::vector<ExtentAnswers> at;
  for (const Datum& file : data.files()) {
    at.push_back(file.array.size() > 0 ? ask_extent(questions, file) : ExtentAnswers{});
  }
  questions.answer(data, data.options());
  std::vector<Extent> out;
  for (std::size_t i = 0; i < at.size(); ++i) {
    Extent extent;
    extent.dtype = data.files()[i].array.dtype();
    extent.values = data.files()[i].array.size();
    out.push_back(extent.values > 0 ? read_extent(questions, at[i], extent) : extent);
  }
  return out;
}

std::vector<Row> storage_rows(const Subject& subject, const Data& data,
                              const std::vector<Extent>& extents) {
  std::vector<Row> out;
  for (DType dtype : candidate_dtypes(extents)) {
    Row row;
    row.storage = storage_of(dtype, extents);
    for (const Extent& extent : extents) {
      row.bytes += static_cast<std::uint64_t>(extent.values) * itemsize(dtype);
    }
    std::vector<std::string> restored;
    for (std::size_t i = 0; i < row.storage.codings.size(); ++i) {
      restored.push_back(restored_text(row.storage.codings[i], data.files()[i].alias));
    }
    try {
      if (row.storage.fits()) row.result = subject.result_of(restored, dtype).dtype;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::internal) throw;
      row.storage.unfit = "the expression does not take it: " + error.message();
    }
    out.push_back(std::move(row));
  }
  return out;
}

Reference compare(const Subject& subject, const Data& data, const Decades& decades, double& peak,
                  std::vector<Row>& rows) {
  Questions questions;
  questions.let("exact", subject.exact_call());
  questions.let("exact64", "float64(exact)");
  questions.let("known", "isfinite(exact64)");
  const std::size_t finite = questions.ask(count("known"));
  const std::size_t least = questions.ask("min(exact64, where=known, initial=inf)");
  const std::size_t greatest = questions.ask("max(exact64, where=known, initial=-inf)");
  Reference out;
  out.result = subject.exact();
  out.values = 1;
  for (std::int64_t extent : out.result.shape) out.values *= extent;
  // In float64 large integers that are near each other are equal.
  const bool whole = is_integer(out.result.dtype) && out.values > 0;
  const std::size_t first = whole ? questions.ask("min(exact)") : 0;
  const std::size_t last = whole ? questions.ask("max(exact)") : 0;
  std::vector<LossAnswers> at;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    at.push_back(rows[i].storage.fits() ? ask_losses(questions, subject, data, decades, rows[i], i)
                                        : LossAnswers{});
  }
  questions.answer(data, subject.options());
  out.finite = questions.count(finite);
  out.least = questions.real(least);
  out.greatest = questions.real(greatest);
  if (!(peak > 0) && whole) {
    peak = static_cast<double>(bits_of(questions.value(last)) - bits_of(questions.value(first)));
  } else if (!(peak > 0)) {
    peak = out.finite > 0 ? out.greatest - out.least : kNaN;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].storage.fits())
      rows[i].losses = read_losses(questions, at[i], peak, out.result.shape);
  }
  return out;
}

}  // namespace tightloop::tool
