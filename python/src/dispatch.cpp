// Finds and runs the function of an expression for the dtypes of its arrays.
#include "dispatch.hpp"

#include <algorithm>
#include <string_view>

#include "numpy_api.hpp"

namespace tightloop::python {
namespace {

std::atomic<int> threads_now{1};

PyArrayObject* as_array(PyObject* object) {
  return reinterpret_cast<PyArrayObject*>(object);
}

constexpr unsigned kNo = 1;

/// The bit of a rule of casting; 0 for what is none.
unsigned casting_bit(PyObject* casting) {
  if (!PyUnicode_Check(casting)) return 0;
  const std::string_view name = checked(PyUnicode_AsUTF8(casting));
  constexpr std::string_view kRules[] = {"no", "same_kind", "safe", "unsafe", "equiv"};
  const auto* found = std::ranges::find(kRules, name);
  return found == std::end(kRules) ? 0 : 1U << (found - kRules);
}

/// True where a new result is laid out as a C-ordered array is.
bool is_c_order(std::span<PyObject* const> arrays, PyObject* order) {
  if (!PyUnicode_Check(order)) return false;
  const std::string_view name = checked(PyUnicode_AsUTF8(order));
  if (name == "C") return true;
  return (name == "K" || name == "A") && std::ranges::all_of(arrays, [](PyObject* array) {
           return PyArray_NDIM(as_array(array)) <= 1 || PyArray_IS_C_CONTIGUOUS(as_array(array));
         });
}

Ref list_of(std::span<PyObject* const> arrays) {
  Ref list(checked(PyList_New(static_cast<Py_ssize_t>(arrays.size()))));
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), Py_NewRef(arrays[i]));
  }
  return list;
}

/// An error about shapes gets numexpr's text where it has one.
[[noreturn]] void explain_shapes(PyObject* variant, std::span<PyObject* const> arrays) {
  const Ref kind = [] {
    PyObject* error[3];
    PyErr_Fetch(&error[0], &error[1], &error[2]);
    Ref found = attribute_of_module("tightloop._errors", "ShapeError");
    PyErr_Restore(error[0], error[1], error[2]);
    return found;
  }();
  if (PyErr_ExceptionMatches(kind.get()) == 0) throw PythonError{};
  PyObject* error[3];
  PyErr_Fetch(&error[0], &error[1], &error[2]);
  const Ref held[] = {Ref(error[0]), Ref(error[1]), Ref(error[2])};
  const Ref none(
      checked(PyObject_CallMethod(variant, "explain_shapes", "O", list_of(arrays).get())));
  PyErr_Restore(Py_XNewRef(error[0]), Py_XNewRef(error[1]), Py_XNewRef(error[2]));
  throw PythonError{};
}

}  // namespace

Variant::Variant(PyObject* made, int for_threads)
    : object(Ref::borrow(made)), threads(for_threads), result_number(-1) {
  again = Ref(checked(PyObject_GetAttrString(made, "dispatch")));
  const Ref simple(checked(PyObject_GetAttrString(made, "simple")));
  if (simple.get() == Py_True) function = Ref(checked(PyObject_GetAttrString(made, "function")));
  const Ref dtype(checked(PyObject_GetAttrString(made, "dtype")));
  if (PyArray_DescrCheck(dtype.get())) {
    result_number = reinterpret_cast<PyArray_Descr*>(dtype.get())->type_num;
  }
}

/// True where the function itself gives what the options want.
bool Variant::takes(std::span<PyObject* const> arrays, const NumexprOptions& options) const {
  if (!function) return false;
  if (options.out == nullptr || options.out == Py_None) return is_c_order(arrays, options.order);
  return PyArray_CheckExact(options.out) &&
         PyArray_DESCR(as_array(options.out))->type_num == result_number &&
         PyArray_ISNOTSWAPPED(as_array(options.out));
}

/// True where the inputs may come in; throws where they may not. What a rule says does not depend
/// on byte orders, but for "no".
bool Variant::allows(std::span<PyObject* const> arrays, PyObject* casting) {
  const unsigned bit = casting_bit(casting);
  if (bit == 0) return false;
  if ((allowed_.load(std::memory_order_relaxed) & bit) == 0) {
    const Ref none(
        checked(PyObject_CallMethod(object.get(), "allow", "OO", list_of(arrays).get(), casting)));
    if (bit != kNo) allowed_.fetch_or(bit, std::memory_order_relaxed);
  }
  return true;
}

