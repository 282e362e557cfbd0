// Which version this is, and programs whose headers are of another one.
#include <string>

#include "catch.hpp"
#include "tightloop/capi.h"
#include "tightloop/evaluate.hpp"
#include "tightloop/function.hpp"
#include "tightloop/version.hpp"

namespace tl = tightloop;

TEST_CASE("api: the version of headers, library and C interface is one") {
  const std::string numbers = std::to_string(TIGHTLOOP_VERSION_MAJOR) + "." +
                              std::to_string(TIGHTLOOP_VERSION_MINOR) + "." +
                              std::to_string(TIGHTLOOP_VERSION_PATCH);
  CHECK(numbers == TIGHTLOOP_VERSION);
  CHECK(numbers == tl::version());
  CHECK(numbers == tl_version());
}

TEST_CASE("api: options of other headers are refused, not misread") {
  tl::Options options;
  options.size -= 8;
  const auto refused = [](auto&& call) {
    try {
      call();
    } catch (const tl::Error& e) {
      return e.code() == tl::ErrorCode::unsupported &&
             e.hint().find(tl::version()) != std::string::npos;
    }
    return false;
  };
  CHECK(refused([&] { tl::evaluate("1 + a", {{"a", 2}}, options); }));
  CHECK(refused([&] { tl::explain("1 + a", {{"a", 2}}, options); }));
  CHECK(refused([&] { tl::compile("1 + a", {{"a", tl::DType::int8}}, options); }));
}
