// Compiled functions: called by CPython's vectorcall, so that a call on small arrays costs little.
#include "function.hpp"

#include <nanobind/nanobind.h>
#include <structmember.h>

#include <atomic>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "evaluate.hpp"
#include "numpy_api.hpp"
#include "running.hpp"
#include "tightloop/argument.hpp"
#include "tightloop/function.hpp"

namespace tightloop::python {
namespace {

/// What a call with arguments of certain shapes has given: the next one like it writes to an array
/// of NumPy's at once. Guarded by the GIL, or by its object's lock where there is none.
class LastResult {
 public:
  /// True where `args` have the shapes of the call that was noted.
  bool holds(std::span<const tl::Arg> args) const {
    if (!noted_) return false;
    const std::int64_t* at = extents_.data();
    const std::int64_t* end = at + extents_.size();
    for (const tl::Arg& arg : args) {
      const tl::Dims& shape = arg.view().shape();
      if (end - at < shape.size() + 1 || *at++ != (arg.weak() ? -1 : shape.size())) return false;
      for (const std::int64_t extent : shape) {
        if (*at++ != extent) return false;
      }
    }
    return at == end;
  }
  void note(std::span<const tl::Arg> args, const tl::Array& result) {
    noted_ = static_cast<std::size_t>(result.size()) * tl::itemsize(result.dtype()) <= kSmallResult;
    if (!noted_) return;
    extents_.clear();
    for (const tl::Arg& arg : args) {
      const tl::Dims& shape = arg.view().shape();
      extents_.push_back(arg.weak() ? -1 : shape.size());
      extents_.insert(extents_.end(), shape.begin(), shape.end());
    }
    dtype_ = result.dtype();
    shape_ = result.shape();
  }
  tl::DType dtype() const { return dtype_; }
  const tl::Dims& shape() const { return shape_; }

 private:
  bool noted_ = false;
  std::vector<std::int64_t> extents_;  // of each argument: the rank, the extents
  tl::DType dtype_ = tl::DType::float64;
  tl::Dims shape_;
};

struct Compiled {
  tl::Function function;
  Reach reach = Reach::any;
  LastResult last;
  tl::Function stoppable;  // by main_stop(), for calls of the main thread that may take long
  std::vector<Ref> names;  // interned
  std::vector<std::string> name_texts;
  Ref text, name_tuple, types, option_dict;  // as they were given, to be pickled
};

struct FunctionObject {
  PyObject_HEAD vectorcallfunc call;
  Compiled* compiled;
};

Compiled& compiled_of(PyObject* self) {
  return *reinterpret_cast<FunctionObject*>(self)->compiled;
}

tl::ParameterType parameter_type(PyObject* text) {
  const std::string_view name = checked(PyUnicode_AsUTF8(text));
  constexpr std::string_view kWeak = "weak ";
  tl::DType dtype{};
  if (!tl::parse_dtype(name.starts_with(kWeak) ? name.substr(kWeak.size()) : name, dtype)) {
    fail(PyExc_ValueError, "%R is no dtype of a parameter", text);
  }
  return name.starts_with(kWeak) ? tl::weak(dtype) : tl::ParameterType(dtype);
}

void take_options(Choices& choices, PyObject* dict) {
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t at = 0;
  while (PyDict_Next(dict, &at, &name, &value) != 0) {
    if (!choices.take(name, value)) fail(PyExc_TypeError, "%R is no option", name);
  }
}

Compiled* make(PyObject* text, PyObject* names, PyObject* types, PyObject* options) {
  auto made = std::make_unique<Compiled>();
  Choices choices;
  take_options(choices, options);
  const auto count = static_cast<std::size_t>(PyTuple_GET_SIZE(names));
  std::vector<tl::Parameter> parameters;
  for (std::size_t i = 0; i < count; ++i) {
    PyObject* name = Py_NewRef(PyTuple_GET_ITEM(names, static_cast<Py_ssize_t>(i)));
    PyUnicode_InternInPlace(&name);
    made->names.emplace_back(name);
    made->name_texts.emplace_back(checked(PyUnicode_AsUTF8(name)));
  }
  for (std::size_t i = 0; i < count; ++i) {
    parameters.push_back(
        {made->name_texts[i], parameter_type(PyTuple_GET_ITEM(types, static_cast<Py_ssize_t>(i)))});
  }
  const char* utf8 = checked(PyUnicode_AsUTF8(text));
  made->function = tl::compile(utf8, std::span<const tl::Parameter>(parameters), choices.options);
  choices.options.stop = &main_stop();
  made->stoppable = tl::compile(utf8, std::span<const tl::Parameter>(parameters), choices.options);
  Ref names_kept;
  made->reach = reach_of(names_of(text, names_kept));
  made->text = Ref::borrow(text);
  made->name_tuple = Ref::borrow(names);
  made->types = Ref::borrow(types);
  made->option_dict = Ref::borrow(options);
  return made.release();
}

/// The arguments of one call, in the order of the parameters.
struct Arguments {
  Keep keep;
  std::vector<tl::Arg> values;
  PyObject* out = nullptr;

