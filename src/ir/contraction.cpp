// Joint spaces of contractions: which axis of which operand stands where.
#include "ir/contraction.hpp"

#include <algorithm>

#include "ir/extents.hpp"
#include "ir/shapes.hpp"
#include "ir/typed_graph.hpp"

namespace tightloop::ir {
namespace {

using Kind = ContractSpec::Kind;
constexpr char kEllipsis = '.';

bool has(const std::string& labels, char c) {
  return labels.find(c) != std::string::npos;
}

std::string text_of(std::string labels) {
  const std::size_t at = labels.find(kEllipsis);
  if (at != std::string::npos) labels.replace(at, 1, "...");
  return labels;
}

std::string operation_of(const ContractSpec& spec) {
  return spec.kind == Kind::matmul ? "matrix product" : "'" + std::string(name_of(spec.kind)) + "'";
}

/// Fills a joint space axis by axis and says what does not fit.
class Joiner {
 public:
  Joiner(const ContractSpec& spec, const Dims& left, const Dims* right, Span span)
      : spec_(spec), left_(left), right_(right), span_(span) {
    joint_.left.assign(static_cast<std::size_t>(left.size()), -1);
    if (right != nullptr) joint_.right.assign(static_cast<std::size_t>(right->size()), -1);
  }

  JointSpace run() {
    switch (spec_.kind) {
      case Kind::matmul: matmul(); break;
      case Kind::dot: dot(); break;
      case Kind::inner: inner(); break;
      case Kind::vdot: vdot(); break;
      case Kind::labels: labels(); break;
    }
    require_countable(joint_.extents, span_);
    return std::move(joint_);
  }

 private:
  int push(std::int64_t extent) {
    if (joint_.extents.size() == kMaxRank) {
      throw Error(ErrorCode::limit,
                  "the " + operation_of(spec_) + " of " + to_string(left_) + shape_of_right() +
                      " runs over more than " + std::to_string(kMaxRank) + " axes",
                  span_);
    }
    joint_.extents.push_back(extent);
    return joint_.extents.size() - 1;
  }
  std::string shape_of_right() const {
    return right_ == nullptr ? std::string() : " and " + to_string(*right_);
  }

  void keep_left(int axis) { joint_.left[static_cast<std::size_t>(axis)] = push(left_[axis]); }
  void keep_right(int axis) {
    joint_.right[static_cast<std::size_t>(axis)] = push((*right_)[axis]);
  }

  [[noreturn]] void mismatch(int left_axis, int right_axis, const char* why) const {
    shape_error("the " + operation_of(spec_) + " of " + to_string(left_) + " and " +
                    to_string(*right_) + " does not fit: axis " + std::to_string(left_axis) +
                    " of the left operand has extent " + std::to_string(left_[left_axis]) +
                    ", axis " + std::to_string(right_axis) + " of the right " +
                    std::to_string((*right_)[right_axis]) + why,
                span_);
  }

  void sum_over(int left_axis, int right_axis) {
    if (left_[left_axis] != (*right_)[right_axis]) {
      mismatch(left_axis, right_axis, "; they are summed over together");
    }
    const int axis = push(left_[left_axis]);
    joint_.left[static_cast<std::size_t>(left_axis)] = axis;
    joint_.right[static_cast<std::size_t>(right_axis)] = axis;
  }

  /// One axis that both operands broadcast along; an axis of -1 is none.
  void broadcast(int left_axis, int right_axis) {
    const std::int64_t l = left_axis < 0 ? 1 : left_[left_axis];
    const std::int64_t r = right_axis < 0 ? 1 : (*right_)[right_axis];
    if (l != r && l != 1 && r != 1) mismatch(left_axis, right_axis, "; they do not broadcast");
    const int axis = push(l == 1 ? r : l);
    if (left_axis >= 0) joint_.left[static_cast<std::size_t>(left_axis)] = axis;
    if (right_axis >= 0) joint_.right[static_cast<std::size_t>(right_axis)] = axis;
  }

  void matmul() {
    const int l = left_.size(), r = right_->size();
    if (l == 0 || r == 0) {
      shape_error("a matrix product of " + to_string(left_) + " and " + to_string(*right_) +
                      ": a scalar is no matrix",
                  span_, "multiply with '*'");
    }
    const int stacks = std::max({l - 2, r - 2, 0});
    for (int i = stacks; i > 0; --i) broadcast(std::max(l - 2 - i, -1), std::max(r - 2 - i, -1));
    if (l >= 2) keep_left(l - 2);
    if (r >= 2) keep_right(r - 1);
    sum_over(l - 1, std::max(r - 2, 0));
  }

