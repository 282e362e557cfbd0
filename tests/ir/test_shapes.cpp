// Shape inference and its errors, and strided views against arrays of element numbers.
#include "ir/shapes.hpp"

#include <limits>
#include <numeric>
#include <optional>
#include <random>

#include "catch.hpp"
#include "typing/typed.hpp"

using namespace tightloop;
using ir::Layout;
using ir::ReduceSpec;
using ir::SliceItem;
using ir::ViewSpec;
using Kind = ir::SliceItem::Kind;

namespace {

/// An array that holds the byte offset of each of its elements: what a view is checked against.
struct Model {
  Dims shape;
  std::vector<std::int64_t> elements;  // C order
};

std::int64_t size_of(const Dims& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// Calls f with every index of a shape, in C order.
template <class F>
void each_index(const Dims& shape, F f) {
  const std::int64_t n = size_of(shape);
  for (std::int64_t k = 0; k < n; ++k) {
    Dims index = shape;
    std::int64_t rest = k;
    for (int i = shape.size(); i-- > 0;) {
      index[i] = rest % shape[i];
      rest /= shape[i];
    }
    f(index);
  }
}

std::int64_t flat(const Dims& shape, const Dims& index) {
  std::int64_t k = 0;
  for (int i = 0; i < shape.size(); ++i) k = k * shape[i] + index[i];
  return k;
}

std::vector<std::int64_t> enumerate(const Layout& layout) {
  std::vector<std::int64_t> out;
  each_index(layout.shape, [&](const Dims& index) {
    std::int64_t at = layout.offset;
    for (int i = 0; i < index.size(); ++i) at += index[i] * layout.strides[i];
    out.push_back(at);
  });
  return out;
}

/// The positions that a slice selects of n, by walking.
std::vector<std::int64_t> selected(const SliceItem& s, std::int64_t n) {
  const std::int64_t step = s.step.value_or(1);
  const auto from_end = [n](std::int64_t i) { return i < 0 ? i + n : i; };
  std::vector<std::int64_t> out;
  if (step > 0) {
    const std::int64_t stop = s.stop ? from_end(*s.stop) : n;
    for (std::int64_t p = std::max<std::int64_t>(s.start ? from_end(*s.start) : 0, 0);
         p < std::min(stop, n); p += step) {
      out.push_back(p);
    }
  } else {
    const std::int64_t stop = s.stop ? std::max<std::int64_t>(from_end(*s.stop), -1) : -1;
    for (std::int64_t p = std::min(s.start ? from_end(*s.start) : n - 1, n - 1); p > stop;
         p += step) {
      out.push_back(p);
    }
  }
  return out;
}

Model sliced(const Model& m, const ViewSpec& spec) {
  int used = 0;
  for (const SliceItem& item : spec.items) {
    used += item.kind == Kind::index || item.kind == Kind::range;
  }
  struct Axis {
    int source;  // -1: a new axis
    std::vector<std::int64_t> positions;
    bool kept;
  };
  std::vector<Axis> axes;
  int at = 0;
  const auto whole = [&] {
    std::vector<std::int64_t> all(static_cast<std::size_t>(m.shape[at]));
    std::iota(all.begin(), all.end(), 0);
    axes.push_back({at++, all, true});
  };
  for (const SliceItem& item : spec.items) {
    if (item.kind == Kind::new_axis) axes.push_back({-1, {0}, true});
    if (item.kind == Kind::ellipsis) {
      for (int k = m.shape.size() - used; k > 0; --k) whole();
    }
    if (item.kind == Kind::index) {
      const std::int64_t i = *item.start;
      axes.push_back({at, {i < 0 ? i + m.shape[at] : i}, false});
      ++at;
    }
    if (item.kind == Kind::range) {
      axes.push_back({at, selected(item, m.shape[at]), true});
      ++at;
    }
  }
  while (at < m.shape.size()) whole();
  Model out;
  for (const Axis& a : axes) {
    if (a.kept) out.shape.push_back(static_cast<std::int64_t>(a.positions.size()));
  }
  std::vector<std::int64_t> sizes;
  for (const Axis& a : axes) sizes.push_back(static_cast<std::int64_t>(a.positions.size()));
  each_index(Dims(std::span<const std::int64_t>(sizes)), [&](const Dims& index) {
    Dims source = m.shape;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      const auto p = static_cast<std::size_t>(index[static_cast<int>(a)]);
      if (axes[a].source >= 0) source[axes[a].source] = axes[a].positions[p];
    }
    out.elements.push_back(m.elements[static_cast<std::size_t>(flat(m.shape, source))]);
  });
  return out;
}

Model transposed(const Model& m) {
  Model out;
  for (int i = m.shape.size(); i-- > 0;) out.shape.push_back(m.shape[i]);
  each_index(out.shape, [&](const Dims& index) {
    Dims source;
    for (int i = index.size(); i-- > 0;) source.push_back(index[i]);
    out.elements.push_back(m.elements[static_cast<std::size_t>(flat(m.shape, source))]);
  });
  return out;
}

Model stretched(const Model& m, const Dims& to) {
  Model out;
  out.shape = to;
  each_index(to, [&](const Dims& index) {
    Dims source = m.shape;
    const int shift = to.size() - m.shape.size();
    for (int i = 0; i < m.shape.size(); ++i) {
      source[i] = m.shape[i] == 1 ? 0 : index[i + shift];
    }
    out.elements.push_back(m.elements[static_cast<std::size_t>(flat(m.shape, source))]);
  });
  return out;
}

/// True where elements in that shape lie at an offset plus a stride per axis.
bool has_strides(const Dims& shape, const std::vector<std::int64_t>& elements) {
  if (elements.empty()) return true;
  Layout guess{shape, shape, elements[0]};
  for (int i = 0; i < shape.size(); ++i) {
    Dims unit = shape;
    for (std::int64_t& u : unit) u = 0;
    if (shape[i] > 1) unit[i] = 1;
    guess.strides[i] = elements[static_cast<std::size_t>(flat(shape, unit))] - elements[0];
  }
  return enumerate(guess) == elements;
}

Layout c_layout(const Dims& shape, std::int64_t item) {
  Layout out{shape, shape, 0};
  for (int i = shape.size(); i-- > 0;) {
    out.strides[i] = item;
    item *= shape[i];
  }
  return out;
}

ViewSpec reshape_to(std::vector<std::int64_t> dims) {
  ViewSpec spec;
  spec.kind = ViewSpec::Kind::reshape;
  spec.dims = std::move(dims);
  return spec;
}

ViewSpec broadcast_spec(std::vector<std::int64_t> dims) {
  ViewSpec spec;
  spec.kind = ViewSpec::Kind::broadcast_to;
  spec.dims = std::move(dims);
  return spec;
}

SliceItem range_item(std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
                     std::optional<std::int64_t> step = {}) {
  return {Kind::range, start, stop, step};
}

ViewSpec slice(std::vector<SliceItem> items) {
  ViewSpec spec;
  spec.items = std::move(items);
  return spec;
}

using Shapes = std::vector<Dims>;

Dims shape_of(std::string_view text, const Shapes& inputs) {
  std::vector<typing_test::Variable> variables;
  constexpr std::string_view names[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < inputs.size(); ++i) variables.push_back({names[i], DType::float32});
  const ir::TypedGraph g = typing_test::type_text(text, variables, typing_test::exact_policy());
  REQUIRE(g.inputs.size() == inputs.size());
  return ir::infer_shapes(g, inputs)[g.results[0]];
}

std::string error_of(std::string_view text, const Shapes& inputs,
                     ErrorCode code = ErrorCode::shape) {
  try {
    shape_of(text, inputs);
  } catch (const Error& e) {
    CHECK(e.code() == code);
    CHECK(e.span().begin < e.span().end);
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("ir: slices of one axis select what Python selects") {
  const std::int64_t big = std::numeric_limits<std::int64_t>::max();
  const std::int64_t small = std::numeric_limits<std::int64_t>::min();
  std::vector<std::optional<std::int64_t>> ends = {std::nullopt, big, small, small + 1};
  for (std::int64_t i = -7; i <= 7; ++i) ends.push_back(i);
  int wrong = 0;
  for (std::int64_t n = 0; n <= 5; ++n) {
    Model m{Dims{n}, {}};
    for (std::int64_t i = 0; i < n; ++i) m.elements.push_back(4 * i);
    for (const auto& start : ends) {
      for (const auto& stop : ends) {
        for (std::int64_t step : {1, 2, 3, 9, -1, -2, -3, -9}) {
          const ViewSpec spec = slice({range_item(start, stop, step)});
          const Layout v = ir::apply_view(spec, c_layout(Dims{n}, 4), {});
          const Model expected = sliced(m, spec);
          wrong += !(v.shape == expected.shape && enumerate(v) == expected.elements);
        }
      }
    }
  }
  CHECK(wrong == 0);
  const Layout last = ir::apply_view(slice({range_item({}, {}, small)}), c_layout(Dims{4}, 8), {});
  CHECK(enumerate(last) == std::vector<std::int64_t>{24});
  const Layout first = ir::apply_view(slice({range_item({}, {}, big)}), c_layout(Dims{4}, 8), {});
  CHECK(enumerate(first) == std::vector<std::int64_t>{0});
}

TEST_CASE("ir: chains of random views agree with the element model") {
  const unsigned seed = 4711;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<unsigned>(high - low + 1));
  };
  int refused = 0;
  for (int round = 0; round < 4000; ++round) {
    Dims shape;
    for (std::int64_t i = pick(0, 3); i > 0; --i) shape.push_back(pick(1, 4));
    Layout layout = c_layout(shape, 2);
    Model m{shape, enumerate(layout)};
    for (int step = 0; step < 4; ++step) {
      ViewSpec spec;
      const std::int64_t kind = pick(0, 3);
      if (kind == 0) {
        for (int i = 0; i < m.shape.size(); ++i) {
          const std::int64_t what = pick(0, 6);
          const std::int64_t n = m.shape[i];
          if (what == 0 && spec.items.size() < 8)
            spec.items.push_back({Kind::new_axis, {}, {}, {}});
          if (what == 1 && n > 0) {
            spec.items.push_back({Kind::index, pick(-n, n - 1), {}, {}});
          } else if (what == 2) {
            spec.items.push_back({Kind::ellipsis, {}, {}, {}});
            break;
          } else {
            const std::int64_t s = pick(1, 2) * (pick(0, 1) == 0 ? 1 : -1);
            spec.items.push_back(range_item(pick(-5, 5), pick(-5, 5), s));
            if (pick(0, 2) != 0) spec.items.back() = range_item({}, {}, s);
          }
        }
        m = sliced(m, spec);
      } else if (kind == 1) {
        spec.kind = ViewSpec::Kind::transpose;
        m = transposed(m);
      } else if (kind == 2) {
        spec = broadcast_spec({});
        Dims to;
        for (std::int64_t i = m.shape.size() < 4 ? pick(0, 1) : 0; i > 0; --i) to.push_back(2);
        for (std::int64_t d : m.shape) to.push_back(d == 1 ? pick(1, 3) : d);
        spec.dims.assign(to.begin(), to.end());
        m = stretched(m, to);
      } else {
        std::int64_t rest = size_of(m.shape);
        if (rest == 0) break;
        for (std::int64_t d : {2, 3, 1, 2}) {
          if (pick(0, 1) == 0 || rest % d != 0) continue;
          spec.dims.push_back(d);
          rest /= d;
        }
        spec.dims.push_back(pick(0, 1) == 0 ? -1 : rest);
        spec.kind = ViewSpec::Kind::reshape;
        Dims to(std::span<const std::int64_t>(spec.dims));
        to[to.size() - 1] = rest;
        const bool possible = has_strides(to, m.elements);
        if (!possible) {
          ++refused;
          CHECK_THROWS_AS(ir::apply_view(spec, layout, {}), Error);
          break;
        }
        m.shape = to;
      }
      layout = ir::apply_view(spec, layout, {});
      REQUIRE(layout.shape == m.shape);
      REQUIRE(enumerate(layout) == m.elements);
      if (m.shape.size() > 6 || m.elements.size() > 400) break;
    }
  }
  CHECK(refused > 50);
}

TEST_CASE("ir: elementwise shapes broadcast") {
  CHECK(shape_of("a + b", {{3, 4}, {4}}) == Dims{3, 4});
  CHECK(shape_of("a + b", {{3, 1}, {1, 4}}) == Dims{3, 4});
  CHECK(shape_of("a + b", {{0, 1}, {5}}) == Dims{0, 5});
  CHECK(shape_of("a + b", {{1}, {0}}) == Dims{0});
  CHECK(shape_of("a + 1", {Dims{}}) == Dims{});
  CHECK(shape_of("where(a > 0, b, c)", {{2, 1, 1}, {3, 1}, {4}}) == Dims{2, 3, 4});
  CHECK(shape_of("a + sum(b)", {{2}, {7, 7}}) == Dims{2});
  CHECK(error_of("a - b", {{3, 4}, {5}}) == "operands of '-' do not broadcast: (3, 4) and (5,)");
  CHECK(error_of("maximum(a, b)", {{2}, {3}}) ==
        "operands of 'maximum' do not broadcast: (2,) and (3,)");
  CHECK(error_of("a * b", {{1 << 20, 1, 1 << 20, 1}, {1 << 20, 1, 1 << 20}})
            .find("more than 2^63 elements") != std::string::npos);
}

TEST_CASE("ir: reductions drop or keep axes") {
  const Shapes a = {{2, 3, 4}};
  CHECK(shape_of("sum(a)", a) == Dims{});
  CHECK(shape_of("sum(a, axis=0)", a) == Dims{3, 4});
  CHECK(shape_of("sum(a, axis=-1)", a) == Dims{2, 3});
  CHECK(shape_of("sum(a, axis=(0, -1))", a) == Dims{3});
  CHECK(shape_of("sum(a, axis=(0, -1), keepdims=True)", a) == Dims{1, 3, 1});
  CHECK(shape_of("mean(a, axis=1, keepdims=True)", a) == Dims{2, 1, 4});
  CHECK(shape_of("sum(a, keepdims=True)", a) == Dims{1, 1, 1});
  CHECK(shape_of("sum(a, axis=())", a) == Dims{2, 3, 4});
  CHECK(shape_of("sum(a, axis=0)", {{0, 3}}) == Dims{3});
  CHECK(shape_of("max(a, axis=1)", {{0, 3}}) == Dims{0});
  CHECK(error_of("sum(a, axis=3)", a).find("axis 3 is out of range") == 0);
  CHECK(error_of("sum(a, axis=-4)", a).find("axis -4 is out of range") == 0);
  CHECK(error_of("sum(a, axis=(1, -2))", a) == "axis -2 is given twice");
  CHECK(error_of("max(a, axis=0)", {{0, 3}}, ErrorCode::value).find("'max' of no elements") == 0);
  CHECK(error_of("min(a)", {{0}}, ErrorCode::value).find("(0,)") != std::string::npos);
  ReduceSpec all;
  CHECK(ir::reduced_axes(all, 16, {}) == 0xffffu);
  CHECK(ir::reduced_axes(all, 0, {}) == 0u);
}

TEST_CASE("ir: views of computed values go by shape") {
  CHECK(shape_of("(a + b)[1:, ::2]", {{3, 4}, {4}}) == Dims{2, 2});
  CHECK(shape_of("(a*2)[::-1].T", {{3, 4}}) == Dims{4, 3});
  CHECK(shape_of("reshape(a.T, (2, 6))", {{3, 4}}) == Dims{2, 6});
  CHECK(shape_of("reshape(a, (-1,))", {{3, 4}}) == Dims{12});
  CHECK(shape_of("broadcast_to(a, (5, 3))", {{3}}) == Dims{5, 3});
  CHECK(shape_of("a[None, ..., 0]", {{3, 4}}) == Dims{1, 3});
  CHECK(shape_of("a[-1]", {{3, 4}}) == Dims{4});
  CHECK(error_of("reshape(a, (5, 2))", {{3, 4}}) == "cannot reshape (3, 4) to (5, 2)");
  CHECK(error_of("reshape(a, (5, -1))", {{3, 4}}) == "cannot reshape (3, 4) to (5, -1)");
  CHECK(error_of("broadcast_to(a, (3, 5))", {{3}}) == "cannot broadcast (3,) to (3, 5)");
  CHECK(error_of("broadcast_to(a, (3,))", {{2, 3}}) == "cannot broadcast (2, 3) to (3,)");
  CHECK(error_of("a[5]", {{3, 4}}) == "index 5 is out of bounds for axis 0 with size 3");
  CHECK(error_of("a[0, -5]", {{3, 4}}) == "index -5 is out of bounds for axis 1 with size 4");
  CHECK(error_of("a[0, 0, 0]", {{3, 4}}) ==
        "too many indices: the array has 2 axes, but 3 are indexed");
}

TEST_CASE("ir: layouts of views") {
  const Layout base = c_layout(Dims{3, 4}, 8);
  ViewSpec transpose;
  transpose.kind = ViewSpec::Kind::transpose;
  const Layout t = ir::apply_view(transpose, base, {});
  CHECK(t.strides == Dims{8, 32});
  CHECK_THROWS_AS(ir::apply_view(reshape_to({12}), t, {}), Error);
  CHECK(ir::apply_view(reshape_to({2, 2, 3}), t, {}).strides == Dims{16, 8, 32});
  CHECK(ir::apply_view(reshape_to({0, 7}), c_layout(Dims{3, 0}, 8), {}).shape == Dims{0, 7});
  CHECK(ir::apply_view(reshape_to({}), c_layout(Dims{1, 1}, 8), {}).shape == Dims{});
  CHECK(ir::apply_view(reshape_to({1, 1}), c_layout(Dims{}, 8), {}).shape == Dims{1, 1});
  CHECK_THROWS_AS(ir::apply_view(reshape_to({-1, -1}), base, {}), Error);
  CHECK_THROWS_AS(ir::apply_view(reshape_to({-2, 6}), base, {}), Error);
  CHECK_THROWS_AS(ir::apply_view(reshape_to({-1, 0}), c_layout(Dims{0}, 8), {}), Error);
  CHECK_THROWS_AS(
      ir::apply_view(reshape_to(std::vector<std::int64_t>(17, 1)), c_layout(Dims{1}, 8), {}),
      Error);
  CHECK_THROWS_AS(
      ir::apply_view(reshape_to({std::int64_t{1} << 40, std::int64_t{1} << 40}), base, {}), Error);
  const Layout b = ir::broadcast_to(c_layout(Dims{3, 1}, 4), Dims{2, 3, 5});
  CHECK(b.strides == Dims{0, 4, 0});
  CHECK_THROWS_AS(ir::apply_view(broadcast_spec({-1}), c_layout(Dims{1}, 8), {}), Error);
  CHECK_THROWS_AS(ir::apply_view(slice({range_item({}, {}, 0)}), base, {}), Error);
  const std::vector<SliceItem> many(17, SliceItem{Kind::new_axis, {}, {}, {}});
  CHECK_THROWS_AS(ir::apply_view(slice(many), base, {}), Error);
  const std::vector<SliceItem> dots(2, SliceItem{Kind::ellipsis, {}, {}, {}});
  CHECK_THROWS_AS(ir::apply_view(slice(dots), base, {}), Error);
  CHECK(to_string(Dims{}) == "()");
  CHECK(to_string(Dims{3}) == "(3,)");
  CHECK(to_string(Dims{3, 4}) == "(3, 4)");
}