  Arguments(const Compiled& f, PyObject* const* args, Py_ssize_t count, PyObject* keywords) {
    const auto wanted = static_cast<Py_ssize_t>(f.names.size());
    if (count > wanted) {
      fail(PyExc_TypeError, "the function takes %zd arguments, %zd given", wanted, count);
    }
    PyObject* few[16];
    std::vector<PyObject*> many;
    PyObject** objects = few;
    if (f.names.size() > std::size(few)) {
      many.resize(f.names.size());
      objects = many.data();
    }
    for (Py_ssize_t i = 0; i < wanted; ++i) objects[i] = i < count ? args[i] : nullptr;
    if (keywords != nullptr) read_keywords(f, objects, args + count, keywords);
    values.reserve(f.names.size());
    for (std::size_t i = 0; i < f.names.size(); ++i) {
      if (objects[i] == nullptr)
        fail(PyExc_TypeError, "the argument %R is missing", f.names[i].get());
      values.push_back(read_argument(objects[i], f.name_texts[i], keep));
    }
  }

 private:
  void read_keywords(const Compiled& f, PyObject** objects, PyObject* const* args,
                     PyObject* keywords) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keywords); ++i) {
      PyObject* keyword = PyTuple_GET_ITEM(keywords, i);
      std::size_t at = 0;
      while (at < f.names.size() && PyUnicode_Compare(f.names[at].get(), keyword) != 0) ++at;
      if (at == f.names.size()) {
        if (PyUnicode_CompareWithASCIIString(keyword, "out") != 0) {
          fail(PyExc_TypeError, "%R is no parameter of the function; they are %R", keyword,
               f.name_tuple.get());
        }
        out = args[i] == Py_None ? nullptr : args[i];
      } else if (objects[at] != nullptr) {
        fail(PyExc_TypeError, "the argument %R is given twice", keyword);
      } else {
        objects[at] = args[i];
      }
    }
  }
};

/// Makes the result that the last call has foretold.
Ref call_again(const Compiled& f, Arguments& arguments, tl::DType dtype, const tl::Dims& shape) {
  if (shape.empty()) {
    alignas(16) unsigned char element[16];
    const tl::Destination out(tl::ArrayView(static_cast<void*>(element), dtype, {}));
    f.function.into({&out, 1}, arguments.values);
    return scalar_at(dtype, element);
  }
  Ref array = empty_array(dtype, shape);
  const tl::Destination out(view_of_numpy(array.get(), "", true));
  f.function.into({&out, 1}, arguments.values);
  return array;
}

/// True where a call like this one has told the dtype and the shape of the result.
bool foretold(PyObject* self, const Arguments& arguments, tl::DType& dtype, tl::Dims& shape) {
  const nanobind::ft_object_guard lock(self);
  const LastResult& last = compiled_of(self).last;
  if (!last.holds(arguments.values)) return false;
  dtype = last.dtype();
  shape = last.shape();
  return true;
}

