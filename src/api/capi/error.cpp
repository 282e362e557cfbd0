// Errors as objects of C: the struct that the caller reads, in one piece with its strings.
#include <memory>
#include <type_traits>

#include "api/capi/guard.hpp"

namespace tightloop::capi {
namespace {

static_assert(TL_SYNTAX == 1 + static_cast<int>(ErrorCode::syntax));
static_assert(TL_OVERFLOW == 1 + static_cast<int>(ErrorCode::overflow));
static_assert(TL_STOPPED == 1 + static_cast<int>(ErrorCode::stopped));
static_assert(TL_INTERNAL == 1 + static_cast<int>(ErrorCode::internal));

struct ErrorObject {
  tl_error face{};
  std::string message;
  std::string hint;
  std::string source;
  std::string picture;
};
// The caller holds a pointer to the first member.
static_assert(std::is_standard_layout_v<ErrorObject>);

// Handed out where there is no memory for another; never freed, never written.
tl_error no_memory{sizeof(tl_error),      TL_MEMORY, 0, "out of memory", "", "", 0, 0,
                   "error: out of memory"};

}  // namespace

tl_status report_no_memory(tl_error** error) noexcept {
  if (error != nullptr) *error = &no_memory;
  return TL_MEMORY;
}

tl_status report(const Error& e, tl_error** error) noexcept {
  const auto code = static_cast<tl_status>(1 + static_cast<int>(e.code()));
  if (error == nullptr) return code;
  try {
    auto made = std::make_unique<ErrorObject>();
    made->message = e.message();
    made->hint = e.hint();
    made->source = e.source();
    made->picture = e.picture();
    made->face = {sizeof(tl_error),
                  code,
                  0,
                  made->message.c_str(),
                  made->hint.c_str(),
                  made->source.c_str(),
                  e.span().begin,
                  e.span().end,
                  made->picture.c_str()};
    *error = &made.release()->face;
  } catch (const std::exception&) {
    report_no_memory(error);
  }
  return code;
}

}  // namespace tightloop::capi

extern "C" {

void tl_error_free(tl_error* error) {
  using namespace tightloop::capi;
  if (error == &no_memory) return;
  delete reinterpret_cast<ErrorObject*>(error);
}

const char* tl_status_name(tl_status status) {
  using tightloop::ErrorCode;
  if (status == TL_OK) return "ok";
  if (status < TL_OK || status > TL_INTERNAL) return "unknown";
  return to_string(static_cast<ErrorCode>(status - 1));
}

}  // extern "C"
