// Function: an expression that is parsed and typed once and called with arrays of those dtypes.
#include "api/function_state.hpp"

#include <algorithm>
#include "tightloop/evaluate.hpp"

namespace tightloop {
namespace detail {

Arg example(const ParameterType& type) {
  static const double zeros[2] = {0, 0};
  if (!type.weak) return Arg(ArrayView(static_cast<const void*>(zeros), type.dtype, Dims{}));
  // Typed by the range of its dtype: of the integers, the value that needs all of it.
  const std::int64_t low = INT64_MIN;
  const std::uint64_t high = UINT64_MAX;
  if (type.dtype == DType::int64) return weak_of(type.dtype, &low);
  if (type.dtype == DType::uint64) return weak_of(type.dtype, &high);
  return weak_of(type.dtype, zeros);
}

namespace {

std::shared_ptr<const Prepared> make_version(const FunctionState& s,
                                             std::span<const Destination> outs) {
  std::vector<Arg> examples;
  std::vector<Variable> variables;
  for (const ParameterType& type : s.types) examples.push_back(example(type));
  for (std::size_t i = 0; i < s.names.size(); ++i) variables.push_back({s.names[i], &examples[i]});
  return prepare({s.text, {}}, variables, outs, s.options, exec::EngineCore::standard());
}

}  // namespace

const Prepared& version(FunctionState& s, std::span<const Destination> outs) {
  const auto same = [&](const std::string& dtypes) {
    return std::equal(
        dtypes.begin(), dtypes.end(), outs.begin(), outs.end(),
        [](char t, const Destination& d) { return t == static_cast<char>(d.view().dtype()); });
  };
  for (auto* v = s.versions.load(std::memory_order_acquire); v != nullptr; v = v->next) {
    if (same(v->destinations)) return *v->prepared;
  }
  std::string wanted;
  for (const Destination& d : outs) wanted += static_cast<char>(d.view().dtype());
  auto* fresh = new FunctionState::Version{std::move(wanted), make_version(s, outs), nullptr};
  fresh->next = s.versions.load(std::memory_order_relaxed);
  while (!s.versions.compare_exchange_weak(fresh->next, fresh, std::memory_order_release)) {
  }
  return *fresh->prepared;
}

}  // namespace detail

using detail::FunctionState;

Function compile(std::string_view text, std::initializer_list<Parameter> parameters,
                 const Options& options) {
  return compile(text, std::span(parameters.begin(), parameters.size()), options);
}

Function compile(std::string_view text, std::span<const Parameter> parameters,
                 const Options& options) {
  Function f;
  f.state_ = std::make_shared<FunctionState>();
  FunctionState& s = *f.state_;
  s.text = text;
  s.options = options;
  s.options.stats = nullptr;
  s.options.events = nullptr;
  s.definitions = options.definitions != nullptr ? *options.definitions : default_definitions();
  s.options.definitions = &s.definitions;
  return detail::guarded(s.text, [&] {
    for (const Parameter& p : parameters) {
      const DType t = p.type.dtype;
      if (p.type.weak && t != DType::bool_ && t != DType::int64 && t != DType::uint64 &&
          t != DType::float64 && t != DType::complex128) {
        throw Error(ErrorCode::type,
                    "a weak parameter is bool, int64, uint64, float64 or "
                    "complex128; '" +
                        std::string(p.name) + "' is " + std::string(name(t)));
      }
      s.names.emplace_back(p.name);
      s.types.push_back(p.type);
    }
    detail::check_options(options);
    std::vector<detail::Variable> variables;
    for (const std::string& name : s.names) variables.push_back({name, nullptr});
    detail::check_names(variables);
    detail::version(s, {});
    return f;
  });
}

std::size_t Function::results() const noexcept {
  if (state_ == nullptr) return 0;
  for (auto* v = state_->versions.load(std::memory_order_acquire); v != nullptr; v = v->next) {
    if (v->destinations.empty()) return v->prepared->program->graph().results.size();
  }
  return 0;
}

List<Array> Function::list(std::span<const Arg> args) const {
  FunctionState& s = FunctionState::of(state_);
  return detail::guarded(s.text, [&]() -> List<Array> {
    const detail::Prepared& p = detail::version(s, {});
    base::Arena& arena = base::Arena::local();
    const base::Arena::Mark mark(arena);
    const auto arguments = detail::line_up(s, p, args, arena);
    std::vector<Array> results = p.program->call(arguments, s.options);
    detail::check_mapped(arguments);
    return results;
  });
}

Array Function::operator()(std::initializer_list<Arg> args) const {
  List<Array> made = list({args.begin(), args.size()});
  if (made.size() != 1) detail::throw_result_count(1, made.size());
  return std::move(made[0]);
}

void Function::into(std::span<const Destination> outs, std::span<const Arg> args) const {
  FunctionState& s = FunctionState::of(state_);
  detail::guarded(s.text, [&] {
    if (outs.empty()) throw Error(ErrorCode::value, "no destination is given");
    const detail::Prepared& p = detail::version(s, outs);
    base::Arena& arena = base::Arena::local();
    const base::Arena::Mark mark(arena);
    auto** views = arena.array<const ArrayView*>(outs.size());
    for (std::size_t i = 0; i < outs.size(); ++i) views[i] = &outs[i].view();
    const auto arguments = detail::line_up(s, p, args, arena);
    p.program->call_into({views, outs.size()}, arguments, s.options);
    detail::check_mapped(arguments);
  });
}

void Function::into(const Destination& out, std::initializer_list<Arg> args) const {
  into({&out, 1}, {args.begin(), args.size()});
}

}  // namespace tightloop