  void multiply_scalar() {
    for (int i = 0; i < left_.size(); ++i) keep_left(i);
    for (int i = 0; i < right_->size(); ++i) keep_right(i);
    push(1);
  }

  void dot() {
    const int l = left_.size(), r = right_->size();
    if (l == 0 || r == 0) return multiply_scalar();
    const int summed = std::max(r - 2, 0);
    for (int i = 0; i + 1 < l; ++i) keep_left(i);
    for (int i = 0; i < r; ++i) {
      if (i != summed) keep_right(i);
    }
    sum_over(l - 1, summed);
  }

  void inner() {
    const int l = left_.size(), r = right_->size();
    if (l == 0 || r == 0) return multiply_scalar();
    for (int i = 0; i + 1 < l; ++i) keep_left(i);
    for (int i = 0; i + 1 < r; ++i) keep_right(i);
    sum_over(l - 1, r - 1);
  }

  void vdot() {
    if (left_.size() != right_->size()) {
      shape_error("'vdot' of " + to_string(left_) + " and " + to_string(*right_) +
                      ": the shapes must be equal",
                  span_);
    }
    for (int i = 0; i < left_.size(); ++i) sum_over(i, i);
  }

  // --- labels ---

  /// How many axes the ellipsis of an operand stands for.
  int spare(const std::string& labels, const Dims& shape, const char* which) const {
    const bool open = has(labels, kEllipsis);
    const int letters = static_cast<int>(labels.size()) - (open ? 1 : 0);
    if (shape.size() < letters || (!open && shape.size() != letters)) {
      shape_error("einsum: the " + std::string(which) + " operand of shape " + to_string(shape) +
                      " has " + std::to_string(shape.size()) + " axes, but its subscripts '" +
                      text_of(labels) + "' name " + std::to_string(letters),
                  span_);
    }
    return shape.size() - letters;
  }

  /// Sets the axis of a letter wherever an operand has it. Both operands broadcast along it, but
  /// the extents of one that names it twice are equal.
  void place(char letter, int axis, const std::string& labels, const Dims& shape, int spare,
             std::vector<int>& axes) {
    std::int64_t& extent = joint_.extents[axis];
    std::int64_t own = -1;
    int at = 0;
    for (char c : labels) {
      if (c == letter) {
        const std::int64_t here = shape[at];
        const std::int64_t other = own < 0 ? extent : own;
        const bool broadcasts = own < 0 && (other < 0 || other == 1 || here == 1);
        if (other != here && !broadcasts) {
          shape_error("einsum: the axes '" + std::string(1, letter) + "' differ in extent: " +
                          std::to_string(other) + " and " + std::to_string(here) +
                          " (operands of shape " + to_string(left_) + shape_of_right() + ")",
                      span_);
        }
        own = here;
        if (extent < 0 || extent == 1) extent = here;
        axes[static_cast<std::size_t>(at)] = axis;
      }
      at += c == kEllipsis ? spare : 1;
    }
  }

  static int ellipsis_at(const std::string& labels, int spare) {
    return has(labels, kEllipsis) && spare > 0 ? static_cast<int>(labels.find(kEllipsis)) : -1;
  }

  void labels() {
    const int spare_left = spare(spec_.left, left_, right_ == nullptr ? "only" : "first");
    const int spare_right = right_ == nullptr ? 0 : spare(spec_.right, *right_, "second");
    const auto letter = [&](char c) {
      const int axis = push(-1);
      place(c, axis, spec_.left, left_, spare_left, joint_.left);
      if (right_ != nullptr) place(c, axis, spec_.right, *right_, spare_right, joint_.right);
    };
    for (char c : spec_.out) {
      if (c != kEllipsis) {
        letter(c);
        continue;
      }
      const int from_left = ellipsis_at(spec_.left, spare_left);
      const int from_right = ellipsis_at(spec_.right, spare_right);
      const int count = std::max(spare_left, spare_right);
      for (int i = count; i > 0; --i) {
        broadcast(i > spare_left ? -1 : from_left + spare_left - i,
                  i > spare_right ? -1 : from_right + spare_right - i);
      }
    }
    if (!has(spec_.out, kEllipsis) && std::max(spare_left, spare_right) > 0) {
      shape_error("einsum: '...' stands for " + std::to_string(std::max(spare_left, spare_right)) +
                      " axes of an operand, but the output has none",
                  span_, "write '...' in the output, too");
    }
    for (char c : summed_labels(spec_)) letter(c);
  }

