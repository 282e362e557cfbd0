// What `precision` works out about a file, applied to it.
#include "scaled_conversion.hpp"

#include <algorithm>
#include <vector>

#include "precision/report.hpp"
#include "tightloop/source.hpp"
#include "variables.hpp"

namespace tightloop::tool {
namespace {

constexpr std::string_view kArchive = ".npz";

/// Where the members of an archive go; `scale` is empty for a file of another format.
struct Places {
  std::string elements;
  std::string scale;
  std::string offset;
};

Places places_in(const std::string& output) {
  if (output.ends_with(kArchive)) return {output + ":x", output + ":scale", output + ":offset"};
  if (output.find(std::string(kArchive) + ":") != std::string::npos) {
    return {output, output + "_scale", output + "_offset"};
  }
  return {output, "", ""};
}

}  // namespace

Storage scaled_storage(const std::string& input, DType dtype) {
  const Data data({{"x", input}}, {}, 0);
  Storage storage = storage_of(dtype, measure_extents(data));
  if (storage.fits()) return storage;
  throw Error(ErrorCode::value, "'" + input + "' cannot be scaled to " + std::string(name(dtype)) +
                                    ": " + storage.unfit);
}

Storage recommended_storage(const std::string& input, const Tolerance& tolerance) {
  PrecisionRequest request;
  request.tolerance = tolerance;
  request.seconds = 0;
  const Definitions none;
  PrecisionReport report = examine(request, {{"x", input}}, none);
  const Recommendation& advice = *report.recommendation;
  if (!advice.dtype) throw Error(ErrorCode::value, "'" + input + "': " + advice.reason);
  const auto row = std::find_if(report.rows.begin(), report.rows.end(),
                                [&](const Row& r) { return r.storage.dtype == *advice.dtype; });
  return row->storage;
}

std::string write_scaled(const std::string& input, const std::string& output,
                         const Storage& storage) {
  const Coding& coding = storage.codings.front();
  const std::vector<NamedText> variables = {{"x", input}};
  std::vector<Array> inputs;
  const Array elements =
      evaluate(stored_text(storage.dtype, coding, "x"), bind_variables(variables, inputs));
  const Array scale = evaluate(literal(coding.scale));
  const Array offset = evaluate(coding.offset_text.empty() ? "0" : coding.offset_text);
  const Places places = places_in(output);
  std::vector<SavedArray> saved = {{places.elements, elements}};
  if (!places.scale.empty()) {
    saved.push_back({places.scale, scale});
    saved.push_back({places.offset, offset});
  }
  save_all(saved);
  return coding_text(coding, "x");
}

}  // namespace tightloop::tool
