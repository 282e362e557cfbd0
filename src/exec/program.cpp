// Calls: the executable of their layouts is found or made, runs, and what it reports is followed
// up.
#include "exec/program.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>

#include "base/arena.hpp"
#include "base/locks.hpp"
#include "types/strides.hpp"

namespace tightloop::exec {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::uint64_t hash_of(const std::int64_t* numbers, std::size_t count) {
  std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
  for (std::size_t i = 0; i < count; ++i) {
    hash = (hash ^ static_cast<std::uint64_t>(numbers[i])) * 0xff51afd7ed558ccdULL;
    hash ^= hash >> 32;
  }
  return hash;
}

/// What is used in the call at hand. Something small runs nothing that could evaluate anything else
/// on this thread, so its place keeps it alive and the count of its owners is left alone.
std::shared_ptr<const Executable> for_now(const std::shared_ptr<const Executable>& executable) {
  if (!executable->is_small()) return executable;
  return {std::shared_ptr<const Executable>(), executable.get()};
}

plan::ArrayLayout layout_of(const ArrayView& view) {
  return {view.shape(), view.strides(), view.byte_order() == ByteOrder::swapped};
}

std::vector<plan::ArrayLayout> layouts_of(std::span<const Arg* const> args) {
  std::vector<plan::ArrayLayout> out;
  for (const Arg* a : args) {
    out.push_back(a->weak() ? plan::ArrayLayout{} : layout_of(a->view()));
  }
  return out;
}

void check_memory(const ArrayView& view, const std::string& what) {
  if (view.data() == nullptr && view.size() > 0) {
    throw Error(ErrorCode::value, what + " has elements but no memory (its address is null)");
  }
}

}  // namespace

void check_destination(const ArrayView& out) {
  if (out.data() == nullptr) check_memory(out, "the destination");
  if (out.readonly() && out.size() > 0) {
    throw Error(ErrorCode::value, "the destination is read-only");
  }
  for (int d = 0; d < out.ndim(); ++d) {
    if (out.strides()[d] == 0 && out.shape()[d] > 1 && out.size() > 0) {
      throw Error(ErrorCode::value, "the destination's elements overlap: axis " +
                                        std::to_string(d) + " has stride 0");
    }
  }
}

Workers workers_of(const Options& options) {
  Workers w;
  w.executor = options.executor;
  w.stop = options.stop;
  if (options.threads == 1) return w;
  if (w.executor == nullptr) w.executor = &default_executor();
  w.threads = options.threads > 0 ? options.threads : std::max(1, w.executor->concurrency());
  return w;
}

Scalar scalar_as(const Arg& arg, DType dtype) {
  Scalar s;
  s.dtype = dtype;
  // Integers are little-endian two's complement: the low bytes of a value that fits are the value.
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(s.bytes, arg.scalar(), itemsize(dtype));
  return s;
}

Program::Program(ir::TypedGraph graph, EngineCore& engine, Retype scale_averages)
    : graph_(std::move(graph)),
      engine_(engine),
      scale_averages_(std::move(scale_averages)),
      needed_scaled_(!engine.watches_sums()),
      serial_(next_serial()) {}

Program::Program(ir::TypedGraph graph, const Program& plain)
    : graph_(std::move(graph)),
      engine_(plain.engine_),
      plain_(&plain),
      needed_scaled_(false),
      serial_(next_serial()) {}

Program::~Program() {
  delete scaled_.load();
}

const Program& Program::scaled() const {
  if (scale_averages_ == nullptr) return *this;
  const Program* known = scaled_.load(std::memory_order_acquire);
  if (known != nullptr) return *known;
  // No lock, which a fork might leave taken: of two that are made at once one is dropped.
  std::unique_ptr<const Program> made(new Program(scale_averages_(graph_.source), *this));
  for (std::size_t i = 0; i < graph_.results.size(); ++i) {
    if (made->graph_.nodes[made->graph_.results[i]].dtype !=
        graph_.nodes[graph_.results[i]].dtype) {
      throw Error(ErrorCode::internal, "a scaled result has another dtype");
    }
  }
  if (!scaled_.compare_exchange_strong(known, made.get())) return *known;
  return *made.release();
}

bool Program::asks_scaled() const {
  return scale_averages_ != nullptr && needed_scaled_.load(std::memory_order_relaxed);
}

std::vector<Dims> Program::shapes(std::span<const Arg* const> args) const {
  std::vector<Dims> in;
  for (const Arg* a : args) in.push_back(a->weak() ? Dims{} : a->view().shape());
  return ir::infer_shapes(graph_, in);
}