Ref Variant::run(std::span<PyObject* const> arrays, const NumexprOptions& options) {
  PyObject* out = options.out == nullptr ? Py_None : options.out;
  if (!allows(arrays, options.casting) || !takes(arrays, options)) {
    return Ref(checked(PyObject_CallMethod(object.get(), "run", "OOOO", list_of(arrays).get(), out,
                                           options.order, options.casting)));
  }
  static PyObject* const out_name = checked(Py_BuildValue("(s)", "out"));
  PyObject* few[17];
  std::vector<PyObject*> many;
  PyObject** passed = few;
  if (arrays.size() + 1 > std::size(few)) {
    many.resize(arrays.size() + 1);
    passed = many.data();
  }
  std::ranges::copy(arrays, passed);
  passed[arrays.size()] = out;
  Ref result(PyObject_Vectorcall(function.get(), passed, arrays.size(),
                                 out == Py_None ? nullptr : out_name));
  if (!result) explain_shapes(object.get(), arrays);
  if (PyArray_Check(result.get())) return result;
  return Ref(checked(PyArray_FromScalar(result.get(), nullptr)));
}

std::shared_ptr<Variant> Dispatch::variant(std::span<PyObject* const> arrays) {
  std::string key(arrays.size() * sizeof(int), '\0');
  auto* at = key.data();
  for (PyObject* array : arrays) {
    const int number = PyArray_DESCR(as_array(array))->type_num;
    at = std::copy_n(reinterpret_cast<const char*>(&number), sizeof number, at);
  }
  const int threads = threads_now.load(std::memory_order_relaxed);
  // What is let go of goes after the lock: that may run Python code.
  std::shared_ptr<Variant> before[2];
  {
    const std::lock_guard lock(mutex_);
    if (last_ && last_->threads == threads && key == last_key_) return last_;
    const auto found = variants_.find(key);
    if (found != variants_.end() && found->second->threads == threads) {
      last_key_ = std::move(key);
      before[0] = std::exchange(last_, found->second);
      return last_;
    }
  }
  if (!make_) fail(PyExc_RuntimeError, "the expression has been collected as garbage");
  const Ref made(checked(PyObject_CallOneArg(make_.get(), list_of(arrays).get())));
  auto variant = std::make_shared<Variant>(made.get(), threads);
  decltype(variants_) dropped;
  const std::lock_guard lock(mutex_);
  if (variants_.size() >= kMostKept) dropped.swap(variants_);
  before[0] = std::exchange(variants_[key], variant);
  before[1] = std::exchange(last_, variant);
  last_key_ = std::move(key);
  return variant;
}

int Dispatch::traverse(visitproc visit, void* arg) {
  Py_VISIT(make_.get());
  for (const auto& [key, variant] : variants_) {
    Py_VISIT(variant->object.get());
    Py_VISIT(variant->again.get());
    Py_VISIT(variant->function.get());
  }
  return 0;
}

void Dispatch::clear() {
  make_ = Ref();
  decltype(variants_) dropped;
  std::shared_ptr<Variant> last;
  const std::lock_guard lock(mutex_);
  dropped.swap(variants_);
  last.swap(last_);
}

