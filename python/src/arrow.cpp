// Reads columns by Arrow's C data interface, whose capsules pyarrow, polars and others give:
// https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "foreign.hpp"
#include "numpy_api.hpp"

namespace tightloop::python {
namespace {

// The structures of the specification.
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  ArrowSchema** children;
  ArrowSchema* dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};
struct ArrowArrayStream {
  int (*get_schema)(ArrowArrayStream*, ArrowSchema*);
  int (*get_next)(ArrowArrayStream*, ArrowArray*);
  const char* (*get_last_error)(ArrowArrayStream*);
  void (*release)(ArrowArrayStream*);
  void* private_data;
};

template <class T>
struct Released : T {
  Released() : T{} {}
  Released(const Released&) = delete;
  Released& operator=(const Released&) = delete;
  ~Released() {
    if (this->release != nullptr) this->release(this);
  }
};

std::optional<tl::DType> dtype_of(const ArrowSchema& schema) {
  if (schema.dictionary != nullptr || std::strlen(schema.format) != 1) return std::nullopt;
  for (const tl::DType t : tl::kDTypes) {
    if (std::strcmp(tl::info(t).arrow, schema.format) == 0) return t;
  }
  return std::nullopt;
}

bool bit(const void* bits, std::int64_t i) {
  return (static_cast<const std::uint8_t*>(bits)[i / 8] >> (i % 8) & 1) != 0;
}

std::int64_t count_nulls(const ArrowArray& array) {
  if (array.null_count >= 0 || array.buffers[0] == nullptr)
    return std::max<std::int64_t>(array.null_count, 0);
  std::int64_t nulls = 0;
  for (std::int64_t i = 0; i < array.length; ++i) {
    if (!bit(array.buffers[0], array.offset + i)) ++nulls;
  }
  return nulls;
}

/// Bools are bits there: the one type whose elements are copied.
tl::ArrayView unpacked(const ArrowArray& array, Keep& keep) {
  npy_intp length = array.length;
  Ref bools(checked(PyArray_SimpleNew(1, &length, NPY_BOOL)));
  auto* to =
      static_cast<std::uint8_t*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(bools.get())));
  for (std::int64_t i = 0; i < length; ++i) to[i] = bit(array.buffers[1], array.offset + i);
  const tl::ArrayView view = view_of_numpy(bools.get(), "", false);
  keep.take(std::move(bools));
  return view;
}

tl::ArrayView view_of(const ArrowSchema& schema, const ArrowArray& array, std::string_view name,
                      Keep& keep) {
  const std::string text(name);
  const auto dtype = dtype_of(schema);
  if (!dtype) {
    fail(PyExc_TypeError,
         "'%s' is an Arrow array of format '%s', which is no number; cast it to a number first",
         text.c_str(), schema.format);
  }
  if (const std::int64_t nulls = count_nulls(array); nulls > 0) {
    fail(PyExc_TypeError,
         "'%s' has %lld nulls, for which there are no numbers here; fill_null() or drop_nulls() "
         "first",
         text.c_str(), static_cast<long long>(nulls));
  }
  if (*dtype == tl::DType::bool_) return unpacked(array, keep);
  const auto size = static_cast<std::int64_t>(tl::itemsize(*dtype));
  const void* data = array.buffers[1];
  if (data != nullptr) data = static_cast<const char*>(data) + array.offset * size;
  return {data, *dtype, tl::Dims::of(array.length), tl::Dims::of(size)};
}

void release_array(PyObject* capsule) {
  auto* array = static_cast<Released<ArrowArray>*>(PyCapsule_GetPointer(capsule, nullptr));
  delete array;
}

/// Reads a stream's only chunk, which the capsule that is kept owns then.
std::optional<tl::ArrayView> only_chunk(ArrowArrayStream& stream, std::string_view name,
                                        Keep& keep) {
  const auto check = [&](int code) {
    if (code == 0) return;
    const char* why = stream.get_last_error(&stream);
    fail(PyExc_ValueError, "'%s' cannot be read: %s", std::string(name).c_str(),
         why != nullptr ? why : "the Arrow stream has failed");
  };
  Released<ArrowSchema> schema;
  check(stream.get_schema(&stream, &schema));
  auto first = std::make_unique<Released<ArrowArray>>();
  Released<ArrowArray> second;
  check(stream.get_next(&stream, first.get()));
  if (first->release == nullptr) return std::nullopt;
  check(stream.get_next(&stream, &second));
  if (second.release != nullptr) return std::nullopt;
  const tl::ArrayView view = view_of(schema, *first, name, keep);
  keep.take(Ref(checked(PyCapsule_New(first.get(), nullptr, release_array))));
  first.release();
  return view;
}

}  // namespace

std::optional<tl::ArrayView> read_arrow(PyObject* object, std::string_view name, Keep& keep) {
  if (PyObject_HasAttrString(object, "__arrow_c_array__") != 0) {
    Ref pair(checked(PyObject_CallMethod(object, "__arrow_c_array__", nullptr)));
    if (!PyTuple_Check(pair.get()) || PyTuple_GET_SIZE(pair.get()) != 2) {
      fail(PyExc_TypeError, "'%s': __arrow_c_array__() gives no pair", std::string(name).c_str());
    }
    const auto* schema = static_cast<const ArrowSchema*>(
        checked(PyCapsule_GetPointer(PyTuple_GET_ITEM(pair.get(), 0), "arrow_schema")));
    const auto* array = static_cast<const ArrowArray*>(
        checked(PyCapsule_GetPointer(PyTuple_GET_ITEM(pair.get(), 1), "arrow_array")));
    const tl::ArrayView view = view_of(*schema, *array, name, keep);
    keep.take(std::move(pair));
    return view;
  }
  const Ref capsule(checked(PyObject_CallMethod(object, "__arrow_c_stream__", nullptr)));
  auto* stream = static_cast<ArrowArrayStream*>(
      checked(PyCapsule_GetPointer(capsule.get(), "arrow_array_stream")));
  return only_chunk(*stream, name, keep);
}

}  // namespace tightloop::python
