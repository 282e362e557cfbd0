// The loop over a schedule's sweeps and steps: waits for bytes and room, runs, hands on what is
// complete.
#include "streaming/pipeline.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "streaming/step_runner.hpp"
#include "tightloop/error.hpp"

namespace tightloop::streaming {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int32_t kNone = -1;

std::size_t bytes_of(const plan::Intermediate& mid) {
  std::size_t bytes = itemsize(mid.dtype);
  for (std::int64_t e : mid.shape) bytes *= static_cast<std::size_t>(e);
  return bytes;
}

class Pipeline {
 public:
  explicit Pipeline(Evaluation& evaluation)
      : e_(evaluation), drain_(outputs_with_windows(), done_), total_(bytes_in_all()) {}

  std::uint64_t run() {
    base::Arena& arena = base::Arena::local();
    const base::Arena::Mark mark(arena);
    std::vector<std::unique_ptr<unsigned char[]>> memory;
    std::vector<void*> intermediates;
    for (const plan::Intermediate& mid : e_.bound->plan.intermediates) {
      memory.emplace_back(mid.tile_bytes > 0 ? nullptr : new unsigned char[bytes_of(mid)]);
      intermediates.push_back(memory.back().get());
    }
    std::uint64_t events = 0;
    for (const Sweep& sweep : e_.schedule->sweeps) {
      const base::Arena::Mark sweep_mark(arena);
      events |= run_sweep(sweep, intermediates.data(), arena);
    }
    for (std::size_t k = 0; k < drain_of_.size(); ++k) {
      if (drain_of_[k] == kNone) continue;
      drain_.complete(drain(k), e_.outputs[k].bytes);
      while (!drain_.wait(drain(k), e_.outputs[k].bytes, 0)) look_around();
    }
    if (e_.progress) e_.progress(total_, total_);
    return events;
  }

 private:
  /// A result that a sweep writes.
  struct Written {
    std::size_t output = 0;
    const Track* track = nullptr;
    std::uint64_t room = 0;
  };

  std::vector<Output> outputs_with_windows() {
    std::vector<Output> out;
    for (const Output& o : e_.outputs) {
      drain_of_.push_back(o.window == nullptr ? kNone : static_cast<std::int32_t>(out.size()));
      if (o.window != nullptr) out.push_back(o);
    }
    return out;
  }

  std::size_t drain(std::size_t output) const {
    return static_cast<std::size_t>(drain_of_[output]);
  }

  std::uint64_t bytes_in_all() const {
    std::uint64_t sum = 0;
    std::vector<bool> seen(e_.inputs.size(), false);
    for (const Sweep& sweep : e_.schedule->sweeps) {
      for (const Track& t : sweep.tracks) {
        if (t.array < e_.inputs.size() && t.combed) sum += e_.arrays->all[t.array].bytes;
        if (t.array >= e_.inputs.size() || t.end.empty()) continue;
        if (!e_.schedule->resident[t.array] || !seen[t.array]) sum += t.end.back();
        seen[t.array] = true;
      }
    }
    for (const Output& o : e_.outputs) sum += o.window != nullptr ? o.bytes : 0;
    return sum;
  }

  /// What an array may hold of the memory that the schedule leaves: read-ahead and writing behind.
  std::uint64_t room_of(const Sweep& sweep, const Track& track) const {
    std::uint64_t windows = 1;
    for (const Track& t : sweep.tracks) windows += t.most;
    const std::uint64_t spare = e_.memory - std::min(e_.memory, e_.schedule->needed);
    constexpr std::uint64_t kAhead = 4;  // windows; more only moves data away from the caches
    const double share = static_cast<double>(track.most) / static_cast<double>(windows);
    const auto extra = static_cast<std::uint64_t>(static_cast<double>(spare) * share);
    return std::max<std::uint64_t>(1, track.most + std::min(extra, kAhead * track.most));
  }

