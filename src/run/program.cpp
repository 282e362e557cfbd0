#include "run/program.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>

#include "run/arena.hpp"
#include "run/execute.hpp"
#include "run/locks.hpp"
#include "run/run_small.hpp"
#include "types/strides.hpp"

namespace tightloop::run {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Layouts as numbers, in scratch memory.
struct SignatureView {
  const std::int64_t* data;
  std::size_t size;
  std::uint64_t hash;
  bool equals(const std::vector<std::int64_t>& s) const {
    return std::equal(s.begin(), s.end(), data, data + size);
  }
};

/// A plan that this thread used last.
struct Recent {
  std::uint64_t program = 0;
  std::vector<std::int64_t> signature;
  std::shared_ptr<const BoundPlan> plan;
};

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::int64_t* put(std::int64_t* at, const ArrayView& v) {
  *at++ = v.ndim() * 2 + (v.byte_order() == ByteOrder::swapped ? 1 : 0);
  at = std::copy(v.shape().begin(), v.shape().end(), at);
  return std::copy(v.strides().begin(), v.strides().end(), at);
}

SignatureView signature_of(std::span<const Arg* const> args, std::span<const ArrayView* const> outs,
                           Arena& arena) {
  std::size_t room = 1;
  for (const Arg* a : args)
    room += a->weak() ? 0 : 1 + 2 * static_cast<std::size_t>(a->view().ndim());
  for (const ArrayView* o : outs) room += 1 + 2 * static_cast<std::size_t>(o->ndim());
  auto* begin = arena.array<std::int64_t>(room);
  std::int64_t* at = begin;
  *at++ = static_cast<std::int64_t>(outs.size());
  for (const Arg* a : args) {
    if (!a->weak()) at = put(at, a->view());
  }
  for (const ArrayView* o : outs) at = put(at, *o);
  const auto size = static_cast<std::size_t>(at - begin);
  std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
  for (std::size_t i = 0; i < size; ++i) {
    hash = (hash ^ static_cast<std::uint64_t>(begin[i])) * 0xff51afd7ed558ccdULL;
    hash ^= hash >> 32;
  }
  return {begin, size, hash};
}

std::vector<plan::ArrayLayout> layouts_of(std::span<const Arg* const> args) {
  std::vector<plan::ArrayLayout> out;
  for (const Arg* a : args) {
    if (a->weak()) {
      out.emplace_back();
    } else {
      const ArrayView& v = a->view();
      out.push_back({v.shape(), v.strides(), v.byte_order() == ByteOrder::swapped});
    }
  }
  return out;
}

void check_memory(const ArrayView& view, const std::string& what) {
  if (view.data() == nullptr && view.size() > 0) {
    throw Error(ErrorCode::value, what + " has elements but no memory (its address is null)");
  }
}

}  // namespace

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

Program::Program(ir::TypedGraph graph, EngineCore& engine)
    : graph_(std::move(graph)), engine_(engine), serial_(next_serial()) {}

std::vector<Dims> Program::shapes(std::span<const Arg* const> args) const {
  std::vector<Dims> in;
  for (const Arg* a : args) in.push_back(a->weak() ? Dims{} : a->view().shape());
  return ir::infer_shapes(graph_, in);
}

plan::LoopPlan Program::plan(std::span<const Arg* const> args) const {
  return plan::make_plan(graph_, layouts_of(args), {});
}

std::shared_ptr<const BoundPlan> Program::bound(std::span<const Arg* const> args,
                                                const Options& options) const {
  return bind(args, {}, options);
}

std::shared_ptr<const BoundPlan> Program::make_bound(std::span<const Arg* const> args,
                                                     std::span<const ArrayView* const> outs,
                                                     const Options& options) const {
  const auto start = Clock::now();
  std::vector<plan::ArrayLayout> destinations;
  for (const ArrayView* o : outs) {
    destinations.push_back({o->shape(), o->strides(), o->byte_order() == ByteOrder::swapped});
  }
  auto bound = std::make_shared<BoundPlan>();
  bound->plan = plan::make_plan(graph_, layouts_of(args), destinations);
  const double planned = seconds_since(start);
  int compiled = 0;
  bind_stages(*bound, [&](const plan::KernelPlan& kernel) {
    KernelOrigin origin{};
    auto out = engine_.cache().get(kernel, origin);
    compiled += origin == KernelOrigin::compiled ? 1 : 0;
    return out;
  });
  bound->small = is_small(*bound);
  if (options.stats != nullptr) {
    options.stats->plan_seconds += planned;
    options.stats->kernels_compiled += compiled;
    if (compiled > 0) options.stats->compile_seconds += seconds_since(start) - planned;
  }
  return bound;
}