PyObject* call(PyObject* self, PyObject* const* args, std::size_t flagged, PyObject* keywords) {
  try {
    Compiled& f = compiled_of(self);
    Arguments arguments(f, args, PyVectorcall_NARGS(flagged), keywords);
    arguments.keep.expect(f.reach);
    if (arguments.out != nullptr) {
      const auto outs = read_destinations(arguments.out, arguments.keep);
      run(arguments.keep, [&](const std::atomic<bool>* stop) {
        (stop != nullptr ? f.stoppable : f.function).into(outs, arguments.values);
      });
      return Py_NewRef(arguments.out);
    }
    const ResultKind kind = arguments.keep.all_torch() ? ResultKind::torch : ResultKind::numpy;
    const bool plain = kind == ResultKind::numpy && arguments.keep.is_small();
    tl::DType dtype{};
    tl::Dims shape;
    if (plain && foretold(self, arguments, dtype, shape)) {
      return call_again(f, arguments, dtype, shape).release();
    }
    auto results = run(arguments.keep, [&](const std::atomic<bool>* stop) {
      return (stop != nullptr ? f.stoppable : f.function).all(arguments.values);
    });
    if (plain && results.size() == 1) {
      const nanobind::ft_object_guard lock(self);
      f.last.note(arguments.values, results[0]);
    }
    return results_of(std::move(results), kind).release();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

PyObject* new_function(PyTypeObject* type, PyObject* args, PyObject*) {
  PyObject* text = nullptr;
  PyObject* names = nullptr;
  PyObject* types = nullptr;
  PyObject* options = nullptr;
  if (PyArg_ParseTuple(args, "UO!O!O!:Function", &text, &PyTuple_Type, &names, &PyTuple_Type,
                       &types, &PyDict_Type, &options) == 0) {
    return nullptr;
  }
  try {
    if (PyTuple_GET_SIZE(names) != PyTuple_GET_SIZE(types)) {
      fail(PyExc_ValueError, "there must be as many dtypes as names");
    }
    Ref self(checked(type->tp_alloc(type, 0)));
    auto* object = reinterpret_cast<FunctionObject*>(self.get());
    object->call = call;
    object->compiled = make(text, names, types, options);
    return self.release();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

void free_function(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  delete reinterpret_cast<FunctionObject*>(self)->compiled;
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* reduce(PyObject* self, PyObject*) {
  const Compiled& f = compiled_of(self);
  return Py_BuildValue("O(OOOO)", Py_TYPE(self), f.text.get(), f.name_tuple.get(), f.types.get(),
                       f.option_dict.get());
}

PyObject* show(PyObject* self) {
  const Compiled& f = compiled_of(self);
  const Ref comma(PyUnicode_FromString(", "));
  Ref list(PyList_New(0));
  for (std::size_t i = 0; i < f.names.size(); ++i) {
    const Ref one(PyUnicode_FromFormat(
        "%U: %U", f.names[i].get(), PyTuple_GET_ITEM(f.types.get(), static_cast<Py_ssize_t>(i))));
    if (!one || PyList_Append(list.get(), one.get()) < 0) return nullptr;
  }
  const Ref parameters(PyUnicode_Join(comma.get(), list.get()));
  if (!parameters) return nullptr;
  return PyUnicode_FromFormat("<tightloop function of (%U): %U>", parameters.get(), f.text.get());
}

PyObject* get_text(PyObject* self, void*) {
  return Py_NewRef(compiled_of(self).text.get());
}
PyObject* get_names(PyObject* self, void*) {
  return Py_NewRef(compiled_of(self).name_tuple.get());
}
PyObject* get_types(PyObject* self, void*) {
  return Py_NewRef(compiled_of(self).types.get());
}

}  // namespace

void add_function_type(PyObject* module) {
  static PyMethodDef methods[] = {{"__reduce__", reduce, METH_NOARGS, nullptr},
                                  {nullptr, nullptr, 0, nullptr}};
  static PyGetSetDef properties[] = {
      {"text", get_text, nullptr, "The expression.", nullptr},
      {"parameters", get_names, nullptr, "The names of the parameters, in order.", nullptr},
      {"dtypes", get_types, nullptr, "The dtypes of the parameters, in order.", nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static PyMemberDef members[] = {
      {"__vectorcalloffset__", T_PYSSIZET, offsetof(FunctionObject, call), READONLY, nullptr},
      {nullptr, 0, 0, 0, nullptr}};
  static PyType_Slot slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(new_function)},
      {Py_tp_dealloc, reinterpret_cast<void*>(free_function)},
      {Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
      {Py_tp_repr, reinterpret_cast<void*>(show)},
      {Py_tp_methods, methods},
      {Py_tp_getset, properties},
      {Py_tp_members, members},
      {Py_tp_doc,
       const_cast<char*>("A compiled expression; compile() makes them. Any thread may call it.")},
      {0, nullptr}};
  static PyType_Spec spec = {
      "tightloop._core.Function", sizeof(FunctionObject), 0,
      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_IMMUTABLETYPE, slots};
  const Ref type(checked(PyType_FromSpec(&spec)));
  if (PyModule_AddObjectRef(module, "Function", type.get()) < 0) throw PythonError{};
}

}  // namespace tightloop::python
