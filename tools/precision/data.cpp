// Opens files, and evaluates over them in memory or in parts.
#include "precision/data.hpp"

#include <algorithm>

#include "process_memory.hpp"
#include "progress_bar.hpp"
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

/// The axis along which a file is cut: that whose index runs slowest, of those longer than 1.
int slowest_axis(const Datum& file) {
  const Dims& shape = file.array.shape();
  for (int i = 0; i < shape.size(); ++i) {
    const int axis = file.fortran_order ? shape.size() - 1 - i : i;
    if (shape[axis] > 1) return axis;
  }
  return -1;
}

Dims strides_of(const Dims& shape, std::size_t itemsize, bool fortran_order) {
  if (!fortran_order) return c_strides(shape, itemsize);
  Dims out = shape;
  auto stride = static_cast<std::int64_t>(itemsize);
  for (int axis = 0; axis < shape.size(); ++axis) {
    out[axis] = stride;
    stride *= shape[axis];
  }
  return out;
}

/// Reads the first elements of a file, which are an array of that shape.
Array read_leading(const std::string& spec, const Dims& shape) {
  const std::unique_ptr<Source> source = open_source(spec);
  const DType dtype = source->dtype();
  Array raw(dtype, shape);
  const std::size_t size = static_cast<std::size_t>(raw.size()) * itemsize(dtype);
  if (size > 0) source->read(raw.data(), size);
  const Dims strides = strides_of(shape, itemsize(dtype), source->fortran_order());
  return Array::copy_of(ArrayView(raw.data(), dtype, shape, strides,
                                  source->swapped() ? ByteOrder::swapped : ByteOrder::native));
}

Datum look_at(const NamedText& variable, const std::string& alias) {
  Datum out{variable.name, alias, variable.text, parse_number(variable.text), {}};
  if (out.number) return out;
  const std::unique_ptr<Source> source = open_source(variable.text);
  if (!source->rewindable()) {
    throw UsageError("'" + variable.text + "' can be read only once, and precision reads it again");
  }
  out.array = ArrayView(static_cast<const void*>(nullptr), source->dtype(), source->shape());
  out.fortran_order = source->fortran_order();
  check_real(out);
  return out;
}

}  // namespace

Data::Data(const std::vector<NamedText>& variables, const Options& options, std::uint64_t memory)
    : options_(options), memory_(memory == 0 ? MemoryShares{} : memory_for_arrays(memory)) {
  for (const NamedText& variable : variables) {
    all_.push_back(look_at(variable, "v" + std::to_string(all_.size())));
    if (!all_.back().number) files_.push_back(all_.back());
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
  Stats stats;
  Options counted = options;
  counted.stats = &stats;
  std::vector<Array> out =
      memory_.arrays == 0 ? evaluate_held(text, counted) : evaluate_parts(text, counted);
  bytes_read_ += stats.bytes_read;
  return out;
}

std::vector<Array> Data::evaluate_held(const std::string& text, const Options& options) const {
  if (arrays_.empty()) {
    for (const Datum& file : files_) arrays_.push_back(load(file.spec));
  }
  std::vector<Binding> bindings;
  auto array = arrays_.begin();
  for (const Datum& datum : all_) {
    bindings.push_back({datum.alias, datum.number ? *datum.number : Arg(*array++)});
  }
  return evaluate_all(text, bindings, options);
}

std::vector<Array> Data::evaluate_parts(const std::string& text, const Options& options) const {
  std::vector<std::unique_ptr<Source>> sources;
  std::vector<StreamBinding> bindings;
  for (const Datum& datum : all_) {
    if (datum.number) {
      bindings.emplace_back(datum.alias, *datum.number);
    } else {
      sources.push_back(open_source(datum.spec, {memory_.arrays, memory_.beside}));
      bindings.emplace_back(datum.alias, *sources.back());
    }
  }
  ProgressBar bar;
  StreamOptions in_parts;
  in_parts.options = options;
  in_parts.memory = memory_.arrays;
  in_parts.code = memory_.code;
  in_parts.beside = memory_.beside;
  in_parts.progress = [&bar](std::uint64_t done, std::uint64_t in_all) {
    bar.update(done, in_all);
  };
  return stream(text, bindings, {}, in_parts);
}

std::optional<Sample> Data::sample(std::int64_t values) const {
  const auto largest = std::max_element(
      files_.begin(), files_.end(),
      [](const Datum& a, const Datum& b) { return a.array.size() < b.array.size(); });
  const ArrayView& whole = largest->array;
  Sample out;
  if (whole.size() > values) {
    out.axis = slowest_axis(*largest);
    out.extent = whole.shape()[out.axis];
    const std::int64_t slab = whole.size() / out.extent;
    out.taken = std::clamp<std::int64_t>(values / slab, 1, out.extent);
  }
  for (const Datum& file : files_) {
    Dims shape = file.array.shape();
    if (out.axis >= 0 && shape == whole.shape()) {
      if (slowest_axis(file) != out.axis) return std::nullopt;
      shape[out.axis] = out.taken;
    }
    std::int64_t size = 1;
    for (std::int64_t extent : shape) size *= extent;
    if (size > 2 * values) return std::nullopt;
    out.arrays.push_back(read_leading(file.spec, shape));
  }
  return out;
}

}  // namespace tightloop::tool
