// One expression over given arrays, ready to be timed: compiled for one thread and for more.
#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "hand.hpp"
#include "table.hpp"

namespace bench {

namespace tl = tightloop;

struct Named {
  const char* name;
  tl::ArrayView view;
};

template <class T>
tl::ArrayView view(const Buffer<T>& b, const tl::Dims& shape) {
  return tl::ArrayView(static_cast<const void*>(b.data()), tl::dtype_of<T>, shape);
}
template <class T>
tl::ArrayView place(Buffer<T>& b, const tl::Dims& shape) {
  return tl::ArrayView(static_cast<void*>(b.data()), tl::dtype_of<T>, shape);
}

/// Returns a call that evaluates the text into `outs`, which like the inputs must outlive it.
inline Run call(const std::string& text, const std::vector<Named>& inputs,
                const std::vector<tl::ArrayView>& outs, tl::Fp fp = tl::Fp::strict) {
  struct State {
    std::string text;
    std::vector<Named> inputs;
    std::vector<tl::Arg> args;
    std::vector<tl::Destination> outs;
    tl::Options options;
    std::map<int, tl::Function> functions;
  };
  auto s = std::make_shared<State>();
  s->text = text;
  s->inputs = inputs;
  s->options.fp = fp;
  for (const Named& n : inputs) s->args.emplace_back(n.view);
  for (const tl::ArrayView& o : outs) s->outs.emplace_back(o);
  return [s](int threads) {
    auto at = s->functions.find(threads);
    if (at == s->functions.end()) {
      tl::Options options = s->options;
      options.threads = threads;
      const auto& in = s->inputs;
      if (in.empty() || in.size() > 2) throw std::invalid_argument("a call has one or two inputs");
      tl::Function f =
          in.size() == 1
              ? tl::compile(s->text, {{in[0].name, in[0].view.dtype()}}, options)
              : tl::compile(s->text,
                            {{in[0].name, in[0].view.dtype()}, {in[1].name, in[1].view.dtype()}},
                            options);
      at = s->functions.emplace(threads, std::move(f)).first;
    }
    at->second.into(s->outs, s->args);
  };
}

/// The three sizes of most workloads.
struct Size {
  const char* name;
  std::size_t elements;  // 0: out of cache, by bytes
  bool large() const { return elements == 0; }
  std::size_t count(std::size_t item) const { return large() ? kLargeBytes / item : elements; }
  static constexpr std::size_t kLargeBytes = std::size_t{192} << 20;  // per input
};
inline constexpr Size kSizes[] = {{"1 Ki", 1 << 10}, {"64 Ki", 1 << 16}, {"out of cache", 0}};

template <class T>
std::string dtype_name() {
  return std::string(tl::name(tl::dtype_of<T>));
}

/// The type of the hand-written loops for T.
template <class T>
using HandType = std::conditional_t<std::is_same_v<T, tl::float16_t>, Half, T>;

template <class T>
HandType<T>* hand_data(Buffer<T>& b) {
  return reinterpret_cast<HandType<T>*>(b.data());
}

}  // namespace bench
