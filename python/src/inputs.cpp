// Reads NumPy arrays and Python numbers; everything else goes through foreign.cpp.
#include "inputs.hpp"

#include <algorithm>
#include <complex>
#include <limits>
#include <string>

#include "foreign.hpp"
#include "numpy_api.hpp"
#include "tightloop/argument.hpp"

namespace tightloop::python {

Keep::~Keep() {
  for (std::size_t i = 0; i < held_; ++i) Py_DECREF(few_[i]);
  for (PyObject* object : more_) Py_DECREF(object);
}

void Keep::borrow(PyObject* object) {
  if (held_ < kFew) {
    few_[held_++] = object;
  } else {
    more_.push_back(object);
  }
  Py_INCREF(object);
}

void Keep::count(const tl::ArrayView& view, bool torch) noexcept {
  const tl::Dims& shape = view.shape();
  for (int i = 0; i < shape.size(); ++i) {
    const std::int64_t extent = shape[shape.size() - 1 - i];
    product_ *= static_cast<double>(std::max<std::int64_t>(extent, 1));
    extents_[i] = i < rank_ ? std::max(extents_[i], extent) : extent;
  }
  rank_ = std::max(rank_, shape.size());
  ++arrays_;
  if (torch) ++torch_;
}

double Keep::elements() const noexcept {
  if (reach_ == Reach::any) return std::numeric_limits<double>::infinity();
  if (reach_ == Reach::product) return product_ * product_;
  double count = 1;
  for (int i = 0; i < rank_; ++i) count *= static_cast<double>(extents_[i]);
  return count;
}

namespace {

[[noreturn]] void too_deep(std::string_view name, int depth) {
  PyErr_Format(PyExc_ValueError,
               "'%s' has %d dimensions; at most %d are possible: reshape it, or drop those of one "
               "element with squeeze()",
               std::string(name).c_str(), depth, tl::kMaxRank);
  throw TooDeep{};
}

void refuse_dtype(PyArray_Descr* descr, std::string_view name) {
  const std::string text(name);
  const auto* object = reinterpret_cast<PyObject*>(descr);
  const std::string_view type = descr->typeobj->tp_name;
  if (descr->type_num == NPY_OBJECT) {
    fail(PyExc_TypeError,
         "'%s' holds Python objects (dtype object), not numbers; convert it, for instance with "
         "%s.astype('float64')",
         text.c_str(), text.c_str());
  }
  if (descr->type_num == NPY_DATETIME || descr->type_num == NPY_TIMEDELTA) {
    fail(PyExc_TypeError,
         "'%s' is %S, a dtype that Tightloop does not have; %s.view('int64') has its numbers",
         text.c_str(), object, text.c_str());
  }
  if (descr->type_num == NPY_LONGDOUBLE || descr->type_num == NPY_CLONGDOUBLE ||
      type.find("float8") != type.npos) {
    fail(PyExc_TypeError,
         "'%s' is %S, a dtype that Tightloop does not have; convert it, for instance with "
         "%s.astype('%s')",
         text.c_str(), object, text.c_str(),
         descr->type_num == NPY_CLONGDOUBLE  ? "complex128"
         : descr->type_num == NPY_LONGDOUBLE ? "float64"
                                             : "float32");
  }
  fail(PyExc_TypeError, "'%s' is %S, a dtype that Tightloop does not have", text.c_str(), object);
}

/// Arrays with a mask are arrays to NumPy's C API; their masks would be ignored without a word.
void refuse_masked(PyObject* array, std::string_view name) {
  const std::string_view type = Py_TYPE(array)->tp_name;
  if (type != "MaskedArray" && !type.ends_with(".MaskedArray")) return;
  const std::string text(name);
  fail(PyExc_TypeError,
       "'%s' is a masked array; %s.filled(...) or %s.data with where= are arrays without a mask",
       text.c_str(), text.c_str(), text.c_str());
}

tl::Arg integer_argument(PyObject* object, std::string_view name) {
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(object, &overflow);
  if (overflow == 0) {
    if (value == -1 && PyErr_Occurred() != nullptr) throw PythonError{};
    return tl::Arg(static_cast<std::int64_t>(value));
  }
  if (overflow > 0) {
    const unsigned long long large = PyLong_AsUnsignedLongLong(object);
    if (PyErr_Occurred() == nullptr) return tl::Arg(static_cast<std::uint64_t>(large));
    PyErr_Clear();
  }
  fail(PyExc_OverflowError,
       "'%s' is an integer of more than 64 bits; write it in the text, or pass a float",
       std::string(name).c_str());
}

tl::Arg complex_argument(PyObject* object) {
  const Py_complex value = PyComplex_AsCComplex(object);
  return tl::Arg(std::complex<double>(value.real, value.imag));
}

/// A NumPy scalar is an array without dimensions: its dtype is not weak.
tl::Arg scalar_argument(PyObject* object, std::string_view name, Keep& keep) {
  Ref array(checked(PyArray_FromScalar(object, nullptr)));
  const tl::ArrayView view = view_of_numpy(array.get(), name, false);
  keep.count(view, false);
  keep.take(std::move(array));
  return tl::Arg(view);
}

}  // namespace

tl::ArrayView view_of_numpy(PyObject* object, std::string_view name, bool writable) {
  auto* array = reinterpret_cast<PyArrayObject*>(object);
  if (Py_TYPE(object) != &PyArray_Type) refuse_masked(object, name);
  PyArray_Descr* descr = PyArray_DESCR(array);
  const auto dtype = dtype_of_descr(descr);
  if (!dtype) refuse_dtype(descr, name);
  const int depth = PyArray_NDIM(array);
  if (depth > tl::kMaxRank) too_deep(name, depth);
  const auto count = static_cast<std::size_t>(depth);
  const tl::Dims shape(std::span<const std::int64_t>(
      reinterpret_cast<const std::int64_t*>(PyArray_DIMS(array)), count));
  const tl::Dims strides(std::span<const std::int64_t>(
      reinterpret_cast<const std::int64_t*>(PyArray_STRIDES(array)), count));
  const auto order = PyArray_ISBYTESWAPPED(array) ? tl::ByteOrder::swapped : tl::ByteOrder::native;
  if (!writable) {
    return {static_cast<const void*>(PyArray_DATA(array)), *dtype, shape, strides, order};
  }
  if (!PyArray_ISWRITEABLE(array)) {
    fail(PyExc_ValueError, "'%s' is read-only; results cannot be written to it",
         std::string(name).c_str());
  }
  return {PyArray_DATA(array), *dtype, shape, strides, order};
}

tl::Arg read_argument(PyObject* object, std::string_view name, Keep& keep) {
  if (has_numpy() && PyArray_Check(object)) {
    const tl::ArrayView view = view_of_numpy(object, name, false);
    keep.borrow(object);
    keep.count(view, false);
    return tl::Arg(view);
  }
  if (PyFloat_CheckExact(object)) return tl::Arg(PyFloat_AS_DOUBLE(object));
  if (PyBool_Check(object)) return tl::Arg(object == Py_True);
  if (PyLong_CheckExact(object)) return integer_argument(object, name);
  if (PyComplex_CheckExact(object)) return complex_argument(object);
  need_numpy();
  if (PyArray_Check(object)) return read_argument(object, name, keep);
  if (PyArray_IsScalar(object, Generic)) return scalar_argument(object, name, keep);
  if (PyLong_Check(object)) return integer_argument(object, name);
  if (PyFloat_Check(object)) return tl::Arg(PyFloat_AS_DOUBLE(object));
  if (PyComplex_Check(object)) return complex_argument(object);
  return read_foreign(object, name, keep);
}

tl::ArrayView read_destination(PyObject* object, Keep& keep) {
  need_numpy();
  if (PyArray_Check(object)) {
    keep.borrow(object);
    return view_of_numpy(object, "out", true);
  }
  return read_foreign_destination(object, keep);
}

}  // namespace tightloop::python