std::shared_ptr<const BoundPlan> Program::find(std::uint64_t hash, const std::int64_t* signature,
                                               std::size_t size) const {
  const std::shared_lock lock(locks().plans);
  const auto [begin, end] = plans_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    const Signature& s = at->second.signature;
    if (std::equal(s.begin(), s.end(), signature, signature + size)) return at->second.plan;
  }
  return nullptr;
}

std::shared_ptr<const BoundPlan> Program::bind(std::span<const Arg* const> args,
                                               std::span<const ArrayView* const> outs,
                                               const Options& options) const {
  if (!engine_.is_jit()) return nullptr;
  // A plan of a long expression is large: of those fewer are kept.
  constexpr std::size_t kMostNodes = std::size_t{1} << 18;
  const std::size_t most = std::clamp<std::size_t>(kMostNodes / graph_.nodes.size(), 2, 512);
  Arena& arena = Arena::local();
  const Arena::Mark mark(arena);
  const SignatureView wanted = signature_of(args, outs, arena);
  thread_local Recent recent[8];  // of any program; spares the lock
  Recent& slot = recent[(serial_ ^ wanted.hash) % 8];
  if (slot.program == serial_ && wanted.equals(slot.signature)) return slot.plan;
  auto bound = find(wanted.hash, wanted.data, wanted.size);
  if (bound != nullptr) {
    slot.program = 0;  // an allocation below may throw
    slot.signature.assign(wanted.data, wanted.data + wanted.size);
    slot.plan = bound;
    slot.program = serial_;
    return bound;
  }
  try {
    bound = make_bound(args, outs, options);
  } catch (const NoCodeGenerator& e) {
    engine_.give_up(e.what());
    return nullptr;
  }
  decltype(plans_) dropped;  // freed when the lock is gone
  const std::lock_guard lock(locks().plans);
  if (plans_.size() >= most) plans_.swap(dropped);
  plans_.emplace(wanted.hash, Entry{Signature(wanted.data, wanted.data + wanted.size), bound});
  return bound;
}

void Program::check_arguments(std::span<const Arg* const> args) const {
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i]->weak()) continue;
    const ArrayView& view = args[i]->view();
    if (view.data() == nullptr) check_memory(view, "'" + graph_.inputs[i].name + "'");
  }
}

std::vector<Array> Program::call(std::span<const Arg* const> args, const Options& options) const {
  check_arguments(args);
  std::shared_ptr<const BoundPlan> bound;
  std::vector<Dims> own;
  const std::vector<Dims>* node_shapes = &own;
  bound = bind(args, {}, options);
  if (bound != nullptr) {
    node_shapes = &bound->plan.shapes;
  } else {
    own = shapes(args);
  }
  const std::size_t count = graph_.results.size();
  std::vector<Array> out;
  out.reserve(count);
  for (ir::NodeId id : graph_.results) {
    out.emplace_back(graph_.nodes[id].dtype, (*node_shapes)[id]);
  }
  Arena& arena = Arena::local();
  const Arena::Mark mark(arena);
  auto* views = arena.array<ArrayView>(count);
  auto** pointers = arena.array<const ArrayView*>(count);
  auto** addresses = arena.array<void*>(count);
  for (std::size_t i = 0; i < count; ++i) {
    pointers[i] = new (views + i) ArrayView(out[i].view());
    addresses[i] = out[i].data();
  }
  run(bound.get(), args, addresses, {pointers, count}, options);
  return out;
}

bool Program::needs_copy(const BoundPlan* bound, std::size_t result, const ArrayView& out,
                         std::span<const Arg* const> args) const {
  const plan::Nest* map = nullptr;  // of a plan that is one map stage
  if (bound != nullptr && bound->stages.size() == 1 && bound->plan.stages[0].r.empty() &&
      !bound->plan.stages[0].product && !graph_.check_overflow && !graph_.report_events) {
    map = &bound->plan.stages[0].main;
  }
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i]->weak() || !may_overlap(out, args[i]->view())) continue;
    if (map == nullptr) return true;
    // Harmless where every load of the input reads the very element that is then stored.
    const auto* from = static_cast<const char*>(args[i]->view().data());
    const plan::Operand* store = nullptr;
    for (const plan::Operand& o : map->operands) {
      if (o.source ==
          plan::Source{plan::Source::Kind::result, static_cast<std::uint32_t>(result)}) {
        store = &o;
      }
    }
    for (const plan::Operand& o : map->operands) {
      if (o.source != plan::Source{plan::Source::Kind::input, static_cast<std::uint32_t>(i)})
        continue;
      const bool same = store != nullptr && o.m == store->m &&
                        itemsize(o.dtype) == itemsize(store->dtype) &&
                        from + o.offset == static_cast<const char*>(out.data()) + store->offset;
      if (!same) return true;
    }
  }
  return false;
}

