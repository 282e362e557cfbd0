// Arrays from a few numbers. Parameters as in NumPy 2.
#include "repl/generators.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>
#include <optional>

#include "repl/random_elements.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/language.hpp"
#include "tightloop/source.hpp"

namespace tightloop::tool {
namespace {

constexpr Generator kGenerators[] = {
    {"load", "load(spec)",
     "the array of a file: 'a.npy', 'f.npz:member', 'frames/*.png', 'x.raw:uint8:100x200'; mapped, "
     "not read, where the format allows it"},
    {"random", "random(shape, dtype='float64', seed=None)",
     "random elements: floats in [0, 1), integers over the whole range of the dtype; each call "
     "without a seed has its own, the same in every session"},
    {"rand", "rand(d0, d1, ..., dtype='float64', seed=None)",
     "as random((d0, d1, ...)); also of a tuple"},
    {"randn", "randn(d0, d1, ..., dtype='float64', seed=None)",
     "random elements of the normal distribution with mean 0 and deviation 1"},
    {"array", "array(list, dtype=None)",
     "the numbers of a list, or of lists of one length: array([[1, 2], [3, 4]]), or [[1, 2], [3, "
     "4]] alone"},
    {"arange", "arange(start, stop, step=1, dtype=None)",
     "numbers from start (0 if only stop is given) up to stop, which is not among them"},
    {"linspace", "linspace(start, stop, num=50, endpoint=True, dtype=None)",
     "num numbers at equal distances, the first start and the last stop"},
    {"zeros", "zeros(shape, dtype='float64')", "zeros, which take no memory"},
    {"ones", "ones(shape, dtype='float64')", "ones, which take no memory"},
    {"full", "full(shape, fill_value, dtype=None)", "one value everywhere, which takes no memory"},
    {"eye", "eye(N, M=None, k=0, dtype='float64')",
     "an N x M matrix with ones on the k-th diagonal, in the memory of one row"},
};

using Value = decltype(GeneratorArgument::value);

[[noreturn]] void refuse(ErrorCode code, const std::string& message, Span span,
                         const std::string& hint = {}) {
  throw Error(code, message, span, hint);
}

/// The arguments of a call by parameter.
class Arguments {
 public:
  Arguments(const GeneratorCall& call, std::vector<std::string_view> parameters)
      : call_(call), parameters_(std::move(parameters)), given_(parameters_.size()) {
    bool keywords = false;
    std::size_t next = 0;
    for (const GeneratorArgument& argument : call.arguments) {
      std::size_t at = next++;
      if (!argument.keyword.empty()) {
        keywords = true;
        at = static_cast<std::size_t>(
            std::find(parameters_.begin(), parameters_.end(), argument.keyword) -
            parameters_.begin());
      } else if (keywords) {
        refuse(ErrorCode::syntax, "an argument by position after one by name", argument.span);
      }
      if (at >= given_.size()) unknown(argument);
      if (given_[at] != nullptr) {
        refuse(ErrorCode::value, "'" + std::string(parameters_[at]) + "' is given twice",
               argument.span);
      }
      given_[at] = &argument;
    }
  }

  std::size_t count() const { return call_.arguments.size(); }

  /// Returns an argument that is there and not None; null else.
  const GeneratorArgument* find(std::string_view parameter) const {
    const auto at = std::find(parameters_.begin(), parameters_.end(), parameter);
    const auto* out = given_[static_cast<std::size_t>(at - parameters_.begin())];
    if (out == nullptr || std::holds_alternative<std::monostate>(out->value)) return nullptr;
    return out;
  }
  const GeneratorArgument& require(std::string_view parameter) const {
    if (const GeneratorArgument* out = find(parameter)) return *out;
    refuse(ErrorCode::value, call_.name + "() needs " + std::string(parameter), call_.span,
           std::string(find_generator(call_.name)->signature));
  }

