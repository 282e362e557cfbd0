// Columns of Arrow's with any format, flags, offsets and counts, over buffers that are long enough
// for what the format says; then an expression over the column that was taken.
#include <cstring>
#include <string>

#include "evaluated.hpp"
#include "tightloop/arrow_c.h"
#include "tightloop/capi.h"

using tightloop::fuzz::Bytes;

namespace {

alignas(64) unsigned char elements[1 << 16];
alignas(64) unsigned char valid[1 << 13];

struct Column {
  ArrowSchema schema{};
  ArrowArray array{};
  std::string format;
  const void* buffers[3] = {valid, elements, elements};
  ArrowSchema* schemas[1] = {&schema};
  ArrowArray* arrays[1] = {&array};
};

void take_column(Bytes& bytes, Column& out) {
  const auto bits = bytes.take<std::uint8_t>();
  const char* known[] = {"c", "C", "s", "S", "i", "I", "l", "L", "e", "f", "g", "b"};
  out.format = (bits & 1) != 0 ? std::string(bytes.text(bytes.up_to(8))) : known[bytes.up_to(11)];
  out.schema.format = out.format.c_str();
  out.schema.name = "x";
  out.schema.flags = bytes.take<std::int8_t>();
  out.schema.release = [](ArrowSchema* schema) { schema->release = nullptr; };
  out.array.length = bytes.take<std::int16_t>() % 4000;
  out.array.offset = bytes.take<std::int8_t>();
  out.array.null_count = bytes.take<std::int8_t>();
  out.array.n_buffers = (bits & 2) != 0 ? bytes.up_to(3) : 2;
  out.array.buffers = out.buffers;
  if ((bits & 4) != 0) out.buffers[0] = nullptr;
  if ((bits & 8) != 0) out.array.n_children = out.schema.n_children = 1;
  out.schema.children = out.schemas;
  out.array.children = out.arrays;
  if ((bits & 16) != 0) out.schema.dictionary = &out.schema;
  if ((bits & 32) != 0) out.array.dictionary = &out.array;
  out.array.release = [](ArrowArray* array) { array->release = nullptr; };
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  Column column;
  take_column(bytes, column);
  for (unsigned char& byte : valid) byte = static_cast<unsigned char>(0x5B * (&byte - valid));
  tl_error* error = nullptr;
  tl_array* array = nullptr;
  const tl_status taken = tl_from_arrow(&column.array, &column.schema, &array, &error);
  tightloop::fuzz::require(taken != TL_INTERNAL && (taken == TL_OK) == (error == nullptr));
  tl_error_free(error);
  if (taken != TL_OK) return 0;
  const std::string text(bytes.rest());
  const tl_variable var = TL_ARRAY_VARIABLE("x", array);
  tl_options options = TL_OPTIONS_INIT;
  options.threads = 1;
  options.most_elements = 1 << 16;
  options.most_bytes = 1 << 20;
  tl_array* result = nullptr;
  const tl_status made = tl_evaluate(text.c_str(), &var, 1, &options, &result, 1, &error);
  tightloop::fuzz::require(made != TL_INTERNAL && (made == TL_OK) == (error == nullptr));
  tl_error_free(error);
  if (made == TL_OK) {
    ArrowArray back{};
    ArrowSchema schema{};
    if (tl_to_arrow(result, &back, &schema, nullptr) == TL_OK) {
      back.release(&back);
      schema.release(&schema);
    }
  }
  tl_array_free(result);
  tl_array_free(array);
  return 0;
}
