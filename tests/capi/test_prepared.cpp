// Prepared calls of the C face: the results of tl_call_into, what is kept, what is refused.
#include <vector>

#include "capi/owned.hpp"

using namespace capi_test;

namespace {

Owned<tl_function> compiled(const char* text, const std::vector<tl_parameter>& parameters) {
  tl_function* raw = nullptr;
  succeed([&](tl_error** e) {
    return tl_compile(text, parameters.data(), parameters.size(), nullptr, &raw, e);
  });
  return Owned<tl_function>(raw);
}

Owned<tl_prepared> prepared(const Owned<tl_function>& f, const std::vector<tl_variable>& args,
                            const std::vector<tl_tensor>& outs) {
  tl_prepared* raw = nullptr;
  succeed([&](tl_error** e) {
    return tl_prepare(f.get(), args.data(), args.size(), outs.data(), outs.size(), &raw, e);
  });
  return Owned<tl_prepared>(raw);
}

}  // namespace

TEST_CASE("capi: a prepared call runs over the same memory again and again") {
  const auto f = compiled("x + k * y, sum(x)",
                          {{"x", TL_FLOAT64, 0}, {"y", TL_FLOAT32, 0}, {"k", TL_INT64, TL_WEAK}});
  double x[3] = {1, 2, 3}, total = 0, out[3] = {};
  const float four = 4;
  std::int64_t k = 10;
  // A handle shares its memory with the call; a number is copied.
  auto y = evaluate("y + 0", {TL_VARIABLE("y", TL_FLOAT32, &four, 1, 1)});
  const auto call =
      prepared(f,
               {TL_VARIABLE(nullptr, TL_FLOAT64, x, 1, 3), TL_ARRAY_VARIABLE(nullptr, y.get()),
                TL_NUMBER_VARIABLE(nullptr, TL_INT64, &k)},
               {TL_TENSOR(TL_FLOAT64, out, 1, 3), {&total, TL_FLOAT64, 0, 0, 0, {}, {}}});
  y.reset();
  k = 0;
  CHECK(out[0] == 0);
  succeed([&](tl_error** e) { return tl_run(call.get(), e); });
  CHECK(std::vector<double>(out, out + 3) == std::vector<double>{41, 42, 43});
  CHECK(total == 6);
  x[0] = 100;
  succeed([&](tl_error** e) { return tl_run(call.get(), e); });
  CHECK(out[0] == 140);
  CHECK(total == 105);
}

TEST_CASE("capi: what prepared calls refuse") {
  const auto f = compiled("x + 1", {{"x", TL_INT64, 0}});
  std::int64_t x[2] = {1, INT64_MAX}, out[2] = {};
  const std::vector<tl_variable> args = {TL_VARIABLE(nullptr, TL_INT64, x, 1, 2)};
  tl_tensor to = TL_TENSOR(TL_INT64, out, 1, 2);
  const auto call = prepared(f, args, {to});
  fail([&](tl_error** e) { return tl_run(call.get(), e); }, TL_OVERFLOW, "at index (1,)");
  tl_prepared* none = nullptr;
  const auto refuse = [&](tl_status code, const char* part) {
    fail([&](tl_error** e) { return tl_prepare(f.get(), args.data(), 1, &to, 1, &none, e); }, code,
         part);
    CHECK(none == nullptr);
  };
  to.flags = TL_READ_ONLY;
  refuse(TL_VALUE, "cannot be written to");
  to = TL_TENSOR(TL_INT64, out, 2, 2, 2);
  to.shape[1] = 3;
  refuse(TL_SHAPE, "");
  fail([&](tl_error** e) { return tl_prepare(f.get(), args.data(), 1, &to, 0, &none, e); },
       TL_VALUE, "no destination");
  fail([&](tl_error** e) { return tl_prepare(f.get(), args.data(), 0, &to, 1, &none, e); },
       TL_VALUE, "takes 1 arguments");
  fail([&](tl_error** e) { return tl_prepare(nullptr, args.data(), 1, &to, 1, &none, e); },
       TL_VALUE, "the function is NULL");
  fail([&](tl_error** e) { return tl_prepare(f.get(), args.data(), 1, &to, 1, nullptr, e); },
       TL_VALUE, "the place of the prepared call is NULL");
  fail([&](tl_error** e) { return tl_run(nullptr, e); }, TL_VALUE, "the prepared call is NULL");
}
