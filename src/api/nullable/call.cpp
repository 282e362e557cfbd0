// Compiled functions over columns with nulls: their text is evaluated with the dtypes that they
// were compiled for.
#include "api/function_state.hpp"
#include "api/nullable/evaluate.hpp"

namespace tightloop::nullable {

std::vector<Column> call(const Function& function, std::span<const Arg> args,
                         std::span<const Array* const> masks) {
  const detail::FunctionState& s = detail::FunctionState::of(function);
  return detail::guarded(s.text, [&] {
    base::Arena& arena = base::Arena::local();
    const base::Arena::Mark mark(arena);
    const auto fitted = detail::fit_all(s, args, arena);
    std::vector<Arg> examples;
    examples.reserve(args.size());
    std::vector<Variable> variables;
    for (std::size_t i = 0; i < args.size(); ++i) {
      examples.push_back(detail::example(s.types[i]));
      variables.push_back({s.names[i], *fitted[i], masks[i], &examples[i]});
    }
    return evaluate(s.text, variables, s.options);
  });
}

}  // namespace tightloop::nullable
