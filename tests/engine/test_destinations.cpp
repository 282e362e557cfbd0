// Destinations against wide integers: every pair of integer dtypes at the ends of both, in every
// layout, by each back end and from each entry point.
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "../fuzz/random_arrays.hpp"
#include "api/front.hpp"
#include "base/background.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"
#include "tightloop/tightloop.hpp"
#include "types/half.hpp"
#include "types/range.hpp"
#include "types/strides.hpp"
#include "typing/promotion.hpp"

namespace {

using namespace tightloop;

constexpr DType kIntegers[] = {int8, int16, int32, int64, uint8, uint16, uint32, uint64};
constexpr Casting kCastings[] = {Casting::standard, Casting::same_value, Casting::wrap,
                                 Casting::saturate, Casting::unsafe};

struct Engines {
  exec::EngineCore compiled{std::make_unique<exec::KernelCache>("", "", exec::CompileTime::first),
                            false};
  exec::EngineCore interpreted{
      std::make_unique<exec::KernelCache>("", "", exec::CompileTime::background, 1 << 12), false};
  exec::EngineCore interpreter{exec::EngineCore::Kind::interpreter};
  exec::EngineCore reference{exec::EngineCore::Kind::reference};
  std::vector<exec::EngineCore*> all() {
    if (cache_info().backend != "jit") return {&interpreter, &reference};
    return {&compiled, &interpreted, &interpreter, &reference};
  }
  ~Engines() { base::wait_for_background(); }
};

/// Evaluates into a view with an engine; returns the error's message and hint, or nothing.
std::string into(exec::EngineCore& engine, const ArrayView& out, const std::string& text,
                 std::vector<Binding> vars, const Options& options) {
  std::vector<detail::Variable> variables;
  for (const Binding& b : vars) variables.push_back({b.name, &b.value});
  const Destination to(out);
  try {
    const auto prepared = detail::prepare({text, {}}, variables, {&to, 1}, options, engine);
    std::vector<const Arg*> args;
    for (std::uint32_t at : prepared->argument_of_input) args.push_back(variables[at].value);
    const ArrayView* views[] = {&out};
    prepared->program->call_into(views, args, options);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::overflow);
    return e.what();
  }
  return {};
}

void put(Array& to, std::int64_t at, int128 value) {
  const auto bits = static_cast<std::uint64_t>(value);
  const std::size_t size = itemsize(to.dtype());
  std::memcpy(static_cast<char*>(to.data()) + static_cast<std::size_t>(at) * size, &bits, size);
}

