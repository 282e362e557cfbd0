// Binds the calls that evaluate nothing.
#include "inspection.hpp"

#include <nanobind/stl/string.h>

#include <string>

#include "numpy_api.hpp"
#include "options.hpp"
#include "text_names.hpp"
#include "tightloop/tightloop.hpp"

namespace nb = nanobind;

namespace tightloop::python {
namespace {

nb::object steal(Ref object) {
  return nb::steal(object.release());
}

nb::tuple described(const tl::DefinitionInfo& info) {
  return nb::make_tuple(info.name, info.signature, info.doc, info.body);
}

/// (names, signature, doc) of the built-in functions, then of the prelude's.
nb::list functions() {
  nb::list out;
  for (const tl::FunctionInfo& info : tl::builtin_functions()) {
    nb::list names;
    for (const std::string& name : info.names) names.append(name);
    out.append(nb::make_tuple(nb::tuple(names), info.signature, info.doc));
  }
  for (const tl::DefinitionInfo& info : tl::prelude()) {
    out.append(nb::make_tuple(nb::make_tuple(info.name), info.signature, info.doc));
  }
  return out;
}

/// {name: (is it NumPy's, is it a float, bytes of an element, least normal and largest number, has
/// it infinities)}
nb::dict dtypes() {
  nb::dict out;
  for (const tl::DType t : tl::kDTypes) {
    const bool real = tl::is_float(t);
    out[std::string(tl::name(t)).c_str()] = nb::make_tuple(
        tl::info(t).in_numpy, real, tl::itemsize(t), tl::least_normal(t),
        real ? tl::largest_finite(t) : 0.0, tl::info(t).specials == tl::Specials::ieee);
  }
  return out;
}

nb::list definitions() {
  nb::list out;
  for (const tl::DefinitionInfo& info : tl::definitions()) out.append(described(info));
  return out;
}

nb::dict cache_info() {
  const tl::CacheInfo info = tl::cache_info();
  nb::dict out;
  out["kernels"] = info.kernels;
  out["hits"] = info.hits;
  out["compiled"] = info.compiled;
  out["loaded"] = info.loaded;
  out["backend"] = info.backend;
  out["target"] = info.target;
  out["folder"] = info.folder;
  return out;
}

}  // namespace

void add_inspection(nb::module_& m) {
  m.def("functions", &functions);
  m.def("definitions", &definitions);
  m.def("define", [](const std::string& text) { tl::define(text); });
  m.def("undefine", [](const std::string& name) { return tl::undefine(name); });
  m.def("cache_info", &cache_info);
  m.def("clear_cache", [] {
    nb::gil_scoped_release others;
    tl::clear_cache();
  });
  m.def("names_of", [](nb::handle text) { return steal(names_as_tuple(text.ptr())); });
  m.def("is_elementwise", [](nb::handle text) {
    Ref keep;
    return names_of(text.ptr(), keep).reach == Reach::broadcast;
  });
  m.def("dtype_name",
        [](nb::handle object) { return std::string(tl::name(read_dtype(object.ptr()))); });
  m.def("numpy_dtype", [](const std::string& name) {
    return steal(Ref(reinterpret_cast<PyObject*>(descr_of(*tl::find_dtype(name)))));
  });
  m.attr("dtypes") = dtypes();
  m.attr("option_names") = steal(option_names());
}

}  // namespace tightloop::python
