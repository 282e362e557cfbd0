// Evaluation by text, and what calls of functions share with it.
#include <memory>

#include "api/capi/calls.hpp"
#include "api/capi/guard.hpp"
#include "tightloop/inspect.hpp"

namespace tightloop::capi {

void hand_out(std::vector<nullable::Column> columns, std::span<tl_array*> to) {
  if (columns.size() != to.size()) detail::throw_result_count(to.size(), columns.size());
  std::vector<std::unique_ptr<tl_array>> made;
  for (nullable::Column& column : columns) {
    made.push_back(std::unique_ptr<tl_array>(new tl_array{std::move(column)}));
  }
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = made[i].release();
}

std::vector<nullable::Column> without_nulls(std::vector<Array> arrays) {
  std::vector<nullable::Column> out;
  for (Array& array : arrays) out.push_back({std::move(array), {}});
  return out;
}

std::vector<nullable::Column> evaluate_nulls(std::string_view text, const NamedArguments& arguments,
                                             const Options& options) {
  std::vector<nullable::Variable> variables;
  for (std::size_t i = 0; i < arguments.bindings.size(); ++i) {
    const Binding& b = arguments.bindings[i];
    variables.push_back({b.name, b.value, arguments.masks[i]});
  }
  return nullable::evaluate(text, variables, options);
}

std::vector<Destination> destinations_of(std::span<const tl_tensor> outs) {
  std::vector<Destination> out;
  out.reserve(outs.size());
  for (std::size_t i = 0; i < outs.size(); ++i) {
    const Who who{"destination", i + 1};
    if ((outs[i].flags & (TL_READ_ONLY | TL_WEAK)) != 0) {
      throw Error(ErrorCode::value, who.words() + " cannot be written to", {},
                  "leave out TL_READ_ONLY and TL_WEAK");
    }
    out.emplace_back(view_of(outs[i], who));
  }
  return out;
}

void store(const std::vector<nullable::Column>& columns, std::span<const Destination> outs,
           const Options& options) {
  if (columns.size() != outs.size()) detail::throw_result_count(outs.size(), columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].valid) continue;
    throw Error(ErrorCode::value,
                "result " + std::to_string(i + 1) + " has nulls, which a tensor has no place for",
                {}, "tl_evaluate and tl_call give arrays that have");
  }
  std::string text;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < columns.size(); ++i) names.push_back("r" + std::to_string(i));
  Bindings results;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
    results.push_back({names[i], columns[i].values});
  }
  Options copying = options;
  copying.stats = nullptr;
  evaluate_all_into(outs, text, results, copying);
}

}  // namespace tightloop::capi

using namespace tightloop;
using capi::required;

extern "C" {

tl_status tl_evaluate(const char* text, const tl_variable* variables, size_t variable_count,
                      const tl_options* options, tl_array** results, size_t count,
                      tl_error** error) {
  return capi::guarded(error, [&] {
    const std::string_view expression = capi::text_of(text, "the text");
    const capi::NamedArguments arguments(
        capi::list_of(variables, variable_count, "the list of variables"));
    const auto to = capi::list_of(results, count, "the list of results");
    const capi::CallOptions call(options);
    capi::hand_out(arguments.nulls ? capi::evaluate_nulls(expression, arguments, call.get())
                                   : capi::without_nulls(
                                         evaluate_all(expression, arguments.bindings, call.get())),
                   to);
  });
}

tl_status tl_evaluate_into(const char* text, const tl_variable* variables, size_t variable_count,
                           const tl_options* options, const tl_tensor* outs, size_t count,
                           tl_error** error) {
  return capi::guarded(error, [&] {
    const std::string_view expression = capi::text_of(text, "the text");
    const capi::NamedArguments arguments(
        capi::list_of(variables, variable_count, "the list of variables"));
    const auto to = capi::destinations_of(capi::list_of(outs, count, "the list of destinations"));
    const capi::CallOptions call(options);
    if (arguments.nulls) {
      capi::store(capi::evaluate_nulls(expression, arguments, call.get()), to, call.get());
    } else {
      evaluate_all_into(to, expression, arguments.bindings, call.get());
    }
  });
}

tl_status tl_result_types(const char* text, const tl_variable* variables, size_t variable_count,
                          const tl_options* options, tl_tensor* types, size_t room, size_t* count,
                          tl_error** error) {
  return capi::guarded(error, [&] {
    const std::string_view expression = capi::text_of(text, "the text");
    const capi::NamedArguments arguments(
        capi::list_of(variables, variable_count, "the list of variables"));
    const auto to = capi::list_of(types, room, "the list of types");
    size_t& number = required(count, "the place of the count");
    const capi::CallOptions call(options);
    const std::vector<ResultType> found = result_types(expression, arguments.bindings, call.get());
    for (std::size_t i = 0; i < found.size() && i < room; ++i) {
      const DType dtype = call.get().dtype.value_or(found[i].dtype);
      capi::describe(ArrayView(static_cast<const void*>(nullptr), dtype, found[i].shape), to[i]);
      to[i].flags = 0;
    }
    number = found.size();
  });
}

}  // extern "C"