  std::uint64_t run_sweep(const Sweep& sweep, void* const* intermediates, base::Arena& arena) {
    std::vector<Feed> feeds;
    std::vector<Written> written;
    for (const Track& t : sweep.tracks) {
      if (t.array < e_.inputs.size()) {
        Input& input = e_.inputs[t.array];
        if (t.combed) {
          input.window->open_scattered();
          continue;
        }
        input.resident = e_.schedule->resident[t.array];
        if (!input.resident) input.window->reset();
        feeds.push_back({&input, &t, room_of(sweep, t)});
      } else {
        written.push_back({t.array - e_.inputs.size(), &t, room_of(sweep, t)});
      }
    }
    std::vector<StepRunner> runners;
    runners.reserve(sweep.jobs.size());
    for (const Job& job : sweep.jobs) {
      runners.emplace_back(*e_.bound, job, e_.call, intermediates, e_.workers, arena);
    }
    Feeder feeder(std::move(feeds), sweep.items.size(), done_, e_.workers.stop);
    std::uint64_t events = 0;
    for (std::size_t i = 0; i < sweep.items.size(); ++i) {
      feeder.release_before(i);
      while (!feeder.wait(i)) look_around();
      for (const Written& w : written) make_room(w, i);
      const auto read = [&](Input& input, const Extent& e) {
        input.source->seek(e.begin);
        input.source->read(input.window->data() + e.begin, e.end - e.begin);
        done_.fetch_add(e.end - e.begin, std::memory_order_relaxed);
      };
      for_each_tooth(sweep, i, read);
      events |= runners[sweep.items[i].job].run(sweep.items[i].step);
      for_each_tooth(sweep, i,
                     [](Input& input, const Extent& e) { input.window->drop(e.begin, e.end); });
      const bool last = i + 1 == sweep.items.size();
      for (const Written& w : written) {
        drain_.complete(drain(w.output), last ? w.track->end.back() : w.track->begin[i + 1]);
      }
      look_around();
    }
    for (const Track& t : sweep.tracks) {
      if (t.combed) e_.inputs[t.array].window->reset();
    }
    return events;
  }

  /// Visits what an item needs of the inputs that are read tooth by tooth.
  template <class Visit>
  void for_each_tooth(const Sweep& sweep, std::size_t item, Visit&& visit) {
    const Job& job = sweep.jobs[sweep.items[item].job];
    if (!job.combed) return;
    const Step step = job.step(sweep.items[item].step);
    for (const Touch& touch : job.touches) {
      const auto own = [&](const Track& t) { return t.array == touch.array && t.combed; };
      if (std::none_of(sweep.tracks.begin(), sweep.tracks.end(), own)) continue;
      const Comb comb = job.comb(touch, step);
      Input& input = e_.inputs[touch.array];
      const std::uint64_t teeth = comb.teeth();
      for (std::uint64_t i = 0; i < teeth; ++i) {
        const Extent e = comb.tooth(i, e_.arrays->all[touch.array].bytes);
        if (e.begin < e.end) visit(input, e);
        if (i % 1024 == 1023) check_stop(e_.workers.stop);
      }
    }
  }

  void make_room(const Written& w, std::size_t item) {
    while (!drain_.wait(drain(w.output), w.track->end[item], w.room)) look_around();
    e_.outputs[w.output].window->open(0, w.track->end[item]);
  }

  void look_around() {
    check_stop(e_.workers.stop);
    drain_.check();
    const auto now = Clock::now();
    if (!e_.progress || now - told_ < std::chrono::milliseconds(50)) return;
    told_ = now;
    e_.progress(std::min(done_.load(std::memory_order_relaxed), total_), total_);
  }

  Evaluation& e_;
  std::atomic<std::uint64_t> done_{0};
  std::vector<std::int32_t> drain_of_;  // by output: its place in the drain
  Drain drain_;
  const std::uint64_t total_;
  Clock::time_point told_ = Clock::now();
};

}  // namespace

std::uint64_t run_in_parts(Evaluation& evaluation) {
  return Pipeline(evaluation).run();
}

}  // namespace tightloop::streaming
