// The recommendation: the dtype of fewest bytes that keeps the tolerance, and why no smaller one.
#include <algorithm>
#include <cmath>

#include "precision/report.hpp"
#include "quantities.hpp"

namespace tightloop::tool {
namespace {

double error_of(const Row& row, ToleranceKind kind) {
  if (kind == ToleranceKind::psnr) return row.losses.psnr;
  return kind == ToleranceKind::relative ? row.losses.max_relative : row.losses.max_absolute;
}

std::string name_of(ToleranceKind kind) {
  if (kind == ToleranceKind::psnr) return "PSNR";
  return kind == ToleranceKind::relative ? "max relative error" : "max absolute error";
}

bool overflows(const Row& row) {
  return row.losses.overflow > 0 || row.losses.result_overflow > 0;
}

bool within(const Row& row, const Tolerance& tolerance) {
  const double error = error_of(row, tolerance.kind);
  return tolerance.kind == ToleranceKind::psnr ? error >= tolerance.value
                                               : error <= tolerance.value;
}

/// True where a is to be preferred.
bool better(const Row& a, const Row& b, ToleranceKind kind) {
  if (a.bytes != b.bytes) return a.bytes < b.bytes;
  if (a.storage.scaled() != b.storage.scaled()) return b.storage.scaled();
  const double of_a = error_of(a, kind);
  const double of_b = error_of(b, kind);
  return kind == ToleranceKind::psnr ? of_a > of_b : of_a < of_b;
}

std::string bound_text(const Tolerance& tolerance) {
  return tolerance.kind == ToleranceKind::psnr ? ">= " + number_text(tolerance.value) + " dB"
                                               : "<= " + number_text(tolerance.value);
}

/// Why a dtype is not within: "uint8 errs by 0.012".
std::string fault(const Row& row, ToleranceKind kind) {
  const std::string dtype(name(row.storage.dtype));
  if (!row.storage.fits()) return dtype + " does not fit (" + row.storage.unfit + ")";
  if (overflows(row)) {
    const std::int64_t times = std::max(row.losses.overflow, row.losses.result_overflow);
    return dtype + " overflows " + (times == 1 ? "once" : count_text(times) + " times");
  }
  const std::string error = number_text(error_of(row, kind));
  return dtype + (kind == ToleranceKind::psnr ? " has " + error + " dB" : " errs by " + error);
}

std::string faults_of_smaller(const Row& chosen, const std::vector<Row>& rows, ToleranceKind kind) {
  std::string list;
  for (const Row& row : rows) {
    if (row.bytes < chosen.bytes) list += (list.empty() ? "" : ", ") + fault(row, kind);
  }
  return list.empty() ? "" : " Smaller ones are not: " + list + ".";
}

std::string caveats(const Row& row) {
  std::string out;
  const Losses& losses = row.losses;
  if (losses.underflow > 0) out += " " + count_text(losses.underflow) + " values become zero.";
  if (losses.lost > 0) {
    out += " " + count_text(losses.lost) + " results have a relative error of 1 or more.";
  }
  return out;
}

/// Another dtype of the same size that errs less.
std::string better_of_same_size(const Row& chosen, const std::vector<Row>& rows,
                                ToleranceKind kind) {
  const auto errs_less = [&](const Row& a, const Row& b) {
    const double of_a = error_of(a, kind), of_b = error_of(b, kind);
    return kind == ToleranceKind::psnr ? of_a > of_b : of_a < of_b;
  };
  const Row* best = &chosen;
  for (const Row& row : rows) {
    if (row.bytes != chosen.bytes || !row.storage.fits() || overflows(row)) continue;
    if (errs_less(row, *best)) best = &row;
  }
  if (best == &chosen) return "";
  return " As small, " + std::string(name(best->storage.dtype)) +
         (best->storage.scaled() ? ", with a scale and an offset, " : " ") +
         (kind == ToleranceKind::psnr ? "has " : "errs by ") + number_text(error_of(*best, kind)) +
         (kind == ToleranceKind::psnr ? " dB." : " only.");
}

Recommendation none_fits(const Tolerance& tolerance, const std::vector<Row>& rows) {
  std::string list;
  for (const Row& row : rows) list += (list.empty() ? "" : ", ") + fault(row, tolerance.kind);
  return {std::nullopt, "No dtype has a " + name_of(tolerance.kind) + " " + bound_text(tolerance) +
                            ": " + list + "."};
}

}  // namespace

Recommendation recommend(const Tolerance& tolerance, const std::vector<Row>& rows) {
  const bool any =
      std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row.losses.compared > 0; });
  if (!any) return {std::nullopt, "There are no finite results to compare."};
  const Row* best = nullptr;
  for (const Row& row : rows) {
    if (!row.storage.fits() || overflows(row) || !within(row, tolerance)) continue;
    if (best == nullptr || better(row, *best, tolerance.kind)) best = &row;
  }
  if (best == nullptr) return none_fits(tolerance, rows);
  const std::string dtype(name(best->storage.dtype));
  return {best->storage.dtype,
          dtype + (best->storage.scaled() ? ", with a scale and an offset, has a " : " has a ") +
              name_of(tolerance.kind) + " of " + number_text(error_of(*best, tolerance.kind)) +
              ", and nothing overflows; of the dtypes with " + bound_text(tolerance) +
              " it takes the fewest bytes." + better_of_same_size(*best, rows, tolerance.kind) +
              faults_of_smaller(*best, rows, tolerance.kind) + caveats(*best)};
}

}  // namespace tightloop::tool