namespace {

struct DispatchObject {
  PyObject_HEAD Dispatch* dispatch;
};

PyTypeObject* dispatch_type = nullptr;

Dispatch& of(PyObject* self) {
  return *reinterpret_cast<DispatchObject*>(self)->dispatch;
}

template <class F>
PyObject* guarded(F&& f) noexcept {
  try {
    return f().release();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}

PyObject* new_dispatch(PyTypeObject* type, PyObject* args, PyObject*) {
  PyObject* names = nullptr;
  PyObject* make = nullptr;
  if (PyArg_ParseTuple(args, "O!O:Dispatch", &PyTuple_Type, &names, &make) == 0) return nullptr;
  return guarded([&] {
    need_numpy();
    const Py_ssize_t count = PyTuple_GET_SIZE(names);
    Ref interned(checked(PyTuple_New(count)));
    for (Py_ssize_t i = 0; i < count; ++i) {
      PyObject* name = Py_NewRef(PyTuple_GET_ITEM(names, i));
      PyUnicode_InternInPlace(&name);
      PyTuple_SET_ITEM(interned.get(), i, name);
    }
    Ref self(checked(type->tp_alloc(type, 0)));
    reinterpret_cast<DispatchObject*>(self.get())->dispatch =
        new Dispatch(std::move(interned), Ref::borrow(make));
    return self;
  });
}

int visit_dispatch(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Dispatch* dispatch = reinterpret_cast<DispatchObject*>(self)->dispatch;
  return dispatch == nullptr ? 0 : dispatch->traverse(visit, arg);
}

int clear_dispatch(PyObject* self) {
  if (reinterpret_cast<DispatchObject*>(self)->dispatch != nullptr) of(self).clear();
  return 0;
}

void free_dispatch(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  delete reinterpret_cast<DispatchObject*>(self)->dispatch;
  type->tp_free(self);
  Py_DECREF(type);
}

/// The elements of a list of arrays.
std::span<PyObject* const> items(PyObject* list) {
  return {PySequence_Fast_ITEMS(list), static_cast<std::size_t>(PySequence_Fast_GET_SIZE(list))};
}

/// A list of arrays, that they are NumPy's checked.
Ref read_arrays(PyObject* object) {
  Ref list(checked(PySequence_Tuple(object)));
  for (PyObject* item : items(list.get())) {
    if (!PyArray_Check(item)) fail(PyExc_TypeError, "arrays of NumPy's are needed, not %R", item);
  }
  return list;
}

PyObject* find_variant(PyObject* self, PyObject* object) {
  return guarded([&] {
    const Ref arrays = read_arrays(object);
    return Ref::borrow(of(self).variant(items(arrays.get()))->object.get());
  });
}

PyObject* run_variant(PyObject* self, PyObject* args) {
  PyObject* object = nullptr;
  NumexprOptions options;
  if (PyArg_ParseTuple(args, "OOOO:run", &object, &options.out, &options.order, &options.casting) ==
      0) {
    return nullptr;
  }
  return guarded([&] {
    const Ref arrays = read_arrays(object);
    return of(self).variant(items(arrays.get()))->run(items(arrays.get()), options);
  });
}

PyObject* get_names(PyObject* self, void*) {
  return Py_NewRef(of(self).names());
}

PyObject* set_threads(PyObject*, PyObject* count) {
  const long value = PyLong_AsLong(count);
  if (value == -1 && PyErr_Occurred() != nullptr) return nullptr;
  threads_now.store(static_cast<int>(value), std::memory_order_relaxed);
  Py_RETURN_NONE;
}

}  // namespace

Dispatch* dispatch_in(PyObject* object) noexcept {
  return Py_TYPE(object) == dispatch_type ? &of(object) : nullptr;
}

void add_dispatch(PyObject* module) {
  static PyMethodDef methods[] = {
      {"variant", find_variant, METH_O, "variant(arrays): what make() gave for their dtypes."},
      {"run", run_variant, METH_VARARGS, "run(arrays, out, order, casting): evaluates."},
      {nullptr, nullptr, 0, nullptr}};
  static PyGetSetDef properties[] = {
      {"names", get_names, nullptr, "The names of the variables.", nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static PyType_Slot slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(new_dispatch)},
      {Py_tp_dealloc, reinterpret_cast<void*>(free_dispatch)},
      {Py_tp_traverse, reinterpret_cast<void*>(visit_dispatch)},
      {Py_tp_clear, reinterpret_cast<void*>(clear_dispatch)},
      {Py_tp_methods, methods},
      {Py_tp_getset, properties},
      {Py_tp_doc, const_cast<char*>("The functions of an expression, by the dtypes of arrays.")},
      {0, nullptr}};
  static PyType_Spec spec = {"tightloop._core.Dispatch", sizeof(DispatchObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
                             slots};
  static PyMethodDef functions[] = {
      {"set_numexpr_threads", set_threads, METH_O, "Sets the threads of functions to be made."},
      {nullptr, nullptr, 0, nullptr}};
  dispatch_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&spec)));
  if (PyModule_AddObjectRef(module, "Dispatch", reinterpret_cast<PyObject*>(dispatch_type)) < 0 ||
      PyModule_AddFunctions(module, functions) < 0) {
    throw PythonError{};
  }
}

}  // namespace tightloop::python
