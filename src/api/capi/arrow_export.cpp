// Columns that go out by Arrow's C data interface.
#include <array>
#include <memory>

#include "api/capi/arrow_types.hpp"
#include "api/capi/bitmaps.hpp"
#include "api/capi/convert.hpp"
#include "api/capi/guard.hpp"

namespace tightloop::capi {
namespace {

/// What a column that is handed out holds.
struct Exported {
  Array elements;
  Array bitmap;
  std::array<const void*, 2> buffers{};
};

void release_array(ArrowArray* array) {
  delete static_cast<Exported*>(array->private_data);
  array->release = nullptr;
}

void release_schema(ArrowSchema* schema) {
  schema->release = nullptr;
}

const std::uint8_t* bools_of(const Array& array) {
  return static_cast<const std::uint8_t*>(array.data());
}

/// Packs bools and counts those that are false.
Array packed(const Array& bools, std::int64_t& zeros) {
  Array out(uint8, {(bools.size() + 7) / 8});
  zeros = pack_bits(bools_of(bools), bools.size(), static_cast<std::uint8_t*>(out.data()));
  return out;
}

std::unique_ptr<Exported> export_column(const nullable::Column& column, ArrowArray& to) {
  const ArrayView view = column.values.view();
  if (view.ndim() > 1) {
    throw Error(ErrorCode::shape,
                "an array of " + std::to_string(view.ndim()) + " dimensions is no column", {},
                "evaluate reshape(x, -1)");
  }
  auto out = std::make_unique<Exported>();
  Array plain = view.is_c_contiguous() ? column.values : Array::copy_of(view);
  std::int64_t zeros = 0;
  out->elements = is_bool(view.dtype()) ? packed(plain, zeros) : std::move(plain);
  std::int64_t nulls = 0;
  if (column.valid) out->bitmap = packed(*column.valid, nulls);
  out->buffers = {column.valid ? out->bitmap.view().data() : nullptr, out->elements.view().data()};
  to = {};
  to.length = view.size();
  to.null_count = nulls;
  to.n_buffers = 2;
  to.buffers = out->buffers.data();
  to.release = &release_array;
  to.private_data = out.get();
  return out;
}

}  // namespace
}  // namespace tightloop::capi

using namespace tightloop;
using capi::required;

extern "C" {

tl_status tl_to_arrow(const tl_array* array, struct ArrowArray* column, struct ArrowSchema* schema,
                      tl_error** error) {
  return capi::guarded(error, [&] {
    const tl_array& from = required(array, "the array");
    ArrowArray& to = required(column, "the place of the column");
    ArrowSchema& type = required(schema, "the place of the schema");
    const char* format = capi::arrow_format_of(from.column.values.dtype());
    ArrowArray made{};
    auto exported = capi::export_column(from.column, made);
    static_cast<void>(exported.release());  // its release function has it now
    to = made;
    type = {};
    type.format = format;
    type.name = "";
    type.flags = ARROW_FLAG_NULLABLE;
    type.release = &capi::release_schema;
  });
}

}  // extern "C"
