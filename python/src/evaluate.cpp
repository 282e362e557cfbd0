// Reads the arguments of evaluate(), explain() and result_types(), and calls the library.
#include "evaluate.hpp"

#include <atomic>
#include <string>

#include "caller_frame.h"
#include "numpy_api.hpp"
#include "running.hpp"
#include "tightloop/argument.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/inspect.hpp"
#include "tightloop/list.hpp"

namespace tightloop::python {
namespace {

/// Finds a key of a mapping; empty where there is none.
Ref in_mapping(PyObject* mapping, PyObject* name) {
  if (PyDict_CheckExact(mapping)) return item_of(mapping, name);
  PyObject* found = PyObject_GetItem(mapping, name);
  if (found != nullptr) return Ref(found);
  if (PyErr_ExceptionMatches(PyExc_KeyError) == 0) throw PythonError{};
  PyErr_Clear();
  return Ref();
}

/// Finds what a name stands for: see TextCall.
Ref find_variable(PyObject* name, const Choices& choices) {
  if (choices.variables != nullptr) {
    Ref found = in_mapping(choices.variables, name);
    if (found) return found;
    if (choices.more_variables != nullptr) return in_mapping(choices.more_variables, name);
    return Ref();
  }
  Ref found(tightloop_find_in_caller(name));
  if (!found && PyErr_Occurred() != nullptr) throw PythonError{};
  return found;
}

void check_mapping(const char* function, PyObject* mapping) {
  if (mapping == nullptr || PyMapping_Check(mapping) != 0) return;
  fail(PyExc_TypeError, "%s(): the variables must be a mapping of names, not %s", function,
       Py_TYPE(mapping)->tp_name);
}

[[noreturn]] void unknown_keyword(const char* function, PyObject* keyword) {
  const std::string_view near = nearest_option(checked(PyUnicode_AsUTF8(keyword)));
  if (near.empty()) {
    fail(PyExc_TypeError, "%s() got '%U', which is neither an option nor in the expression",
         function, keyword);
  }
  fail(PyExc_TypeError,
       "%s() got '%U', which is neither an option nor in the expression; did you mean '%s'?",
       function, keyword, std::string(near).c_str());
}

}  // namespace

TextCall::TextCall(const char* function, PyObject* const* args, Py_ssize_t count,
                   PyObject* keywords, bool raw) {
  if (raw) {
    raw_variables = Ref(checked(PyDict_New()));
    raw_options = Ref(checked(PyDict_New()));
  }
  if (count < 1 || count > 2) {
    fail(PyExc_TypeError, "%s() takes an expression and, if need be, a mapping of its variables",
         function);
  }
  const TextNames& known = names_of(args[0], names);
  text = known.text;
  keep.expect(reach_of(known));
  bindings.reserve(known.names.size());
  if (count == 2 && args[1] != Py_None) choices.variables = args[1];
  const Py_ssize_t named = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
  std::size_t given = 0;
  PyObject* values[16] = {};  // of the first names, where they are given as keywords
  for (Py_ssize_t i = 0; i < named; ++i) {
    PyObject* keyword = PyTuple_GET_ITEM(keywords, i);
    PyObject* value = args[count + i];
    if (choices.take(keyword, value)) {
      if (raw && PyDict_SetItem(raw_options.get(), keyword, value) < 0) throw PythonError{};
      continue;
    }
    std::size_t at = 0;
    while (at < known.names.size() && known.names[at].object != keyword) ++at;
    if (at == known.names.size()) {
      at = 0;
      while (at < known.names.size() && PyUnicode_Compare(known.names[at].object, keyword) != 0) {
        ++at;
      }
    }
    if (at == known.names.size()) unknown_keyword(function, keyword);
    bind(known.names[at], value);
    if (at < std::size(values)) values[at] = value;
    ++given;
  }
  if (given == known.names.size()) return;
  check_mapping(function, choices.variables);
  check_mapping(function, choices.more_variables);
  for (std::size_t i = 0; i < known.names.size(); ++i) {
    const TextName& name = known.names[i];
    if (i < std::size(values) && values[i] != nullptr) continue;
    bool bound = false;
    for (std::size_t k = 0; i >= std::size(values) && k < given; ++k) {
      bound = bound || bindings[k].name == name.text;
    }
    if (bound) continue;
    const Ref value = find_variable(name.object, choices);
    if (value) bind(name, value.get());
  }
}

void TextCall::bind(const TextName& name, PyObject* value) {
  // Modules, classes and functions are no values: the text means its own ones by such a name.
  if (name.optional && (PyModule_Check(value) || PyType_Check(value) || PyCallable_Check(value))) {
    return;
  }
  if (raw_variables) {
    if (PyDict_SetItem(raw_variables.get(), name.object, value) < 0) throw PythonError{};
    return;
  }
  if (!name.optional) {
    bindings.push_back({name.text, read_argument(value, name.text, keep)});
    return;
  }
  try {
    bindings.push_back({name.text, read_argument(value, name.text, keep)});
  } catch (const PythonError&) {
    // The text can do without it.
    if (PyErr_ExceptionMatches(PyExc_TypeError) == 0) throw;
    PyErr_Clear();
  }
}

std::vector<tl::Destination> read_destinations(PyObject* out, Keep& keep) {
  std::vector<tl::Destination> outs;
  if (!PyTuple_Check(out) && !PyList_Check(out)) {
    outs.emplace_back(read_destination(out, keep));
    return outs;
  }
  const Ref items(checked(PySequence_Tuple(out)));  // a list may change meanwhile
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items.get()); ++i) {
    outs.emplace_back(read_destination(PyTuple_GET_ITEM(items.get(), i), keep));
  }
  return outs;
}

