// The report as JSON. Numbers that JSON lacks are the strings "inf" and "-inf"; what was not or
// could not be measured is null.
#include <cmath>
#include <nlohmann/json.hpp>

#include "precision/report.hpp"

namespace tightloop::tool {
namespace {

using nlohmann::ordered_json;

ordered_json real(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

ordered_json seconds(double value) {
  return value < 0 ? ordered_json(nullptr) : ordered_json(value);
}

ordered_json shape_json(const Dims& shape) {
  ordered_json out = ordered_json::array();
  for (std::int64_t extent : shape) out.push_back(extent);
  return out;
}

ordered_json data_json(const Datum& file, const Extent& extent) {
  const bool some = extent.finite() > 0;
  return {{"name", file.name},
          {"file", file.spec},
          {"dtype", std::string(name(extent.dtype))},
          {"shape", shape_json(file.array.shape())},
          {"values", extent.values},
          {"nan", extent.nan},
          {"infinite", extent.infinite},
          {"zero", extent.zero},
          {"min", some ? real(extent.least) : nullptr},
          {"max", some ? real(extent.greatest) : nullptr}};
}

/// The dtype of scale * q + offset; null where x is q plus an integer, exactly.
ordered_json restored_name(const Coding& coding) {
  if (coding.kind != Coding::Kind::scaled) return nullptr;
  return std::string(name(coding.restored));
}

ordered_json codings_json(const PrecisionReport& report, const Row& row) {
  if (!row.storage.scaled()) return nullptr;
  ordered_json out = ordered_json::object();
  for (std::size_t i = 0; i < report.files.size(); ++i) {
    const Coding& coding = row.storage.codings[i];
    out[report.files[i].name] = {
        {"scale", coding.scale}, {"offset", coding.offset}, {"restored", restored_name(coding)}};
  }
  return out;
}

ordered_json histogram_json(const Losses& losses) {
  if (losses.histogram.empty()) return nullptr;
  return {{"zero", losses.exact}, {"below", losses.below}, {"counts", losses.histogram}};
}

ordered_json row_json(const PrecisionReport& report, const Row& row) {
  ordered_json out = {{"dtype", std::string(name(row.storage.dtype))},
                      {"fits", row.storage.fits()},
                      {"bytes", row.bytes}};
  if (!row.storage.fits()) {
    out["reason"] = row.storage.unfit;
    return out;
  }
  const Losses& l = row.losses;
  out["coding"] = codings_json(report, row);
  out["result_dtype"] = std::string(name(row.result));
  out["seconds"] = seconds(row.seconds);
  out["compared"] = l.compared;
  out["mse"] = real(l.mse);
  out["psnr"] = real(l.psnr);
  out["max_absolute_error"] = real(l.max_absolute);
  out["max_absolute_error_at"] = l.max_absolute > 0 ? shape_json(l.worst) : ordered_json(nullptr);
  out["max_relative_error"] = real(l.max_relative);
  out["overflow"] = l.overflow;
  out["underflow"] = l.underflow;
  out["subnormal"] = l.subnormal;
  out["result_overflow"] = l.result_overflow;
  out["lost"] = l.lost;
  if (report.decades.count > 0) out["histogram"] = histogram_json(l);
  return out;
}

ordered_json sample_json(const TimedSample& sample) {
  if (sample.repeats == 0) return nullptr;
  return {{"part", sample.description},
          {"values", sample.values},
          {"repeats", sample.repeats},
          {"out_of_cache", sample.evicted},
          {"threads", sample.threads}};
}

ordered_json speeds_json(const PrecisionReport& report) {
  ordered_json out = ordered_json::array();
  for (const Speed& speed : report.speeds) {
    ordered_json times = ordered_json::object();
    for (std::size_t i = 0; i < std::size(kSpeedDTypes); ++i) {
      times[std::string(name(kSpeedDTypes[i]))] = speed.seconds[i];
    }
    out.push_back({{"expression", speed.expression}, {"seconds", times}});
  }
  return out;
}

ordered_json advice_json(const PrecisionReport& report) {
  if (!report.recommendation) return nullptr;
  const Recommendation& advice = *report.recommendation;
  ordered_json out = {{"tolerance", real(report.tolerance->value)},
                      {"kind", std::string(to_string(report.tolerance->kind))},
                      {"dtype", nullptr},
                      {"reason", advice.reason}};
  if (advice.dtype) out["dtype"] = std::string(name(*advice.dtype));
  return out;
}

}  // namespace

std::string report_json(const PrecisionReport& report) {
  ordered_json out;
  out["data"] = ordered_json::array();
  for (std::size_t i = 0; i < report.files.size(); ++i) {
    out["data"].push_back(data_json(report.files[i], report.extents[i]));
  }
  const Reference& r = report.reference;
  out["expression"] = report.expression;
  out["result"] = {{"dtype", std::string(name(r.result.dtype))},
                   {"shape", shape_json(r.result.shape)},
                   {"values", r.values},
                   {"finite", r.finite},
                   {"min", r.finite > 0 ? real(r.least) : nullptr},
                   {"max", r.finite > 0 ? real(r.greatest) : nullptr}};
  out["peak"] = {{"value", real(report.peak)}, {"given", report.peak_given}};
  out["storage"] = ordered_json::array();
  for (const Row& row : report.rows) out["storage"].push_back(row_json(report, row));
  if (report.decades.count > 0) out["histogram_from"] = report.decades.lowest;
  out["passes"] = report.passes;
  out["peak_resident_bytes"] = report.peak_resident;
  out["timing"] = sample_json(report.sample);
  out["speed"] = speeds_json(report);
  out["recommendation"] = advice_json(report);
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace tightloop::tool
