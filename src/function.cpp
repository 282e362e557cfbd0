// Function: an expression that is parsed and typed once and called with arrays of those dtypes.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <new>
#include <string>

#include "front.hpp"
#include "run/arena.hpp"
#include "types/half.hpp"
#include "types/range.hpp"

namespace tightloop {
namespace detail {

/// The programs of a function, one per list of destination dtypes ("" for new arrays). Appended to,
/// never removed from: readers need no lock.
struct FunctionState {
  struct Version {
    std::string destinations;
    std::shared_ptr<const Prepared> prepared;
    Version* next;
  };
  std::string text;
  std::vector<std::string> names;
  std::vector<ParameterType> types;
  Definitions definitions;  // as they were when the function was compiled
  Options options;
  std::atomic<Version*> versions{nullptr};

  ~FunctionState() {
    for (Version* v = versions; v != nullptr;) {
      Version* next = v->next;
      delete v;
      v = next;
    }
  }
};

namespace {

[[noreturn]] void throw_argument(const FunctionState& s, std::size_t i, const std::string& what) {
  throw Error(ErrorCode::type,
              "argument " + std::to_string(i + 1) + " ('" + s.names[i] + "') " + what);
}

int128 integer_of(const Arg& arg) {
  std::int64_t bits = 0;
  std::memcpy(&bits, arg.scalar(), arg.scalar_dtype() == DType::bool_ ? 1 : sizeof bits);
  return arg.scalar_dtype() == DType::uint64 ? static_cast<int128>(static_cast<std::uint64_t>(bits))
                                             : static_cast<int128>(bits);
}

std::complex<double> number_of(const Arg& arg) {
  if (is_complex(arg.scalar_dtype())) {
    std::complex<double> z;
    std::memcpy(&z, arg.scalar(), sizeof z);
    return z;
  }
  if (arg.scalar_dtype() == DType::float64) {
    double x = 0;
    std::memcpy(&x, arg.scalar(), sizeof x);
    return x;
  }
  return static_cast<double>(integer_of(arg));
}

/// Writes a scalar argument as one element of `dtype`; refuses to change its kind or lose range.
void write_scalar(const FunctionState& s, std::size_t i, const Arg& arg, DType dtype, void* out) {
  const DType held = arg.scalar_dtype();
  const auto refuse = [&] {
    throw_argument(s, i, "cannot be held as " + std::string(name(dtype)));
  };
  if (is_integer(dtype) || is_bool(dtype)) {
    if (!is_integer(held) && !is_bool(held)) refuse();
    if (is_bool(dtype) != is_bool(held) && is_bool(dtype)) refuse();
    const int128 value = integer_of(arg);
    if (!range_of(dtype).contains({value, value})) refuse();
    const auto bits = static_cast<std::uint64_t>(value);
    std::memcpy(out, &bits, itemsize(dtype));
    return;
  }
  const std::complex<double> z = number_of(arg);
  if (is_complex(held) && !is_complex(dtype)) refuse();
  const auto store = [&](auto value) { std::memcpy(out, &value, sizeof value); };
  switch (dtype) {
    case DType::float16: return store(round_to_half<float16_t>(z.real()));
    case DType::bfloat16: return store(round_to_half<bfloat16_t>(z.real()));
    case DType::float32: return store(static_cast<float>(z.real()));
    case DType::complex64: return store(std::complex<float>(z));
    case DType::complex128: return store(z);
    default: return store(z.real());
  }
}

Arg weak_of(DType dtype, const void* bytes) {
  const auto load = [&](auto value) {
    std::memcpy(&value, bytes, sizeof value);
    return Arg(value);
  };
  switch (dtype) {
    case DType::bool_: return Arg(*static_cast<const std::uint8_t*>(bytes) != 0);
    case DType::int64: return load(std::int64_t{});
    case DType::uint64: return load(std::uint64_t{});
    case DType::complex128: return load(std::complex<double>{});
    default: return load(0.0);
  }
}

/// Checks an argument against its parameter; converts scalars. The result lives in `arena`.
const Arg* fit(const FunctionState& s, std::size_t i, const Arg& arg, run::Arena& arena) {
  const ParameterType& type = s.types[i];
  if (!arg.weak()) {
    if (type.weak)
      throw_argument(s, i,
                     "must be a scalar: the parameter is a weak " + std::string(name(type.dtype)));
    if (arg.view().dtype() != type.dtype) {
      throw_argument(s, i,
                     "is " + std::string(name(arg.view().dtype())) +
                         "; the function is compiled for " + std::string(name(type.dtype)));
    }
    return &arg;
  }
  if (type.weak && arg.scalar_dtype() == type.dtype) return &arg;
  void* element = arena.bytes(16);
  write_scalar(s, i, arg, type.dtype, element);
  auto* out = static_cast<Arg*>(arena.bytes(sizeof(Arg)));
  return type.weak ? new (out) Arg(weak_of(type.dtype, element))
                   : new (out)
                         Arg(ArrayView(static_cast<const void*>(element), type.dtype, Dims{}));
}

/// Stands for a parameter when the function is typed.
Arg example(const ParameterType& type) {
  static const double zeros[2] = {0, 0};
  if (!type.weak) return Arg(ArrayView(static_cast<const void*>(zeros), type.dtype, Dims{}));
  // Typed by the range of its dtype: of the integers, the value that needs all of it.
  const std::int64_t low = INT64_MIN;
  const std::uint64_t high = UINT64_MAX;
  if (type.dtype == DType::int64) return weak_of(type.dtype, &low);
  if (type.dtype == DType::uint64) return weak_of(type.dtype, &high);
  return weak_of(type.dtype, zeros);
}

std::shared_ptr<const Prepared> make_version(const FunctionState& s,
                                             std::span<const Destination> outs) {
  std::vector<Arg> examples;
  std::vector<Variable> variables;
  for (const ParameterType& type : s.types) examples.push_back(example(type));
  for (std::size_t i = 0; i < s.names.size(); ++i) variables.push_back({s.names[i], &examples[i]});
  return prepare({s.text, {}}, variables, outs, s.options, run::EngineCore::standard());
}

const Prepared& version(FunctionState& s, std::span<const Destination> outs) {
  const auto same = [&](const std::string& dtypes) {
    return std::equal(
        dtypes.begin(), dtypes.end(), outs.begin(), outs.end(),
        [](char t, const Destination& d) { return t == static_cast<char>(d.view().dtype()); });
  };
  for (auto* v = s.versions.load(std::memory_order_acquire); v != nullptr; v = v->next) {
    if (same(v->destinations)) return *v->prepared;
  }
  std::string wanted;
  for (const Destination& d : outs) wanted += static_cast<char>(d.view().dtype());
  auto* fresh = new FunctionState::Version{std::move(wanted), make_version(s, outs), nullptr};
  fresh->next = s.versions.load(std::memory_order_relaxed);
  while (!s.versions.compare_exchange_weak(fresh->next, fresh, std::memory_order_release)) {
  }
  return *fresh->prepared;
}

FunctionState& state_of(const std::shared_ptr<FunctionState>& state) {
  if (state == nullptr) {
    throw Error(ErrorCode::value, "the function is empty", {}, "compile() makes functions");
  }
  return *state;
}

template <class F>
auto with_source(const FunctionState& s, F&& f) {
  try {
    return f();
  } catch (Error& e) {
    if (e.source().empty()) e.set_source(s.text);
    throw;
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::memory, "out of memory");
  } catch (const std::exception& e) {
    throw Error(ErrorCode::internal, std::string("unexpected: ") + e.what());
  }
}

/// Lines the arguments up with the program's inputs.
std::span<const Arg* const> line_up(const FunctionState& s, const Prepared& p,
                                    std::span<const Arg> args, run::Arena& arena) {
  if (args.size() != s.names.size()) {
    throw Error(ErrorCode::value, "the function takes " + std::to_string(s.names.size()) +
                                      " arguments, " + std::to_string(args.size()) + " given");
  }
  const std::size_t count = p.argument_of_input.size();
  auto** out = arena.array<const Arg*>(count);
  auto** fitted = arena.array<const Arg*>(args.size());
  for (std::size_t i = 0; i < args.size(); ++i) fitted[i] = fit(s, i, args[i], arena);
  for (std::size_t k = 0; k < count; ++k) out[k] = fitted[p.argument_of_input[k]];
  return {out, count};
}

}  // namespace
}  // namespace detail

