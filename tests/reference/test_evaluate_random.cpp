// Random typed graphs of views, sums and reductions against an evaluation that makes every node a
// full array, in int64.
#include <numeric>
#include <random>

#include "catch.hpp"
#include "reference/typed_builder.hpp"

using namespace tightloop;
using namespace tightloop::reference;

namespace {

using Values = std::vector<std::int64_t>;

std::int64_t count_of(const Dims& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

Dims index_of(std::int64_t number, const Dims& shape) {
  Dims index = shape;
  for (int i = shape.size(); i-- > 0; number /= shape[i]) index[i] = number % shape[i];
  return index;
}

std::int64_t read(const Values& values, const ir::Layout& layout, const Dims& index) {
  std::int64_t at = layout.offset;
  for (int i = 0; i < index.size(); ++i) at += index[i] * layout.strides[i];
  return values[static_cast<std::size_t>(at)];
}

Values read_all(const Values& values, const ir::Layout& layout) {
  Values out;
  for (std::int64_t i = 0; i < count_of(layout.shape); ++i) {
    out.push_back(read(values, layout, index_of(i, layout.shape)));
  }
  return out;
}

ir::Layout plain(const Dims& shape) {
  return {shape, c_strides(shape, 1), 0};
}

/// Evaluates every node into a full array.
class FullArrays {
 public:
  explicit FullArrays(const TypedBuilder& g) : g_(g), shapes_(g.shapes()) {
    for (NodeId id = 0; id < g.graph.nodes.size(); ++id) values_.push_back(evaluate(id));
  }
  const Values& operator[](NodeId id) const { return values_[id]; }

 private:
  Values evaluate(NodeId id) const {
    const ir::TypedNode& node = g_.graph.nodes[id];
    if (node.op == Op::variable) {
      const auto* from = static_cast<const std::int64_t*>(g_.inputs[node.attr].view.data());
      return {from, from + count_of(shapes_[id])};
    }
    const NodeId x = node.args[0];
    if (node.op == Op::view) {
      const ir::ViewSpec& spec = g_.graph.views[node.attr];
      if (spec.kind == ir::ViewSpec::Kind::reshape) return values_[x];
      return read_all(values_[x], ir::apply_view(spec, plain(shapes_[x]), {}));
    }
    if (node.op == Op::sum) return sum(node, id);
    const NodeId y = node.args[1];
    Values a = read_all(values_[x], ir::broadcast_to(plain(shapes_[x]), shapes_[id]));
    const Values b = read_all(values_[y], ir::broadcast_to(plain(shapes_[y]), shapes_[id]));
    for (std::size_t i = 0; i < a.size(); ++i) {
      const auto left = static_cast<std::uint64_t>(a[i]), right = static_cast<std::uint64_t>(b[i]);
      a[i] = static_cast<std::int64_t>(node.op == Op::add ? left + right : left * right);
    }
    return a;
  }
  Values sum(const ir::TypedNode& node, NodeId id) const {
    const Dims& from = shapes_[node.args[0]];
    const std::uint32_t axes = ir::reduced_axes(g_.graph.reduces[node.attr], from.size(), {});
    Dims kept;
    for (int i = 0; i < from.size(); ++i) {
      if ((axes >> i & 1) == 0) kept.push_back(from[i]);
    }
    Values totals(static_cast<std::size_t>(count_of(shapes_[id])), 0);
    for (std::int64_t n = 0; n < count_of(from); ++n) {
      const Dims index = index_of(n, from);
      std::int64_t at = 0;
      for (int i = 0; i < from.size(); ++i) {
        if ((axes >> i & 1) == 0) at = at * from[i] + index[i];
      }
      auto& total = totals[static_cast<std::size_t>(at)];
      const std::int64_t x = values_[node.args[0]][static_cast<std::size_t>(n)];
      total = static_cast<std::int64_t>(static_cast<std::uint64_t>(total) +
                                        static_cast<std::uint64_t>(x));
    }
    return totals;
  }

  const TypedBuilder& g_;
  std::vector<Dims> shapes_;
  std::vector<Values> values_;
};

/// Grows a graph node by node.
class RandomGraph {
 public:
  explicit RandomGraph(std::uint64_t seed) : random_(seed), input_(360) {
    for (std::int64_t& x : input_) x = static_cast<std::int64_t>(random_() >> 40);
    for (const Dims& shape : {Dims{4, 6}, Dims{6}, Dims{2, 3, 4}, Dims{5, 1, 6}}) {
      g.array(ArrayView(input_.data(), shape));
    }
  }
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  void grow() {
    const auto x = static_cast<NodeId>(below(static_cast<int>(g.graph.nodes.size())));
    const std::vector<Dims> shapes = g.shapes();
    const Dims& shape = shapes[x];
    switch (below(6)) {
      case 0: g.transpose(x); break;
      case 1: g.slice(x, random_items(shape)); break;
      case 2: g.reshape(x, random_shape(count_of(shape))); break;
      case 3:
        if (shape.size() != 0 && count_of(shape) != 0) {
          g.reduce(Op::sum, int64, x, {below(shape.size())}, below(2) == 0);
        }
        break;
      default: combine(x, shapes);
    }
  }
  TypedBuilder g;

 private:
  std::vector<ir::SliceItem> random_items(const Dims& shape) {
    std::vector<ir::SliceItem> items;
    for (std::int64_t extent : shape) {
      const int n = static_cast<int>(extent);
      if (below(6) == 0) items.push_back(new_axis());
      if (n != 0 && below(6) == 0) {
        items.push_back(at(below(2 * n) - n));
      } else {
        constexpr std::int64_t steps[] = {1, 1, -1, 2, -2};
        const std::int64_t step = steps[below(5)];
        items.push_back(below(2) == 0 ? range({}, {}, step) : range(below(n + 1), {}, step));
      }
    }
    return items;
  }
  std::vector<std::int64_t> random_shape(std::int64_t count) {
    std::vector<std::int64_t> shape;
    for (std::int64_t d = 2; d <= 5 && count > 1; ++d) {
      if (count % d == 0 && below(2) == 0) {
        shape.insert(shape.begin() + below(static_cast<int>(shape.size()) + 1), d);
        count /= d;
      }
    }
    shape.insert(shape.begin() + below(static_cast<int>(shape.size()) + 1), count);
    return shape;
  }
  void combine(NodeId x, const std::vector<Dims>& shapes) {
    std::vector<NodeId> fitting;
    for (NodeId y = 0; y < shapes.size(); ++y) {
      Dims joined;
      if (broadcasts(shapes[x], shapes[y], joined) && count_of(joined) <= 2000) {
        fitting.push_back(y);
      }
    }
    if (fitting.empty()) return;
    const NodeId y = fitting[static_cast<std::size_t>(below(static_cast<int>(fitting.size())))];
    g.op(below(2) == 0 ? Op::add : Op::multiply, int64, {x, y});
  }
  static bool broadcasts(const Dims& x, const Dims& y, Dims& joined) {
    joined = x.size() >= y.size() ? x : y;
    const Dims& other = x.size() >= y.size() ? y : x;
    const int lead = joined.size() - other.size();
    for (int i = 0; i < other.size(); ++i) {
      if (joined[lead + i] == 1) {
        joined[lead + i] = other[i];
      } else if (other[i] != 1 && other[i] != joined[lead + i]) {
        return false;
      }
    }
    return joined.size() <= 6;
  }

  std::mt19937_64 random_;
  Values input_;
};

}  // namespace

TEST_CASE("reference: random graphs of views and reductions agree with full arrays") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    RandomGraph r(seed);
    for (int i = 0; i < 30; ++i) r.grow();
    const FullArrays expected(r.g);
    std::vector<NodeId> all(r.g.graph.nodes.size());
    std::iota(all.begin(), all.end(), NodeId{0});
    const std::vector<Array> arrays = r.g.evaluate(all);
    std::size_t different = 0;
    for (NodeId id : all) {
      const auto values = arrays[id].values<std::int64_t>();
      if (!std::equal(values.begin(), values.end(), expected[id].begin(), expected[id].end())) {
        ++different;
      }
    }
    CHECK(different == 0);
  }
}
