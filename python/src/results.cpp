// Makes NumPy arrays, scalars and tensors of the library's arrays.
#include "results.hpp"

#include <cstring>
#include <new>

#include "numpy_api.hpp"
#include "tightloop/list.hpp"

namespace tightloop::python {
namespace {

/// The base of NumPy arrays over memory of the library.
struct Owner {
  PyObject_HEAD tl::Array array;
};

PyTypeObject* owner_type = nullptr;

void free_owner(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  reinterpret_cast<Owner*>(self)->array.~Array();
  type->tp_free(self);
  Py_DECREF(type);
}

Ref new_array(tl::DType dtype, const tl::Dims& shape, const tl::Dims* strides, void* data,
              bool readonly) {
  static_assert(sizeof(npy_intp) == sizeof(std::int64_t));
  npy_intp dims[tl::kMaxRank];
  npy_intp steps[tl::kMaxRank];
  for (int i = 0; i < shape.size(); ++i) dims[i] = shape[i];
  if (strides != nullptr) {
    for (int i = 0; i < shape.size(); ++i) steps[i] = (*strides)[i];
  }
  const int flags = data == nullptr || readonly ? 0 : NPY_ARRAY_WRITEABLE;
  return Ref(
      checked(PyArray_NewFromDescr(&PyArray_Type, descr_of(dtype), shape.size(), dims,
                                   strides == nullptr ? nullptr : steps, data, flags, nullptr)));
}

/// Copying few elements takes less than an owner beside the array.
Ref copied(const tl::Array& array, std::size_t bytes) {
  Ref made = empty_array(array.dtype(), array.shape());
  if (bytes != 0) {
    std::memcpy(PyArray_DATA(reinterpret_cast<PyArrayObject*>(made.get())), array.data(), bytes);
  }
  return made;
}

/// torch knows no ml_dtypes: it gets the bits of their types as integers, and the name.
Ref tensor_of(tl::Array&& array) {
  const tl::DType dtype = array.dtype();
  const bool as_bits = !tl::info(dtype).in_numpy;
  const Ref convert = attribute_of_module("tightloop._inputs", "to_torch");
  Ref elements;
  if (as_bits) {
    const tl::Dims shape = array.shape();
    const void* data = array.data();
    auto keeper = std::make_shared<tl::Array>(std::move(array));
    elements = shared_array(
        tl::Array(keeper, tl::ArrayView(const_cast<void*>(data),
                                        tl::integer_dtype(true, tl::itemsize(dtype)), shape)));
  } else {
    elements = shared_array(std::move(array));
  }
  return Ref(checked(PyObject_CallFunction(convert.get(), "Oz", elements.get(),
                                           as_bits ? tl::name(dtype).data() : nullptr)));
}

}  // namespace

void add_owner_type(PyObject* module) {
  static PyType_Slot slots[] = {
      {Py_tp_dealloc, reinterpret_cast<void*>(free_owner)},
      {Py_tp_doc, const_cast<char*>("Keeps the memory of a result.")},
      {0, nullptr},
  };
  static PyType_Spec spec = {"tightloop._core.Memory", sizeof(Owner), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  owner_type = reinterpret_cast<PyTypeObject*>(checked(PyType_FromSpec(&spec)));
  if (PyModule_AddObjectRef(module, "Memory", reinterpret_cast<PyObject*>(owner_type)) < 0) {
    throw PythonError{};
  }
}

Ref empty_array(tl::DType dtype, const tl::Dims& shape) {
  return new_array(dtype, shape, nullptr, nullptr, false);
}

Ref scalar_at(tl::DType dtype, const void* data) {
  const Ref descr(reinterpret_cast<PyObject*>(descr_of(dtype)));
  return Ref(checked(PyArray_Scalar(const_cast<void*>(data),
                                    reinterpret_cast<PyArray_Descr*>(descr.get()), nullptr)));
}

Ref shared_array(tl::Array&& array) {
  need_numpy();
  Ref owner(checked(owner_type->tp_alloc(owner_type, 0)));
  auto* held = new (&reinterpret_cast<Owner*>(owner.get())->array) tl::Array(std::move(array));
  const tl::ArrayView view = *held;
  const bool readonly = view.readonly();
  Ref made = new_array(view.dtype(), view.shape(), &view.strides(), const_cast<void*>(view.data()),
                       readonly);
  auto* numpy = reinterpret_cast<PyArrayObject*>(made.get());
  if (PyArray_SetBaseObject(numpy, owner.release()) < 0) throw PythonError{};
  if (view.byte_order() == tl::ByteOrder::native) return made;
  const Ref swapped(checked(PyObject_CallMethod(reinterpret_cast<PyObject*>(PyArray_DESCR(numpy)),
                                                "newbyteorder", nullptr)));
  return Ref(checked(PyObject_CallMethod(made.get(), "view", "O", swapped.get())));
}

Ref result_of(tl::Array&& array, ResultKind kind) {
  if (kind == ResultKind::torch) return tensor_of(std::move(array));
  need_numpy();
  const std::size_t bytes = static_cast<std::size_t>(array.size()) * tl::itemsize(array.dtype());
  if (kind == ResultKind::numpy && array.ndim() == 0) {
    return scalar_at(array.dtype(), static_cast<const tl::Array&>(array).data());
  }
  return bytes <= kSmallResult ? copied(array, bytes) : shared_array(std::move(array));
}

Ref results_of(tl::List<tl::Array>&& arrays, ResultKind kind) {
  if (arrays.size() == 1) return result_of(std::move(arrays[0]), kind);
  Ref tuple(checked(PyTuple_New(static_cast<Py_ssize_t>(arrays.size()))));
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i),
                     result_of(std::move(arrays[i]), kind).release());
  }
  return tuple;
}

}  // namespace tightloop::python