void Program::call_into(std::span<const ArrayView* const> outs, std::span<const Arg* const> args,
                        const Options& options) const {
  check_arguments(args);
  for (const ArrayView* out : outs) {
    if (out->data() == nullptr) check_memory(*out, "the destination");
    if (out->readonly() && out->size() > 0)
      throw Error(ErrorCode::value, "the destination is read-only");
    for (int d = 0; d < out->ndim(); ++d) {
      if (out->strides()[d] == 0 && out->shape()[d] > 1) {
        throw Error(ErrorCode::value, "the destination's elements overlap: axis " +
                                          std::to_string(d) + " has stride 0");
      }
    }
  }
  std::shared_ptr<const BoundPlan> bound = bind(args, outs, options);
  Arena& arena = Arena::local();
  const Arena::Mark mark(arena);
  std::vector<Array> temporaries;  // of destinations that overlap an input
  auto** direct = arena.array<const ArrayView*>(outs.size());
  auto** addresses = arena.array<void*>(outs.size());
  std::copy(outs.begin(), outs.end(), direct);
  std::vector<ArrayView> views;
  for (std::size_t i = 0; i < outs.size(); ++i) {
    if (needs_copy(bound.get(), i, *outs[i], args)) {
      if (temporaries.empty()) {
        temporaries.resize(outs.size());
        views.resize(outs.size());
      }
      temporaries[i] = Array(outs[i]->dtype(), outs[i]->shape());
      views[i] = temporaries[i].view();
      direct[i] = &views[i];
    }
    addresses[i] = direct[i]->mutable_data();
  }
  if (!temporaries.empty() && bound != nullptr) {
    bound = bind(args, {direct, outs.size()}, options);
  }
  run(bound.get(), args, addresses, {direct, outs.size()}, options);
  for (std::size_t i = 0; i < outs.size(); ++i) {
    if (direct[i] != outs[i]) copy_elements(*outs[i], views[i]);
  }
}

void Program::run(const BoundPlan* bound, std::span<const Arg* const> args, void* const* results,
                  std::span<const ArrayView* const> outs, const Options& options) const {
  const auto start = options.stats != nullptr ? Clock::now() : Clock::time_point{};
  if (bound == nullptr) {
    run_reference(args, outs, options.stop);
    if (graph_.report_events) report_events(args, options);
    if (options.stats != nullptr) options.stats->run_seconds += seconds_since(start);
    return;
  }
  Arena& arena = Arena::local();
  const Arena::Mark mark(arena);
  auto** inputs = arena.array<const void*>(args.size());
  auto* scalars = arena.array<Scalar>(args.size());
  for (std::size_t i = 0; i < args.size(); ++i) {
    inputs[i] = args[i]->weak() ? nullptr : args[i]->view().data();
    new (scalars + i)
        Scalar(args[i]->weak() ? scalar_as(*args[i], graph_.inputs[i].dtype) : Scalar{});
  }
  std::uint64_t extra = 0;
  const std::uint64_t events =
      execute(*bound, {inputs, scalars, results}, workers_of(options), extra);
  if (options.stats != nullptr) {
    Stats& s = *options.stats;
    s.run_seconds += seconds_since(start);
    s.peak_extra_bytes = std::max(s.peak_extra_bytes, extra);
    s.bytes_read = bound->plan.bytes_read;
    s.bytes_written = bound->plan.bytes_written;
    s.stages = static_cast<int>(bound->plan.groups.size());
  }
  if ((events & plan::kNoted) == 0) return;
  if (graph_.check_overflow) {
    confirm_overflow(args, outs, options.stop);
    // A partial product overflowed but the product fits: it is right modulo 2^64, hence right. The
    // oracle has used the results as scratch memory, so they are computed once more.
    execute(*bound, {inputs, scalars, results}, workers_of(options), extra);
  }
  if (graph_.report_events) report_events(args, options);
}

}  // namespace tightloop::run
