// PreparedCall: a call whose program, plan and addresses are found once and kept.
#include "api/function_state.hpp"

namespace tightloop {
namespace detail {

struct PreparedState {
  Function function;  // keeps the program
  const Prepared* prepared;
  std::vector<Arg> given;
  std::vector<ArrayView> outs;
  base::Arena arena;  // of the converted scalars and the lists
  std::span<const Arg* const> arguments;
  std::span<const ArrayView* const> views;
  exec::SmallCall small;
};

}  // namespace detail

using detail::FunctionState;
using detail::PreparedState;

PreparedCall Function::prepare(const Destination& out, std::initializer_list<Arg> args) const {
  return prepare({&out, 1}, {args.begin(), args.size()});
}

PreparedCall Function::prepare(std::span<const Destination> outs, std::span<const Arg> args) const {
  FunctionState& s = FunctionState::of(state_);
  return detail::guarded(s.text, [&] {
    if (outs.empty()) throw Error(ErrorCode::value, "no destination is given");
    auto made = std::make_shared<PreparedState>();
    made->function = *this;
    made->prepared = &detail::version(s, outs);
    made->given.assign(args.begin(), args.end());
    for (const Destination& out : outs) made->outs.push_back(out.view());
    made->arguments = detail::line_up(s, *made->prepared, made->given, made->arena);
    auto** views = made->arena.array<const ArrayView*>(outs.size());
    for (std::size_t i = 0; i < outs.size(); ++i) views[i] = &made->outs[i];
    made->views = {views, outs.size()};
    made->small = made->prepared->program->prepare(made->views, made->arguments, s.options);
    PreparedCall call;
    call.state_ = std::move(made);
    return call;
  });
}

void PreparedCall::operator()() const {
  if (state_ == nullptr) {
    throw Error(ErrorCode::value, "the call is empty", {}, "Function::prepare makes calls");
  }
  const PreparedState& p = *state_;
  FunctionState& s = FunctionState::of(p.function);
  detail::guarded(s.text, [&] {
    if (!p.small.run()) p.prepared->program->call_into(p.views, p.arguments, s.options);
    detail::check_mapped(p.arguments);
  });
}

}  // namespace tightloop
