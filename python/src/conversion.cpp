// One pass over a source: each block is converted and tested by one compiled function, and what it
// gives goes to a file or to memory.
#include "conversion.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "numpy_api.hpp"
#include "open_source.hpp"
#include "results.hpp"
#include "running.hpp"
#include "tightloop/argument.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/function.hpp"
#include "tightloop/npy.hpp"
#include "tightloop/options.hpp"
#include "tightloop/stream.hpp"

namespace nb = nanobind;

namespace tightloop::python {
namespace {

constexpr std::uint64_t kBlockBytes = std::uint64_t{1} << 22;
constexpr std::chrono::milliseconds kBetweenReports{50};

tl::DType dtype_named(const std::string& name) {
  tl::DType dtype{};
  if (!tl::parse_dtype(name, dtype)) fail(PyExc_ValueError, "'%s' is no dtype", name.c_str());
  return dtype;
}

/// Where converted elements go: a .npy or raw file as they come, else memory.
class Target {
 public:
  Target(std::optional<std::string> path, const tl::Source& source, tl::DType to)
      : path_(std::move(path)), fortran_order_(source.fortran_order()) {
    if (path_ && tl::has_file_sink(*path_) && !fortran_order_) {
      sink_ = tl::file_sink(*path_);
      sink_->begin(to, source.shape());
    } else if (path_ && path_->ends_with(".npy")) {
      writer_.emplace(*path_, to, source.shape(), true);
    } else {
      array_ = tl::Array(to, source.shape());
    }
  }

  void take(const void* elements, std::size_t bytes) {
    if (sink_ != nullptr) {
      sink_->write(elements, bytes);
    } else if (writer_) {
      writer_->write(at_, elements, bytes);
    } else if (bytes > 0) {
      std::memcpy(static_cast<std::byte*>(array_.data()) + at_, elements, bytes);
    }
    at_ += bytes;
  }

  void commit() {
    if (sink_ != nullptr) {
      sink_->flush();
      sink_->finish();
    } else if (writer_) {
      writer_->commit();
    } else if (path_) {
      tl::save(*path_, in_order());
    }
  }

  tl::Array array() const { return in_order(); }

 private:
  /// The array with the strides of the source's order.
  tl::Array in_order() const {
    if (!fortran_order_) return array_;
    tl::Dims strides = array_.shape();
    auto step = static_cast<std::int64_t>(tl::itemsize(array_.dtype()));
    for (int axis = 0; axis < strides.size(); ++axis) {
      strides[axis] = step;
      step *= std::max<std::int64_t>(array_.shape()[axis], 1);
    }
    auto keeper = std::make_shared<tl::Array>(array_);
    void* elements = keeper->data();
    return {keeper, tl::ArrayView(elements, array_.dtype(), array_.shape(), strides)};
  }

  std::optional<std::string> path_;
  bool fortran_order_;
  std::unique_ptr<tl::Sink> sink_;
  std::optional<tl::NpyWriter> writer_;  // in Fortran order
  tl::Array array_;
  std::uint64_t at_ = 0;
};

/// How often a test was true, and for which element first.
struct Found {
  std::int64_t count = 0;
  std::int64_t first = 0;  // its number in the order of the file
  tl::Array value;
};

/// The compiled pass over one block: converted elements, and a count per test.
class BlockPass {
 public:
  BlockPass(tl::DType from, const std::string& text, const std::vector<std::string>& tests,
            const std::atomic<bool>& stop)
      : tests_(tests), counts_(tests.size()), found_(tests.size()) {
    std::string all = text;
    for (const std::string& test : tests) all += ", count_nonzero(" + test + ")";
    options_.stop = &stop;
    function_ = tl::compile(all, {{"x", from}}, options_);
  }

  /// `before` elements stand in front of the block.
  void run(const tl::ArrayView& in, const tl::ArrayView& out, std::int64_t before) {
    std::vector<tl::Destination> outs = {out};
    for (std::int64_t& count : counts_) outs.emplace_back(tl::ArrayView(&count, tl::Dims{}));
    const tl::Arg argument(in);
    function_.into(outs, {&argument, 1});
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (found_[i].count == 0 && counts_[i] > 0) note_first(i, in, before);
      found_[i].count += counts_[i];
    }
  }
  const std::vector<Found>& found() const { return found_; }

 private:
  void note_first(std::size_t test, const tl::ArrayView& in, std::int64_t before) {
    const tl::Array at = tl::evaluate("argmax(" + tests_[test] + ")", {{"x", in}}, options_);
    const auto first = at.item<std::int64_t>();
    const std::string index = "[" + std::to_string(first) + "]";
    // Of a type that NumPy knows by another package only, float32 has the same value.
    const bool foreign = !tl::info(in.dtype()).in_numpy;
    found_[test].first = before + first;
    found_[test].value =
        tl::evaluate(foreign ? "float32(x" + index + ")" : "x" + index, {{"x", in}}, options_);
  }

