// The timed jobs: a sample of the data, stored in each dtype.
#include "precision/timing.hpp"

#include <algorithm>
#include <cmath>

#include "precision/stopwatch.hpp"
#include "quantities.hpp"

namespace tightloop::tool {
namespace {

TimedSample describe(const Sample& sample, const Options& options) {
  TimedSample out;
  out.description = "all of it";
  if (sample.axis >= 0) {
    out.description = "the first " + count_text(sample.taken) + " of " + count_text(sample.extent) +
                      " along axis " + std::to_string(sample.axis);
  }
  for (const Array& array : sample.arrays) out.values += array.size();
  const int all = default_executor().concurrency();
  out.threads = options.threads > 0 ? std::min(options.threads, all) : all;
  return out;
}

std::vector<std::pair<std::string, Arg>> numbers_of(const Data& data) {
  std::vector<std::pair<std::string, Arg>> out;
  for (const Datum& d : data.all()) {
    if (d.number) out.emplace_back(d.alias, *d.number);
  }
  return out;
}

Job job_of(const Subject& subject, const Data& data, const Sample& sample, const Row& row) {
  Job job;
  std::vector<std::string> restored;
  for (std::size_t i = 0; i < data.files().size(); ++i) {
    const Datum& file = data.files()[i];
    const Coding& coding = row.storage.codings[i];
    job.arrays.push_back(
        {file.alias, stored_text(row.storage.dtype, coding, file.alias), &sample.arrays[i]});
    restored.push_back(restored_text(coding, file.alias));
  }
  job.numbers = numbers_of(data);
  job.text = subject.call(restored);
  return job;
}

void time_rows(const Subject& subject, const Data& data, const Sample& sample, double seconds,
               PrecisionReport& report) {
  std::vector<Job> jobs;
  std::vector<Row*> rows;
  for (Row& row : report.rows) {
    if (!row.storage.fits()) continue;
    jobs.push_back(job_of(subject, data, sample, row));
    rows.push_back(&row);
  }
  const Rounds rounds = time_jobs(jobs, subject.options(), seconds);
  report.sample.repeats = rounds.count;
  report.sample.evicted = rounds.evicted;
  for (std::size_t i = 0; i < jobs.size(); ++i) rows[i]->seconds = jobs[i].seconds;
}

void time_speeds(const Array& x, const Options& options, double seconds, PrecisionReport& report) {
  std::vector<std::string> expressions = {"exp(x)+log(x**2)"};
  if (x.ndim() >= 2) expressions.emplace_back("mean(x, axis=1)");
  std::vector<Job> jobs;
  for (DType dtype : kSpeedDTypes) {
    for (const std::string& expression : expressions) {
      jobs.push_back({expression, {{"x", std::string(name(dtype)) + "(x)", &x}}, {}, 0});
    }
  }
  time_jobs(jobs, options, seconds);
  for (std::size_t e = 0; e < expressions.size(); ++e) {
    Speed speed{expressions[e], {}};
    for (std::size_t d = 0; d < std::size(kSpeedDTypes); ++d) {
      speed.seconds[d] = jobs[d * expressions.size() + e].seconds;
    }
    report.speeds.push_back(speed);
  }
}

}  // namespace

std::int64_t sample_values(const Data& data) {
  // The sample in its own dtype, in another one, and a result.
  constexpr std::uint64_t kBytesPerValue = 24;
  constexpr std::int64_t kEnough = 16 << 20;
  if (data.memory() == 0) return kEnough;
  const std::uint64_t share = data.memory() / 4 * 3 / kBytesPerValue / data.files().size();
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(share), 1024, kEnough);
}

double largest_result(const Subject& subject, const Data& data, const Sample& sample) {
  std::vector<Binding> bindings;
  auto array = sample.arrays.begin();
  for (const Datum& d : data.all()) {
    bindings.push_back({d.alias, d.number ? *d.number : Arg(*array++)});
  }
  return evaluate(
             "y = abs(float64(" + subject.exact_call() + "))\nmax(y, where=isfinite(y), initial=0)",
             bindings, subject.options())
      .item<double>();
}

void time_report(const Subject& subject, const Data& data, const Sample& sample, double seconds,
                 PrecisionReport& report) {
  report.sample = describe(sample, data.options());
  if (report.sample.values == 0) {
    report.sample.description = "there are no values";
    return;
  }
  time_rows(subject, data, sample, seconds / 2, report);
  time_speeds(sample.arrays.front(), data.options(), seconds / 2, report);
}

}  // namespace tightloop::tool