using detail::FunctionState;

Function compile(std::string_view text, std::initializer_list<Parameter> parameters,
                 const Options& options) {
  Function f;
  f.state_ = std::make_shared<FunctionState>();
  FunctionState& s = *f.state_;
  s.text = text;
  s.options = options;
  s.options.stats = nullptr;
  s.options.events = nullptr;
  s.definitions = options.definitions != nullptr ? *options.definitions : default_definitions();
  s.options.definitions = &s.definitions;
  return detail::with_source(s, [&] {
    for (const Parameter& p : parameters) {
      const DType t = p.type.dtype;
      if (p.type.weak && t != DType::bool_ && t != DType::int64 && t != DType::uint64 &&
          t != DType::float64 && t != DType::complex128) {
        throw Error(ErrorCode::type,
                    "a weak parameter is bool, int64, uint64, float64 or "
                    "complex128; '" +
                        std::string(p.name) + "' is " + std::string(name(t)));
      }
      s.names.emplace_back(p.name);
      s.types.push_back(p.type);
    }
    detail::check_options(options);
    std::vector<detail::Variable> variables;
    for (const std::string& name : s.names) variables.push_back({name, nullptr});
    detail::check_names(variables);
    detail::version(s, {});
    return f;
  });
}

std::size_t Function::results() const noexcept {
  if (state_ == nullptr) return 0;
  for (auto* v = state_->versions.load(std::memory_order_acquire); v != nullptr; v = v->next) {
    if (v->destinations.empty()) return v->prepared->program->graph().results.size();
  }
  return 0;
}

