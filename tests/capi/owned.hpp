// Handles of the C face that free themselves, and calls that must succeed or fail.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/capi.h"

namespace capi_test {

struct Free {
  void operator()(tl_array* p) const { tl_array_free(p); }
  void operator()(tl_error* p) const { tl_error_free(p); }
  void operator()(tl_function* p) const { tl_function_free(p); }
  void operator()(tl_prepared* p) const { tl_prepared_free(p); }
  void operator()(tl_definitions* p) const { tl_definitions_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// Calls f(&error) and returns what it made of it; it must succeed.
template <class F>
void succeed(const F& f) {
  tl_error* error = reinterpret_cast<tl_error*>(1);
  const tl_status status = f(&error);
  if (status != TL_OK) {
    INFO(error->picture);
    CHECK(status == TL_OK);
    tl_error_free(error);
    FAIL();
  }
  CHECK(error == nullptr);
}

/// Calls f(&error); it must fail with a code and a part of the message and hint.
template <class F>
Owned<tl_error> fail(const F& f, tl_status code, const std::string& part) {
  CHECK(f(nullptr) == code);
  tl_error* raw = nullptr;
  const tl_status status = f(&raw);
  REQUIRE(raw != nullptr);
  Owned<tl_error> error(raw);
  INFO(error->message << "; " << error->hint);
  CHECK(status == code);
  CHECK(error->code == code);
  CHECK(error->size == sizeof(tl_error));
  CHECK((std::string(error->message) + "; " + error->hint).find(part) != std::string::npos);
  return error;
}

inline Owned<tl_array> evaluate(const char* text, const std::vector<tl_variable>& variables,
                                const tl_options* options = nullptr) {
  tl_array* out = nullptr;
  succeed([&](tl_error** e) {
    return tl_evaluate(text, variables.data(), variables.size(), options, &out, 1, e);
  });
  return Owned<tl_array>(out);
}

/// The elements of an array of T.
template <class T>
std::vector<T> values(const Owned<tl_array>& array) {
  tl_tensor t;
  tl_array_tensor(array.get(), &t);
  std::int64_t count = 1;
  for (int i = 0; i < t.ndim; ++i) count *= t.shape[i];
  const T* data = static_cast<const T*>(t.data);
  return std::vector<T>(data, data + count);
}

}  // namespace capi_test
