// Elements in the other byte order: the bits of native ones, by every kind of kernel, compiled and
// interpreted, from every layout and into every layout.
#include <cstring>
#include <string>
#include <vector>

#include "../fuzz/random_arrays.hpp"
#include "api/front.hpp"
#include "base/background.hpp"
#include "catch.hpp"
#include "exec/engine_core.hpp"
#include "plan/loop_plan.hpp"
#include "tightloop/tightloop.hpp"
#include "types/strides.hpp"

namespace {

using namespace tightloop;
using fuzz::Random;

constexpr DType kWide[] = {int16,   uint16,   int32,   uint32,  int64,     uint64,
                           float16, bfloat16, float32, float64, complex64, complex128};

struct Engines {
  exec::EngineCore compiled{std::make_unique<exec::KernelCache>("", "", exec::CompileTime::first),
                            false};
  exec::EngineCore interpreted{
      std::make_unique<exec::KernelCache>("", "", exec::CompileTime::background, 1 << 30), false};
  exec::EngineCore reference{exec::EngineCore::Kind::reference};
  std::vector<exec::EngineCore*> all() {
    if (cache_info().backend != "jit") return {&reference};
    return {&compiled, &interpreted, &reference};
  }
  ~Engines() { base::wait_for_background(); }
};

/// How a matrix lies in memory.
enum class Lay { gapless, odd_address, by_column, every_second, every_seventh, backwards };
constexpr Lay kLayouts[] = {Lay::gapless,      Lay::odd_address,   Lay::by_column,
                            Lay::every_second, Lay::every_seventh, Lay::backwards};

/// Memory with a view of it; what lies between the elements stays as it is.
struct Memory {
  Memory(DType t, const Dims& shape, Lay lay, ByteOrder order) {
    const auto item = static_cast<std::int64_t>(itemsize(t));
    Dims strides = c_strides(shape, itemsize(t));
    const int last = shape.size() - 1;
    std::int64_t elements = 1, offset = 0;
    for (std::int64_t e : shape) elements *= e;
    bytes.assign(static_cast<std::size_t>(elements * 7 * item + 1), 0x5a);
    switch (lay) {
      case Lay::gapless: break;
      case Lay::odd_address: offset = 1; break;
      case Lay::by_column:
        for (int d = 0; d <= last; ++d) strides[d] = d == 0 ? item : strides[d - 1] * shape[d - 1];
        break;
      case Lay::every_second:
      case Lay::every_seventh:
        for (std::int64_t& s : strides) s *= lay == Lay::every_second ? 2 : 7;
        break;
      case Lay::backwards:
        offset = (elements - 1) * item;
        for (std::int64_t& s : strides) s = -s;
        break;
    }
    view = ArrayView(static_cast<void*>(bytes.data() + offset), t, shape, strides, order);
  }
  std::vector<unsigned char> bytes;
  ArrayView view;
};

Array numbers(Random& random, DType t, const Dims& shape) {
  Array a(t, shape);
  std::vector<double> values(static_cast<std::size_t>(a.size()));
  for (double& v : values) {
    v = is_integer(t) ? random.below(20'000) : (random.below(4'000) - 2'000) / 64.0;
  }
  const ArrayView all(values.data(), float64, shape, c_strides(shape, 8));
  Options options;
  options.casting = Casting::unsafe;
  evaluate_into(a, is_complex(t) ? "v + v[..., ::-1] * 1j" : "v", {{"v", all}}, options);
  return a;
}

/// Evaluates into `out` with an engine.
void into(exec::EngineCore& engine, const ArrayView& out, const std::string& text,
          const ArrayView& x, const ArrayView& y) {
  const Arg values[] = {x, y};
  const std::vector<detail::Variable> variables = {{"x", &values[0]}, {"y", &values[1]}};
  const Destination to(out);
  Options options;
  options.threads = 1;
  const auto prepared = detail::prepare({text, {}}, variables, {&to, 1}, options, engine);
  std::vector<const Arg*> args;
  for (std::uint32_t at : prepared->argument_of_input) args.push_back(variables[at].value);
  const ArrayView* views[] = {&out};
  prepared->program->call_into(views, args, options);
}

std::vector<unsigned char> bits(const ArrayView& view) {
  Array plain(view.dtype(), view.shape());
  copy_elements(plain.view(), view);
  const auto* from = static_cast<const unsigned char*>(plain.data());
  return {from, from + static_cast<std::size_t>(plain.size()) * itemsize(plain.dtype())};
}

/// One text by one engine: native operands and result, then all of them in the other order, and
/// some of them.
void check(exec::EngineCore& engine, const std::string& text, DType t, const Array& x,
           const Array& y, Lay lay, Lay to, std::size_t turn) {
  constexpr ByteOrder kOrders[] = {ByteOrder::native, ByteOrder::swapped};
  const Array shape_of = evaluate(text, {{"x", x}, {"y", y}});
  std::vector<unsigned char> want;
  for (const int mask : {0, 7, 1 + static_cast<int>(turn % 6)}) {
    Memory left(t, x.shape(), lay, kOrders[mask & 1]);
    Memory right(t, y.shape(), lay, kOrders[mask >> 1 & 1]);
    Memory out(shape_of.dtype(), shape_of.shape(), to, kOrders[mask >> 2]);
    copy_elements(left.view, x.view());
    copy_elements(right.view, y.view());
    const std::vector<unsigned char> before = out.bytes;
    into(engine, out.view, text, left.view, right.view);
    const std::vector<unsigned char> got = bits(out.view);
    if (mask == 0) want = got;
    INFO(text << " of " << name(t) << ", layout " << static_cast<int>(lay) << " into "
              << static_cast<int>(to) << ", byte orders " << mask);
    CHECK((got == want));
    // Nothing but the elements is written.
    const std::size_t written =
        static_cast<std::size_t>(shape_of.size()) * itemsize(shape_of.dtype());
    std::size_t changed = 0;
    for (std::size_t i = 0; i < before.size(); ++i) changed += before[i] != out.bytes[i] ? 1 : 0;
    CHECK(changed <= written);
  }
}

std::vector<std::string> texts_of(DType t) {
  std::vector<std::string> texts = {
      "x",
      "x * 2 + y",
      "sum(x, axis=1)",
      "sum(x * y)",
      "mean(x, axis=0)",
      "var(x, axis=0)",
      "var(x, axis=1)",
      "x - mean(x, axis=1, keepdims=True)",
      "x + y[0]",
      "x + y[:, :1]",
      "x[:, ::2] + y[:, ::2]",
      "x[:, ::-3] + 1",
      "x[::3, ::9] + 1",
      "transpose(x) + y[0, 0]",
      "x @ transpose(y)",
      "x[:8, :8] @ y[:8, :8]",
      "x[:, :5] @ y[:5, :24]",
      "sum(x, axis=1, keepdims=True) + y[:, :2]",
  };
  if (is_complex(t)) return texts;
  for (const char* more :
       {"max(x, axis=0)", "min(x, axis=1)", "max(x)", "argmax(x, axis=0)", "argmin(x, axis=1)",
        "where(x > y, x, y)", "any(x > 100 * y, axis=0)", "exp(x / 40000)"}) {
    texts.push_back(more);
  }
  return texts;
}

}  // namespace