namespace {

ResultKind kind_of(const Keep& keep) {
  return keep.all_torch() ? ResultKind::torch : ResultKind::numpy;
}

Ref evaluate_call(TextCall& call) {
  Choices& choices = call.choices;
  if (choices.options.events || !choices.options.raise.empty()) call.keep.expect_compiling();
  if (choices.out != nullptr) {
    const auto outs = read_destinations(choices.out, call.keep);
    run(call.keep, [&](const std::atomic<bool>* stop) {
      choices.options.stop = stop;
      tl::evaluate_all_into(outs, call.text, call.bindings, choices.options);
    });
    choices.report_events();
    return Ref::borrow(choices.out);
  }
  tl::List<tl::Array> results = run(call.keep, [&](const std::atomic<bool>* stop) {
    choices.options.stop = stop;
    return tl::detail::evaluate_list(call.text, call.bindings, choices.options);
  });
  choices.report_events();
  return results_of(std::move(results), kind_of(call.keep));
}

Ref explain_call(TextCall& call) {
  const std::string text = tl::explain(call.text, call.bindings, call.choices.options);
  return Ref(
      checked(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace")));
}

Ref result_types_call(TextCall& call) {
  const auto types = tl::result_types(call.text, call.bindings, call.choices.options);
  Ref list(checked(PyTuple_New(static_cast<Py_ssize_t>(types.size()))));
  const Ref make = attribute_of_module("tightloop._inspect", "ResultType");
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Ref shape(checked(PyTuple_New(types[i].shape.size())));
    for (int k = 0; k < types[i].shape.size(); ++k) {
      PyTuple_SET_ITEM(shape.get(), k, checked(PyLong_FromLongLong(types[i].shape[k])));
    }
    PyTuple_SET_ITEM(
        list.get(), static_cast<Py_ssize_t>(i),
        checked(PyObject_CallFunction(make.get(), "sO",
                                      std::string(tl::name(types[i].dtype)).c_str(), shape.get())));
  }
  return list;
}

template <class F>
PyObject* with_call(const char* function, PyObject* const* args, Py_ssize_t count,
                    PyObject* keywords, F&& f) {
  try {
    TextCall call(function, args, count, keywords);
    return f(call).release();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

}  // namespace

namespace {

/// Evaluates over arrays of more dimensions than the library's: tightloop/_deep.py merges them.
PyObject* evaluate_deep(PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  PyObject* type = nullptr;
  PyObject* message = nullptr;
  PyObject* trace = nullptr;
  PyErr_Fetch(&type, &message, &trace);
  PyErr_NormalizeException(&type, &message, &trace);
  const Ref owned[] = {Ref(type), Ref(message), Ref(trace)};
  try {
    TextCall call("evaluate", args, count, keywords, true);
    for (const char* spent : {"vars", "local_dict", "global_dict"}) {
      if (PyDict_DelItemString(call.raw_options.get(), spent) < 0) PyErr_Clear();
    }
    const Ref deep = attribute_of_module("tightloop._deep", "evaluate");
    const Ref text(checked(PyObject_Str(message)));
    return checked(PyObject_CallFunctionObjArgs(deep.get(), args[0], call.raw_variables.get(),
                                                call.raw_options.get(), text.get(), nullptr));
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

}  // namespace

PyObject* evaluate(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  try {
    TextCall call("evaluate", args, count, keywords);
    return evaluate_call(call).release();
  } catch (const TooDeep&) {
    return evaluate_deep(args, count, keywords);
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

PyObject* explain(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return with_call("explain", args, count, keywords, explain_call);
}

PyObject* result_types(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  return with_call("result_types", args, count, keywords, result_types_call);
}

}  // namespace tightloop::python