int128 at(const Array& from, std::int64_t i) {
  std::uint64_t bits = 0;
  const std::size_t size = itemsize(from.dtype());
  std::memcpy(&bits, static_cast<const char*>(from.data()) + static_cast<std::size_t>(i) * size,
              size);
  const auto unused = static_cast<int>(64 - 8 * size);
  if (!is_signed_int(from.dtype())) return bits;
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

std::string decimal(int128 v) {
  if (v < 0) return std::to_string(static_cast<std::int64_t>(v));
  return std::to_string(static_cast<std::uint64_t>(v));
}

int128 wrapped(int128 v, DType t) {
  const int128 modulus = static_cast<int128>(1) << (8 * itemsize(t));
  int128 m = ((v % modulus) + modulus) % modulus;
  if (is_signed_int(t) && m > range_of(t).hi) m -= modulus;
  return m;
}

/// Values around the ends of both dtypes that the first can hold.
std::vector<int128> edges(DType from, DType to) {
  std::vector<int128> out;
  const Range all = range_of(from);
  for (const Range& r : {all, range_of(to)}) {
    for (int128 v : {r.lo - 1, r.lo, r.lo + 1, r.hi - 1, r.hi, r.hi + 1}) {
      if (all.lo <= v && v <= all.hi) out.push_back(v);
    }
  }
  out.push_back(0);
  return out;
}

/// Memory with a view of one of several layouts into it.
struct Memory {
  Memory(DType t, const Dims& shape, int layout) : bytes(8192) {
    const auto size = static_cast<std::int64_t>(itemsize(t));
    Dims strides = c_strides(shape, itemsize(t));
    std::int64_t offset = 1024;
    ByteOrder order = ByteOrder::native;
    const int last = shape.size() - 1;
    switch (layout) {
      case 1:
        for (std::int64_t& s : strides) s *= 3;
        break;
      case 2:
        offset = 4096;
        for (std::int64_t& s : strides) s = -s;
        break;
      case 3:
        order = ByteOrder::swapped;
        offset += 1;
        break;
      case 4:
        strides[0] = size;
        for (int d = 1; d <= last; ++d) strides[d] = strides[d - 1] * shape[d - 1];
        break;
      default: break;
    }
    view = ArrayView(static_cast<void*>(bytes.data() + offset), t, shape, strides, order);
  }
  std::vector<unsigned char> bytes;
  ArrayView view;
};

/// What a destination of dtype `to` holds of value v; none where that is an error.
std::optional<int128> held(int128 v, DType to, Casting casting) {
  const Range r = range_of(to);
  if (r.lo <= v && v <= r.hi) return v;
  switch (casting) {
    case Casting::standard:
    case Casting::same_value: return std::nullopt;
    case Casting::saturate: return v < r.lo ? r.lo : r.hi;
    default: return wrapped(v, to);
  }
}

/// Stores x + y, where one element of x is v and all else 1 or 0, and looks at what came of it.
void check_pair(exec::EngineCore& engine, DType from, DType to, int128 v, Casting casting,
                const Dims& shape, int layout) {
  Array x(from, shape), y(bool_, shape), got(to, shape);
  std::memset(y.data(), 0, static_cast<std::size_t>(y.size()));
  for (std::int64_t i = 0; i < x.size(); ++i) put(x, i, i % 2);
  const std::int64_t place = x.size() * 5 / 7;
  put(x, place, v);
  Memory in(from, shape, layout), out(to, shape, (layout + 1) % 5);
  copy_elements(in.view, x.view());
  Options options;
  options.casting = casting;
  options.threads = 1;
  const std::string text = v % 2 == 0 ? "x" : "x + y";
  const std::string error = into(engine, out.view, text, {{"x", in.view}, {"y", y}}, options);
  copy_elements(got.view(), out.view);
  INFO(name(from) << " to " << name(to) << ": " << decimal(v) << ", casting "
                  << static_cast<int>(casting) << ", layout " << layout << ": " << error);
  const auto want = held(v, to, casting);
  if (!want) {
    std::string index;
    for (std::int64_t rest = place, d = shape.size(); d-- > 0; rest /= shape[static_cast<int>(d)]) {
      const std::string one = std::to_string(rest % shape[static_cast<int>(d)]);
      index = index.empty() ? one : one + ", " + index;
    }
    CHECK(error.find(std::string(name(to)) + " cannot hold " + decimal(v)) == 0);
    CHECK(error.find("index (" + index) != std::string::npos);
    CHECK(error.find("the destination holds every element") != std::string::npos);
  } else {
    CHECK(error.empty());
  }
  CHECK(at(got, place) == want.value_or(wrapped(v, to)));
  CHECK(at(got, 0) == (place == 0 ? want.value_or(wrapped(v, to)) : 0));
}

}  // namespace

TEST_CASE("engine: a destination holds every integer, or the error names the first it cannot") {
  Engines engines;
  const std::vector<Dims> shapes = {{1}, {7}, {83}, {3, 21}, {2, 3, 5}};
  std::size_t turn = 0;
  for (DType from : kIntegers) {
    for (DType to : kIntegers) {
      for (Casting casting : kCastings) {
        const Dims& shape = shapes[turn % shapes.size()];
        const int layout = static_cast<int>(++turn % 5);
        for (int128 v : edges(from, to)) {
          for (exec::EngineCore* engine : engines.all()) {
            check_pair(*engine, from, to, v, casting, shape, layout);
          }
        }
      }
    }
  }
}

