// Slices of large results, put together to what is shown.
#include "repl/display.hpp"

#include <algorithm>
#include <cstring>

#include "repl/binder.hpp"
#include "repl/wide_integer.hpp"
#include "summary.hpp"
#include "tightloop/evaluate.hpp"

namespace tightloop::tool {
namespace {

constexpr std::int64_t kMostShown = 200'000;  // elements: what has so many axes is not readable

Dims shown_shape(const Dims& shape) {
  Dims out = shape;
  for (std::int64_t& extent : out) extent = shown_extent(shape, extent);
  return out;
}

std::int64_t count(const Dims& shape) {
  std::int64_t n = 1;
  for (std::int64_t extent : shape) n *= extent;
  return n;
}

/// A block of what is shown: where it goes, and the subscripts that it has in the result.
struct Corner {
  std::string subscripts;
  Dims at;
};

/// The blocks at the ends of the axes that are cut; one, without subscripts, where none is.
std::vector<Corner> corners(const Dims& shape) {
  const Dims shown = shown_shape(shape);
  std::vector<Corner> out(1);
  bool cut = false;
  for (int axis = 0; axis < shape.size(); ++axis) {
    const bool ends = shown[axis] < shape[axis];
    cut = cut || ends;
    std::vector<Corner> next;
    for (const Corner& corner : out) {
      for (int end = 0; end < (ends ? 2 : 1); ++end) {
        Corner part = corner;
        part.subscripts += axis == 0 ? "" : ",";
        const std::string edge = std::to_string(kShownEdge);
        part.subscripts += !ends ? ":" : end == 0 ? ":" + edge : "-" + edge + ":";
        part.at.push_back(end == 0 ? 0 : kShownEdge);
        next.push_back(std::move(part));
      }
    }
    out = std::move(next);
  }
  if (!cut) out.front().subscripts.clear();
  return out;
}

/// Copies a block into its place among what is shown.
void place(Array& shown, const Dims& at, const Array& block) {
  const std::size_t size = itemsize(block.dtype());
  auto* base = static_cast<std::byte*>(shown.data());
  for (int axis = 0; axis < at.size(); ++axis) base += at[axis] * shown.strides()[axis];
  const auto* from = static_cast<const std::byte*>(block.view().data());
  Dims index = at;
  for (std::int64_t& i : index) i = 0;
  for (std::int64_t n = block.size(); n > 0; --n, from += size) {
    std::byte* to = base;
    for (int axis = 0; axis < index.size(); ++axis) to += index[axis] * shown.strides()[axis];
    std::memcpy(to, from, size);
    for (int axis = index.size() - 1; axis >= 0 && ++index[axis] == block.shape()[axis]; --axis) {
      index[axis] = 0;
    }
  }
}

/// The results of an expression as values that names in a composition can stand for.
std::vector<ValuePtr> as_values(const BoundText& expression, const std::vector<ResultType>& types) {
  std::vector<ValuePtr> out;
  for (BoundText& result : results(expression)) {
    auto value = std::make_shared<Value>();
    value->name = "result";
    value->expression = std::move(result);
    value->type = types[out.size()];
    out.push_back(std::move(value));
  }
  return out;
}

/// Evaluates what is shown of each result.
std::vector<Array> shown_elements(const BoundText& expression, const std::vector<ResultType>& types,
                                  const Workspace& workspace) {
  const std::vector<ValuePtr> values = as_values(expression, types);
  return workspace.with_composition(values, [&](Composition& composition) {
    std::string line;
    for (const ValuePtr& value : values) {
      for (const Corner& corner : corners(value->type.shape)) {
        line += (line.empty() ? "" : ", ") + composition.name(value);
        if (!corner.subscripts.empty()) line += "[" + corner.subscripts + "]";
      }
    }
    composition.finish(line);
    std::vector<Array> blocks =
        evaluate_all(composition.text(), composition.bindings(), workspace.options());
    std::vector<Array> out;
    auto block = blocks.begin();
    for (const ValuePtr& value : values) {
      Array shown(value->type.dtype, shown_shape(value->type.shape));
      for (const Corner& corner : corners(value->type.shape)) place(shown, corner.at, *block++);
      out.push_back(std::move(shown));
    }
    return out;
  });
}

}  // namespace

std::string displayed(const BoundText& expression, const Workspace& workspace, int precision) {
  std::vector<ResultType> types;
  try {
    types = workspace.types(expression);
  } catch (const Error& error) {
    const auto digits = wide_integer(expression, workspace);
    if (error.code() != ErrorCode::value || !digits) throw;
    return *digits + "\n";
  }
  bool whole = true;
  for (const ResultType& type : types) {
    const Dims shown = shown_shape(type.shape);
    whole = whole && shown == type.shape;
    if (count(shown) <= kMostShown) continue;
    Error error(
        ErrorCode::limit,
        "the result has too many dimensions to be printed: " + std::to_string(type.shape.size()),
        expression.span, "index some of them, or use :save");
    error.set_source(*expression.source);
    throw error;
  }
  const std::vector<Array> shown =
      whole ? workspace.evaluate(expression) : shown_elements(expression, types, workspace);
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    out += array_repr(shown[i], types[i].shape, precision) + "\n";
  }
  return out;
}

}  // namespace tightloop::tool