List<Array> Function::list(std::span<const Arg> args) const {
  FunctionState& s = detail::state_of(state_);
  return detail::with_source(s, [&]() -> List<Array> {
    const detail::Prepared& p = detail::version(s, {});
    run::Arena& arena = run::Arena::local();
    const run::Arena::Mark mark(arena);
    const auto arguments = detail::line_up(s, p, args, arena);
    std::vector<Array> results = p.program->call(arguments, s.options);
    detail::check_mapped(arguments);
    return results;
  });
}

Array Function::operator()(std::initializer_list<Arg> args) const {
  List<Array> made = list({args.begin(), args.size()});
  if (made.size() != 1) detail::throw_result_count(1, made.size());
  return std::move(made[0]);
}

void Function::into(std::span<const Destination> outs, std::span<const Arg> args) const {
  FunctionState& s = detail::state_of(state_);
  detail::with_source(s, [&] {
    if (outs.empty()) throw Error(ErrorCode::value, "no destination is given");
    const detail::Prepared& p = detail::version(s, outs);
    run::Arena& arena = run::Arena::local();
    const run::Arena::Mark mark(arena);
    auto** views = arena.array<const ArrayView*>(outs.size());
    for (std::size_t i = 0; i < outs.size(); ++i) views[i] = &outs[i].view();
    const auto arguments = detail::line_up(s, p, args, arena);
    p.program->call_into({views, outs.size()}, arguments, s.options);
    detail::check_mapped(arguments);
  });
}

void Function::into(const Destination& out, std::initializer_list<Arg> args) const {
  into({&out, 1}, {args.begin(), args.size()});
}

}  // namespace tightloop
