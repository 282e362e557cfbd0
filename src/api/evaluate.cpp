// The public calls: find or make the program, line up the arguments, run it, and see to it that
// whatever is thrown is an Error that carries the text.
#include "tightloop/evaluate.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>
#include <string>

#include "api/front.hpp"
#include "api/guard.hpp"
#include "base/arena.hpp"
#include "exec/pass_costs.hpp"
#include "io/mapping_guard.hpp"
#include "tightloop/version.hpp"

namespace tightloop {
namespace {

using detail::Expression;
using detail::guarded;
using detail::Prepared;
using detail::Variable;

/// Scratch copies that a call needs: variables by name, arguments in the program's order.
struct CallScratch {
  base::Arena& arena = base::Arena::local();
  base::Arena::Mark mark{arena};

  /// Throws Error where a name is given twice.
  std::span<const Variable> variables(BindingsView vars) {
    const auto items = vars.items();
    auto* out = arena.array<Variable>(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      new (out + i) Variable{items[i].name, &items[i].value};
    }
    detail::check_names({out, items.size()});
    return {out, items.size()};
  }
  std::span<const Variable> variables(std::span<const Arg* const> leaves) {
    auto* out = arena.array<Variable>(leaves.size());
    for (std::size_t i = 0; i < leaves.size(); ++i) new (out + i) Variable{{}, leaves[i]};
    return {out, leaves.size()};
  }
  std::span<const Arg* const> arguments(const Prepared& p, std::span<const Variable> variables) {
    auto** out = arena.array<const Arg*>(p.argument_of_input.size());
    for (std::size_t i = 0; i < p.argument_of_input.size(); ++i) {
      out[i] = variables[p.argument_of_input[i]].value;
    }
    return {out, p.argument_of_input.size()};
  }
  std::span<const ArrayView* const> views(std::span<const Destination> outs) {
    auto** out = arena.array<const ArrayView*>(outs.size());
    for (std::size_t i = 0; i < outs.size(); ++i) out[i] = &outs[i].view();
    return {out, outs.size()};
  }
};

void check_steps(std::span<const detail::Step> steps) {
  if (steps.empty()) throw Error(ErrorCode::value, "an expression without steps");
}

void start(const Options& options) {
  detail::check_options(options);
  if (options.stats != nullptr) *options.stats = Stats{};
  if (options.events != nullptr) options.events->clear();
}

std::vector<Array> evaluate_list(const Expression& expression, CallScratch& call,
                                 std::span<const Variable> variables, const Options& options,
                                 exec::EngineCore& engine) {
  start(options);
  const detail::Lease prepared = prepare_for_call(expression, variables, {}, options, engine);
  const auto arguments = call.arguments(*prepared, variables);
  std::vector<Array> results = prepared->program->call(arguments, options);
  detail::check_mapped(arguments);
  return results;
}

void evaluate_list_into(std::span<const Destination> outs, const Expression& expression,
                        CallScratch& call, std::span<const Variable> variables,
                        const Options& options) {
  start(options);
  const detail::Lease prepared =
      prepare_for_call(expression, variables, outs, options, exec::EngineCore::standard());
  const auto arguments = call.arguments(*prepared, variables);
  prepared->program->call_into(call.views(outs), arguments, options);
  detail::check_mapped(arguments);
}

Array only(std::vector<Array> list) {
  if (list.size() != 1) detail::throw_result_count(1, list.size());
  return std::move(list[0]);
}

}  // namespace

namespace detail {

void check_mapped(std::span<const Arg* const> arguments) {
  if (!io::mappings_are_guarded()) return;
  for (const Arg* argument : arguments) {
    if (!argument->weak()) io::check_mapping(argument->view().data());
  }
}

void check_names(std::span<const Variable> variables) {
  if (variables.size() > ir::kMaxInputs) {
    throw Error(ErrorCode::limit, "more than " + std::to_string(ir::kMaxInputs) + " variables");
  }
  const auto refuse = [](std::string_view name) {
    throw Error(ErrorCode::value, "the variable '" + std::string(name) + "' is given twice");
  };
  constexpr std::size_t kFew = 8;
  if (variables.size() <= kFew) {
    for (std::size_t i = 1; i < variables.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (variables[i].name == variables[k].name) refuse(variables[i].name);
      }
    }
    return;
  }
  std::vector<std::string_view> sorted;
  for (const Variable& v : variables) sorted.push_back(v.name);
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) refuse(*twice);
}

