// Columns and streams of columns that come by Arrow's C interfaces.
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/capi/arrow_types.hpp"
#include "api/capi/bitmaps.hpp"
#include "api/capi/convert.hpp"
#include "api/capi/guard.hpp"

namespace tightloop::capi {
namespace {

using nullable::Column;

/// Releases a struct of Arrow's when it goes.
template <class T>
struct Owned {
  T value{};
  Owned() = default;
  ~Owned() { release(); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  void release() {
    if (value.release != nullptr) value.release(&value);
    value.release = nullptr;
  }
  /// Takes it over; the other one counts as released then.
  void take(T& from) noexcept {
    value = from;
    from.release = nullptr;
  }
};

void check(const ArrowArray& array, DType dtype) {
  const auto fail = [](const std::string& what) {
    throw Error(ErrorCode::value, "the column " + what);
  };
  if (array.release == nullptr) fail("is released already");
  if (array.length < 0 || array.offset < 0 || array.null_count < -1) {
    fail("has a negative length, offset or count of nulls");
  }
  if (array.null_count > array.length) fail("has more nulls than elements");
  if (array.n_buffers != 2) {
    fail("has " + std::to_string(array.n_buffers) + " buffers; one of numbers has 2");
  }
  if (array.n_children != 0) fail("has children; one of numbers has none");
  if (array.buffers == nullptr) fail("has no list of buffers");
  if (array.length > 0 && array.buffers[1] == nullptr) fail("has no elements");
  if (array.null_count > 0 && array.buffers[0] == nullptr) {
    fail("has " + std::to_string(array.null_count) + " nulls and no bitmap that says which");
  }
  std::int64_t end = 0;
  if (__builtin_add_overflow(array.offset, array.length, &end) ||
      __builtin_mul_overflow(end, static_cast<std::int64_t>(itemsize(dtype)), &end)) {
    fail("is too long: its elements overflow 63 bits of bytes");
  }
}

std::uint8_t* bytes_of(Array& array) {
  return static_cast<std::uint8_t*>(array.data());
}

std::optional<Array> validity_of(const ArrowArray& array) {
  if (array.buffers[0] == nullptr || array.null_count == 0 || array.length == 0) return {};
  Array valid(bool_, {array.length});
  const std::int64_t nulls =
      unpack_bits(array.buffers[0], array.offset, array.length, bytes_of(valid));
  if (nulls == 0) return {};
  return valid;
}

/// Views the elements; bools are unpacked instead.
Column view_column(const std::shared_ptr<Owned<ArrowArray>>& owner, const ArrowArray& array,
                   DType dtype) {
  Column out{{}, validity_of(array)};
  if (is_bool(dtype)) {
    out.values = Array(bool_, {array.length});
    if (array.length > 0) {
      unpack_bits(array.buffers[1], array.offset, array.length, bytes_of(out.values));
    }
    return out;
  }
  const auto* data = static_cast<const std::uint8_t*>(array.buffers[1]);
  if (data != nullptr) data += array.offset * static_cast<std::int64_t>(itemsize(dtype));
  out.values = Array(owner, ArrayView(static_cast<const void*>(data), dtype, {array.length}));
  return out;
}

std::unique_ptr<tl_array> import_column(ArrowArray& array, ArrowSchema& schema) {
  if (schema.release == nullptr) throw Error(ErrorCode::value, "the schema is released already");
  const DType dtype = dtype_of_arrow(schema);
  check(array, dtype);
  const auto owner = std::make_shared<Owned<ArrowArray>>();
  auto out = std::make_unique<tl_array>();
  out->column = view_column(owner, array, dtype);
  owner->take(array);  // nothing can fail any more; bools have no owner, and it is released here
  Owned<ArrowSchema> done;
  done.take(schema);
  return out;
}

/// Puts the chunks of a stream one after the other.
Column joined(std::vector<Column>& chunks, DType dtype) {
  if (chunks.size() == 1) return std::move(chunks[0]);
  std::int64_t length = 0;
  bool nulls = false;
  for (const Column& c : chunks) {
    if (__builtin_add_overflow(length, c.values.size(), &length)) {
      throw Error(ErrorCode::shape, "the stream has more elements than 63 bits can count");
    }
    nulls = nulls || c.valid.has_value();
  }
  Column out{Array(dtype, {length}), {}};
  if (nulls) out.valid.emplace(bool_, Dims{length});
  std::size_t at = 0;
  for (const Column& c : chunks) {
    const auto count = static_cast<std::size_t>(c.values.size());
    const std::size_t size = itemsize(dtype);
    if (count == 0) continue;
    std::memcpy(bytes_of(out.values) + at * size, c.values.data(), count * size);
    if (nulls && c.valid) std::memcpy(bytes_of(*out.valid) + at, c.valid->data(), count);
    if (nulls && !c.valid) std::memset(bytes_of(*out.valid) + at, 1, count);
    at += count;
  }
  return out;
}

[[noreturn]] void fail_stream(ArrowArrayStream& stream, int code, const char* doing) {
  const char* text = stream.get_last_error == nullptr ? nullptr : stream.get_last_error(&stream);
  throw Error(
      ErrorCode::file,
      "the stream failed at its " + std::string(doing) + ": " +
          (text != nullptr && *text != 0 ? std::string(text) : std::string(std::strerror(code))));
}

std::unique_ptr<tl_array> import_stream(ArrowArrayStream& stream) {
  if (stream.release == nullptr) throw Error(ErrorCode::value, "the stream is released already");
  Owned<ArrowSchema> schema;
  if (const int code = stream.get_schema(&stream, &schema.value)) {
    schema.value.release = nullptr;
    fail_stream(stream, code, "schema");
  }
  const DType dtype = dtype_of_arrow(schema.value);
  std::vector<Column> chunks;
  for (;;) {
    const auto owner = std::make_shared<Owned<ArrowArray>>();
    if (const int code = stream.get_next(&stream, &owner->value)) {
      owner->value.release = nullptr;
      fail_stream(stream, code, "next chunk");
    }
    if (owner->value.release == nullptr) break;
    check(owner->value, dtype);
    chunks.push_back(view_column(owner, owner->value, dtype));
  }
  auto out = std::make_unique<tl_array>();
  out->column = joined(chunks, dtype);
  stream.release(&stream);
  stream.release = nullptr;
  return out;
}

}  // namespace
}  // namespace tightloop::capi

using namespace tightloop;
using capi::required;

extern "C" {

tl_status tl_from_arrow(struct ArrowArray* column, struct ArrowSchema* schema, tl_array** array,
                        tl_error** error) {
  return capi::guarded(error, [&] {
    tl_array*& to = required(array, "the place of the array");
    to = capi::import_column(required(column, "the column"), required(schema, "the schema"))
             .release();
  });
}

tl_status tl_from_arrow_stream(struct ArrowArrayStream* stream, tl_array** array,
                               tl_error** error) {
  return capi::guarded(error, [&] {
    tl_array*& to = required(array, "the place of the array");
    to = capi::import_stream(required(stream, "the stream")).release();
  });
}

}  // extern "C"
