// Imports NumPy's C API and maps dtypes in both directions.
#define TIGHTLOOP_IMPORTS_NUMPY
#include "numpy_api.hpp"

#include <nanobind/nanobind.h>

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

#include "python_error.hpp"
#include "tightloop/language.hpp"

namespace tightloop::python {
namespace {

/// NumPy's numbers of the types that ml_dtypes registers; 0 until one has been seen.
std::atomic<int> registered_numbers[tl::kDTypeCount] = {};

std::atomic<int>& registered_number(tl::DType dtype) noexcept {
  return registered_numbers[static_cast<int>(dtype)];
}

std::optional<tl::DType> registered_dtype(PyArray_Descr* descr) noexcept {
  // Types of other packages have numbers from NPY_USERDEF, which differ from process to process.
  if (descr->type_num < NPY_USERDEF) return std::nullopt;
  std::string_view name = descr->typeobj->tp_name;
  if (const std::size_t dot = name.rfind('.'); dot != name.npos) name.remove_prefix(dot + 1);
  for (const tl::DType t : tl::kDTypes) {
    if (tl::info(t).in_numpy || tl::name(t) != name) continue;
    registered_number(t) = descr->type_num;
    return t;
  }
  return std::nullopt;
}

/// NumPy's number of a type of its own.
int number_of(tl::DType dtype) noexcept {
  constexpr int signeds[] = {NPY_INT8, NPY_INT16, NPY_INT32, NPY_INT64};
  constexpr int unsigneds[] = {NPY_UINT8, NPY_UINT16, NPY_UINT32, NPY_UINT64};
  constexpr int floats[] = {NPY_USERDEF, NPY_HALF, NPY_FLOAT32, NPY_FLOAT64};
  const int log2 = static_cast<int>(std::bit_width(tl::itemsize(tl::real_part(dtype)))) - 1;
  switch (tl::info(dtype).kind) {
    case tl::DTypeKind::boolean: return NPY_BOOL;
    case tl::DTypeKind::signed_integer: return signeds[log2];
    case tl::DTypeKind::unsigned_integer: return unsigneds[log2];
    case tl::DTypeKind::floating: return floats[log2];
    case tl::DTypeKind::complex: break;
  }
  return log2 == 2 ? NPY_COMPLEX64 : NPY_COMPLEX128;
}

/// Finds the dtype in names such as "float32", "numpy.float32", "torch.bfloat16".
std::optional<tl::DType> dtype_in(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  return tl::find_dtype(dot == text.npos ? text : text.substr(dot + 1));
}

std::optional<tl::DType> builtin_dtype(PyObject* object) noexcept {
  if (object == reinterpret_cast<PyObject*>(&PyBool_Type)) return tl::DType::bool_;
  if (object == reinterpret_cast<PyObject*>(&PyLong_Type)) return tl::DType::int64;
  if (object == reinterpret_cast<PyObject*>(&PyFloat_Type)) return tl::DType::float64;
  if (object == reinterpret_cast<PyObject*>(&PyComplex_Type)) return tl::DType::complex128;
  return std::nullopt;
}

}  // namespace

std::atomic<bool> numpy_is_imported{false};

void need_numpy() {
  if (has_numpy()) return;
  static nanobind::ft_mutex mutex;  // of no effect where there is a GIL
  const nanobind::ft_lock_guard lock(mutex);
  if (PyArray_API == nullptr && _import_array() < 0) throw PythonError{};
  numpy_is_imported.store(true, std::memory_order_release);
}

std::optional<tl::DType> dtype_of_descr(PyArray_Descr* descr) noexcept {
  switch (descr->type_num) {  // C's types, of which some have one size
    case NPY_LONG: return tl::dtype_of<long>;
    case NPY_LONGLONG: return tl::dtype_of<long long>;
    case NPY_ULONG: return tl::dtype_of<unsigned long>;
    case NPY_ULONGLONG: return tl::dtype_of<unsigned long long>;
    default: break;
  }
  for (const tl::DType t : tl::kDTypes) {
    if (tl::info(t).in_numpy && number_of(t) == descr->type_num) return t;
  }
  return registered_dtype(descr);
}

PyArray_Descr* descr_of(tl::DType dtype) {
  need_numpy();
  if (tl::info(dtype).in_numpy) return checked(PyArray_DescrFromType(number_of(dtype)));
  std::atomic<int>& number = registered_number(dtype);
  if (number != 0) return checked(PyArray_DescrFromType(number));
  const std::string name(tl::name(dtype));
  const Ref module(PyImport_ImportModule("ml_dtypes"));
  if (!module) {
    PyErr_Clear();
    fail(PyExc_ImportError,
         "a result is %s, which NumPy knows by the package ml_dtypes: 'pip install "
         "ml_dtypes', or ask for another type with dtype='float32'",
         name.c_str());
  }
  const Ref type(checked(PyObject_GetAttrString(module.get(), name.c_str())));
  PyArray_Descr* descr = nullptr;
  if (PyArray_DescrConverter(type.get(), &descr) == 0) throw PythonError{};
  number = descr->type_num;
  return descr;
}

tl::DType read_dtype(PyObject* object) {
  if (const auto found = builtin_dtype(object)) return *found;
  if (has_numpy() && PyArray_DescrCheck(object)) {
    if (const auto found = dtype_of_descr(reinterpret_cast<PyArray_Descr*>(object))) return *found;
  }
  Ref text;
  if (PyUnicode_Check(object)) {
    text = Ref::borrow(object);
  } else if (PyType_Check(object)) {
    text = Ref(checked(PyObject_GetAttrString(object, "__name__")));
  } else {
    text = Ref(checked(PyObject_Str(object)));
  }
  const char* utf8 = checked(PyUnicode_AsUTF8(text.get()));
  if (const auto found = dtype_in(utf8)) return *found;
  fail(PyExc_TypeError, "%R names no dtype that Tightloop has; %s", object,
       tl::dtype_list().c_str());
}

}  // namespace tightloop::python