  const ContractSpec& spec_;
  const Dims& left_;
  const Dims* right_;
  Span span_;
  JointSpace joint_;
};

}  // namespace

std::string_view name_of(Kind kind) {
  constexpr std::string_view names[] = {"matmul", "dot", "inner", "vdot", "einsum"};
  return names[static_cast<std::size_t>(kind)];
}

std::string subscripts(const ContractSpec& spec) {
  const std::string right = spec.operands == 1 ? "" : "," + text_of(spec.right);
  return text_of(spec.left) + right + "->" + text_of(spec.out);
}

std::string summed_labels(const ContractSpec& spec) {
  std::string summed;
  for (const std::string* labels : {&spec.left, &spec.right}) {
    for (char c : *labels) {
      if (c != kEllipsis && !has(spec.out, c) && !has(summed, c)) summed += c;
    }
  }
  return summed;
}

std::vector<std::int64_t> summed_axes(const ContractSpec& spec) {
  std::size_t count = 1;
  if (spec.kind == Kind::labels) count = summed_labels(spec).size();
  std::vector<std::int64_t> axes;
  for (std::size_t i = count; i > 0; --i) axes.push_back(-static_cast<std::int64_t>(i));
  return axes;
}

JointSpace join(const ContractSpec& spec, const Dims& left, const Dims* right, Span span) {
  return Joiner(spec, left, right, span).run();
}

ViewSpec axes_view(const std::vector<int>& axes, int rank) {
  ViewSpec view;
  view.kind = ViewSpec::Kind::axes;
  view.dims.push_back(rank);
  view.dims.insert(view.dims.end(), axes.begin(), axes.end());
  return view;
}

JointSpace join_of(const TypedGraph& graph, NodeId id, const std::vector<Dims>& shapes) {
  const TypedNode& n = graph.nodes[id];
  const ContractSpec& spec = graph.contracts[contract_of(n)];
  const Dims& own = shapes[n.args[0]];
  if (n.nargs == 1) return join(spec, own, nullptr, graph.span(id));
  const Dims& other = shapes[n.args[1]];
  return aligns_right(n) ? join(spec, other, &own, graph.span(id))
                         : join(spec, own, &other, graph.span(id));
}

std::optional<AlignedProduct> product_of(const TypedGraph& graph, NodeId reduction) {
  const auto node = [&](NodeId id) -> const TypedNode& { return graph.nodes[id]; };
  const auto checks = [&](const TypedNode& n) { return graph.checks(n); };
  // Integers of 64 bits wrap, whichever of them their product is seen as.
  const auto is_word = [](DType t) { return is_integer(t) && itemsize(t) == 8; };
  if (node(reduction).op != Op::sum || checks(node(reduction))) return std::nullopt;
  NodeId product = node(reduction).args[0];
  if (node(product).op == Op::cast && !checks(node(product)) && is_word(node(product).dtype) &&
      is_word(node(node(product).args[0]).dtype)) {
    product = node(product).args[0];
  }
  if (node(product).op != Op::multiply || checks(node(product))) return std::nullopt;
  AlignedProduct found;
  std::uint32_t attr[2] = {};
  for (std::size_t i = 0; i < 2; ++i) {
    NodeId id = node(product).args[i];
    while (node(id).op == Op::cast && !checks(node(id))) id = node(id).args[0];
    if (node(id).op != Op::align) return std::nullopt;
    attr[i] = node(id).attr;
    (aligns_right(node(id)) ? found.right : found.left) = node(product).args[i];
    found.align = id;
  }
  if ((attr[0] ^ attr[1]) != 1) return std::nullopt;
  return found;
}

bool has_contractions(const TypedGraph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const TypedNode& n) { return n.op == Op::align; });
}

TypedGraph with_plain_views(const TypedGraph& graph, const std::vector<Dims>& shapes) {
  TypedGraph plain = graph;
  for (std::size_t i = 0; i < plain.nodes.size(); ++i) {
    TypedNode& n = plain.nodes[i];
    if (n.op != Op::align) continue;
    const bool is_right = aligns_right(n);
    const JointSpace joint = join_of(graph, static_cast<NodeId>(i), shapes);
    n.op = Op::view;
    n.attr = static_cast<std::uint32_t>(plain.views.size());
    n.nargs = 1;
    n.args[1] = kNoNode;
    plain.views.push_back(axes_view(is_right ? joint.right : joint.left, joint.extents.size()));
  }
  return plain;
}

}  // namespace tightloop::ir