  std::string text(std::string_view parameter) const {
    const GeneratorArgument& argument = require(parameter);
    if (const auto* out = std::get_if<std::string>(&argument.value)) return *out;
    wrong(parameter, "is a text in quotes", argument);
  }
  Dims shape(std::string_view parameter) const {
    const GeneratorArgument& argument = require(parameter);
    try {
      if (const auto* list = std::get_if<std::vector<std::int64_t>>(&argument.value)) {
        return Dims(std::span<const std::int64_t>(*list));
      }
      if (std::holds_alternative<ScalarArgument>(argument.value) && is_whole(parameter)) {
        return Dims::of(number(parameter).value.item<std::int64_t>());
      }
    } catch (const Error& error) {
      refuse(error.code(), error.message(), argument.span);
    }
    wrong(parameter, "is an integer or a tuple of them", argument);
  }
  const ScalarArgument& number(std::string_view parameter) const {
    const GeneratorArgument& argument = require(parameter);
    if (const auto* out = std::get_if<ScalarArgument>(&argument.value)) return *out;
    wrong(parameter, "is a number", argument);
  }
  double real(std::string_view parameter) const {
    const ScalarArgument& value = number(parameter);
    if (is_complex(value.value.dtype())) wrong(parameter, "is a real number", require(parameter));
    return value.value.item<double>();
  }
  bool is_whole(std::string_view parameter) const {
    return find(parameter) == nullptr || !(is_float(number(parameter).value.dtype()) ||
                                           is_complex(number(parameter).value.dtype()));
  }
  std::int64_t whole(std::string_view parameter, std::int64_t otherwise) const {
    const GeneratorArgument* argument = find(parameter);
    if (argument == nullptr) return otherwise;
    if (!is_whole(parameter)) wrong(parameter, "is an integer", *argument);
    try {
      return number(parameter).value.item<std::int64_t>();
    } catch (const Error& error) {
      refuse(error.code(), error.message(), argument->span);
    }
  }
  bool flag(std::string_view parameter, bool otherwise) const {
    const GeneratorArgument* argument = find(parameter);
    return argument == nullptr ? otherwise : number(parameter).value.item<double>() != 0;
  }
  std::optional<DType> dtype() const {
    const GeneratorArgument* argument = find("dtype");
    if (argument == nullptr) return std::nullopt;
    if (std::holds_alternative<ScalarArgument>(argument->value)) extents_apart(*argument);
    if (const auto out = find_dtype(text("dtype"))) return out;
    refuse(ErrorCode::name, "unknown dtype '" + text("dtype") + "'", argument->span, dtype_list());
  }
  const std::atomic<bool>* stop() const { return call_.stop; }
  Span span_of(std::string_view parameter) const { return require(parameter).span; }

 private:
  [[noreturn]] void unknown(const GeneratorArgument& argument) const {
    const std::string signature(find_generator(call_.name)->signature);
    if (argument.keyword.empty()) {
      refuse(ErrorCode::value, "too many arguments of " + call_.name + "()", argument.span,
             signature);
    }
    refuse(ErrorCode::name, call_.name + "() has no parameter '" + argument.keyword + "'",
           argument.span, signature);
  }
  /// zeros(3, 3), which NumPy refuses, too.
  [[noreturn]] void extents_apart(const GeneratorArgument& at) const {
    std::string extents;
    for (const GeneratorArgument& argument : call_.arguments) {
      const auto* number = std::get_if<ScalarArgument>(&argument.value);
      if (number == nullptr || !is_integer(number->value.dtype())) break;
      extents += (extents.empty() ? "" : ", ") + std::to_string(number->value.item<std::int64_t>());
    }
    refuse(ErrorCode::type, "a shape of several extents is a tuple", at.span,
           "write " + call_.name + "((" + extents + "))");
  }
  [[noreturn]] static void wrong(std::string_view parameter, const char* what,
                                 const GeneratorArgument& argument) {
    refuse(ErrorCode::type, "'" + std::string(parameter) + "' " + what, argument.span);
  }

