// Extremes by the library's own reductions.
#include "repl/value_range.hpp"

namespace tightloop::tool {

ValuePtr as_value(const BoundText& expression, const ResultType& type) {
  auto value = std::make_shared<Value>();
  value->name = "x";
  value->expression = expression;
  value->type = type;
  return value;
}

ValueRange value_range(const BoundText& expression, const ResultType& type,
                       const Workspace& workspace) {
  const bool floats = is_float(type.dtype);
  ValueRange out;
  for (std::int64_t extent : type.shape) {
    if (extent > 0) continue;
    out.high = -1;
    return out;
  }
  const ValuePtr value = as_value(expression, type);
  const std::vector<Array> found =
      evaluate_about(value, workspace, [&](const std::string& x) -> std::string {
        if (!floats) return "min(" + x + "), max(" + x + ")";
        return "f = isfinite(" + x + ")\nmin(" + x + ", where=f, initial=inf), max(" + x +
               ", where=f, initial=-inf), count_nonzero(isnan(" + x + ")), count_nonzero(isinf(" +
               x + "))";
      });
  out.exact_low = found[0];
  out.exact_high = found[1];
  out.low = is_bool(type.dtype) ? found[0].item<bool>() : found[0].item<double>();
  out.high = is_bool(type.dtype) ? found[1].item<bool>() : found[1].item<double>();
  if (floats) {
    out.nans = found[2].item<std::int64_t>();
    out.infinities = found[3].item<std::int64_t>();
  }
  return out;
}

}  // namespace tightloop::tool
