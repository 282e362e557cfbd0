// Makes programs from text or steps, keeps them, and leases them to calls.
#include "api/front.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

#include "api/call_key.hpp"
#include "api/definition_snapshot.hpp"
#include "api/steps.hpp"
#include "base/arena.hpp"
#include "base/locks.hpp"
#include "base/lru_map.hpp"
#include "base/per_thread.hpp"
#include "base/stop.hpp"
#include "exec/recent_plans.hpp"
#include "lang/parser.hpp"
#include "tightloop/evaluate.hpp"
#include "typing/typing.hpp"

namespace tightloop::detail {

/// A call that this thread made lately, found without a lock or a copy.
struct RecentCall {
  std::uint64_t age = 0;  // of the prepared programs, when it was noted
  std::vector<std::uint64_t> key;
  std::shared_ptr<const Prepared> prepared;  // null while leased

  using Places = std::array<RecentCall, 16>;
  static RecentCall& place_of(const CallKey& key) {
    return base::PerThread<Places>::get()[key.hash() % std::tuple_size_v<Places>];
  }
  /// Of this thread; what others have noted is out of date with the age.
  static void forget_all() {
    for (RecentCall& call : base::PerThread<Places>::get()) call.prepared = nullptr;
  }
  bool holds(const CallKey& wanted) const {
    return prepared != nullptr && age == current.load(std::memory_order_relaxed) &&
           wanted.equals(key);
  }
  void set(std::span<const std::uint64_t> words, const std::shared_ptr<const Prepared>& made,
           std::uint64_t now) {
    constexpr std::size_t kMostWords = 1024;  // long texts take long to type anyway
    if (words.size() > kMostWords) return;
    age = 0;  // an allocation below may throw
    key.assign(words.begin(), words.end());
    prepared = made;
    age = now;
  }
  /// Counted up when all programs are forgotten; what threads have noted is then out of date.
  static inline std::atomic<std::uint64_t> current{1};
};

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr std::size_t kMostHeld = std::size_t{96} << 20;  // bytes of programs with their plans

/// What a program takes, about: its graph, and plans of several layouts.
std::size_t bytes_of(const Prepared& prepared) {
  constexpr std::size_t kPerNode = 1024;
  const ir::TypedGraph& graph = prepared.program->graph();
  const std::size_t programs = typing::averages_may_overflow(graph) ? 2 : 1;
  return programs * graph.nodes.size() * kPerNode;
}

base::LruMap<const Prepared>& prepared_programs() {
  static auto* const map =
      new base::LruMap<const Prepared>(2048, kMostHeld);  // under locks().programs
  return *map;
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

/// What the typing of a graph needs beside it.
struct TypingInput {
  std::vector<std::uint32_t> argument_of_input;
  std::vector<typing::VariableType> types;
  std::vector<typing::DestinationType> results;
  typing::Policy policy;
};

TypingInput typing_input(const CallSignature& call, const ir::Graph& graph) {
  const auto& [expression, variables, destinations, options, engine] = call;
  if (!destinations.empty() && destinations.size() != graph.results.size()) {
    throw_result_count(destinations.size(), graph.results.size());
  }
  TypingInput out;
  out.argument_of_input = find_arguments(graph, expression.steps.empty(), variables);
  for (std::uint32_t at : out.argument_of_input)
    out.types.push_back(type_of(*variables[at].value, options.promotion));
  for (const Destination& d : destinations) {
    out.results.push_back({d.view().dtype(), options.casting});
  }
  if (destinations.empty() && options.dtype) {
    out.results.assign(graph.results.size(), {*options.dtype, options.casting});
  }
  out.policy = {options.promotion, options.fp, options.overflow, exec::wants_events(options)};
  return out;
}

std::shared_ptr<const Prepared> make_prepared(const CallSignature& call,
                                              const DefinitionSnapshot* definitions) {
  const Options& options = call.options;
  auto start = Clock::now();
  ir::Graph graph = make_graph(call.expression, call.variables, definitions);
  if (options.stats != nullptr) options.stats->parse_seconds += seconds_since(start);
  check_stop(options.stop);
  start = Clock::now();
  auto [arguments, types, results, policy] = typing_input(call, graph);
  auto out = std::make_shared<Prepared>();
  out->argument_of_input = std::move(arguments);
  ir::TypedGraph typed = typing::resolve(std::move(graph), types, policy, results);
  exec::Program::Retype scale_averages;
  if (typing::averages_may_overflow(typed)) {
    typing::Policy scaled = policy;
    scaled.scaled_averages = true;
    scale_averages = [types = std::move(types), scaled,
                      results = std::move(results)](const ir::Graph& source) {
      return typing::resolve(source, types, scaled, results);
    };
  }
  out->program =
      std::make_unique<exec::Program>(std::move(typed), call.engine, std::move(scale_averages));
  if (options.stats != nullptr) options.stats->type_seconds += seconds_since(start);
  return out;
}

}  // namespace

Lease::Lease(RecentCall& home) : program_(std::move(home.prepared)), home_(&home) {}

void Lease::go_home() {
  // Unless another call has taken the place meanwhile.
  if (home_->prepared == nullptr) home_->prepared = std::move(program_);
}

std::shared_ptr<const Prepared> prepare(const Expression& expression,
                                        std::span<const Variable> variables,
                                        std::span<const Destination> destinations,
                                        const Options& options, exec::EngineCore& engine) {
  return prepare_for_call(expression, variables, destinations, options, engine).share();
}

Lease prepare_for_call(const Expression& expression, std::span<const Variable> variables,
                       std::span<const Destination> destinations, const Options& options,
                       exec::EngineCore& engine) {
  if (expression.text.size() > ir::kMaxSource) {
    throw Error(ErrorCode::limit,
                "the expression is longer than " + std::to_string(ir::kMaxSource) + " bytes");
  }
  const CallSignature call{expression, variables, destinations, options, engine};
  const CallKey key(call, set_of(options.definitions).version());
  RecentCall& recent = RecentCall::place_of(key);
  if (recent.holds(key)) return Lease(recent);
  const std::uint64_t age = RecentCall::current.load(std::memory_order_acquire);
  const auto definitions = snapshot_of(options.definitions);
  const CallKey full(call, definitions == nullptr ? 0 : definitions->version);
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  const auto words = full.write(arena.array<std::uint64_t>(full.room()));
  const std::string_view bytes(reinterpret_cast<const char*>(words.data()), words.size_bytes());
  std::shared_ptr<const Prepared> found;
  {
    const std::lock_guard lock(base::locks().programs);
    found = prepared_programs().find(bytes);
  }
  if (found != nullptr) {
    recent.set(words, found, age);
    return Lease(std::move(found));
  }
  auto made = make_prepared(call, definitions.get());
  std::vector<std::shared_ptr<const Prepared>> dropped;  // freed when the lock is gone
  const std::lock_guard lock(base::locks().programs);
  dropped = prepared_programs().insert(std::string(bytes), made, bytes_of(*made));
  return Lease(std::move(made));
}

std::string steps_text(const Expression& expression, std::span<const Variable> variables,
                       const Options& options) {
  const auto definitions = snapshot_of(options.definitions);
  exec::EngineCore& engine = exec::EngineCore::standard();
  ir::Graph graph = make_graph(expression, variables, definitions.get());
  const auto [arguments, types, results, policy] =
      typing_input({expression, variables, {}, options, engine}, graph);
  ir::Steps steps;
  const exec::Program program(typing::resolve(std::move(graph), types, policy, results, &steps),
                              engine);
  std::vector<const Arg*> args;
  for (std::uint32_t at : arguments) args.push_back(variables[at].value);
  program.plan(args, &steps);
  return steps.text();
}

void forget_prepared() {
  RecentCall::forget_all();
  exec::RecentPlan::forget_all();
  base::LruMap<const Prepared> dropped(1, 0);
  const std::lock_guard lock(base::locks().programs);
  prepared_programs().swap(dropped);
  ++RecentCall::current;
}

}  // namespace tightloop::detail
