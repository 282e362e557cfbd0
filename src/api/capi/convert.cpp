// Tensors and variables of C as views and bindings.
#include "api/capi/convert.hpp"

#include <complex>
#include <cstring>

namespace tightloop::capi {

#define TIGHTLOOP_DTYPE(id, symbol, name, c, ...) static_assert(TL_##c == 1 + (id));
#include "tightloop/dtypes.def"
#undef TIGHTLOOP_DTYPE
static_assert(TL_MAX_NDIM == kMaxRank);

namespace {

constexpr std::uint32_t kAllFlags = TL_READ_ONLY | TL_WEAK | TL_STRIDED | TL_SWAPPED;

template <class T>
Arg load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return Arg(value);
}

Arg number_of(const tl_tensor& tensor, const Who& who) {
  const DType dtype = dtype_of_code(tensor.dtype, who);
  if (tensor.data == nullptr) throw Error(ErrorCode::value, who.words() + " has no data");
  if (tensor.ndim != 0) {
    throw Error(ErrorCode::value,
                who.words() + " is weak and has " + std::to_string(tensor.ndim) + " dimensions", {},
                "a weak number has none; for an array leave out TL_WEAK");
  }
  switch (dtype) {
    case DType::bool_: return Arg(*static_cast<const unsigned char*>(tensor.data) != 0);
    case DType::int64: return load<std::int64_t>(tensor.data);
    case DType::uint64: return load<std::uint64_t>(tensor.data);
    case DType::float64: return load<double>(tensor.data);
    case DType::complex128: return load<std::complex<double>>(tensor.data);
    default: break;
  }
  throw Error(ErrorCode::type, who.words() + " is weak and " + std::string(name(dtype)), {},
              "a weak number is TL_BOOL, TL_INT64, TL_UINT64, TL_FLOAT64 or TL_COMPLEX128");
}

void check_flags(const tl_tensor& tensor, const Who& who) {
  if ((tensor.flags & ~kAllFlags) != 0) {
    throw Error(ErrorCode::value, who.words() + " has flags that nobody knows: " +
                                      std::to_string(tensor.flags & ~kAllFlags));
  }
}

bool has_elements(const Dims& shape) {
  for (const std::int64_t extent : shape) {
    if (extent == 0) return false;
  }
  return true;
}

}  // namespace

std::string Who::words() const {
  std::string out = what;
  if (number != 0) out += " " + std::to_string(number);
  if (name != nullptr) out += " '" + std::string(name) + "'";
  return out;
}

std::string_view text_of(const char* text, const char* what) {
  return &required(text, what);
}

tl_dtype code_of(DType dtype) noexcept {
  return static_cast<tl_dtype>(1 + static_cast<int>(dtype));
}

DType dtype_of_code(tl_dtype code, const Who& who) {
  if (code < 1 || code > kDTypeCount) {
    throw Error(ErrorCode::type,
                who.words() + " has the dtype " + std::to_string(code) + ", which is none", {},
                "dtypes are 1 (TL_BOOL) to " + std::to_string(kDTypeCount) + "; see tl_dtype");
  }
  return static_cast<DType>(code - 1);
}

namespace {

ArrayView checked_view(const tl_tensor& tensor, DType dtype, const Dims& shape) {
  constexpr std::uint32_t unusual = TL_STRIDED | TL_SWAPPED;
  if ((tensor.flags & unusual) == 0) return {tensor.data, dtype, shape};
  const ByteOrder order = (tensor.flags & TL_SWAPPED) != 0 ? ByteOrder::swapped : ByteOrder::native;
  const std::span<const std::int64_t> given(tensor.strides, static_cast<std::size_t>(tensor.ndim));
  const bool strided = (tensor.flags & TL_STRIDED) != 0;
  return {tensor.data, dtype, shape, strided ? Dims(given) : c_strides(shape, itemsize(dtype)),
          order};
}

}  // namespace

ArrayView view_of(const tl_tensor& tensor, const Who& who) {
  check_flags(tensor, who);
  const DType dtype = dtype_of_code(tensor.dtype, who);
  if (tensor.ndim < 0 || tensor.ndim > TL_MAX_NDIM) {
    throw Error(ErrorCode::limit, who.words() + " has " + std::to_string(tensor.ndim) +
                                      " dimensions; there can be 0 to " +
                                      std::to_string(TL_MAX_NDIM));
  }
  const Dims shape(
      std::span<const std::int64_t>(tensor.shape, static_cast<std::size_t>(tensor.ndim)));
  if (tensor.data == nullptr && has_elements(shape)) {
    throw Error(ErrorCode::value, who.words() + " has no data");
  }
  try {
    const ArrayView view = checked_view(tensor, dtype, shape);
    return (tensor.flags & TL_READ_ONLY) != 0 ? view.as_const() : view;
  } catch (const Error& e) {
    throw Error(e.code(), who.words() + ": " + e.message(), {}, e.hint());
  }
}

void describe(const ArrayView& view, tl_tensor& tensor) noexcept {
  tensor = {};
  tensor.data = const_cast<void*>(view.data());
  tensor.dtype = code_of(view.dtype());
  tensor.ndim = view.ndim();
  tensor.flags = TL_STRIDED;
  if (view.readonly()) tensor.flags |= TL_READ_ONLY;
  if (view.byte_order() == ByteOrder::swapped) tensor.flags |= TL_SWAPPED;
  for (int i = 0; i < view.ndim(); ++i) {
    tensor.shape[i] = view.shape()[i];
    tensor.strides[i] = view.strides()[i];
  }
}

Arg value_of(const tl_variable& variable, const Who& who) {
  if (variable.array != nullptr) return Arg(variable.array->column.values);
  if ((variable.tensor.flags & TL_WEAK) != 0) return number_of(variable.tensor, who);
  return Arg(view_of(variable.tensor, who));
}

const Array* mask_of(const tl_variable& variable) noexcept {
  if (variable.array == nullptr || !variable.array->column.valid) return nullptr;
  return &*variable.array->column.valid;
}

NamedArguments::NamedArguments(std::span<const tl_variable> variables) {
  bindings.reserve(variables.size());
  masks.reserve(variables.size());
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const tl_variable& v = variables[i];
    if (v.name == nullptr) {
      throw Error(ErrorCode::value, Who{"variable", i + 1}.words() + " has no name");
    }
    bindings.push_back({v.name, value_of(v, {"the variable", 0, v.name})});
    masks.push_back(mask_of(v));
    nulls = nulls || masks.back() != nullptr;
  }
}

}  // namespace tightloop::capi

extern "C" {

const char* tl_dtype_name(tl_dtype dtype) {
  if (dtype < 1 || dtype > tightloop::kDTypeCount) return "unknown";
  return name(static_cast<tightloop::DType>(dtype - 1)).data();  // literals end with NUL
}

size_t tl_dtype_size(tl_dtype dtype) {
  if (dtype < 1 || dtype > tightloop::kDTypeCount) return 0;
  return itemsize(static_cast<tightloop::DType>(dtype - 1));
}

}  // extern "C"
