// Parses, types, rewrites with masks, types once more and runs.
#include "api/nullable/evaluate.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>

#include "api/call_key.hpp"
#include "api/definition_snapshot.hpp"
#include "api/front.hpp"
#include "api/guard.hpp"
#include "api/nullable/functions.hpp"
#include "api/nullable/masks.hpp"
#include "exec/engine_core.hpp"
#include "exec/program.hpp"
#include "lang/parser.hpp"
#include "typing/typing.hpp"

namespace tightloop::nullable {
namespace {

using typing::DestinationType;
using typing::VariableType;

const Variable& find(std::span<const Variable> variables, const std::string& name) {
  for (const Variable& v : variables) {
    if (v.name == name) return v;
  }
  throw Error(ErrorCode::internal, "an input without a variable");
}

/// One input of the rewritten graph: a variable, or the mask of one.
struct InputValue {
  VariableType type;
  Arg value;
};

InputValue input_of(std::span<const Variable> variables, const std::string& name,
                    Promotion promotion) {
  for (const Variable& v : variables) {
    if (v.valid != nullptr && mask_name(std::string(v.name)) == name) {
      return {{DType::bool_}, Arg(*v.valid)};
    }
  }
  const Variable& v = find(variables, name);
  return {detail::type_of(v.typed_as != nullptr ? *v.typed_as : v.value, promotion), v.value};
}

std::vector<VariableType> types_of(const ir::Graph& graph, std::span<const Variable> variables,
                                   Promotion promotion) {
  std::vector<VariableType> out;
  for (const std::string& name : graph.inputs()) {
    out.push_back(input_of(variables, name, promotion).type);
  }
  return out;
}

ir::Graph parse(std::string_view text, std::span<const Variable> variables,
                const Options& options) {
  std::vector<std::string_view> names;
  std::vector<detail::Variable> checked;
  for (const Variable& v : variables) {
    names.push_back(v.name);
    checked.push_back({v.name, &v.value});
  }
  detail::check_names(checked);
  const auto definitions = detail::snapshot_of(options.definitions);
  return lang::parse(text, names, definitions == nullptr ? nullptr : &definitions->functions);
}

/// The types of nodes of a graph, as if they were results.
std::vector<ValueType> value_types(ir::Graph graph, const std::vector<ir::NodeId>& nodes,
                                   std::span<const VariableType> types,
                                   const typing::Policy& policy) {
  graph.results = nodes;
  const ir::TypedGraph typed = typing::resolve(std::move(graph), types, policy);
  std::vector<ValueType> out;
  for (const ir::NodeId id : typed.results) {
    const ir::TypedNode& node = typed.nodes[id];
    out.push_back({node.dtype, node.range, node.may_wrap});
  }
  return out;
}

/// Makes values 0 where they are null, so that they fit whatever they are converted to.
void zero_nulls(Masked& masked, const std::vector<ValueType>& types) {
  std::size_t next = masked.may_be_null.size();
  for (std::size_t i = 0; i < masked.may_be_null.size(); ++i) {
    if (!masked.may_be_null[i]) continue;
    const ir::NodeId zero = masked.graph.constant(
        is_bool(types[i].dtype) ? Scalar::of(false) : Scalar::of(std::int64_t{0}));
    ir::NodeId& result = masked.graph.results[i];
    const ir::NodeId valid = masked.graph.results[next++];
    result = masked.graph.ternary(Op::where, valid, result, zero, masked.graph.span(result));
  }
}

/// Rewrites the graph of a text; values have the dtypes that they would have without nulls.
Masked mask(const ir::Graph& graph, std::span<const Variable> variables,
            const typing::Policy& policy, bool converts) {
  std::vector<Input> inputs;
  for (const std::string& name : graph.inputs()) {
    const Variable& v = find(variables, name);
    inputs.push_back(v.valid != nullptr ? Input::column_with_nulls
                     : v.value.weak()   ? Input::number
                                        : Input::array);
  }
  const std::vector<VariableType> types = types_of(graph, variables, policy.promotion);
  const std::vector<ValueType> wanted = value_types(graph, graph.results, types, policy);
  const std::vector<ir::NodeId> to_fill = operands_to_fill(graph, inputs);
  const std::vector<ValueType> fill_types = value_types(graph, to_fill, types, policy);
  std::unordered_map<ir::NodeId, ValueType> filled;
  for (std::size_t i = 0; i < to_fill.size(); ++i) filled.emplace(to_fill[i], fill_types[i]);
  Masked masked = mask_nulls(graph, inputs, filled, policy.promotion == Promotion::numexpr);
  if (converts) zero_nulls(masked, wanted);
  const auto masked_types = types_of(masked.graph, variables, policy.promotion);
  const auto made = value_types(masked.graph, masked.graph.results, masked_types, policy);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (made[i].dtype == wanted[i].dtype) continue;
    ir::NodeId& result = masked.graph.results[i];
    result =
        masked.graph.convert(Op::astype, result, wanted[i].dtype, graph.span(graph.results[i]));
  }
  return masked;
}

std::unique_ptr<exec::Program> make_program(const ir::Graph& graph,
                                            const std::vector<VariableType>& types,
                                            const std::vector<DestinationType>& results,
                                            typing::Policy policy) {
  ir::TypedGraph typed = typing::resolve(graph, types, policy, results);
  exec::Program::Retype scale_averages;
  if (typing::averages_may_overflow(typed)) {
    policy.scaled_averages = true;
    scale_averages = [types, policy, results](const ir::Graph& source) {
      return typing::resolve(source, types, policy, results);
    };
  }
  return std::make_unique<exec::Program>(std::move(typed), exec::EngineCore::standard(),
                                         std::move(scale_averages));
}

/// Puts what the text says in the place of what was made of it.
Error in_words_of(std::string_view text, const Error& e) {
  const std::string& message = e.message();
  const std::size_t rewritten = message.find(kMaskBegin);
  const std::size_t open = message.rfind('\'', rewritten);
  const std::size_t close = message.rfind('\'');
  const Span span = e.span();
  if (rewritten == std::string::npos || open >= close || span.end <= span.begin) return e;
  return Error(e.code(),
               message.substr(0, open + 1) +
                   std::string(text.substr(span.begin, span.end - span.begin)) +
                   message.substr(close),
               span, e.hint());
}

bool all_true(const Array& mask) {
  const auto* bytes = static_cast<const unsigned char*>(mask.data());
  return std::all_of(bytes, bytes + mask.size(), [](unsigned char b) { return b != 0; });
}

bool same_nulls(const Variable& a, const Variable& b) {
  if (a.valid == nullptr || b.valid == nullptr) return a.valid == b.valid;
  return a.valid == b.valid || (a.valid->shape() == b.valid->shape() &&
                                std::memcmp(a.valid->data(), b.valid->data(),
                                            static_cast<std::size_t>(a.valid->size())) == 0);
}

/// Refuses functions whose parts would skip different nulls.
void check_calls(std::string_view text, const ir::Graph& graph, std::span<const Variable> variables,
                 const Options& options) {
  const Variable* first = nullptr;
  bool same = true;
  for (const std::string& name : graph.inputs()) {
    const Variable& v = find(variables, name);
    if (v.value.weak() || v.value.view().ndim() == 0) continue;
    if (first == nullptr) first = &v;
    same = same && same_nulls(*first, v);
  }
  if (same) return;
  const auto call = find_mixed_call(text, detail::set_of(options.definitions));
  if (!call) return;
  throw Error(ErrorCode::unsupported,
              "'" + call->name + "' takes columns whose nulls are in the same places", call->span,
              "drop the rows where one of them is null before the call");
}

std::vector<Column> columns_of(std::vector<Array> arrays, const std::vector<bool>& may_be_null) {
  std::vector<Column> out;
  std::size_t next = may_be_null.size();
  for (std::size_t i = 0; i < may_be_null.size(); ++i) {
    Column column{std::move(arrays[i]), {}};
    if (may_be_null[i]) {
      Array& mask = arrays[next++];
      if (!all_true(mask)) column.valid = std::move(mask);
    }
    out.push_back(std::move(column));
  }
  return out;
}

}  // namespace

