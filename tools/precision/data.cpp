#include "precision/data.hpp"

#include <algorithm>

#include "variables.hpp"

namespace tightloop::tool {
namespace {

void check_real(const Datum& datum) {
  if (!is_complex(datum.array.dtype())) return;
  throw Error(ErrorCode::type,
              "'" + datum.spec + "' is " + std::string(name(datum.array.dtype())) +
                  "; precision compares real dtypes",
              {}, "write real(x) and imag(x) to files and ask for each");
}

/// The axis along which a file is cut: that whose index runs slowest; of several equal ones the
/// first.
int slowest_axis(const ArrayView& view) {
  int out = -1;
  for (int axis = 0; axis < view.ndim(); ++axis) {
    if (view.shape()[axis] > 1 && (out < 0 || view.strides()[axis] > view.strides()[out])) {
      out = axis;
    }
  }
  return out;
}

ArrayView leading(const ArrayView& view, int axis, std::int64_t count) {
  Dims shape = view.shape();
  shape[axis] = count;
  return {view.data(), view.dtype(), shape, view.strides(), view.byte_order()};
}

}  // namespace

Data::Data(const std::vector<NamedText>& variables, const Options& options, std::uint64_t memory)
    : options_(options), memory_(memory) {
  for (const NamedText& variable : variables) {
    Datum datum{variable.name,
                "v" + std::to_string(all_.size()),
                variable.text,
                parse_number(variable.text),
                {}};
    if (!datum.number) {
      std::vector<Array> opened;
      bind_variables({variable}, opened);
      arrays_.push_back(opened.at(0));
      datum.array = arrays_.back().view().as_const();
      check_real(datum);
      files_.push_back(datum);
    }
    all_.push_back(std::move(datum));
  }
  if (files_.empty()) throw UsageError("none of the variables is a file");
}

std::uint64_t Data::bytes() const {
  std::uint64_t out = 0;
  for (const Datum& file : files_) {
    out += static_cast<std::uint64_t>(file.array.size()) * itemsize(file.array.dtype());
  }
  return out;
}

std::vector<Array> Data::evaluate(const std::string& text, const Options& options) const {
  std::vector<Binding> bindings;
  for (const Datum& datum : all_) {
    bindings.push_back({datum.alias, datum.number ? *datum.number : Arg(datum.array)});
  }
  Stats stats;
  Options counted = options;
  counted.stats = &stats;
  std::vector<Array> out = evaluate_all(text, bindings, counted);
  bytes_read_ += stats.bytes_read;
  return out;
}

std::optional<Sample> Data::sample(std::int64_t values) const {
  const auto largest = std::max_element(
      files_.begin(), files_.end(),
      [](const Datum& a, const Datum& b) { return a.array.size() < b.array.size(); });
  const ArrayView& whole = largest->array;
  Sample out;
  if (whole.size() > values) {
    out.axis = slowest_axis(whole);
    out.extent = whole.shape()[out.axis];
    const std::int64_t slab = whole.size() / out.extent;
    out.taken = std::clamp<std::int64_t>(values / slab, 1, out.extent);
    if (slab > 2 * values) return std::nullopt;
  }
  for (const Datum& file : files_) {
    ArrayView part = file.array;
    if (out.axis >= 0 && part.shape() == whole.shape()) {
      if (slowest_axis(part) != out.axis) return std::nullopt;
      part = leading(part, out.axis, out.taken);
    }
    if (part.size() > 2 * values) return std::nullopt;
    out.arrays.push_back(Array::copy_of(part));
  }
  return out;
}

}  // namespace tightloop::tool