TEST_CASE("engine: casting='same_value' of floats, bools and complex numbers") {
  Engines engines;
  Options options;
  options.casting = Casting::same_value;
  const auto keeps = [](double v, DType to) {
    if (is_bool(to)) return v == 0 || v == 1;
    if (is_integer(to)) {
      return std::trunc(v) == v && std::abs(v) <= 0x1p64 &&
             range_of(to).contains({static_cast<int128>(v), static_cast<int128>(v)});
    }
    if (std::isnan(v)) return true;
    switch (typing::real_part(to)) {
      case DType::float16: return to_double(round_to_half<float16_t>(v)) == v;
      case DType::bfloat16: return to_double(round_to_half<bfloat16_t>(v)) == v;
      case DType::float8_e4m3fn: return to_double(round_to_half<float8_e4m3fn_t>(v)) == v;
      case DType::float8_e5m2: return to_double(round_to_half<float8_e5m2_t>(v)) == v;
      case DType::float32: return static_cast<double>(static_cast<float>(v)) == v;
      default: return true;
    }
  };
  const double values[] = {0,      -0.0,     1,         -1,        0.5,      127,   128,    -128,
                           -129,   255,      256,       2049,      65504,    65536, 0x1p31, 0x1p32,
                           0x1p53, 0x1p63,   -0x1p63,   0x1p64,    0x1.8p63, 1e300, 1e-9,   0.1,
                           NAN,    INFINITY, -INFINITY, 0x1p-1074, 16777217};
  for (DType from :
       {float8_e4m3fn, float8_e5m2, float16, bfloat16, float32, float64, complex64, complex128}) {
    for (int t = 0; t < kDTypeCount; ++t) {
      const DType to = static_cast<DType>(t);
      for (double v : values) {
        if (!keeps(v, from)) continue;
        const std::vector<double> same(19, v);
        const Array x = evaluate("astype(x, '" + std::string(name(from)) + "')", {{"x", same}});
        for (exec::EngineCore* engine : engines.all()) {
          Array out(to, {19});
          const std::string error = into(*engine, out.view(), "x", {{"x", x}}, options);
          INFO(name(from) << " to " << name(to) << ": " << v << ": " << error);
          CHECK(error.empty() == (keeps(v, to) || from == to));
        }
      }
    }
  }
  for (exec::EngineCore* engine : engines.all()) {
    const std::vector<std::complex<double>> z = {{1, 0}, {2, 0.5}};
    std::vector<std::uint8_t> out(2);
    const std::string error = into(*engine, ArrayView(out.data(), {2}), "z", {{"z", z}}, options);
    CHECK(error.find("uint8 cannot hold 2+0.5j, the value of 'z' at index (1") == 0);
    for (const auto& [value, fits] :
         {std::pair{std::int64_t{1} << 53, true}, std::pair{(std::int64_t{1} << 53) + 1, false},
          std::pair{std::numeric_limits<std::int64_t>::max(), false},
          std::pair{std::numeric_limits<std::int64_t>::min(), true}}) {
      const std::vector<std::int64_t> n(5, value);
      std::vector<double> d(5);
      CHECK(into(*engine, ArrayView(d.data(), {5}), "n", {{"n", n}}, options).empty() == fits);
    }
  }
}

TEST_CASE("engine: casting='saturate' and 'wrap' beyond integers") {
  const std::vector<double> x = {-1e300, -3.7, 3.7, 1e300, NAN};
  std::vector<std::uint8_t> bytes(5);
  std::vector<float> floats(5);
  evaluate_into(bytes, "x", {{"x", x}}, {.casting = Casting::saturate});
  CHECK(bytes == std::vector<std::uint8_t>{0, 0, 3, 255, 0});
  evaluate_into(floats, "x", {{"x", x}}, {.casting = Casting::saturate});
  CHECK(floats[3] == std::numeric_limits<float>::max());
  evaluate_into(floats, "x", {{"x", x}});  // floats round
  CHECK(std::isinf(floats[3]));
  evaluate_into(floats, "x", {{"x", x}}, {.casting = Casting::wrap});
  CHECK(std::isinf(floats[3]));
  CHECK_THROWS_AS(evaluate_into(bytes, "x", {{"x", x}}, {.casting = Casting::wrap}), Error);
  const std::vector<std::complex<double>> z = {{1e300, -1e300}};
  std::vector<std::complex<float>> narrow(1);
  evaluate_into(narrow, "z", {{"z", z}}, {.casting = Casting::saturate});
  CHECK(narrow[0] ==
        std::complex<float>(std::numeric_limits<float>::max(), -std::numeric_limits<float>::max()));
  CHECK_THROWS_AS(evaluate_into(floats, "z[0]", {{"z", z}}, {.casting = Casting::saturate}), Error);
}

