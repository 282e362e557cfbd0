// Imports NumPy's C API and maps dtypes in both directions.
#define TIGHTLOOP_IMPORTS_NUMPY
#include "numpy_api.hpp"

#include <nanobind/nanobind.h>

#include <cstring>
#include <string>
#include <string_view>

#include "python_error.hpp"
#include "tightloop/language.hpp"

namespace tightloop::python {
namespace {

/// NumPy's number of the type that ml_dtypes registers; 0 until it has been seen.
std::atomic<int> bfloat16_number{0};

bool is_bfloat16(PyArray_Descr* descr) noexcept {
  // Types of other packages have numbers from NPY_USERDEF, which differ from process to process.
  if (descr->type_num < NPY_USERDEF) return false;
  if (descr->type_num == bfloat16_number) return true;
  const std::string_view name = descr->typeobj->tp_name;
  if (name != "bfloat16" && !name.ends_with(".bfloat16")) return false;
  bfloat16_number = descr->type_num;
  return true;
}

int number_of(tl::DType dtype) noexcept {
  constexpr int numbers[tl::kDTypeCount] = {NPY_BOOL,    NPY_INT8,      NPY_INT16,     NPY_INT32,
                                            NPY_INT64,   NPY_UINT8,     NPY_UINT16,    NPY_UINT32,
                                            NPY_UINT64,  NPY_HALF,      NPY_USERDEF,   NPY_FLOAT32,
                                            NPY_FLOAT64, NPY_COMPLEX64, NPY_COMPLEX128};
  return numbers[static_cast<int>(dtype)];
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
  switch (descr->type_num) {
    case NPY_BOOL: return tl::DType::bool_;
    case NPY_BYTE: return tl::DType::int8;
    case NPY_SHORT: return tl::DType::int16;
    case NPY_INT: return tl::DType::int32;
    case NPY_LONG: return sizeof(long) == 8 ? tl::DType::int64 : tl::DType::int32;
    case NPY_LONGLONG: return tl::DType::int64;
    case NPY_UBYTE: return tl::DType::uint8;
    case NPY_USHORT: return tl::DType::uint16;
    case NPY_UINT: return tl::DType::uint32;
    case NPY_ULONG: return sizeof(long) == 8 ? tl::DType::uint64 : tl::DType::uint32;
    case NPY_ULONGLONG: return tl::DType::uint64;
    case NPY_HALF: return tl::DType::float16;
    case NPY_FLOAT: return tl::DType::float32;
    case NPY_DOUBLE: return tl::DType::float64;
    case NPY_CFLOAT: return tl::DType::complex64;
    case NPY_CDOUBLE: return tl::DType::complex128;
    default: break;
  }
  if (is_bfloat16(descr)) return tl::DType::bfloat16;
  return std::nullopt;
}

PyArray_Descr* descr_of(tl::DType dtype) {
  need_numpy();
  if (dtype != tl::DType::bfloat16) return checked(PyArray_DescrFromType(number_of(dtype)));
  if (bfloat16_number == 0) {
    const Ref module(PyImport_ImportModule("ml_dtypes"));
    if (!module) {
      PyErr_Clear();
      fail(PyExc_ImportError,
           "a result is bfloat16, which NumPy knows by the package ml_dtypes: 'pip install "
           "ml_dtypes', or ask for another type with dtype='float32'");
    }
    const Ref type(checked(PyObject_GetAttrString(module.get(), "bfloat16")));
    PyArray_Descr* descr = nullptr;
    if (PyArray_DescrConverter(type.get(), &descr) == 0) throw PythonError{};
    bfloat16_number = descr->type_num;
    return descr;
  }
  return checked(PyArray_DescrFromType(bfloat16_number));
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
