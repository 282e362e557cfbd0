// Tensors that come and go by DLPack 1.x.
#include <array>
#include <memory>
#include <string>

#include "api/capi/convert.hpp"
#include "api/capi/guard.hpp"
#include "tightloop/dlpack.h"

namespace tightloop::capi {
namespace {

constexpr std::uint32_t kMajor = 1;
constexpr std::uint32_t kMinor = 1;

std::string device_name(std::int32_t type) {
  constexpr const char* names[] = {"",          "CPU",
                                   "CUDA",      "pinned CUDA host",
                                   "OpenCL",    "",
                                   "",          "Vulkan",
                                   "Metal",     "VPI",
                                   "ROCm",      "pinned ROCm host",
                                   "extension", "CUDA managed",
                                   "oneAPI",    "WebGPU",
                                   "Hexagon",   "MAIA"};
  if (type < 1 || type >= static_cast<int>(std::size(names)) || names[type][0] == 0) {
    return "device type " + std::to_string(type);
  }
  return names[type];
}

std::string type_name(const DLDataType& type) {
  constexpr const char* kinds[] = {"int",    "uint",    "float", "opaque handles of ",
                                   "bfloat", "complex", "bool"};
  constexpr const char* small[] = {"float8_e3m4",     "float8_e4m3",     "float8_e4m3b11fnuz",
                                   "float8_e4m3fn",   "float8_e4m3fnuz", "float8_e5m2",
                                   "float8_e5m2fnuz", "float8_e8m0fnu",  "float6_e2m3fn",
                                   "float6_e3m2fn",   "float4_e2m1fn"};
  if (type.code < std::size(kinds)) return kinds[type.code] + std::to_string(type.bits);
  const std::size_t at = type.code - std::size(kinds);
  if (at < std::size(small)) return small[at];
  return "type code " + std::to_string(type.code);
}

static_assert(info(int8).dlpack == kDLInt && info(uint8).dlpack == kDLUInt);
static_assert(info(float32).dlpack == kDLFloat && info(bfloat16).dlpack == kDLBfloat);
static_assert(info(complex64).dlpack == kDLComplex && info(bool_).dlpack == kDLBool);

DType dtype_of_dlpack(const DLDataType& type) {
  if (type.lanes != 1) {
    throw Error(ErrorCode::type,
                "a tensor of vectors of " + std::to_string(type.lanes) + " lanes is refused", {},
                "make the lanes a last dimension");
  }
  bool known = false;
  for (const DType t : kDTypes) {
    if (info(t).dlpack != type.code) continue;
    if (8 * itemsize(t) == type.bits) return t;
    known = true;
  }
  throw Error(ErrorCode::type, "a tensor of " + type_name(type) + " is refused", {},
              known ? "convert it to a dtype that tl_dtype lists"
                    : "convert it to float16 or bfloat16, or to another dtype that tl_dtype lists");
}

DLDataType dlpack_of(DType dtype) {
  return {info(dtype).dlpack, static_cast<std::uint8_t>(8 * itemsize(dtype)), 1};
}

/// Checks a tensor and views it; nothing of it is changed.
ArrayView view_of_managed(const DLManagedTensorVersioned& managed) {
  if (managed.version.major != kMajor) {
    throw Error(ErrorCode::unsupported,
                "the tensor has the layout of DLPack " + std::to_string(managed.version.major) +
                    "." + std::to_string(managed.version.minor) + ", not of 1.x",
                {}, "ask its producer for max_version=(1, 1)");
  }
  const DLTensor& t = managed.dl_tensor;
  if (t.device.device_type != kDLCPU) {
    throw Error(ErrorCode::unsupported,
                "the tensor is in memory of " + device_name(t.device.device_type), {},
                "copy it to the CPU first");
  }
  const DType dtype = dtype_of_dlpack(t.dtype);
  if (t.ndim < 0 || t.ndim > kMaxRank) {
    throw Error(ErrorCode::limit,
                "the tensor has " + std::to_string(t.ndim) + " dimensions; there can be 0 to " +
                    std::to_string(kMaxRank),
                {}, "reshape it first");
  }
  if (t.ndim > 0 && t.shape == nullptr) throw Error(ErrorCode::value, "the tensor has no shape");
  const auto rank = static_cast<std::size_t>(t.ndim);
  const Dims shape(std::span<const std::int64_t>(t.shape, rank));
  const auto bytes = static_cast<std::int64_t>(itemsize(dtype));
  Dims strides = c_strides(shape, itemsize(dtype));
  bool empty = false;
  for (const std::int64_t extent : shape) empty = empty || extent == 0;
  for (int i = 0; i < t.ndim && t.strides != nullptr && !empty; ++i) {
    if (__builtin_mul_overflow(t.strides[i], bytes, &strides[i])) {
      throw Error(ErrorCode::shape, "a stride of the tensor overflows 63 bits of bytes");
    }
  }
  if (t.data == nullptr && !empty) throw Error(ErrorCode::value, "the tensor has no data");
  auto* data = static_cast<unsigned char*>(t.data);
  if (data != nullptr) data += t.byte_offset;
  const ArrayView view(static_cast<void*>(data), dtype, shape, strides);
  return (managed.flags & DLPACK_FLAG_BITMASK_READ_ONLY) != 0 ? view.as_const() : view;
}

/// What a tensor that is handed out holds.
struct Exported {
  DLManagedTensorVersioned tensor{};
  Array array;
  std::array<std::int64_t, kMaxRank> shape{};
  std::array<std::int64_t, kMaxRank> strides{};
};

void free_exported(DLManagedTensorVersioned* tensor) {
  delete static_cast<Exported*>(tensor->manager_ctx);
}

DLManagedTensorVersioned* export_array(const tl_array& array) {
  const ArrayView view = array.column.values.view();
  if (array.column.valid) {
    throw Error(ErrorCode::value, "the array has nulls, which DLPack has no place for", {},
                "tl_to_arrow hands them out");
  }
  if (view.byte_order() == ByteOrder::swapped) {
    throw Error(ErrorCode::value, "the array is not in the machine's byte order", {},
                "evaluate copy(x) of it");
  }
  auto out = std::make_unique<Exported>();
  out->array = array.column.values;
  const auto bytes = static_cast<std::int64_t>(itemsize(view.dtype()));
  for (int i = 0; i < view.ndim(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (view.strides()[i] % bytes != 0) {
      throw Error(ErrorCode::value, "a stride of the array is no multiple of its elements' size",
                  {}, "evaluate copy(x) of it");
    }
    out->shape[at] = view.shape()[i];
    out->strides[at] = view.strides()[i] / bytes;
  }
  DLManagedTensorVersioned& t = out->tensor;
  t.version = {kMajor, kMinor};
  t.manager_ctx = out.get();
  t.deleter = &free_exported;
  t.flags = view.readonly() ? DLPACK_FLAG_BITMASK_READ_ONLY : 0;
  t.dl_tensor = {const_cast<void*>(view.data()),
                 {kDLCPU, 0},
                 view.ndim(),
                 dlpack_of(view.dtype()),
                 out->shape.data(),
                 out->strides.data(),
                 0};
  return &out.release()->tensor;
}

}  // namespace
}  // namespace tightloop::capi

using namespace tightloop;
using capi::required;

extern "C" {

tl_status tl_from_dlpack(struct DLManagedTensorVersioned* tensor, tl_array** array,
                         tl_error** error) {
  return capi::guarded(error, [&] {
    tl_array*& to = required(array, "the place of the array");
    const ArrayView view = capi::view_of_managed(required(tensor, "the tensor"));
    auto made = std::make_unique<tl_array>();
    struct Owner {
      DLManagedTensorVersioned* tensor = nullptr;
      ~Owner() {
        if (tensor != nullptr && tensor->deleter != nullptr) tensor->deleter(tensor);
      }
    };
    const auto owner = std::make_shared<Owner>();
    made->column.values = Array(owner, view);
    owner->tensor = tensor;  // nothing can fail any more
    to = made.release();
  });
}

tl_status tl_to_dlpack(const tl_array* array, struct DLManagedTensorVersioned** tensor,
                       tl_error** error) {
  return capi::guarded(error, [&] {
    auto*& to = required(tensor, "the place of the tensor");
    to = capi::export_array(required(array, "the array"));
  });
}

}  // extern "C"
