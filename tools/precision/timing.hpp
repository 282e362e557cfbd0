// How long the expression takes for each storage dtype, and two fixed expressions for each float.
#pragma once

#include "precision/report.hpp"

namespace tightloop::tool {

/// Sets the seconds of the rows that fit, and the sample and the speeds of the report; takes about
/// `seconds`.
void time_report(const Subject& subject, const Data& data, const Sample& sample, double seconds,
                 PrecisionReport& report);

/// Returns the largest magnitude of the exact results of a sample; 0 where none is finite.
double largest_result(const Subject& subject, const Data& data, const Sample& sample);

/// Returns how many values a sample may have so that the arrays of all dtypes fit the memory.
std::int64_t sample_values(const Data& data);

}  // namespace tightloop::tool