TEST_CASE("engine: every entry point checks what it stores") {
  const std::vector<std::uint8_t> a = {1, 200, 3, 250}, b = {1, 100, 3, 5};
  std::vector<std::uint8_t> out(4), other(4);
  const auto error_of = [](auto&& f) -> std::string {
    try {
      f();
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::overflow);
      return e.what();
    }
    return "";
  };
  const std::string wanted = "uint8 cannot hold 300, the value of 'a + b' at index (1";
  const auto refused = [&](auto&& f) { return error_of(f).find(wanted) == 0; };
  CHECK(refused([&] { evaluate_into(out, "a+b", {{"a", a}, {"b", b}}); }));
  Options checked;
  checked.overflow = Overflow::check;
  CHECK(refused([&] { evaluate_into(out, "a+b", {{"a", a}, {"b", b}}, checked); }));
  const Destination both[] = {other, out};
  CHECK(refused([&] { evaluate_all_into(both, "a, a+b", {{"a", a}, {"b", b}}); }));
  const std::string lazily = error_of([&] { assign(out, lazy(a) * 2); });
  CHECK(lazily.find("uint8 cannot hold 400") == 0);
  CHECK(lazily.find("index (1") != std::string::npos);
  const Function f = compile("a + b", {{"a", uint8}, {"b", uint8}});
  CHECK(refused([&] { f.into(out, {a, b}); }));
  const Function wrapping =
      compile("a + b", {{"a", uint8}, {"b", uint8}}, {.casting = Casting::wrap});
  wrapping.into(out, {a, b});
  CHECK(out == std::vector<std::uint8_t>{2, 44, 6, 255});
  CHECK(refused([&] { evaluate("a+b", {{"a", a}, {"b", b}}, {.dtype = uint8}); }));
  CHECK(evaluate("a+b", {{"a", a}, {"b", b}}, {.casting = Casting::saturate, .dtype = uint8})
            .values<std::uint8_t>()[1] == 255);
  StreamOptions streamed;
  streamed.options.dtype = uint8;
  const StreamBinding bindings[] = {{"a", a}, {"b", b}};
  CHECK(refused([&] { stream("a+b", bindings, {}, streamed); }));
  CHECK(error_of([&] { stream("a+b", bindings, {}, streamed); }).find("destination") ==
        std::string::npos);
  CHECK(evaluate("a[0::2] + b[0::2]", {{"a", a}, {"b", b}}, {.dtype = uint8}).dtype() == uint8);
}