std::vector<Column> evaluate(std::string_view text, std::span<const Variable> variables,
                             const Options& options) {
  return detail::guarded(text, [&] {
    detail::check_options(options);
    if (options.stats != nullptr) *options.stats = Stats{};
    if (exec::wants_events(options)) {
      throw Error(ErrorCode::unsupported, "events are not told of columns with nulls", {},
                  "fill the nulls before the call, or leave out events and raise");
    }
    const typing::Policy policy{options.promotion, options.fp, options.overflow};
    const ir::Graph graph = parse(text, variables, options);
    check_calls(text, graph, variables, options);
    const Masked masked = mask(graph, variables, policy, options.dtype.has_value());
    std::vector<DestinationType> results;
    if (options.dtype) {
      results.assign(masked.may_be_null.size(), {*options.dtype, options.casting});
      results.resize(masked.graph.results.size(), {DType::bool_, Casting::standard});
    }
    const auto types = types_of(masked.graph, variables, policy.promotion);
    const auto program = make_program(masked.graph, types, results, policy);
    std::vector<Arg> values;
    for (const ir::TypedInput& input : program->graph().inputs) {
      values.push_back(input_of(variables, input.name, policy.promotion).value);
    }
    std::vector<const Arg*> arguments;
    for (const Arg& value : values) arguments.push_back(&value);
    try {
      std::vector<Array> arrays = program->call(arguments, options);
      detail::check_mapped(arguments);
      return columns_of(std::move(arrays), masked.may_be_null);
    } catch (const Error& e) {
      throw in_words_of(text, e);
    }
  });
}

}  // namespace tightloop::nullable
