// Binds files and streams: sources, load(), save() and stream().
#include "streams.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conversion.hpp"
#include "inputs.hpp"
#include "open_source.hpp"
#include "options.hpp"
#include "results.hpp"
#include "running.hpp"
#include "tightloop/argument.hpp"
#include "tightloop/source.hpp"
#include "tightloop/stream.hpp"

namespace nb = nanobind;

namespace tightloop::python {
namespace {

/// The variables, sinks and options of one stream.
struct StreamCall {
  Keep keep;
  Choices choices;
  std::vector<std::string> names;
  std::vector<OpenSource::Use> uses;
  std::vector<tl::StreamBinding> bindings;
  std::vector<std::unique_ptr<tl::Sink>> owned;
  std::vector<tl::Sink*> sinks;
  tl::StreamOptions options;

  StreamCall(const nb::dict& variables, const nb::list& outs, const nb::dict& chosen,
             std::uint64_t memory) {
    names.reserve(variables.size());
    for (const auto& [name, value] : variables) {
      names.push_back(nb::cast<std::string>(name));
      OpenSource* source = nullptr;
      if (nb::try_cast(value, source) && source != nullptr) {
        uses.emplace_back(*source);
        bindings.emplace_back(names.back(), uses.back().get());
      } else {
        bindings.emplace_back(names.back(), read_argument(value.ptr(), names.back(), keep));
      }
    }
    for (const nb::handle out : outs) add_sink(out);
    for (const auto& [name, value] : chosen) {
      if (!choices.take(name.ptr(), value.ptr())) {
        fail(PyExc_TypeError, "stream() got %R, which is neither an option nor in the expression",
             name.ptr());
      }
    }
    options.options = choices.options;
    options.memory = memory;
  }

 private:
  void add_sink(nb::handle out) {
    std::unique_ptr<tl::Sink> sink;
    int descriptor = -1;
    if (nb::try_cast(out, descriptor)) {
      sink = tl::npy_descriptor_sink(descriptor, "descriptor " + std::to_string(descriptor));
    } else if (!out.is_none()) {
      sink = tl::file_sink(nb::cast<std::string>(out));
    }
    sinks.push_back(sink.get());
    owned.push_back(std::move(sink));
  }
};

/// Lets waiting reads end where a stream is stopped.
class StopReads {
 public:
  StopReads(const std::vector<OpenSource::Use>& uses, const std::atomic<bool>& stop) : uses_(uses) {
    for (const auto& use : uses_) use.get().stop_when(&stop);
  }
  ~StopReads() {
    for (const auto& use : uses_) use.get().stop_when(nullptr);
  }
  StopReads(const StopReads&) = delete;
  StopReads& operator=(const StopReads&) = delete;

 private:
  const std::vector<OpenSource::Use>& uses_;
};

/// What the caller's function for progress has raised.
struct Raised {
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* trace = nullptr;
  explicit operator bool() const { return type != nullptr; }
};

nb::object stream(const std::string& text, const nb::dict& variables, const nb::list& outs,
                  const nb::dict& chosen, std::uint64_t memory, nb::object progress) {
  StreamCall call(variables, outs, chosen, memory);
  const Interruptible interruptible;
  std::atomic<bool> own{false};
  std::atomic<bool>& stop = interruptible.active() ? main_stop() : own;
  Raised raised;
  call.options.options.stop = &stop;
  call.options.progress = [&](std::uint64_t done, std::uint64_t in_all) {
    const nb::gil_scoped_acquire gil;
    const Ref heard(progress.is_none() ? Py_NewRef(Py_None)
                                       : PyObject_CallFunction(progress.ptr(), "KK", done, in_all));
    if ((!heard || PyErr_CheckSignals() != 0) && !raised) {
      PyErr_Fetch(&raised.type, &raised.value, &raised.trace);
      stop.store(true);
    }
    PyErr_Clear();
  };
  std::vector<tl::Array> results;
  try {
    const StopReads reads(call.uses, stop);
    const WithoutGil others;
    results = tl::stream(text, call.bindings, call.sinks, call.options);
  } catch (...) {
    if (!raised) throw;
  }
  if (raised) {
    PyErr_Restore(raised.type, raised.value, raised.trace);
    throw nb::python_error();
  }
  call.choices.report_events();
  nb::list list;
  for (tl::Array& result : results) {
    list.append(nb::steal(result_of(std::move(result), ResultKind::numpy).release()));
  }
  return list;
}

std::string explain_stream(const std::string& text, const nb::dict& variables,
                           const nb::dict& chosen, std::uint64_t memory) {
  const StreamCall call(variables, nb::list(), chosen, memory);
  return tl::explain_stream(text, call.bindings, call.options);
}

nb::object load(const std::string& spec) {
  std::optional<tl::Array> array;
  {
    const WithoutGil others;
    array = tl::load(spec);
  }
  return nb::steal(shared_array(std::move(*array)).release());
}

/// Saves arrays under paths; all files are complete before the first appears.
void save(const std::vector<std::string>& paths, const nb::list& arrays) {
  Keep keep;
  std::vector<tl::SavedArray> list;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const tl::Arg value = read_argument(arrays[i].ptr(), "array", keep);
    if (value.weak()) fail(PyExc_TypeError, "a number has no dtype to be saved with");
    list.push_back({paths[i], value.view()});
  }
  const WithoutGil others;
  tl::save_all(list);
}

}  // namespace

void add_streams(nb::module_& m) {
  nb::class_<OpenSource>(m, "Source",
                         "An array in a file, a stack of files or a pipe, that is "
                         "read in order and in parts; open() makes them.")
      .def("__init__",
           [](OpenSource* self, const std::string& spec) {
             const WithoutGil others;
             new (self) OpenSource(spec);
           })
      .def_prop_ro(
          "name", [](const OpenSource& s) { return s.get().name(); }, "What messages call it.")
      .def_prop_ro(
          "spec", [](const OpenSource& s) { return s.spec(); }, "What it was opened by.")
      .def_prop_ro(
          "dtype", [](const OpenSource& s) { return std::string(tl::name(s.get().dtype())); },
          "The name of the dtype.")
      .def_prop_ro(
          "shape", [](const OpenSource& s) { return shape_of(s.get().shape()); }, "The extents.")
      .def_prop_ro(
          "nbytes", [](const OpenSource& s) { return s.get().bytes(); },
          "The size of all elements in bytes.")
      .def_prop_ro(
          "rewindable", [](const OpenSource& s) { return s.get().rewindable(); },
          "Whether it can be read again: a pipe cannot.")
      .def("__repr__", [](const OpenSource& s) {
        return "<tightloop source '" + s.get().name() +
               "': " + std::string(tl::name(s.get().dtype())) + " " +
               nb::cast<std::string>(nb::repr(shape_of(s.get().shape()))) + ">";
      });
  add_conversion(m);
  m.def("load", &load);
  m.def("save", &save);
  m.def("stream", &stream, nb::arg(), nb::arg(), nb::arg(), nb::arg(), nb::arg(), nb::arg().none());
  m.def("explain_stream", &explain_stream);
  m.def("guard_mapped_files", &tl::guard_mapped_files);
}

}  // namespace tightloop::python
