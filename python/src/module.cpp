// The extension module tightloop._core.
#include <nanobind/nanobind.h>

#include "dispatch.hpp"
#include "evaluate.hpp"
#include "function.hpp"
#include "inspection.hpp"
#include "numexpr_calls.hpp"
#include "results.hpp"
#include "streams.hpp"
#include "tightloop/version.hpp"

namespace nb = nanobind;
namespace py = tightloop::python;

namespace {

PyCFunction fast(PyObject* (*f)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*)) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(f));
}

/// What small calls feel has CPython's own calling convention; the rest goes through nanobind.
void add_calls(PyObject* module) {
  constexpr int kFast = METH_FASTCALL | METH_KEYWORDS;
  static PyMethodDef calls[] = {
      {"evaluate", fast(py::evaluate), kFast,
       "evaluate(text, vars=None, /, *, out=None, dtype=None, promotion='exact', "
       "casting='standard', overflow='by_promotion', fp='strict', threads=0, most_elements=0, "
       "most_bytes=0, events=None, raise_=None, local_dict=None, global_dict=None, "
       "**variables)\n--\n\n"
       "Evaluates an expression: evaluate('sum(abs(a - b), axis=(-2, -1))').\n\n"
       "Args:\n"
       "    text: the expression; several results, 'min(x), max(x)', are a tuple.\n"
       "    vars: a mapping of variables. Names come from the keywords, then from it, or, where "
       "it\n"
       "        is not given, from the variables of the calling function and its module.\n"
       "    local_dict, global_dict: other names of `vars`, and of a mapping after it.\n"
       "    out: an array to write to (it is returned), or a list of them for several results.\n"
       "    dtype: of new results, to which they are converted under `casting`.\n"
       "    promotion: 'exact' (integers do not wrap), 'numpy' or 'numexpr'.\n"
       "    casting: 'standard', 'no', 'safe', 'same_kind', 'unsafe', 'same_value', 'wrap' or\n"
       "        'saturate'.\n"
       "    overflow: of integers past 64 bits: 'by_promotion', 'check' or 'wrap'.\n"
       "    fp: 'strict' or 'fast'.\n"
       "    threads: at most so many; 0 for all that are allowed.\n"
       "    most_elements, most_bytes: a call that would compute or take more is a LimitError.\n"
       "    events: a list that receives the first event of each kind.\n"
       "    raise_: kinds of events that are an error: 'divide', ['invalid', 'overflow'], "
       "'all'.\n\n"
       "Inputs are arrays (NumPy, torch, JAX, Arrow, polars, pandas, buffers), lists and numbers.\n"
       "Returns NumPy arrays and scalars; tensors where all arrays are torch's. Raises Error.\n"
       "Thread-safe."},
      {"explain", fast(py::explain), kFast,
       "explain(text, vars=None, /, **variables)\n--\n\n"
       "Tells the dtype and the range of every step and the loops, as text. Takes what evaluate()\n"
       "takes."},
      {"result_types", fast(py::result_types), kFast,
       "result_types(text, vars=None, /, **variables)\n--\n\n"
       "Returns the dtype and the shape of every result without evaluating. Takes what evaluate()\n"
       "takes."},
      {nullptr, nullptr, 0, nullptr}};
  if (PyModule_AddFunctions(module, calls) < 0) throw py::PythonError{};
}

}  // namespace

NB_MODULE(_core, m) {
  nb::register_exception_translator([](const std::exception_ptr& error, void*) {
    try {
      std::rethrow_exception(error);
    } catch (...) {
      py::set_python_error();
    }
  });
  try {
    add_calls(m.ptr());
    py::add_owner_type(m.ptr());
    py::add_function_type(m.ptr());
    py::add_dispatch(m.ptr());
    py::add_numexpr_calls(m.ptr());
  } catch (const py::PythonError&) {
    throw nb::python_error();
  }
  m.attr("version") = tightloop::version();
  py::add_inspection(m);
  py::add_streams(m);
}
