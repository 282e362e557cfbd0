// From the plain structs of C to the library's types and back. Everything that comes from the
// caller is checked here; errors name the variable or the result.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/capi/handles.hpp"
#include "tightloop/argument.hpp"
#include "tightloop/capi.h"
#include "tightloop/options.hpp"

namespace tightloop::capi {

/// Throws Error(value) for a null pointer; `what` is for the message.
std::string_view text_of(const char* text, const char* what);
template <class T>
T& required(T* pointer, const char* what) {
  if (pointer == nullptr) throw Error(ErrorCode::value, std::string(what) + " is NULL");
  return *pointer;
}
/// Checks an array of structs that may be NULL where it is empty.
template <class T>
std::span<T> list_of(T* items, std::size_t count, const char* what) {
  if (count != 0) static_cast<void>(required(items, what));
  return {items, count};
}

/// Whom a message speaks of; put into words only where there is one.
struct Who {
  const char* what;        ///< "the tensor", "argument", "the variable"
  std::size_t number = 0;  ///< from 1; 0: none
  const char* name = nullptr;
  std::string words() const;
};

tl_dtype code_of(DType dtype) noexcept;
/// Throws Error(type) for what is no dtype.
DType dtype_of_code(tl_dtype code, const Who& who);

/// Views an array, not a weak number.
ArrayView view_of(const tl_tensor& tensor, const Who& who);
/// Fills in everything of the tensor.
void describe(const ArrayView& view, tl_tensor& tensor) noexcept;

/// What a variable stands for; shares an array and borrows memory.
Arg value_of(const tl_variable& variable, const Who& who);
/// The mask of a column with nulls; null for what has none.
const Array* mask_of(const tl_variable& variable) noexcept;

/// Variables of a call by name.
struct NamedArguments {
  explicit NamedArguments(std::span<const tl_variable> variables);
  std::vector<Binding> bindings;
  std::vector<const Array*> masks;  ///< parallel
  bool nulls = false;               ///< any of them has nulls
};

/// Options of a call with what they point to. Fills in the caller's events and stats when it goes.
class CallOptions {
 public:
  explicit CallOptions(const tl_options* given);
  ~CallOptions();
  CallOptions(const CallOptions&) = delete;
  CallOptions& operator=(const CallOptions&) = delete;

  const Options& get() const noexcept { return options_; }
  /// What a function keeps: without events and stats, and with an executor that is `kept`.
  Options keep(std::optional<CallerExecutor>& kept) const;

 private:
  tl_options given_{};
  std::optional<CallerExecutor> executor_;
  std::vector<Event> events_;
  Stats stats_;
  Options options_;
};

}  // namespace tightloop::capi
