// Reads the arguments of numexpr's evaluate() and re_evaluate(), finds the variables by its rule,
// and keeps what re_evaluate() needs.
#include "numexpr_calls.hpp"

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "caller_frame.h"
#include "dispatch.hpp"
#include "numpy_api.hpp"

namespace tightloop::python {
namespace {

/// What is kept between calls, of the module that add_numexpr_calls() was called with.
PyObject* plans = nullptr;    // text -> Dispatch
PyObject* plan_of = nullptr;  // plan_of(text, sanitize, options, keep) -> Dispatch
PyObject* last = nullptr;     // context variable: (Dispatch, weak reference of out, order, casting)
PyObject* same_kind = nullptr;
PyObject* keep_order = nullptr;

/// Reads positional and named arguments into places; what has no place goes into `rest`.
template <std::size_t n>
struct Arguments {
  std::array<PyObject*, n> values{};
  Ref rest;  // a dict; null where it is empty

  Arguments(const char* function, const std::array<const char*, n>& names, bool takes_more,
            PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
    if (count > static_cast<Py_ssize_t>(n)) {
      fail(PyExc_TypeError, "%s() takes %zd arguments at most, %zd given", function,
           static_cast<Py_ssize_t>(n), count);
    }
    for (Py_ssize_t i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = args[i];
    const Py_ssize_t named = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
    for (Py_ssize_t i = 0; i < named; ++i) {
      PyObject* keyword = PyTuple_GET_ITEM(keywords, i);
      const std::string_view name = checked(PyUnicode_AsUTF8(keyword));
      std::size_t at = 0;
      while (at < n && name != names[at]) ++at;
      if (at < n && values[at] != nullptr) {
        fail(PyExc_TypeError, "%s() got '%U' twice", function, keyword);
      }
      if (at < n) {
        values[at] = args[count + i];
        continue;
      }
      if (!takes_more) fail(PyExc_TypeError, "%s() takes no '%U'", function, keyword);
      if (!rest) rest = Ref(checked(PyDict_New()));
      if (PyDict_SetItem(rest.get(), keyword, args[count + i]) < 0) throw PythonError{};
    }
  }
};

/// True where an argument is given and not None.
bool is_given(PyObject* value) {
  return value != nullptr && value != Py_None;
}

int depth_of(PyObject* value, int otherwise) {
  if (value == nullptr) return otherwise;
  const long depth = PyLong_AsLong(value);
  if (depth == -1 && PyErr_Occurred() != nullptr) throw PythonError{};
  return static_cast<int>(depth);
}

/// Where numexpr looks for variables: mappings, or the variables of a function and its module.
struct Scope {
  PyObject* locals;
  PyObject* globals;
  int up;  // of the frame, above the one that has called

  Ref find(PyObject* name) const {
    if (Ref found = find_in(locals, false, name)) return found;
    if (Ref found = find_in(globals, true, name)) return found;
    PyErr_SetObject(PyExc_KeyError, name);
    throw PythonError{};
  }

 private:
  Ref find_in(PyObject* mapping, bool is_global, PyObject* name) const {
    Ref found;
    if (!is_given(mapping)) {
      found = Ref(tightloop_find_in_frame(up, is_global ? 1 : 0, name));
    } else if (PyDict_CheckExact(mapping)) {
      return item_of(mapping, name);
    } else {
      found = Ref(PyObject_GetItem(mapping, name));
      if (!found && PyErr_ExceptionMatches(PyExc_KeyError) != 0) PyErr_Clear();
    }
    if (!found && PyErr_Occurred() != nullptr) throw PythonError{};
    return found;
  }
};

/// The arrays of one call.
class Arrays {
 public:
  /// Delegates, so that what was found is let go of where the next is missing.
  Arrays(PyObject* names, const Scope& scope) : Arrays() {
    const Py_ssize_t count = PyTuple_GET_SIZE(names);
    const auto wanted = static_cast<std::size_t>(count);
    if (wanted > kFew) many_.resize(wanted);
    objects_ = wanted > kFew ? many_.data() : few_.data();
    for (Py_ssize_t i = 0; i < count; ++i) {
      Ref value = scope.find(PyTuple_GET_ITEM(names, i));
      if (!PyArray_CheckExact(value.get())) value = array_of(value.get());
      objects_[size_++] = value.release();
    }
  }
  ~Arrays() {
    for (std::size_t i = 0; i < size_; ++i) Py_DECREF(objects_[i]);
  }
  Arrays(const Arrays&) = delete;
  Arrays& operator=(const Arrays&) = delete;
  std::span<PyObject* const> span() const { return {objects_, size_}; }