TEST_CASE("engine: elements in the other byte order give the bits of native ones") {
  Engines engines;
  Random random(51);
  std::size_t turn = 0;
  for (DType t : kWide) {
    const Array x = numbers(random, t, {37, 53}), y = numbers(random, t, {37, 53});
    for (const std::string& text : texts_of(t)) {
      for (exec::EngineCore* engine : engines.all()) {
        for (int layouts = 0; layouts < 2; ++layouts, ++turn) {
          const Lay lay = kLayouts[turn % std::size(kLayouts)];
          const Lay to = kLayouts[turn / 5 % std::size(kLayouts)];
          check(*engine, text, t, x, y, lay, to, turn);
        }
      }
    }
  }
}

TEST_CASE("engine: many elements in the other byte order, and rows that are one") {
  Engines engines;
  Random random(52);
  for (DType t : {uint16, int32, float32, float64, complex128}) {
    const Dims shape = {700, static_cast<std::int64_t>(12'000 / itemsize(t))};
    const Array x = numbers(random, t, shape), y = numbers(random, t, shape);
    for (const char* text : {"x + y", "sum(x, axis=0)", "sum(x, axis=1)", "mean(x * y)"}) {
      check(*engines.all()[0], text, t, x, y, Lay::gapless, Lay::gapless, 0);
    }
  }
  const std::vector<float> row = {1, 2, 3, 4, 5};
  std::vector<float> reversed = row;
  for (float& v : reversed) {
    std::uint32_t word;
    std::memcpy(&word, &v, 4);
    word = __builtin_bswap32(word);
    std::memcpy(&v, &word, 4);
  }
  const ArrayView all(static_cast<const void*>(reversed.data()), float32, {300, 5}, {0, 4},
                      ByteOrder::swapped);
  CHECK(evaluate("sum(x)", {{"x", all}}).item<float>() == 4500);
  CHECK(evaluate("max(x, axis=0)[3]", {{"x", all}}).item<float>() == 4);
}

TEST_CASE("engine: operands in the other byte order take the loops of native ones") {
  const Dims shape = {4000, 2000}, strides = {8000, 4};
  std::vector<unsigned char> memory(64);
  const auto plan_of = [&](const char* text, ByteOrder order) {
    const ArrayView x(static_cast<const void*>(memory.data()), float32, shape, strides, order);
    return explain(text, {{"x", x}});
  };
  for (const char* text : {"mean(x, axis=0)", "sum(x, axis=1)", "var(x)", "x * 2", "x[:, ::9]"}) {
    std::string swapped = plan_of(text, ByteOrder::swapped);
    CHECK(swapped != plan_of(text, ByteOrder::native));
    for (std::size_t at; (at = swapped.find(" swapped")) != std::string::npos;) {
      swapped.erase(at, std::strlen(" swapped"));
    }
    CHECK(swapped == plan_of(text, ByteOrder::native));
  }
}