TEST_CASE("engine: results of reductions, products and constants fit their destinations") {
  Engines engines;
  Array m(int32, {40, 40}), wide(int32, {6, 40});
  for (std::int64_t i = 0; i < m.size(); ++i) put(m, i, i % 7);
  put(m, 17 * 40 + 3, 100000);
  for (exec::EngineCore* engine : engines.all()) {
    const std::vector<Binding> vars = {{"m", m}};
    std::vector<std::int16_t> rows(40), square(1600);
    std::int8_t one = 0;
    const ArrayView to_rows(rows.data(), {40});
    CHECK(into(*engine, to_rows, "sum(m, axis=1)", vars, {})
              .find("int16 cannot hold 100116, the value of 'sum(m, axis=1)' at index (17") == 0);
    CHECK(into(*engine, to_rows, "max(m, axis=0)", vars, {})
              .find("int16 cannot hold 100000, the value of 'max(m, axis=0)' at index (3") == 0);
    CHECK(into(*engine, to_rows, "min(m, axis=0)", vars, {}).empty());
    CHECK(into(*engine, ArrayView(square.data(), {40, 40}), "m @ m", vars, {})
              .find("int16 cannot hold") == 0);
    CHECK(into(*engine, ArrayView(square.data(), {40, 40}), "(m % 7) @ (m % 7)", vars, {}).empty());
    CHECK(into(*engine, ArrayView(&one, Dims{}), "sum(m)", vars, {}).find("int8 cannot hold") == 0);
    CHECK(into(*engine, wide.view(), "max(m, axis=1) * int64(m[0, 0] + 1)", vars, {}).empty());
    CHECK(at(wide, 5 * 40 + 17) == 100000);
    // Known before anything is written, and not for what nothing is stored of.
    rows.assign(40, 9);
    CHECK(into(*engine, to_rows, "2**40", {}, {}) ==
          "int16 cannot hold the result, which is 1099511627776; casting='wrap' stores it modulo "
          "2^n, casting='saturate' the nearest value that fits");
    CHECK(into(*engine, to_rows, "n + 0", {{"n", 40000}}, {}).find("int16 cannot hold 40000") == 0);
    CHECK(into(*engine, ArrayView(&one, Dims{}), "m[0, 0] > 3", vars, {}).empty());
    const std::vector<std::int64_t> none;
    std::vector<std::uint8_t> empty;
    CHECK(into(*engine, ArrayView(empty.data(), {0}), "n", {{"n", none}}, {}).empty());
  }
}

TEST_CASE("engine: the error says what a destination holds") {
  std::vector<std::uint8_t> a(1000, 100), b(1000, 1), out(1000);
  b[777] = 200;
  const auto message = [&](auto&& f) -> std::string {
    try {
      f();
    } catch (const Error& e) {
      return e.hint();
    }
    return "";
  };
  CHECK(message([&] {
          evaluate_into(a, "a + b", {{"a", a}, {"b", b}});
        }).find("; the destination is unchanged") != std::string::npos);
  CHECK(a == std::vector<std::uint8_t>(1000, 100));
  CHECK(message([&] {
          evaluate_into(out, "a + b", {{"a", a}, {"b", b}});
        }).find("; the destination holds every element, what does not fit changed") !=
        std::string::npos);
  CHECK(out[776] == 101);
  CHECK(out[777] == 44);
  CHECK(out[999] == 101);
  const Destination two[] = {a, out};
  CHECK(message([&] {
          evaluate_all_into(two, "a, a + b", {{"a", a}, {"b", b}});
        }).find("overlaps an argument is unchanged") != std::string::npos);
}

TEST_CASE("engine: NumPy's promotions keep NumPy's casting") {
  const std::vector<std::int64_t> x = {300, -1};
  std::vector<std::int8_t> narrow(2);
  std::vector<std::uint8_t> bytes(2);
  for (Promotion promotion : {Promotion::numpy, Promotion::numexpr}) {
    Options options;
    options.promotion = promotion;
    evaluate_into(narrow, "x", {{"x", x}}, options);  // same_kind
    CHECK(narrow == std::vector<std::int8_t>{44, -1});
    CHECK_THROWS_AS(evaluate_into(bytes, "x", {{"x", x}}, options), Error);
    options.overflow = Overflow::check;
    CHECK_THROWS_AS(evaluate_into(narrow, "x", {{"x", x}}, options), Error);
    options.casting = Casting::same_kind;
    evaluate_into(narrow, "x", {{"x", x}}, options);
    options.casting = Casting::same_value;
    CHECK_THROWS_AS(evaluate_into(bytes, "x", {{"x", x}}, options), Error);
  }
  // With exact promotion, too, when NumPy's name is asked for.
  evaluate_into(narrow, "x", {{"x", x}}, {.casting = Casting::same_kind});
  CHECK(narrow[0] == 44);
  CHECK_THROWS_AS(evaluate_into(bytes, "x", {{"x", x}}, {.casting = Casting::same_kind}), Error);
  CHECK_THROWS_AS(evaluate_into(bytes, "x * 0.5", {{"x", x}}), Error);
  std::vector<double> wide(2);
  CHECK_THROWS_AS(evaluate_into(wide, "x", {{"x", x}}, {.casting = Casting::no}), Error);
}
