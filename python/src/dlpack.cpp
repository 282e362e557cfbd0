// Reads arrays by DLPack, the protocol by which array packages show each other their memory:
// https://dmlc.github.io/dlpack/latest/python_spec.html
#include <cstdint>
#include <cstring>
#include <string>

#include "foreign.hpp"
#include "numpy_api.hpp"

namespace tightloop::python {
namespace {

// The structures of the specification.
struct DLDevice {
  std::int32_t device_type;
  std::int32_t device_id;
};
struct DLDataType {
  std::uint8_t code;
  std::uint8_t bits;
  std::uint16_t lanes;
};
struct DLTensor {
  void* data;
  DLDevice device;
  std::int32_t ndim;
  DLDataType dtype;
  std::int64_t* shape;
  std::int64_t* strides;  // in elements; null: C order
  std::uint64_t byte_offset;
};
struct DLManagedTensor {
  DLTensor tensor;
  void* manager;
  void (*deleter)(DLManagedTensor*);
};
struct DLManagedTensorVersioned {
  std::uint32_t major;
  std::uint32_t minor;
  void* manager;
  void (*deleter)(DLManagedTensorVersioned*);
  std::uint64_t flags;
  DLTensor tensor;
};
constexpr std::uint64_t kReadOnly = 1;
constexpr std::int32_t kCpu = 1;

std::optional<tl::DType> dtype_of(DLDataType type) {
  for (const tl::DType t : tl::kDTypes) {
    const bool same = tl::info(t).dlpack == type.code && 8 * tl::itemsize(t) == type.bits;
    if (same && type.lanes == 1) return t;
  }
  return std::nullopt;
}

void check_device(PyObject* object, std::string_view name) {
  const Ref device(checked(PyObject_CallMethod(object, "__dlpack_device__", nullptr)));
  int type = 0;
  int number = 0;
  if (PyArg_ParseTuple(device.get(), "ii", &type, &number) == 0) throw PythonError{};
  if (type == kCpu) return;
  fail(PyExc_TypeError,
       "'%s' is not in the memory of the processor (DLPack device %d:%d); copy it there first, for "
       "instance with .cpu()",
       std::string(name).c_str(), type, number);
}

/// Asks for a capsule; first for one that tells whether the memory may be written to.
Ref capsule_of(PyObject* object, std::string_view name) {
  const Ref method(checked(PyObject_GetAttrString(object, "__dlpack__")));
  const Ref none(PyTuple_New(0));
  const Ref version(checked(Py_BuildValue("{s:(ii)}", "max_version", 1, 0)));
  Ref capsule(PyObject_Call(method.get(), none.get(), version.get()));
  if (!capsule && PyErr_ExceptionMatches(PyExc_TypeError) != 0) {
    PyErr_Clear();
    capsule = Ref(PyObject_CallNoArgs(method.get()));
  }
  if (capsule) return capsule;
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* trace = nullptr;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_Clear();
  const Ref owned_type(type);
  const Ref owned_value(value);
  const Ref owned_trace(trace);
  fail(PyExc_TypeError, "'%s' cannot be read: %S", std::string(name).c_str(),
       value != nullptr ? value : Py_None);
}

struct Opened {
  const DLTensor* tensor;
  bool readonly;
};

/// The capsule stays the owner: it is not renamed, so that its destructor frees the tensor.
Opened open_capsule(PyObject* capsule) {
  if (PyCapsule_IsValid(capsule, "dltensor_versioned") != 0) {
    const auto* managed = static_cast<const DLManagedTensorVersioned*>(
        PyCapsule_GetPointer(capsule, "dltensor_versioned"));
    if (managed->major != 1) {
      fail(PyExc_TypeError, "DLPack version %u.%u is not known", managed->major, managed->minor);
    }
    return {&managed->tensor, (managed->flags & kReadOnly) != 0};
  }
  const auto* managed =
      static_cast<const DLManagedTensor*>(checked(PyCapsule_GetPointer(capsule, "dltensor")));
  return {&managed->tensor, false};
}

}  // namespace

tl::ArrayView read_dlpack(PyObject* object, std::string_view name, bool writable, Keep& keep) {
  check_device(object, name);
  const std::string text(name);
  Ref capsule = capsule_of(object, name);
  const auto [tensor, readonly] = open_capsule(capsule.get());
  const auto dtype = dtype_of(tensor->dtype);
  if (!dtype) {
    const Ref theirs(PyObject_GetAttrString(object, "dtype"));
    PyErr_Clear();
    fail(PyExc_TypeError, "'%s' is %S, a dtype that Tightloop does not have", text.c_str(),
         theirs ? theirs.get() : Py_None);
  }
  if (tensor->ndim > tl::kMaxRank) {
    fail(PyExc_ValueError, "'%s' has %d dimensions; at most %d are possible", text.c_str(),
         static_cast<int>(tensor->ndim), tl::kMaxRank);
  }
  if (writable && readonly) {
    fail(PyExc_ValueError, "'%s' is read-only; results cannot be written to it", text.c_str());
  }
  const tl::Dims shape(
      std::span<const std::int64_t>(tensor->shape, static_cast<std::size_t>(tensor->ndim)));
  tl::Dims strides = tl::c_strides(shape, tl::itemsize(*dtype));
  if (tensor->strides != nullptr) {
    for (int i = 0; i < strides.size(); ++i) {
      strides[i] = tensor->strides[i] * static_cast<std::int64_t>(tl::itemsize(*dtype));
    }
  }
  auto* data = static_cast<char*>(tensor->data) + tensor->byte_offset;
  keep.take(std::move(capsule));
  keep.borrow(object);
  if (writable) return {static_cast<void*>(data), *dtype, shape, strides};
  return {static_cast<const void*>(data), *dtype, shape, strides};
}

}  // namespace tightloop::python