void check_options(const Options& options) {
  if (options.size != sizeof(Options)) {
    throw Error(ErrorCode::unsupported,
                "the program's headers have options of " + std::to_string(options.size) +
                    " bytes, this library of " + std::to_string(sizeof(Options)),
                {}, std::string("compile the program with the headers of version ") + version());
  }
  if (options.threads < 0) {
    throw Error(ErrorCode::value, "threads is " + std::to_string(options.threads) +
                                      "; it must be 0 (all) or a positive number");
  }
}

void throw_result_count(std::size_t wanted, std::size_t got) {
  throw Error(ErrorCode::value, "the expression has " + std::to_string(got) +
                                    (got == 1 ? " result" : " results") + ", not " +
                                    std::to_string(wanted));
}

std::vector<Array> evaluate_with(exec::EngineCore& engine, std::string_view text, BindingsView vars,
                                 const Options& options) {
  return guarded(text, [&] {
    CallScratch call;
    return evaluate_list({text, {}}, call, call.variables(vars), options, engine);
  });
}

Array evaluate_steps(std::span<const Step> steps, std::span<const Arg* const> leaves,
                     const Options& options) {
  return guarded({}, [&] {
    check_steps(steps);
    CallScratch call;
    return only(evaluate_list({{}, steps}, call, call.variables(leaves), options,
                              exec::EngineCore::standard()));
  });
}

void evaluate_steps_into(const Destination& out, std::span<const Step> steps,
                         std::span<const Arg* const> leaves, const Options& options) {
  guarded({}, [&] {
    check_steps(steps);
    CallScratch call;
    evaluate_list_into({&out, 1}, {{}, steps}, call, call.variables(leaves), options);
  });
}

}  // namespace detail

List<Array> detail::evaluate_list(std::string_view text, BindingsView vars,
                                  const Options& options) {
  return guarded(text, [&]() -> List<Array> {
    return evaluate_with(exec::EngineCore::standard(), text, vars, options);
  });
}

Array evaluate(std::string_view text, BindingsView vars, const Options& options) {
  return only(guarded(text, [&] {
    return detail::evaluate_with(exec::EngineCore::standard(), text, vars, options);
  }));
}

void evaluate_all_into(std::span<const Destination> outs, std::string_view text, BindingsView vars,
                       const Options& options) {
  guarded(text, [&] {
    if (outs.empty()) throw Error(ErrorCode::value, "no destination is given");
    CallScratch call;
    evaluate_list_into(outs, {text, {}}, call, call.variables(vars), options);
  });
}

void evaluate_into(Destination out, std::string_view text, BindingsView vars,
                   const Options& options) {
  evaluate_all_into({&out, 1}, text, vars, options);
}

std::string explain(std::string_view text, BindingsView vars, const Options& options) {
  return guarded(text, [&] {
    start(options);
    CallScratch call;
    const auto variables = call.variables(vars);
    const detail::Lease prepared =
        prepare_for_call({text, {}}, variables, {}, options, exec::EngineCore::standard());
    const auto plan = prepared->program->plan(call.arguments(*prepared, variables));
    return to_string(prepared->program->graph()) + "\n" + to_string(plan) + "\n" +
           describe_costs(plan, exec::EngineCore::standard(), exec::workers_of(options));
  });
}

std::string explain_steps(std::string_view text, BindingsView vars, const Options& options) {
  return guarded(text, [&] {
    detail::check_options(options);
    CallScratch call;
    return detail::steps_text({text, {}}, call.variables(vars), options);
  });
}

CacheInfo cache_info() {
  return exec::EngineCore::standard().cache_info();
}

void clear_cache() {
  detail::forget_prepared();
  exec::EngineCore::standard().clear_cache();
#if defined(__GLIBC__)
  malloc_trim(0);  // or it would go on as this process's, free but for nobody else
#endif
}

}  // namespace tightloop
