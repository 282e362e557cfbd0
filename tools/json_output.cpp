// Results and statistics as JSON. NaN and the infinities, which JSON lacks, are the strings "nan",
// "inf", "-inf"; complex numbers are pairs; integers are exact.
#include "json_output.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "number_text.hpp"

namespace tightloop::tool {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kMostElements = 10'000;

/// Returns the double whose shortest decimal is that of the narrower type: 0.1, not
/// 0.10000000149011612. It still reads back as the same element.
ordered_json real_json(double value, DType type) {
  const std::string text = real_text(value, type);
  if (!std::isfinite(value)) return text;
  double back = 0;
  std::from_chars(text.data(), text.data() + text.size(), back);
  return back;
}

ordered_json element_json(DType type, const std::byte* element) {
  if (is_bool(type)) return std::to_integer<int>(*element) != 0;
  if (is_float(type)) return real_json(load_real(type, element), type);
  if (is_complex(type)) {
    const DType part = part_type(type);
    return ordered_json::array({real_json(load_real(part, element), part),
                                real_json(load_real(part, element + itemsize(part)), part)});
  }
  const std::string text = whole_text(type, element);
  if (type == DType::uint64) {
    std::uint64_t value = 0;
    std::memcpy(&value, element, sizeof value);
    return value;
  }
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Recurses by axis, so at most kMaxRank deep.
ordered_json nested(const ArrayView& view, int axis, const std::byte* at) {
  if (axis == view.ndim()) return element_json(view.dtype(), at);
  ordered_json list = ordered_json::array();
  for (std::int64_t i = 0; i < view.shape()[axis]; ++i) {
    list.push_back(nested(view, axis + 1, at + i * view.strides()[axis]));
  }
  return list;
}

ordered_json result_json(const ArrayView& view) {
  ordered_json out;
  out["dtype"] = std::string(name(view.dtype()));
  out["shape"] = ordered_json::array();
  for (std::int64_t extent : view.shape()) out["shape"].push_back(extent);
  // Also what is empty can be many lists: (1000000, 0) is a million.
  std::int64_t items = 1;
  for (std::int64_t extent : view.shape()) {
    if (extent == 0 || items > kMostElements) break;
    items = extent > kMostElements ? extent : items * extent;
  }
  if (items > kMostElements) {
    out["value"] = nullptr;
    out["elided"] = true;
  } else {
    out["value"] = nested(view, 0, static_cast<const std::byte*>(view.data()));
  }
  return out;
}

}  // namespace

std::string json_text(std::span<const Array> results, const Stats& stats,
                      const std::string& backend, const std::optional<Timing>& timing,
                      const std::vector<Event>* events) {
  ordered_json out;
  out["results"] = ordered_json::array();
  for (const Array& result : results) out["results"].push_back(result_json(result.view()));
  out["seconds"] = {{"parse", stats.parse_seconds},
                    {"type", stats.type_seconds},
                    {"plan", stats.plan_seconds},
                    {"compile", stats.compile_seconds},
                    {"run", stats.run_seconds}};
  out["peak_extra_bytes"] = stats.peak_extra_bytes;
  out["backend"] = backend;
  if (timing) {
    out["timing"] = {{"repeats", timing->repeats},
                     {"median_seconds", timing->median_seconds},
                     {"gigabytes_per_second", timing->gigabytes_per_second}};
  }
  if (events != nullptr) {
    out["events"] = ordered_json::array();
    for (const Event& event : *events) {
      ordered_json index = ordered_json::array();
      for (std::int64_t i : event.index) index.push_back(i);
      out["events"].push_back(
          {{"kind", to_string(event.kind)}, {"expression", event.expression}, {"index", index}});
    }
  }
  return out.dump();
}

}  // namespace tightloop::tool
