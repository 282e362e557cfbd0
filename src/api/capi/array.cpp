// Arrays as handles.
#include "api/capi/convert.hpp"
#include "api/capi/guard.hpp"

using namespace tightloop;

extern "C" {

void tl_array_free(tl_array* array) {
  delete array;
}

void tl_array_tensor(const tl_array* array, tl_tensor* tensor) {
  if (tensor == nullptr) return;
  if (array == nullptr) {
    *tensor = {};
  } else {
    capi::describe(array->column.values.view(), *tensor);
  }
}

bool tl_array_valid(const tl_array* array, tl_tensor* valid) {
  if (array == nullptr || !array->column.valid) return false;
  if (valid != nullptr) capi::describe(array->column.valid->view(), *valid);
  return true;
}

tl_status tl_array_copy(const tl_tensor* tensor, tl_array** array, tl_error** error) {
  return capi::guarded(error, [&] {
    tl_array*& to = capi::required(array, "the place of the array");
    const tl_tensor& from = capi::required(tensor, "the tensor");
    if ((from.flags & TL_WEAK) != 0) {
      throw Error(ErrorCode::value, "a weak number is no array", {}, "leave out TL_WEAK");
    }
    to = new tl_array{{Array::copy_of(capi::view_of(from, {"the tensor"})), {}}};
  });
}

}  // extern "C"