  std::vector<std::string> tests_;
  std::vector<std::int64_t> counts_;
  std::vector<Found> found_;
  tl::Options options_;
  tl::Function function_;
};

/// Returns the index of an element by its number in the order of the file.
nb::tuple index_of(std::int64_t number, const tl::Source& source) {
  tl::Dims index = source.shape();
  for (int i = 0; i < index.size(); ++i) {
    const int axis = source.fortran_order() ? i : index.size() - 1 - i;
    const std::int64_t extent = source.shape()[axis];
    index[axis] = number % extent;
    number /= extent;
  }
  return shape_of(index);
}

class Converter {
 public:
  Converter(OpenSource& source, std::optional<std::string> path, const std::string& dtype,
            const std::string& text, const std::vector<std::string>& tests)
      : use_(std::in_place, source),
        to_(dtype_named(dtype)),
        target_(std::in_place, std::move(path), use_->get(), to_),
        pass_(use_->get().dtype(), text, tests, stop_) {}

  nb::list run(const nb::object& progress) {
    const Interruptible interruptible;
    use_->get().stop_when(interruptible.active() ? &main_stop() : &stop_);
    try {
      convert(progress);
    } catch (...) {
      use_->get().stop_when(nullptr);
      throw;
    }
    use_->get().stop_when(nullptr);
    nb::list told;
    for (const Found& found : pass_.found()) {
      if (found.count == 0) {
        told.append(nb::make_tuple(0, nb::none(), nb::none()));
        continue;
      }
      const void* element = static_cast<const tl::Array&>(found.value).data();
      told.append(nb::make_tuple(found.count, index_of(found.first, use_->get()),
                                 nb::steal(scalar_at(found.value.dtype(), element).release())));
    }
    return told;
  }

  void commit() {
    const WithoutGil others;
    target_->commit();
  }

  /// Frees the source for other readers, and leaves nothing of a file that was not committed.
  void close() {
    use_.reset();
    target_.reset();
  }

  nb::object array() const { return nb::steal(shared_array(target_->array()).release()); }

 private:
  void convert(const nb::object& progress) {
    tl::Source& source = use_->get();
    const std::size_t width = tl::itemsize(source.dtype());
    const std::uint64_t elements = source.bytes() / width;
    const auto block = static_cast<std::int64_t>(std::min(elements, kBlockBytes / width));
    tl::Array in(source.dtype(), tl::Dims{block});
    tl::Array out(to_, tl::Dims{block});
    auto reported = std::chrono::steady_clock::now();
    for (std::uint64_t done = 0; done < elements;) {
      const auto now = std::min(elements - done, static_cast<std::uint64_t>(block));
      convert_block(in, out, static_cast<std::int64_t>(now), static_cast<std::int64_t>(done));
      done += now;
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      const auto time = std::chrono::steady_clock::now();
      if (progress.is_none() || time - reported < kBetweenReports) continue;
      reported = time;
      progress(done * width, source.bytes());
    }
  }

  void convert_block(tl::Array& in, tl::Array& out, std::int64_t count, std::int64_t before) {
    const WithoutGil others;
    tl::Source& source = use_->get();
    const std::size_t width = tl::itemsize(in.dtype());
    source.read(in.data(), static_cast<std::size_t>(count) * width);
    const auto order = source.swapped() ? tl::ByteOrder::swapped : tl::ByteOrder::native;
    const tl::ArrayView from(static_cast<const void*>(in.data()), in.dtype(), tl::Dims{count},
                             tl::Dims{static_cast<std::int64_t>(width)}, order);
    pass_.run(from, tl::ArrayView(out.data(), to_, tl::Dims{count}), before);
    target_->take(out.data(), static_cast<std::size_t>(count) * tl::itemsize(to_));
  }

  std::optional<OpenSource::Use> use_;  // until close()
  tl::DType to_;
  std::optional<Target> target_;  // as above
  std::atomic<bool> stop_{false};
  BlockPass pass_;
};

}  // namespace

void add_conversion(nb::module_& m) {
  nb::class_<Converter>(m, "Converter")
      .def(nb::init<OpenSource&, std::optional<std::string>, const std::string&, const std::string&,
                    const std::vector<std::string>&>(),
           nb::arg(), nb::arg().none(), nb::arg(), nb::arg(), nb::arg(), nb::keep_alive<1, 2>())
      .def("run", &Converter::run, nb::arg().none())
      .def("commit", &Converter::commit)
      .def("array", &Converter::array)
      .def("close", &Converter::close);
}

}  // namespace tightloop::python
