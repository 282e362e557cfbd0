// Arguments of a Function: checked against its parameters, scalars converted.
#include <algorithm>
#include <cstring>

#include "api/function_state.hpp"
#include "types/half.hpp"
#include "types/range.hpp"

namespace tightloop::detail {
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
  visit_dtype(dtype, [&]<class T>() {
    if constexpr (HalfElement<T>) {
      store(round_to_half<T>(z.real()));
    } else if constexpr (is_complex(dtype_of<T>)) {
      store(T(z));
    } else {
      store(static_cast<T>(z.real()));
    }
  });
}

/// Checks an argument against its parameter; converts scalars. The result lives in `arena`.
const Arg* fit(const FunctionState& s, std::size_t i, const Arg& arg, base::Arena& arena) {
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

bool fits(const ParameterType& type, const Arg& arg) {
  return !arg.weak() && !type.weak && arg.view().dtype() == type.dtype;
}

void check_count(const FunctionState& s, std::size_t count) {
  if (count == s.names.size()) return;
  throw Error(ErrorCode::value, "the function takes " + std::to_string(s.names.size()) +
                                    " arguments, " + std::to_string(count) + " given");
}

}  // namespace

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

std::span<const Arg* const> fit_all(const FunctionState& s, std::span<const Arg> args,
                                    base::Arena& arena) {
  check_count(s, args.size());
  auto** fitted = arena.array<const Arg*>(args.size());
  for (std::size_t i = 0; i < args.size(); ++i) fitted[i] = fit(s, i, args[i], arena);
  return {fitted, args.size()};
}

std::span<const Arg* const> line_up(const FunctionState& s, const Prepared& p,
                                    std::span<const Arg> args, base::Arena& arena) {
  check_count(s, args.size());
  const std::size_t count = p.argument_of_input.size();
  auto** out = arena.array<const Arg*>(count);
  std::size_t fitting = 0;
  while (fitting < args.size() && fits(s.types[fitting], args[fitting])) ++fitting;
  if (fitting == args.size()) {
    for (std::size_t k = 0; k < count; ++k) out[k] = &args[p.argument_of_input[k]];
    return {out, count};
  }
  const auto fitted = fit_all(s, args, arena);
  for (std::size_t k = 0; k < count; ++k) out[k] = fitted[p.argument_of_input[k]];
  return {out, count};
}

}  // namespace tightloop::detail
