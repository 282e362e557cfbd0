// graph_from_steps on steps that no template makes: folding, malformed lists, random bytes.
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "api/steps.hpp"
#include "catch.hpp"

namespace tl = tightloop;
using tl::DType;
using tl::ErrorCode;
using tl::Op;
using tl::detail::graph_from_steps;
using tl::detail::Step;

namespace {

Step operation(Op op, DType dtype = DType::bool_) {
  Step s;
  s.op = op;
  s.dtype = dtype;
  return s;
}

Step leaf(int i) {
  Step s;
  s.leaf = static_cast<std::uint8_t>(i);
  return s;
}

template <class T>
Step constant(T value, DType dtype) {
  Step s = operation(Op::constant, dtype);
  std::memcpy(s.value, &value, sizeof value);
  return s;
}

Step with(Step s, void (*change)(Step&)) {
  change(s);
  return s;
}

std::string text_of(const std::vector<Step>& steps, std::size_t leaves = 0) {
  const tl::ir::Graph graph = graph_from_steps(steps, leaves);
  return tl::ir::to_text(graph, graph.results.at(0));
}

ErrorCode code_of(const std::vector<Step>& steps, std::size_t leaves) {
  try {
    graph_from_steps(steps, leaves);
  } catch (const tl::Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

}  // namespace

TEST_CASE("api: steps fold a minus into a literal as the parser does") {
  const Step minus = operation(Op::negative);
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  const std::uint64_t top = std::uint64_t{1} << 63;
  CHECK(text_of({constant(std::int64_t{5}, DType::int64), minus}) == "-5");
  CHECK(text_of({constant(std::int64_t{0}, DType::int64), minus}) == "0");
  CHECK(text_of({constant(least, DType::int64), minus}) == "9223372036854775808");
  CHECK(text_of({constant(top, DType::uint64), minus}) == "-9223372036854775808");
  CHECK(text_of({constant(std::uint64_t{5}, DType::uint64), minus}) == "-5");
  CHECK(text_of({constant(2.5, DType::float64), minus, minus}) == "2.5");
  CHECK(text_of({constant(top + 1, DType::uint64), minus}) == "-9223372036854775809");
  const tl::ir::Graph truth =
      graph_from_steps(std::vector<Step>{constant(std::uint64_t{2}, DType::bool_), minus}, 0);
  CHECK(truth[truth.results[0]].op == Op::negative);
  CHECK(truth.constants()[0] == tl::Scalar::of(true));
  const tl::ir::Graph complex = graph_from_steps(
      std::vector<Step>{constant(std::complex<double>(1, -2), DType::complex128), minus}, 0);
  const tl::ir::Node& folded = complex[complex.results[0]];
  REQUIRE(folded.op == Op::constant);
  CHECK(complex.constants()[folded.attr].as<std::complex<double>>() == std::complex<double>(-1, 2));
}

TEST_CASE("api: unsigned literals that int64 holds are int64") {
  const std::vector<Step> steps{constant(std::uint64_t{7}, DType::uint64)};
  CHECK(graph_from_steps(steps, 0).constants()[0] == tl::Scalar::of(std::int64_t{7}));
}

TEST_CASE("api: equal steps become one node") {
  const std::vector<Step> steps{leaf(0),
                                leaf(1),
                                operation(Op::subtract),
                                leaf(0),
                                leaf(1),
                                operation(Op::subtract),
                                operation(Op::multiply)};
  const tl::ir::Graph graph = graph_from_steps(steps, 2);
  CHECK(graph.nodes().size() == 4);
  CHECK(graph.inputs() == std::vector<std::string>{"x0", "x1"});
  const tl::ir::Node& product = graph[graph.results[0]];
  CHECK(product.args[0] == product.args[1]);
}

TEST_CASE("api: malformed steps are refused") {
  const Step add = operation(Op::add);
  const auto bad = [](const std::vector<Step>& steps, std::size_t leaves) {
    return code_of(steps, leaves) == ErrorCode::value;
  };
  CHECK(bad({}, 0));
  CHECK(bad({leaf(0)}, 0));
  CHECK(bad({leaf(0), leaf(1)}, 2));
  CHECK(bad({leaf(0), add}, 1));
  CHECK(bad({add}, 0));
  CHECK(bad({operation(Op::sum)}, 0));
  CHECK(bad({operation(Op::astype)}, 0));
  CHECK(bad({leaf(0), leaf(0), operation(Op::where)}, 1));
  CHECK(bad({leaf(1), leaf(0), add}, 2));
  CHECK(bad({leaf(0)}, 2));
  CHECK(bad({leaf(0), leaf(255), add}, 2));
  CHECK(bad({leaf(0), operation(Op::view)}, 1));
  CHECK(bad({leaf(0), operation(Op::cast)}, 1));
  CHECK(bad({leaf(0), operation(Op::round_half)}, 1));
  CHECK(bad({leaf(0), operation(Op::extent)}, 1));
  CHECK(bad({leaf(0), operation(static_cast<Op>(255))}, 1));
  CHECK(bad({leaf(0), operation(Op::astype, static_cast<DType>(tl::kDTypeCount))}, 1));
  CHECK(bad({constant(1.0F, DType::float32)}, 0));
  CHECK(bad({constant(std::int32_t{1}, DType::int32)}, 0));
  CHECK(bad({leaf(0), with(operation(Op::sum), [](Step& s) { s.axis_count = 17; })}, 1));
  CHECK(bad({leaf(0), with(operation(Op::sum), [](Step& s) { s.keepdims = 2; })}, 1));
  CHECK(bad({leaf(0), with(operation(Op::sum), [](Step& s) { s.all_axes = 9; })}, 1));
  CHECK(bad({leaf(0), with(operation(Op::sum), [](Step& s) { s.masked = 2; })}, 1));
  CHECK(bad({leaf(0), with(operation(Op::sum), [](Step& s) { s.masked = 1; })}, 1));
  CHECK(bad({leaf(0), leaf(0), with(operation(Op::mean), [](Step& s) { s.seeded = 1; })}, 1));
  CHECK(bad({leaf(0), with(operation(Op::sum), [](Step& s) { s.value[0] = 1; })}, 1));
  CHECK(bad({leaf(0), with(operation(Op::var), [](Step& s) { s.value[0] = 0x7ff0ull << 48; })}, 1));
  CHECK(code_of({leaf(0)}, 256) == ErrorCode::limit);
  CHECK(code_of(std::vector<Step>(tl::ir::kMaxNodes + 1, leaf(0)), 1) == ErrorCode::limit);
}

TEST_CASE("api: deep steps need no recursion") {
  std::vector<Step> steps{leaf(0)};
  while (steps.size() + 2 <= tl::ir::kMaxNodes) {
    steps.push_back(leaf(0));
    steps.push_back(operation(steps.size() % 4 == 0 ? Op::add : Op::multiply));
  }
  CHECK(graph_from_steps(steps, 1).nodes().size() > 1000);
}

TEST_CASE("api: random steps give a graph or an Error") {
  std::mt19937 random(21);
  INFO("seed 21");
  int graphs = 0;
  int errors = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<Step> steps(1 + random() % 6);
    for (Step& step : steps) {
      unsigned char bytes[sizeof(Step)] = {};
      for (unsigned char& byte : bytes) {
        if (random() % 20 == 0) byte = static_cast<unsigned char>(random());
      }
      std::memcpy(static_cast<void*>(&step), bytes, sizeof step);
      if (random() % 4 != 0) step.op = static_cast<Op>(random() % (tl::kTableOps + 4));
      if (random() % 3 == 0) step.op = Op::variable;
      if (random() % 8 != 0) {
        step.masked = step.seeded = 0;
        step.keepdims = step.all_axes = step.axis_count = step.leaf = 0;
        step.dtype = static_cast<DType>(step.dtype == DType::bool_ ? 4 : 12);
      }
    }
    try {
      const tl::ir::Graph graph = graph_from_steps(steps, random() % 3);
      CHECK(!tl::ir::to_text(graph, graph.results.at(0)).empty());
      ++graphs;
    } catch (const tl::Error& error) {
      if (error.code() == ErrorCode::internal) FAIL(error.what());
      ++errors;
    }
  }
  CHECK(graphs > 500);
  CHECK(errors > 500);
}
