// Compiled expressions, calls prepared of them, and definitions as handles.
#include <algorithm>
#include <memory>

#include "api/capi/calls.hpp"
#include "api/capi/guard.hpp"

namespace tightloop::capi {
namespace {

constexpr std::uint32_t kParameterFlags = TL_WEAK;

std::vector<Parameter> parameters_of(std::span<const tl_parameter> parameters) {
  std::vector<Parameter> out;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const tl_parameter& p = parameters[i];
    const Who who{"parameter", i + 1, p.name};
    if (p.name == nullptr) throw Error(ErrorCode::value, who.words() + " has no name");
    if ((p.flags & ~kParameterFlags) != 0) {
      throw Error(ErrorCode::value, who.words() + " has flags other than TL_WEAK");
    }
    const DType dtype = dtype_of_code(p.dtype, who);
    out.push_back({p.name, (p.flags & TL_WEAK) != 0 ? weak(dtype) : ParameterType(dtype)});
  }
  return out;
}

std::unique_ptr<tl_function> compile_function(std::string_view text,
                                              std::span<const tl_parameter> given,
                                              const CallOptions& call) {
  auto out = std::make_unique<tl_function>();
  const std::vector<Parameter> parameters = parameters_of(given);
  const Options options = call.keep(out->executor);
  out->options = options;
  out->options.definitions = nullptr;
  out->function = compile(text, parameters, options);
  return out;
}

/// Arguments in the order of the parameters.
struct Arguments {
  explicit Arguments(std::span<const tl_variable> given) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      values.push_back(value_of(given[i], {"argument", i + 1}));
      masks.push_back(mask_of(given[i]));
    }
  }
  bool nulls() const {
    return std::any_of(masks.begin(), masks.end(), [](const Array* m) { return m != nullptr; });
  }
  std::vector<Arg> values;
  std::vector<const Array*> masks;
};

/// What a prepared call keeps: of arrays their memory, too.
std::vector<Arg> kept_arguments(std::span<const tl_variable> given) {
  std::vector<Arg> out;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const Who who{"argument", i + 1};
    if (mask_of(given[i]) != nullptr) {
      throw Error(ErrorCode::unsupported,
                  who.words() + " has nulls, which a prepared call does not take", {},
                  "tl_call takes columns with nulls");
    }
    const tl_array* array = given[i].array;
    out.push_back(array != nullptr ? Arg(Array(array->column.values)) : value_of(given[i], who));
  }
  return out;
}

}  // namespace
}  // namespace tightloop::capi

using namespace tightloop;
using capi::required;

extern "C" {

tl_status tl_compile(const char* text, const tl_parameter* parameters, size_t parameter_count,
                     const tl_options* options, tl_function** function, tl_error** error) {
  return capi::guarded(error, [&] {
    tl_function*& to = required(function, "the place of the function");
    const capi::CallOptions call(options);
    to = capi::compile_function(
             capi::text_of(text, "the text"),
             capi::list_of(parameters, parameter_count, "the list of parameters"), call)
             .release();
  });
}

void tl_function_free(tl_function* function) {
  delete function;
}

size_t tl_function_results(const tl_function* function) {
  return function == nullptr ? 0 : function->function.results();
}

tl_status tl_call(const tl_function* function, const tl_variable* arguments, size_t argument_count,
                  tl_array** results, size_t count, tl_error** error) {
  return capi::guarded(error, [&] {
    const tl_function& f = required(function, "the function");
    const capi::Arguments given(capi::list_of(arguments, argument_count, "the list of arguments"));
    const auto to = capi::list_of(results, count, "the list of results");
    capi::hand_out(given.nulls() ? nullable::call(f.function, given.values, given.masks)
                                 : capi::without_nulls(f.function.all(given.values)),
                   to);
  });
}

tl_status tl_call_into(const tl_function* function, const tl_variable* arguments,
                       size_t argument_count, const tl_tensor* outs, size_t count,
                       tl_error** error) {
  return capi::guarded(error, [&] {
    const tl_function& f = required(function, "the function");
    const capi::Arguments given(capi::list_of(arguments, argument_count, "the list of arguments"));
    const auto to = capi::destinations_of(capi::list_of(outs, count, "the list of destinations"));
    if (given.nulls()) {
      capi::store(nullable::call(f.function, given.values, given.masks), to, f.options);
    } else {
      f.function.into(to, given.values);
    }
  });
}

tl_status tl_prepare(const tl_function* function, const tl_variable* arguments,
                     size_t argument_count, const tl_tensor* outs, size_t count,
                     tl_prepared** prepared, tl_error** error) {
  return capi::guarded(error, [&] {
    const tl_function& f = required(function, "the function");
    tl_prepared*& to = required(prepared, "the place of the prepared call");
    const auto values =
        capi::kept_arguments(capi::list_of(arguments, argument_count, "the list of arguments"));
    const auto places =
        capi::destinations_of(capi::list_of(outs, count, "the list of destinations"));
    to = new tl_prepared{f.function.prepare(places, values)};
  });
}

tl_status tl_run(const tl_prepared* prepared, tl_error** error) {
  return capi::guarded(error, [&] { required(prepared, "the prepared call").call(); });
}

void tl_prepared_free(tl_prepared* prepared) {
  delete prepared;
}

tl_status tl_definitions_new(tl_definitions** definitions, tl_error** error) {
  return capi::guarded(
      error, [&] { required(definitions, "the place of the definitions") = new tl_definitions; });
}

void tl_definitions_free(tl_definitions* definitions) {
  delete definitions;
}

tl_status tl_define(tl_definitions* definitions, const char* text, tl_error** error) {
  return capi::guarded(error, [&] {
    Definitions& set = definitions != nullptr ? definitions->set : default_definitions();
    set.define(capi::text_of(text, "the text"));
  });
}

}  // extern "C"