plan::LoopPlan Program::plan(std::span<const Arg* const> args, ir::Steps* steps) const {
  return plan::make_plan(graph_, layouts_of(args), {}, engine_.machine(), steps);
}

std::shared_ptr<const Executable> Program::executable(std::span<const Arg* const> args,
                                                      const Options& options) const {
  return bind({args, {}}, options, true).executable;
}

std::shared_ptr<const Executable> Program::make_executable(const Layouts& layouts,
                                                           const Options& options) const {
  const auto start = Clock::now();
  const std::vector<plan::ArrayLayout> inputs = layouts_of(layouts.args);
  std::vector<plan::ArrayLayout> outs;
  for (const ArrayView* o : layouts.outs) outs.push_back(layout_of(*o));
  plan::LoopPlan plan = plan::make_plan(graph_, inputs, outs, engine_.machine());
  if (options.stats != nullptr) options.stats->plan_seconds += seconds_since(start);
  const bool watches_sums = scale_averages_ != nullptr || plain_ != nullptr;
  return engine_.prepare(std::move(plan), {graph_, inputs, outs, engine_.machine(), watches_sums},
                         options);
}

std::shared_ptr<const Executable> Program::find(std::uint64_t hash, const std::int64_t* signature,
                                                std::size_t size) const {
  const std::shared_lock lock(base::locks().plans);
  const auto [begin, end] = executables_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    const Signature& s = at->second.signature;
    if (std::equal(s.begin(), s.end(), signature, signature + size)) return at->second.executable;
  }
  return nullptr;
}

Program::Bound Program::bind(const Layouts& layouts, const Options& options, bool lasting) const {
  RecentPlan& recent = RecentPlan::place_of(serial_, layouts);
  if (recent.holds(serial_, layouts))
    return {lasting ? recent.executable() : for_now(recent.executable()), recent.disjoint(layouts)};
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  const std::size_t count = layouts.count();
  auto* numbers = arena.array<std::int64_t>(count);
  layouts.write(numbers);
  const std::uint64_t hash = hash_of(numbers, count);
  auto found = find(hash, numbers, count);
  if (found != nullptr) {
    constexpr std::size_t kShort = 4096;  // of long ones no thread keeps plans for itself
    if (graph_.nodes.size() > kShort) return {found, false};
    recent.set(serial_, layouts, found);
    return {found, recent.disjoint(layouts)};
  }
  auto made = make_executable(layouts, options);
  // A plan of a long expression is large: of those fewer are kept.
  constexpr std::size_t kMostNodes = std::size_t{1} << 18;
  const std::size_t most = std::clamp<std::size_t>(kMostNodes / graph_.nodes.size(), 2, 512);
  decltype(executables_) dropped;  // freed when the lock is gone
  const std::lock_guard lock(base::locks().plans);
  if (executables_.size() >= most) executables_.swap(dropped);
  executables_.emplace(hash, Entry{Signature(numbers, numbers + count), made});
  return {made, false};
}

void Program::check_arguments(std::span<const Arg* const> args) const {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i]->weak()) continue;
    const ArrayView& view = args[i]->view();
    if (view.data() == nullptr) check_memory(view, "'" + graph_.inputs[i].name + "'");
  }
}

void Program::check_demand(const plan::Demand& demand, std::uint64_t new_bytes,
                           const Options& options) {
  if (options.most_elements == 0 && options.most_bytes == 0) return;
  const auto check = [](std::uint64_t asked, std::uint64_t most, const std::string& verb,
                        const std::string& what) {
    if (most == 0 || asked <= most) return;
    throw Error(ErrorCode::limit,
                "the call would " + verb + " " + std::to_string(asked) + " " + what +
                    ", and most_" + what + " allows " + std::to_string(most),
                {}, "raise most_" + what + ", or compute on parts of the arrays");
  };
  check(demand.elements, options.most_elements, "compute", "elements");
  check(plan::added(demand.bytes, new_bytes), options.most_bytes, "take", "bytes");
}

