#include "front.hpp"

#include <chrono>
#include <cstring>
#include <mutex>
#include <string>

#include "definition_snapshot.hpp"
#include "lang/parser.hpp"
#include "run/locks.hpp"
#include "run/lru_map.hpp"
#include "steps.hpp"
#include "types/range.hpp"
#include "typing/typing.hpp"

namespace tightloop::detail {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

run::LruMap<const Prepared>& prepared_programs() {
  static auto* const map =
      new run::LruMap<const Prepared>(2048, 4 << 20);  // under locks().programs
  return *map;
}

/// The integers that `dtype` is the narrowest for and that are on the same side as `value` of the
/// largest one of the signed dtype of that width: NumPy accepts or refuses them all alike.
Range values_like(DType dtype, int128 value) {
  const Range all = range_of(dtype);
  const int width = 4 * static_cast<int>(itemsize(dtype));  // of the next narrower dtype
  const bool narrowest = itemsize(dtype) == 1;
  if (!is_unsigned_int(dtype)) {
    return {all.lo, narrowest ? -1 : -(static_cast<int128>(1) << (width - 1)) - 1};
  }
  if (value > all.hi / 2) return {all.hi / 2 + 1, all.hi};
  return {narrowest ? 0 : static_cast<int128>(1) << width, all.hi / 2};
}

typing::VariableType type_of(const Arg& arg, Promotion promotion) {
  if (!arg.weak()) return {arg.view().dtype(), false};
  if (!is_integer(arg.scalar_dtype())) return {arg.scalar_dtype(), true};
  std::int64_t bits = 0;
  std::memcpy(&bits, arg.scalar(), sizeof bits);
  const int128 value = arg.scalar_dtype() == DType::uint64
                           ? static_cast<int128>(static_cast<std::uint64_t>(bits))
                           : static_cast<int128>(bits);
  const DType dtype = *narrowest({value, value});
  if (promotion != Promotion::numpy) return {dtype, true};
  return {dtype, true, values_like(dtype, value)};
}

void put_number(std::string& key, std::size_t n) {
  char bytes[sizeof n];
  std::memcpy(bytes, &n, sizeof n);
  key.append(bytes, sizeof n);
}

/// Everything that the typed graph depends on. Lengths are written out, so that no two calls that
/// differ share a key.
void make_key(std::string& key, const Expression& expression, std::span<const Variable> variables,
              std::span<const Destination> destinations, const Options& options,
              const DefinitionSnapshot* definitions, const run::EngineCore& engine) {
  key.clear();
  const bool text = expression.steps.empty();
  put_number(key, reinterpret_cast<std::uintptr_t>(&engine));
  key += static_cast<char>(
      (text ? 1 : 0) | (static_cast<int>(options.promotion) << 1) |
      (static_cast<int>(options.fp) << 3) | (static_cast<int>(options.overflow) << 4) |
      (static_cast<int>(options.casting) << 5) | (run::wants_events(options) ? 128 : 0));
  if (text) {
    put_number(key, definitions == nullptr ? 0 : definitions->version);
    put_number(key, expression.text.size());
    key += expression.text;
  } else {
    put_number(key, expression.steps.size());
    key.append(reinterpret_cast<const char*>(expression.steps.data()),
               expression.steps.size_bytes());
  }
  put_number(key, variables.size());
  for (const Variable& v : variables) {
    const typing::VariableType type = type_of(*v.value, options.promotion);
    put_number(key, v.name.size());
    key += v.name;
    key += static_cast<char>(static_cast<int>(type.dtype) | (type.weak ? 64 : 0) |
                             (type.values && type.values->hi == range_of(type.dtype).hi ? 32 : 0));
  }
  for (const Destination& d : destinations) key += static_cast<char>(d.view().dtype());
}

ir::Graph make_graph(const Expression& expression, std::span<const Variable> variables,
                     const DefinitionSnapshot* definitions) {
  if (!expression.steps.empty()) return graph_from_steps(expression.steps, variables.size());
  std::vector<std::string_view> names;
  for (const Variable& v : variables) names.push_back(v.name);
  return lang::parse(expression.text, names,
                     definitions == nullptr ? nullptr : &definitions->functions);
}

/// Maps the inputs that the graph uses to the caller's variables.
std::vector<std::uint32_t> find_arguments(const ir::Graph& graph, bool text,
                                          std::span<const Variable> variables) {
  std::vector<std::uint32_t> out;
  for (const std::string& name : graph.inputs()) {
    std::uint32_t at = 0;
    if (text) {
      while (at < variables.size() && variables[at].name != name) ++at;
    } else {
      at = static_cast<std::uint32_t>(std::stoul(name.substr(1)));  // "x3" is leaf 3
    }
    if (at >= variables.size()) throw Error(ErrorCode::internal, "an input without a variable");
    out.push_back(at);
  }
  return out;
}

std::shared_ptr<const Prepared> make_prepared(const Expression& expression,
                                              std::span<const Variable> variables,
                                              std::span<const Destination> destinations,
                                              const Options& options,
                                              const DefinitionSnapshot* definitions,
                                              run::EngineCore& engine) {
  auto start = Clock::now();
  ir::Graph graph = make_graph(expression, variables, definitions);
  if (options.stats != nullptr) options.stats->parse_seconds += seconds_since(start);
  start = Clock::now();
  if (!destinations.empty() && destinations.size() != graph.results.size()) {
    throw_result_count(destinations.size(), graph.results.size());
  }
  auto out = std::make_shared<Prepared>();
  out->argument_of_input = find_arguments(graph, expression.steps.empty(), variables);
  std::vector<typing::VariableType> types;
  for (std::uint32_t at : out->argument_of_input)
    types.push_back(type_of(*variables[at].value, options.promotion));
  std::vector<typing::ResultType> results;
  for (const Destination& d : destinations) results.push_back({d.view().dtype(), options.casting});
  ir::TypedGraph typed = typing::resolve(
      std::move(graph), types,
      {options.promotion, options.fp, options.overflow, run::wants_events(options)}, results);
  out->program = std::make_unique<run::Program>(std::move(typed), engine);
  if (options.stats != nullptr) options.stats->type_seconds += seconds_since(start);
  return out;
}

}  // namespace

std::shared_ptr<const Prepared> prepare(const Expression& expression,
                                        std::span<const Variable> variables,
                                        std::span<const Destination> destinations,
                                        const Options& options, run::EngineCore& engine) {
  thread_local std::string key;
  if (expression.text.size() > ir::kMaxSource) {
    throw Error(ErrorCode::limit,
                "the expression is longer than " + std::to_string(ir::kMaxSource) + " bytes");
  }
  const auto definitions = snapshot_of(options.definitions);
  make_key(key, expression, variables, destinations, options, definitions.get(), engine);
  {
    const std::lock_guard lock(run::locks().programs);
    if (auto found = prepared_programs().find(key)) return found;
  }
  auto made =
      make_prepared(expression, variables, destinations, options, definitions.get(), engine);
  std::vector<std::shared_ptr<const Prepared>> dropped;  // freed when the lock is gone
  const std::lock_guard lock(run::locks().programs);
  dropped = prepared_programs().insert(key, made);
  return made;
}

void forget_prepared() {
  run::LruMap<const Prepared> dropped(1, 0);
  const std::lock_guard lock(run::locks().programs);
  prepared_programs().swap(dropped);
}

}  // namespace tightloop::detail
