// What an expression gives of data that are stored otherwise, against what it gives of the data as
// they are: counts and errors for every dtype, from one evaluation over the data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "precision/data.hpp"
#include "precision/storage.hpp"
#include "precision/subject.hpp"

namespace tightloop::tool {

/// The decades of an error histogram: bin i counts 10^(lowest + i) <= error < 10^(lowest + i + 1).
struct Decades {
  int lowest = 0;
  int count = 0;  ///< 0: no histogram
};

/// What one dtype costs. Errors are those of results that are finite both ways; they are NaN where
/// there is none.
struct Losses {
  std::int64_t overflow = 0;         ///< finite values of the data that become infinite or NaN
  std::int64_t underflow = 0;        ///< values that are not zero and become zero
  std::int64_t subnormal = 0;        ///< values that become subnormal
  std::int64_t result_overflow = 0;  ///< results that are finite of the data as they are alone
  std::int64_t lost = 0;             ///< results with a relative error of 1 or more
  std::int64_t compared = 0;         ///< results that are finite both ways
  double mse = 0;
  double psnr = 0;  ///< dB; infinite where the mean squared error is 0
  double max_absolute = 0;
  Dims worst;               ///< index of the first result that errs so; where there is one
  double max_relative = 0;  ///< of results that are not zero
  std::vector<std::int64_t> histogram;  ///< per decade; larger errors are in the last bin
  std::int64_t exact = 0;               ///< errors of 0; with a histogram only
  std::int64_t below = 0;               ///< other errors below the first bin; with a histogram only
};

/// A dtype and what it costs.
struct Row {
  Storage storage;
  DType result = DType::float64;  ///< of the expression
  std::uint64_t bytes = 0;        ///< of all data so stored
  Losses losses;
  double seconds = -1;  ///< median time of the expression over the sample; negative: not measured
};

/// The exact results.
struct Reference {
  ResultType result;
  std::int64_t values = 0;
  std::int64_t finite = 0;
  double least = 0;     ///< of the finite ones
  double greatest = 0;  ///< as above
};

/// Returns what the elements of each file are, from one pass over it.
std::vector<Extent> measure_extents(const Data& data);

/// Returns a row per dtype, without losses. A dtype that the expression does not take does not fit.
std::vector<Row> storage_rows(const Subject& subject, const Data& data,
                              const std::vector<Extent>& extents);

/// Fills in the losses of the rows that fit. `peak` is that of PSNR; not positive: the largest
/// minus the smallest exact result, which `peak` becomes.
Reference compare(const Subject& subject, const Data& data, const Decades& decades, double& peak,
                  std::vector<Row>& rows);

}  // namespace tightloop::tool