  const GeneratorCall& call_;
  std::vector<std::string_view> parameters_;
  std::vector<const GeneratorArgument*> given_;
};

Array converted(const Array& array, DType dtype) {
  if (array.dtype() == dtype) return array;
  return evaluate("astype(x, '" + std::string(name(dtype)) + "')", {{"x", array}});
}

/// Repeats one element: all strides are zero.
Array repeated(const Array& element, const Dims& shape) {
  Dims strides;
  for (int i = 0; i < shape.size(); ++i) strides.push_back(0);
  auto owner = std::make_shared<Array>(element);
  const ArrayView view(static_cast<const void*>(owner->data()), element.dtype(), shape, strides);
  return Array(std::shared_ptr<void>(owner, owner.get()), view);
}

Array constant(const Arguments& arguments, double value) {
  const Array one = Array::copy_of(ArrayView(&value, Dims{}));
  return repeated(converted(one, arguments.dtype().value_or(DType::float64)),
                  arguments.shape("shape"));
}

Array full(const Arguments& arguments) {
  const ScalarArgument& value = arguments.number("fill_value");
  DType dtype = value.value.dtype();
  if (value.literal && is_integer(dtype) && dtype != DType::uint64) dtype = DType::int64;
  return repeated(converted(value.value, arguments.dtype().value_or(dtype)),
                  arguments.shape("shape"));
}

constexpr std::int64_t kMostElements = 9'000'000'000'000'000;  // float64 counts them

template <class T, class At>
Array counted(std::int64_t count, DType dtype, const std::atomic<bool>* stop, At&& at) {
  Array out(dtype, Dims::of(count));
  T* to = out.data<T>();
  for (std::int64_t i = 0; i < count; ++i) {
    if (i % kStopElements == 0) check_stop(stop);
    to[i] = at(i);
  }
  return out;
}

/// The diagonals of the matrix are the elements of one vector, which every row sees shifted.
Array eye(const Arguments& arguments) {
  const std::int64_t rows = arguments.whole("N", 0);
  arguments.require("N");
  const std::int64_t columns = arguments.whole("M", rows);
  const std::int64_t k = arguments.whole("k", 0);
  const DType dtype = arguments.dtype().value_or(DType::float64);
  const auto item = static_cast<std::int64_t>(itemsize(dtype));
  c_strides(Dims{rows, columns}, itemsize(dtype));  // refuses what overflows
  if (rows <= 0 || columns <= 0) return Array(dtype, {rows, columns});
  // Element (i, j) is number j - i + rows - 1.
  const bool inside = k > -rows && k < columns;
  auto owner = std::make_shared<Array>(
      converted(counted<bool>(rows + (columns - 1), DType::bool_, arguments.stop(),
                              [&](std::int64_t i) { return inside && i == k + (rows - 1); }),
                dtype));
  const auto* first = static_cast<const std::byte*>(owner->view().data()) + (rows - 1) * item;
  const ArrayView view(static_cast<const void*>(first), dtype, {rows, columns}, {-item, item});
  return Array(std::shared_ptr<void>(owner, owner.get()), view);
}

/// As arange(), of integers; `last` is the parameter that says where to stop.
Array whole_arange(const Arguments& arguments, std::string_view last) {
  __extension__ using Wide = __int128;  // differences of 64-bit integers
  const std::int64_t from = last == "start" ? 0 : arguments.whole("start", 0);
  const std::int64_t step = arguments.whole("step", 1);
  if (step == 0) refuse(ErrorCode::value, "the step is 0", arguments.span_of("step"));
  const Wide way = Wide{arguments.whole(last, 0)} - from;
  const Wide count = (way > 0) == (step > 0) ? (way + step - (step > 0 ? 1 : -1)) / step : 0;
  if (count > kMostElements) {
    refuse(ErrorCode::limit, "arange() would have too many elements", arguments.span_of(last));
  }
  const Array out = counted<std::int64_t>(
      static_cast<std::int64_t>(count), DType::int64, arguments.stop(),
      [&](std::int64_t i) { return static_cast<std::int64_t>(from + Wide{i} * step); });
  return converted(out, arguments.dtype().value_or(DType::int64));
}

Array arange(const Arguments& arguments) {
  // arange(stop), or arange(start, stop, ...).
  const bool only_stop = arguments.find("stop") == nullptr;
  const std::string_view last = only_stop ? "start" : "stop";
  arguments.require(last);
  const bool whole =
      arguments.is_whole("start") && arguments.is_whole("stop") && arguments.is_whole("step");
  if (whole) return whole_arange(arguments, last);
  const double step = arguments.find("step") != nullptr ? arguments.real("step") : 1;
  if (step == 0) refuse(ErrorCode::value, "the step is 0", arguments.span_of("step"));
  const double start =
      only_stop || arguments.find("start") == nullptr ? 0 : arguments.real("start");
  const double length = std::ceil((arguments.real(last) - start) / step);
  if (!(length < static_cast<double>(kMostElements))) {
    refuse(ErrorCode::limit, "arange() would have too many elements", arguments.span_of(last));
  }
  const auto count = static_cast<std::int64_t>(std::max(length, 0.0));
  // As NumPy: the difference of the first two elements, not the step, is what is multiplied.
  const double difference = (start + step) - start;
  const Array out = counted<double>(count, DType::float64, arguments.stop(), [&](std::int64_t i) {
    return i == 1 ? start + step : start + static_cast<double>(i) * difference;
  });
  return converted(out, arguments.dtype().value_or(DType::float64));
}

Array linspace(const Arguments& arguments) {
  const double start = arguments.real("start");
  const double stop = arguments.real("stop");
  const std::int64_t count = arguments.whole("num", 50);
  if (count < 0) {
    refuse(ErrorCode::value, "'num' is negative", arguments.span_of("num"));
  }
  const bool endpoint = arguments.flag("endpoint", true);
  const auto parts = static_cast<double>(endpoint ? count - 1 : count);
  const double step = (stop - start) / parts;
  const Array out = counted<double>(count, DType::float64, arguments.stop(), [&](std::int64_t i) {
    const auto at = static_cast<double>(i);
    if (endpoint && i > 0 && i == count - 1) return stop;
    if (parts <= 0) return start;
    return (step == 0 ? at / parts * (stop - start) : at * step) + start;
  });
  return converted(out, arguments.dtype().value_or(DType::float64));
}

Array random(const Arguments& arguments, std::uint64_t seed) {
  seed = static_cast<std::uint64_t>(arguments.whole("seed", static_cast<std::int64_t>(seed)));
  Array out(arguments.dtype().value_or(DType::float64), arguments.shape("shape"));
  fill_random(out, seed, arguments.stop());
  return out;
}

/// The calls rand(3, 4) and rand((3, 4)) as one with a tuple.
GeneratorCall with_tuple(const GeneratorCall& call) {
  GeneratorCall out = call;
  out.arguments.clear();
  std::vector<std::int64_t> extents;
  for (const GeneratorArgument& argument : call.arguments) {
    const auto* number = std::get_if<ScalarArgument>(&argument.value);
    if (number == nullptr || !argument.keyword.empty() || !is_integer(number->value.dtype())) {
      out.arguments.push_back(argument);
    } else {
      extents.push_back(number->value.item<std::int64_t>());
    }
  }
  const bool has_shape = !out.arguments.empty() && out.arguments[0].keyword.empty();
  if (!has_shape && !extents.empty()) {
    out.arguments.insert(out.arguments.begin(), GeneratorArgument{"", call.span, extents});
  }
  return out;
}

/// Pairs of random numbers as points of the plane (Box and Muller, 1958).
Array normal(const Arguments& arguments, std::uint64_t seed) {
  seed = static_cast<std::uint64_t>(arguments.whole("seed", static_cast<std::int64_t>(seed)));
  const DType dtype = arguments.dtype().value_or(DType::float64);
  if (!is_float(dtype)) {
    refuse(ErrorCode::type, "normal numbers are floats", arguments.span_of("dtype"));
  }
  const Dims shape = arguments.shape("shape");
  Array out(DType::float64, shape);
  Array uniform(DType::float64, Dims::of(out.size() + out.size() % 2));
  fill_random(uniform, seed, arguments.stop());
  double* to = out.data<double>();
  const double* from = uniform.data<double>();
  for (std::int64_t i = 0; i < out.size(); i += 2) {
    if (i % kStopElements == 0) check_stop(arguments.stop());
    const double radius = std::sqrt(-2 * std::log1p(-from[i]));
    const double angle = 2 * std::numbers::pi * from[i + 1];
    to[i] = radius * std::cos(angle);
    if (i + 1 < out.size()) to[i + 1] = radius * std::sin(angle);
  }
  return converted(out, dtype);
}

Array array(const Arguments& arguments) {
  const GeneratorArgument& list = arguments.require("object");
  const auto* out = std::get_if<Array>(&list.value);
  if (out == nullptr) refuse(ErrorCode::type, "array() takes a list of numbers", list.span);
  return converted(*out, arguments.dtype().value_or(out->dtype()));
}

}  // namespace

Array array_of(const std::vector<ScalarArgument>& items, const Dims& shape,
               std::optional<DType> dtype) {
  DType to = dtype.value_or(DType::bool_);
  const bool alike = !items.empty() && std::all_of(items.begin(), items.end(), [&](const auto& x) {
    return !x.literal && x.value.dtype() == items[0].value.dtype();
  });
  if (items.empty()) to = dtype.value_or(DType::float64);
  if (!dtype && alike) to = items[0].value.dtype();
  for (const ScalarArgument& item : items) {
    const DType t = item.value.dtype();
    if (dtype || alike) break;
    const DType held = is_complex(t)        ? DType::complex128
                       : is_float(t)        ? DType::float64
                       : t == DType::uint64 ? DType::uint64
                       : is_bool(t)         ? DType::bool_
                                            : DType::int64;
    const auto rank = [](DType d) {
      return d == DType::bool_     ? 0
             : d == DType::int64   ? 1
             : d == DType::uint64  ? 2
             : d == DType::float64 ? 3
                                   : 4;
    };
    if (rank(held) > rank(to)) to = held;
  }
  const bool negative = std::any_of(items.begin(), items.end(), [](const ScalarArgument& item) {
    return is_signed_int(item.value.dtype()) && item.value.item<std::int64_t>() < 0;
  });
  if (!dtype && to == DType::uint64 && negative) to = DType::float64;  // as NumPy
  Array out(to, shape);
  auto* at = static_cast<std::byte*>(out.data());
  for (const ScalarArgument& item : items) {
    const Array one = converted(item.value, to);
    std::memcpy(at, one.view().data(), itemsize(to));
    at += itemsize(to);
  }
  return out;
}

std::span<const Generator> generators() {
  return kGenerators;
}

const Generator* find_generator(std::string_view name) {
  for (const Generator& generator : kGenerators) {
    if (generator.name == name) return &generator;
  }
  return nullptr;
}

Array generate(const GeneratorCall& call) {
  const std::string& name = call.name;
  try {
    if (name == "load") return load(Arguments(call, {"spec"}).text("spec"));
    if (name == "random") return random({call, {"shape", "dtype", "seed"}}, call.seed);
    if (name == "rand") return random({with_tuple(call), {"shape", "dtype", "seed"}}, call.seed);
    if (name == "randn") return normal({with_tuple(call), {"shape", "dtype", "seed"}}, call.seed);
    if (name == "array") return array({call, {"object", "dtype"}});
    if (name == "arange") return arange({call, {"start", "stop", "step", "dtype"}});
    if (name == "linspace") {
      return linspace({call, {"start", "stop", "num", "endpoint", "dtype"}});
    }
    if (name == "zeros") return constant({call, {"shape", "dtype"}}, 0);
    if (name == "ones") return constant({call, {"shape", "dtype"}}, 1);
    if (name == "full") return full({call, {"shape", "fill_value", "dtype"}});
    if (name == "eye") return eye({call, {"N", "M", "k", "dtype"}});
  } catch (const Error& error) {
    const bool placed = error.span() != Span{} && error.source().empty();
    throw Error(error.code(), error.message(), placed ? error.span() : call.span, error.hint());
  }
  throw Error(ErrorCode::internal, "no generator is called '" + name + "'");
}

}  // namespace tightloop::tool