 private:
  static constexpr std::size_t kFew = 8;
  Arrays() = default;
  /// As numpy.asarray() makes one.
  static Ref array_of(PyObject* value) {
    return Ref(checked(PyArray_FROM_OF(value, NPY_ARRAY_ENSUREARRAY)));
  }
  std::array<PyObject*, kFew> few_{};
  std::vector<PyObject*> many_;
  PyObject** objects_ = nullptr;
  std::size_t size_ = 0;
};

/// Keeps what re_evaluate() needs; not the destination itself, which would live on.
void remember(PyObject* again, const NumexprOptions& options) {
  Ref out = Ref::borrow(Py_None);
  if (is_given(options.out)) {
    if (!PyArray_Check(options.out)) {
      fail(PyExc_TypeError, "out must be a NumPy array, not %s", Py_TYPE(options.out)->tp_name);
    }
    out = Ref(checked(PyWeakref_NewRef(options.out, nullptr)));
  }
  PyObject* const items[] = {again, out.get(), options.order, options.casting};
  PyObject* before = nullptr;
  if (PyContextVar_Get(last, nullptr, &before) < 0) throw PythonError{};
  const Ref held(before);
  if (before != nullptr && before != Py_None) {
    bool same = true;
    for (Py_ssize_t i = 0; i < 4; ++i) same = same && PyTuple_GET_ITEM(before, i) == items[i];
    if (same) return;
  }
  const Ref record(checked(PyTuple_Pack(4, items[0], items[1], items[2], items[3])));
  const Ref token(checked(PyContextVar_Set(last, record.get())));
}

Dispatch& checked_dispatch(PyObject* object) {
  Dispatch* found = dispatch_in(object);
  if (found == nullptr) fail(PyExc_TypeError, "%R is no expression", object);
  return *found;
}

Ref evaluate_text(PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  enum { text, locals, globals, out, order, casting, sanitize, depth, uncached, all };
  static constexpr std::array<const char*, all> kNames = {
      "ex",      "local_dict", "global_dict",  "out",          "order",
      "casting", "sanitize",   "_frame_depth", "disable_cache"};
  const Arguments<all> given("evaluate", kNames, true, args, count, keywords);
  const auto& value = given.values;
  if (value[text] == nullptr) fail(PyExc_TypeError, "evaluate() needs an expression");
  const int is_uncached = value[uncached] == nullptr ? 0 : PyObject_IsTrue(value[uncached]);
  if (is_uncached < 0) throw PythonError{};
  Ref plan;
  if (!given.rest && !is_given(value[sanitize]) && is_uncached == 0 &&
      PyUnicode_CheckExact(value[text])) {
    plan = item_of(plans, value[text]);
  }
  if (!plan) {
    const Ref options = given.rest ? Ref::borrow(given.rest.get()) : Ref(checked(PyDict_New()));
    plan = Ref(checked(PyObject_CallFunctionObjArgs(
        plan_of, value[text], value[sanitize] == nullptr ? Py_None : value[sanitize], options.get(),
        is_uncached == 0 ? Py_True : Py_False, nullptr)));
  }
  Dispatch& dispatch = checked_dispatch(plan.get());
  const int up = depth_of(value[depth], 3) - 3;
  const Arrays arrays(dispatch.names(), {value[locals], value[globals], up});
  const auto variant = dispatch.variant(arrays.span());
  const NumexprOptions options{value[out], value[order] == nullptr ? keep_order : value[order],
                               value[casting] == nullptr ? same_kind : value[casting]};
  if (is_uncached == 0) remember(variant->again.get(), options);
  return variant->run(arrays.span(), options);
}

Ref evaluate_again(PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  enum { locals, globals, depth, all };
  static constexpr std::array<const char*, all> kNames = {"local_dict", "global_dict",
                                                          "_frame_depth"};
  const Arguments<all> given("re_evaluate", kNames, false, args, count, keywords);
  const auto& value = given.values;
  PyObject* found = nullptr;
  if (PyContextVar_Get(last, nullptr, &found) < 0) throw PythonError{};
  const Ref record(found);
  if (!is_given(found)) {
    fail(PyExc_RuntimeError,
         "re_evaluate() needs an evaluate() or validate() before it in this thread");
  }
  Dispatch& dispatch = checked_dispatch(PyTuple_GET_ITEM(found, 0));
  const Arrays arrays(dispatch.names(),
                      {value[locals], value[globals], depth_of(value[depth], 2) - 2});
  Ref out;
  PyObject* const held = PyTuple_GET_ITEM(found, 1);
  if (held != Py_None) out = Ref(checked(PyObject_CallNoArgs(held)));
  const auto variant = dispatch.variant(arrays.span());
  return variant->run(arrays.span(),
                      {out.get(), PyTuple_GET_ITEM(found, 2), PyTuple_GET_ITEM(found, 3)});
}

Ref find_arguments(PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  enum { names, locals, globals, depth, all };
  static constexpr std::array<const char*, all> kNames = {"names", "local_dict", "global_dict",
                                                          "_frame_depth"};
  const Arguments<all> given("getArguments", kNames, false, args, count, keywords);
  const auto& value = given.values;
  if (value[names] == nullptr) fail(PyExc_TypeError, "getArguments() needs names");
  const Ref wanted(checked(PySequence_Tuple(value[names])));
  Ref interned(checked(PyTuple_New(PyTuple_GET_SIZE(wanted.get()))));
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(wanted.get()); ++i) {
    PyObject* name = PyTuple_GET_ITEM(wanted.get(), i);
    if (!PyUnicode_Check(name)) fail(PyExc_TypeError, "names are str, not %R", name);
    Py_INCREF(name);
    PyUnicode_InternInPlace(&name);
    PyTuple_SET_ITEM(interned.get(), i, name);
  }
  const Arrays arrays(interned.get(),
                      {value[locals], value[globals], depth_of(value[depth], 2) - 1});
  Ref list(checked(PyList_New(0)));
  for (PyObject* array : arrays.span()) {
    if (PyList_Append(list.get(), array) < 0) throw PythonError{};
  }
  return list;
}

template <Ref (*f)(PyObject* const*, Py_ssize_t, PyObject*)>
PyObject* guarded(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
  try {
    return f(args, count, keywords).release();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

template <Ref (*f)(PyObject* const*, Py_ssize_t, PyObject*)>
PyCFunction fast() {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(guarded<f>));
}

PyObject* add_calls(PyObject*, PyObject* module) {
  constexpr int kFast = METH_FASTCALL | METH_KEYWORDS;
  static PyMethodDef calls[] = {
      {"evaluate", fast<evaluate_text>(), kFast,
       "evaluate(ex, local_dict=None, global_dict=None, out=None, order='K', casting='same_kind', "
       "sanitize=None, _frame_depth=3, disable_cache=False, **kwargs)\n--\n\n"
       "Evaluates an expression over NumPy arrays, element by element.\n\n"
       "Args:\n"
       "    ex: the expression, such as \"2*a + 3*b\".\n"
       "    local_dict, global_dict: mappings of names to arrays; by default the variables of the\n"
       "        calling function and of its module.\n"
       "    out: an array to write to; it is returned. It may overlap the inputs.\n"
       "    order: the memory order of a new result: \"C\", \"F\", \"A\" or \"K\", which is that "
       "of\n"
       "        the inputs.\n"
       "    casting: NumPy's rule for what inputs become and what goes into `out`.\n"
       "    sanitize: refuse ';', ':', '[', dunder names and attributes but .real and .imag. "
       "None:\n"
       "        as the environment variable NUMEXPR_SANITIZE says, which is 1 by default. Nothing\n"
       "        of the text is ever run as Python, whatever this says.\n"
       "    disable_cache: keep nothing of this call.\n"
       "    optimization: \"none\", \"moderate\" or \"aggressive\" (default): decides dtypes of\n"
       "        x**constant.\n"
       "    truediv: accepted; '/' is a true division.\n\n"
       "Returns an array. Raises KeyError for an unknown name, NotImplementedError for an\n"
       "operation that the dtypes have not, and what numexpr raises otherwise."},
      {"re_evaluate", fast<evaluate_again>(), kFast,
       "re_evaluate(local_dict=None, global_dict=None, _frame_depth=2)\n--\n\n"
       "Evaluates the expression of this thread's last evaluate() or validate() once more, with\n"
       "the values that its variables have now."},
      {"getArguments", fast<find_arguments>(), kFast,
       "getArguments(names, local_dict=None, global_dict=None, _frame_depth=2)\n--\n\n"
       "The arrays of these names: from the dictionaries, or from the calling function's\n"
       "variables and those of its module. A name that is in neither is a KeyError."},
      {nullptr, nullptr, 0, nullptr}};
  try {
    need_numpy();
    plans = checked(PyObject_GetAttrString(module, "_plans"));
    plan_of = checked(PyObject_GetAttrString(module, "_plan_of"));
    last = checked(PyObject_GetAttrString(module, "_last"));
    same_kind = checked(PyUnicode_InternFromString("same_kind"));
    keep_order = checked(PyUnicode_InternFromString("K"));
    if (PyModule_AddFunctions(module, calls) < 0) throw PythonError{};
  } catch (...) {
    set_python_error();
    return nullptr;
  }
  Py_RETURN_NONE;
}

}  // namespace

void add_numexpr_calls(PyObject* module) {
  static PyMethodDef functions[] = {
      {"add_numexpr_calls", add_calls, METH_O, "Adds evaluate() and its like to a module."},
      {nullptr, nullptr, 0, nullptr}};
  if (PyModule_AddFunctions(module, functions) < 0) throw PythonError{};
}

}  // namespace tightloop::python