std::vector<Array> Program::call(std::span<const Arg* const> args, const Options& options) const {
  if (asks_scaled()) return scaled().call(args, options);
  check_arguments(args);
  const std::shared_ptr<const Executable> executable = bind({args, {}}, options).executable;
  const std::vector<Dims>& node_shapes = executable->plan().shapes;
  if (options.most_elements != 0 || options.most_bytes != 0) {
    std::uint64_t bytes = 0;
    for (ir::NodeId id : graph_.results) {
      bytes = plan::added(bytes, plan::bytes_of(graph_.nodes[id].dtype, node_shapes[id]));
    }
    check_demand(executable->demand(), bytes, options);
  }
  const std::size_t count = graph_.results.size();
  std::vector<Array> out;
  out.reserve(count);
  for (ir::NodeId id : graph_.results) {
    out.emplace_back(graph_.nodes[id].dtype, node_shapes[id]);
  }
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  auto* views = arena.array<ArrayView>(count);
  auto** pointers = arena.array<const ArrayView*>(count);
  auto** addresses = arena.array<void*>(count);
  for (std::size_t i = 0; i < count; ++i) {
    pointers[i] = new (views + i) ArrayView(out[i].view());
    addresses[i] = out[i].data();
  }
  run(*executable, args, addresses, {pointers, count}, options);
  return out;
}

void Program::call_into(std::span<const ArrayView* const> outs, std::span<const Arg* const> args,
                        const Options& options) const try {
  if (!call_again(outs, args, options)) store(outs, args, options);
} catch (const Error& e) {
  if (e.code() != ErrorCode::overflow) throw;
  const std::string state = state_after_overflow(outs, args, options);
  throw Error(e.code(), e.message(), e.span(), e.hint() + (e.hint().empty() ? "" : "; ") + state);
}

void Program::store(std::span<const ArrayView* const> outs, std::span<const Arg* const> args,
                    const Options& options) const {
  if (asks_scaled()) return scaled().store(outs, args, options);
  check_arguments(args);
  for (const ArrayView* out : outs) check_destination(*out);
  const Bound bound = bind({args, outs}, options);
  if (!bound.disjoint) return call_into_near(bound, outs, args, options);
  check_demand(bound.executable->demand(), 0, options);
  base::Arena& arena = base::Arena::local();
  const base::Arena::Mark mark(arena);
  auto** addresses = arena.array<void*>(outs.size());
  for (std::size_t i = 0; i < outs.size(); ++i) addresses[i] = outs[i]->mutable_data();
  run(*bound.executable, args, addresses, outs, options);
}

void Program::fill_stats(const Executable& executable, double seconds, std::uint64_t extra_bytes,
                         Stats& stats) {
  const plan::LoopPlan& plan = executable.plan();
  stats.run_seconds += seconds;
  stats.peak_extra_bytes = std::max(stats.peak_extra_bytes, extra_bytes);
  stats.bytes_read = plan.bytes_read;
  stats.bytes_written = plan.bytes_written;
  stats.stages = static_cast<int>(plan.passes.size());
}

void Program::run(const Executable& executable, std::span<const Arg* const> args,
                  void* const* results, std::span<const ArrayView* const> outs,
                  const Options& options) const {
  const auto start = options.stats != nullptr ? Clock::now() : Clock::time_point{};
  base::Arena& arena = base::Arena::local();  // until the caller's mark
  auto** inputs = arena.array<const void*>(args.size());
  auto* scalars = arena.array<Scalar>(args.size());  // of arrays: left as they are
  for (std::size_t i = 0; i < args.size(); ++i) {
    const bool weak = args[i]->weak();
    inputs[i] = weak ? nullptr : args[i]->view().data();
    if (weak) new (scalars + i) Scalar(scalar_as(*args[i], graph_.inputs[i].dtype));
  }
  const CallArguments call{inputs, scalars, results};
  std::uint64_t extra = 0;
  const auto compute = [&] {
    if (executable.is_small()) return executable.run_small(call);
    return executable.run(call, workers_of(options), extra);
  };
  const std::uint64_t events = compute();
  if (options.stats != nullptr) {
    fill_stats(executable, seconds_since(start), extra, *options.stats);
  }
  const bool finite = (events & kNotFinite) == 0;
  if (plain_ != nullptr && finite) plain_->needed_scaled_.store(false, std::memory_order_relaxed);
  if (scale_averages_ != nullptr && !finite) {
    needed_scaled_.store(true, std::memory_order_relaxed);
    return scaled().run(*scaled().bind({args, outs}, options).executable, args, results, outs,
                        options);
  }
  if ((events & kernel::kNoted) == 0) return;
  if (graph_.checks_any()) {
    confirm_overflow(args, outs, options.stop);
    // A partial product overflowed but the product fits: it is right modulo 2^64, hence right. The
    // oracle has used the results as scratch memory, so they are computed once more.
    compute();
  }
  if (graph_.report_events) report_events(args, options);
}

}  // namespace tightloop::exec
