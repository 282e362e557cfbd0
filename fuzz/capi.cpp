// The C interface: texts, tensors and options of any numbers, over memory that is as large as they
// say.
#include <cstring>
#include <string>
#include <vector>

#include "evaluated.hpp"
#include "tightloop/capi.h"

using tightloop::fuzz::Bytes;

namespace {

alignas(16) unsigned char memory[1 << 16];

/// Fills in a tensor; false where its elements would lie outside of `memory`.
bool take_tensor(Bytes& bytes, tl_tensor& out) {
  std::memset(&out, 0, sizeof out);
  out.dtype = bytes.take<std::int8_t>();
  out.ndim = bytes.take<std::int8_t>();
  out.flags = bytes.take<std::uint8_t>();
  out.reserved = bytes.take<std::uint8_t>() == 0xAB;
  std::int64_t low = 0, high = 0;
  const auto item = static_cast<std::int64_t>(tl_dtype_size(out.dtype));
  std::int64_t dense = item;
  bool empty = false;
  for (int d = std::min(out.ndim, TL_MAX_NDIM) - 1; d >= 0; --d) {
    out.shape[d] = bytes.take<std::int8_t>() % 9;
    out.strides[d] = bytes.take<std::int8_t>();
    const std::int64_t step = (out.flags & TL_STRIDED) != 0 ? out.strides[d] : dense;
    empty = empty || out.shape[d] == 0;
    const std::int64_t span = (out.shape[d] - 1) * step;
    (span < 0 ? low : high) += span;
    dense *= std::max<std::int64_t>(out.shape[d], 1);
    if (high > 20'000 || low < -20'000 || dense > 20'000) return false;
  }
  out.data = bytes.take<std::uint8_t>() == 0 ? nullptr : memory + 30'000 + bytes.up_to(15);
  return out.ndim <= TL_MAX_NDIM || out.data == nullptr || !empty;
}

tl_options take_options(Bytes& bytes, tl_events& events, tl_stats& stats) {
  tl_options out = TL_OPTIONS_INIT;
  const auto bits = bytes.take<std::uint8_t>();
  if ((bits & 1) != 0) out.size = bytes.take<std::uint8_t>();
  out.promotion = bytes.take<std::int8_t>() % 5;
  out.fp = bytes.take<std::int8_t>() % 4;
  out.overflow = bytes.take<std::int8_t>() % 5;
  out.casting = bytes.take<std::int8_t>() % 10;
  out.dtype = (bits & 2) != 0 ? bytes.take<std::int8_t>() : 0;
  out.threads = 1 - (bits >> 2 & 1) * 2;
  out.most_elements = 1 << 16;
  out.most_bytes = 1 << 20;
  out.raise = bytes.take<std::uint8_t>();
  events = {sizeof(tl_events), 0, 0, {}};
  stats = {};
  stats.size = sizeof(tl_stats);
  if ((bits & 8) != 0) out.events = &events;
  if ((bits & 16) != 0) out.stats = &stats;
  if (out.size > sizeof out) out.size = sizeof out;
  return out;
}

void finish(tl_status status, tl_error* error) {
  tightloop::fuzz::require(status != TL_INTERNAL);
  tightloop::fuzz::require((status == TL_OK) == (error == nullptr));
  tl_error_free(error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  tl_events events;
  tl_stats stats;
  const tl_options options = take_options(bytes, events, stats);
  tl_variable vars[3] = {};
  const char* names[] = {"a", "b", "a b"};
  const std::uint32_t count = bytes.up_to(3);
  for (std::uint32_t i = 0; i < count; ++i) {
    vars[i].name = names[i == 2 ? bytes.up_to(2) : i];
    if (!take_tensor(bytes, vars[i].tensor)) return 0;
  }
  tl_tensor out;
  if (!take_tensor(bytes, out)) return 0;
  const std::string text(bytes.rest());
  tl_error* error = nullptr;
  tl_array* results[2] = {};
  const std::size_t wanted = 1 + text.size() % 2;
  finish(tl_evaluate(text.c_str(), vars, count, &options, results, wanted, &error), error);
  for (tl_array* result : results) tl_array_free(result);
  finish(tl_evaluate_into(text.c_str(), vars, count, &options, &out, 1, &error), error);
  std::size_t found = 0;
  tl_tensor types[2];
  finish(tl_result_types(text.c_str(), vars, count, &options, types, 2, &found, &error), error);
  return 0;
}
