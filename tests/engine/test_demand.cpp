// Bounds of a call: how many elements its loops compute and how many bytes it takes, in text,
// templates, prepared functions, destinations and streams, refused before anything is done.
#include "catch.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

template <class F>
void refused(const F& f, const std::string& part) {
  try {
    f();
    FAIL("it is not refused: " << part);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::limit);
    INFO(e.message());
    CHECK(e.message().find(part) != std::string::npos);
  }
}

Options elements(std::uint64_t most) {
  Options o;
  o.most_elements = most;
  return o;
}

Options bytes(std::uint64_t most) {
  Options o;
  o.most_bytes = most;
  return o;
}

}  // namespace

TEST_CASE("engine: a call that would compute too much is refused before it starts") {
  const std::vector<double> five{1, 2, 3, 4, 5};
  const std::vector<Binding> vars{{"a", five}};
  const char* large = "broadcast_to(a[0], (100000, 1048576)) * 2.5";  // 839 GB
  refused([&] { evaluate(large, Bindings(vars), elements(1'000'000)); },
          "compute 104857600000 elements, and most_elements allows 1000000");
  refused([&] { evaluate(large, Bindings(vars), bytes(1 << 20)); },
          "take 838860800000 bytes, and most_bytes allows 1048576");
  refused([&] { evaluate("sum(a)", Bindings(vars), elements(4)); }, "compute 5 elements");
  CHECK(evaluate("sum(a)", Bindings(vars), elements(5)).item<double>() == 15);
  refused([&] { evaluate("a + 1", Bindings(vars), bytes(39)); }, "take 40 bytes");
  CHECK(evaluate("a + 1", Bindings(vars), bytes(40)).size() == 5);
}

TEST_CASE("engine: products count their multiplications, and what loops keep its bytes") {
  const std::vector<double> m(20 * 30, 1), n(30 * 10, 2);
  const std::vector<Binding> vars{{"m", ArrayView(m.data(), Dims{20, 30})},
                                  {"n", ArrayView(n.data(), Dims{30, 10})}};
  refused([&] { evaluate("m @ n", Bindings(vars), elements(5999)); }, "compute 6000 elements");
  CHECK(evaluate("(m @ n)[0, 0]", Bindings(vars), elements(6001)).item<double>() == 60);
  // The column means are kept for the second loop.
  const Array kept = evaluate("m - mean(m, axis=0)", Bindings(vars), bytes(8 * (600 + 30)));
  CHECK(kept.size() == 600);
  refused([&] { evaluate("m - mean(m, axis=0)", Bindings(vars), bytes(8 * 600 - 1)); }, "take ");
}

TEST_CASE("engine: every way to call is bounded") {
  std::vector<float> x(1000, 1), out(1000);
  refused([&] { evaluate_into(out, "x * 2", {{"x", x}}, elements(999)); }, "1000 elements");
  evaluate_into(out, "x * 2", {{"x", x}}, bytes(1));  // it is the caller's memory
  CHECK(out[999] == 2);
  // An overlapping destination is computed into a copy.
  const ArrayView all(x.data(), Dims{1000}),
      backwards(x.data() + 999, DType::float32, Dims{1000}, Dims{-4});
  refused([&] { evaluate_into(all, "b * 2", {{"b", backwards}}, bytes(3999)); }, "4000 bytes");
  CHECK(x[0] == 1);
  refused([&] { assign(all, lazy(x) * 2, elements(10)); }, "1000 elements");
  const Function f = compile("x * 2", {{"x", float32}}, elements(10));
  refused([&] { f({x}); }, "1000 elements");
  StreamOptions options;
  options.options = elements(10);
  const std::vector<StreamBinding> vars{{"x", Arg(x)}};
  refused([&] { stream("x * 2", vars, {}, options); }, "1000 elements");
}
