// Levels of passes, the way to cut each that needs the least memory, and the sweeps made of them.
#include "streaming/schedule.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <optional>

#include "tightloop/error.hpp"

namespace tightloop::streaming {
namespace {

using plan::Memory;

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t kMostSteps = 1 << 17;                  // of a job
constexpr std::uint64_t kMostTeeth = std::uint64_t{1} << 16;  // of a step
constexpr std::uint64_t kMostReads = std::uint64_t{1} << 24;  // of teeth, of a sweep
constexpr std::uint64_t kMostTimes = 32;  // that an array is read, where more is read than needed
// Steps that are tried whatever the memory: what one of them fits is what errors ask for.
constexpr std::uint64_t kSteps[] = {1 << 20, 64 << 10, 4 << 10};

std::uint64_t intermediate_bytes(const plan::LoopPlan& plan) {
  std::uint64_t sum = 0;
  for (const plan::Intermediate& mid : plan.intermediates) {
    if (mid.tile_bytes > 0) continue;
    std::uint64_t bytes = itemsize(mid.dtype);
    for (std::int64_t e : mid.shape) bytes *= static_cast<std::uint64_t>(e);
    sum += bytes;
  }
  return sum;
}

/// Passes of the plan by level: those of a level need what lower levels compute, not each other.
std::vector<std::vector<std::uint32_t>> levels_of(const plan::LoopPlan& plan) {
  std::vector<std::size_t> ready(plan.intermediates.size(), 0);  // the level that may read it
  std::vector<std::vector<std::uint32_t>> levels;
  for (std::uint32_t g = 0; g < plan.passes.size(); ++g) {
    const plan::Pass& pass = plan.passes[g];
    std::size_t level = 0;
    std::vector<std::uint32_t> stored;
    const auto visit = [&](const plan::Operand& o, bool is_store) {
      if (o.source.kind != Memory::Kind::intermediate) return;
      if (is_store) {
        stored.push_back(o.source.index);
      } else {
        level = std::max(level, ready[o.source.index]);
      }
    };
    for (std::uint32_t i = pass.first; i < pass.first + pass.count; ++i) {
      const plan::Stage& s = plan.stages[i];
      for (const plan::Nest* nest : s.nests()) {
        const std::size_t loads = nest->kernel.loads.size();
        for (std::size_t k = 0; k < nest->operands.size(); ++k) {
          visit(nest->operands[k], k >= loads);
        }
      }
      for (const plan::AccumulatorCopy& c : s.copies) visit(c.to, true);
      if (s.product) visit(s.product->target, true);
    }
    for (std::uint32_t mid : stored) ready[mid] = std::max(ready[mid], level + 1);
    if (levels.size() <= level) levels.resize(level + 1);
    levels[level].push_back(g);
  }
  return levels;
}

class Scheduler {
 public:
  Scheduler(const plan::LoopPlan& plan, const Arrays& arrays, std::span<const ArrayTraits> traits,
            const Limits& limits)
      : plan_(plan), arrays_(arrays), traits_(traits), limits_(limits) {
    out_.resident.assign(arrays.all.size(), false);
    out_.intermediates = intermediate_bytes(plan);
  }

  Schedule run() {
    for (const auto& passes : levels_of(plan_)) {
      std::vector<Job> jobs;
      for (std::uint32_t g : passes) jobs.push_back(choose(g));
      Sweep together = make_sweep(jobs);
      const bool combed =
          std::any_of(jobs.begin(), jobs.end(), [](const Job& job) { return job.combed; });
      const bool separate = combed || need(together) > limits_.memory;
      if (jobs.size() > 1 && separate && !shares_pipe(together)) {
        for (Job& job : jobs) out_.sweeps.push_back(make_sweep({job}));
      } else {
        out_.sweeps.push_back(std::move(together));
      }
    }
    keep_what_is_needed_again();
    out_.needed = peak();
    return std::move(out_);
  }

  [[noreturn]] void refuse(Schedule schedule) {
    out_ = std::move(schedule);
    refuse();
  }

 private:
  Job choose(std::uint32_t pass) const {
    std::optional<Job> best;
    std::uint64_t best_need = kNever, best_reads = kNever;
    const std::vector<Job> ways =
        ways_to_cut(plan_, pass, arrays_, limits_.threads, *limits_.machine);
    const auto consider = [&](Job job) {
      job.fit(job.combed ? 4 * limits_.step : limits_.step, arrays_);
      while (job.steps() > kMostSteps && job.piece < job.loops[job.depth - 1]) job.piece *= 2;
      if (job.steps() > kMostSteps || !has_few_teeth(job)) return;
      const std::uint64_t needs = need(make_sweep({job}));
      const std::uint64_t reads = job.combed ? bytes_read(job) : 0;
      const bool both_fit = job.combed && std::max(needs, best_need) <= limits_.memory;
      if (both_fit ? reads >= best_reads : needs >= best_need) return;
      best_need = needs;
      best_reads = reads;
      best = std::move(job);
    };
    for (const Job& way : ways) {
      consider(way);
      if (best_need <= 4 * limits_.step) break;
    }
    // Reading tooth by tooth does not read ahead.
    const bool fits = best_need <= limits_.memory;
    for (std::size_t i = 0; !fits && i < ways.size(); ++i) {
      Job way = ways[i];
      way.combed = way.kind == Job::Kind::outputs;
      if (way.combed) consider(std::move(way));
    }
    if (!best) throw Error(ErrorCode::internal, "a pass without a way to run it");
    return *std::move(best);
  }

  /// All teeth of the inputs, each time that they are read.
  std::uint64_t bytes_read(const Job& job) const {
    std::uint64_t bytes = 0;
    for (const Touch& t : job.touches) {
      if (t.array >= arrays_.inputs) continue;
      const Comb comb = job.comb(t, job.step(0));
      bytes += comb.teeth() * static_cast<std::uint64_t>(comb.length);
    }
    return bytes * static_cast<std::uint64_t>(job.steps());
  }

  bool has_few_teeth(const Job& job) const {
    if (!job.combed) return true;
    std::uint64_t teeth = 0, bytes = 0;
    for (const Touch& t : job.touches) {
      if (t.array >= arrays_.inputs) continue;
      teeth += job.comb(t, job.step(0)).teeth();
      bytes += arrays_.all[t.array].bytes;
    }
    return teeth <= kMostTeeth && teeth * static_cast<std::uint64_t>(job.steps()) <= kMostReads &&
           bytes_read(job) / kMostTimes <= bytes;
  }

  /// True for inputs that every job of a sweep can read tooth by tooth.
  bool is_combed(const std::vector<Job>& jobs, std::uint32_t array) const {
    return array < arrays_.inputs && !traits_[array].read_once &&
           std::all_of(jobs.begin(), jobs.end(), [&](const Job& job) {
             const auto here = [&](const Touch& t) { return t.array == array; };
             return job.combed || std::none_of(job.touches.begin(), job.touches.end(), here);
           });
  }

  Sweep make_sweep(std::vector<Job> jobs) const {
    Sweep sweep;
    sweep.jobs = std::move(jobs);
    order(sweep);
    for (const Job& job : sweep.jobs) sweep.held += job.held;
    std::vector<std::int32_t> track_of(arrays_.all.size(), -1);
    for (const Job& job : sweep.jobs) {
      for (const Touch& t : job.touches) {
        if (track_of[t.array] >= 0) continue;
        track_of[t.array] = static_cast<std::int32_t>(sweep.tracks.size());
        Track track;
        track.array = t.array;
        track.combed = is_combed(sweep.jobs, t.array);
        track.begin.assign(sweep.items.size(), kNever);
        track.end.assign(sweep.items.size(), 0);
        sweep.tracks.push_back(std::move(track));
      }
    }
    for (std::size_t i = 0; i < sweep.items.size(); ++i) {
      const Job& job = sweep.jobs[sweep.items[i].job];
      const Step step = job.step(sweep.items[i].step);
      for (const Touch& t : job.touches) {
        const Extent e = job.extent(t, step, arrays_);
        Track& track = sweep.tracks[static_cast<std::size_t>(track_of[t.array])];
        if (track.combed) continue;
        if (e.end <= e.begin) continue;
        track.begin[i] = std::min(track.begin[i], e.begin);
        track.end[i] = std::max(track.end[i], e.end);
      }
    }
    for (Track& track : sweep.tracks) track.combed ? comb(sweep, track) : complete(track);
    return sweep;
  }

  /// The first step of a job is the largest.
  static void comb(const Sweep& sweep, Track& track) {
    track.begin.clear();
    track.end.clear();
    for (const Job& job : sweep.jobs) {
      std::uint64_t held = 0;
      for (const Touch& t : job.touches) {
        if (t.array == track.array) held += job.comb(t, job.step(0)).held_bytes();
      }
      track.most = std::max(track.most, held);
    }
  }

  /// From what each item touches to what it and those before or after it do.
  void complete(Track& track) const {
    const std::size_t count = track.end.size();
    for (std::size_t i = 1; i < count; ++i) {
      track.end[i] = std::max(track.end[i], track.end[i - 1]);
    }
    std::uint64_t later = count == 0 ? 0 : track.end[count - 1];
    for (std::size_t i = count; i-- > 0;) {
      later = track.begin[i] = std::min(later, track.begin[i]);
      track.most = std::max(track.most, track.end[i] - std::min(later, track.end[i]));
    }
  }

  /// Interleaves the steps of a sweep so that its jobs go through the arrays side by side.
  void order(Sweep& sweep) const {
    std::vector<std::int64_t> next(sweep.jobs.size(), 0);
    std::vector<double> reached;
    std::size_t total = 0;
    for (const Job& job : sweep.jobs) {
      total += static_cast<std::size_t>(job.steps());
      reached.push_back(progress(job, 0));
    }
    sweep.items.reserve(total);
    while (sweep.items.size() < total) {
      std::size_t first = 0;
      for (std::size_t j = 1; j < next.size(); ++j) {
        if (reached[j] < reached[first]) first = j;
      }
      sweep.items.push_back({static_cast<std::uint32_t>(first), next[first]});
      const Job& job = sweep.jobs[first];
      if (++next[first] == job.steps()) {
        reached[first] = std::numeric_limits<double>::infinity();
      } else {
        reached[first] = progress(job, next[first]);
      }
    }
  }

  /// How far into the largest input of a job a step reaches.
  double progress(const Job& job, std::int64_t number) const {
    const Step step = job.step(number);
    std::uint64_t largest = 0;
    double reached = 0;
    for (const Touch& t : job.touches) {
      const std::uint64_t size = arrays_.all[t.array].bytes;
      if (t.array >= arrays_.inputs || size < largest || size == 0) continue;
      const double end = static_cast<double>(job.extent(t, step, arrays_).end);
      reached = std::max(size > largest ? 0 : reached, end / static_cast<double>(size));
      largest = size;
    }
    return reached;
  }

  bool shares_pipe(const Sweep& sweep) const {
    std::vector<int> readers(arrays_.all.size(), 0);
    for (const Job& job : sweep.jobs) {
      std::vector<bool> seen(arrays_.all.size(), false);
      for (const Touch& t : job.touches) {
        if (!seen[t.array]) ++readers[t.array];
        seen[t.array] = true;
      }
    }
    for (std::size_t a = 0; a < readers.size(); ++a) {
      if (readers[a] > 1 && traits_[a].read_once) return true;
    }
    return false;
  }

  std::uint64_t window_bytes(const Track& track) const {
    const ArrayUse& array = arrays_.all[track.array];
    if (track.combed) return track.most;
    return std::min(track.most, array.bytes) + array.slack;
  }

  /// Most bytes at once in a sweep, without what is resident for others.
  std::uint64_t need(const Sweep& sweep) const {
    std::uint64_t sum = sweep.held;
    for (const Track& t : sweep.tracks) {
      if (!out_.resident[t.array]) sum += window_bytes(t);
    }
    return sum;
  }

  std::uint64_t resident_bytes() const {
    std::uint64_t sum = out_.intermediates;
    for (std::size_t a = 0; a < out_.resident.size(); ++a) {
      if (out_.resident[a]) sum += arrays_.all[a].bytes + arrays_.all[a].slack;
    }
    return sum;
  }

  std::uint64_t peak() const {
    std::uint64_t most = 0;
    for (const Sweep& sweep : out_.sweeps) most = std::max(most, need(sweep));
    return most + resident_bytes();
  }

  /// What several sweeps read stays in memory: pipes must, small arrays may.
  void keep_what_is_needed_again() {
    std::vector<int> sweeps(arrays_.inputs, 0);
    std::vector<bool> combed(arrays_.inputs, false);
    for (const Sweep& sweep : out_.sweeps) {
      for (const Track& t : sweep.tracks) {
        if (t.array >= arrays_.inputs) continue;
        ++sweeps[t.array];
        combed[t.array] = combed[t.array] || t.combed;
      }
    }
    for (std::size_t a = 0; a < arrays_.inputs; ++a) {
      if (sweeps[a] < 2 || combed[a]) continue;
      const bool small = arrays_.all[a].bytes <= limits_.memory / 8;
      out_.resident[a] = true;
      if (traits_[a].read_once) {
        if (resident_bytes() > limits_.memory) refuse_second_sweep(a, sweeps[a]);
      } else if (!small || peak() > limits_.memory) {
        out_.resident[a] = false;
      }
    }
  }

  [[noreturn]] void refuse_second_sweep(std::size_t array, int sweeps) const {
    throw Error(ErrorCode::value,
                "the expression needs " + std::to_string(sweeps) + " passes over '" +
                    traits_[array].name + "', which can be read only once and of which " +
                    size_text(arrays_.all[array].bytes) + " do not fit the memory allowed, " +
                    size_text(limits_.memory),
                {}, "save it to a file first, or allow more memory");
  }

  [[noreturn]] void refuse() const {
    const Sweep* worst = &out_.sweeps[0];
    for (const Sweep& sweep : out_.sweeps) {
      if (need(sweep) > need(*worst)) worst = &sweep;
    }
    std::string why;
    std::string hint = "allow more memory";
    const Track* largest = nullptr;
    for (const Track& t : worst->tracks) {
      if (largest == nullptr || window_bytes(t) > window_bytes(*largest)) largest = &t;
    }
    const std::uint64_t window = largest == nullptr ? 0 : window_bytes(*largest);
    const std::uint64_t resident = resident_bytes();
    if (resident > std::max(window, worst->held)) {
      why = size_text(resident) + " are results that later passes read";
    } else if (largest != nullptr && window >= worst->held) {
      const bool input = largest->array < arrays_.inputs;
      why = size_text(window_bytes(*largest)) + " of '" + traits_[largest->array].name + "' are " +
            (input ? "read" : "written") + " at a time";
      if (traits_[largest->array].fortran_order) {
        hint += "; '" + traits_[largest->array].name +
                "' is in Fortran order, so its transpose is read in the order of the file";
      }
    } else {
      why = size_text(worst->held) + " are accumulators";
    }
    throw Error(ErrorCode::memory,
                "evaluating in parts needs " + enough_text(out_.needed + limits_.beside) +
                    " of memory, but only " + size_text(limits_.allowed) + " are allowed: " + why,
                {}, hint);
  }

  const plan::LoopPlan& plan_;
  const Arrays& arrays_;
  const std::span<const ArrayTraits> traits_;
  const Limits limits_;
  Schedule out_;
};

}  // namespace

namespace {

constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

}  // namespace

std::string enough_text(std::uint64_t bytes) {
  std::uint64_t unit = 1;  // of the last of three digits
  while ((bytes + unit - 1) / unit > 999) unit *= 10;
  return size_text((bytes + unit - 1) / unit * unit);
}

std::string size_text(std::uint64_t bytes) {
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 999.5 && unit + 1 < std::size(kUnits); size /= 1000) ++unit;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || size >= 100 ? "%.0f %s" : "%.3g %s", size,
                kUnits[unit]);
  return text;
}

Schedule make_schedule(const plan::LoopPlan& plan, const Arrays& arrays,
                       std::span<const ArrayTraits> traits, const Limits& limits) {
  const auto with_step = [&](std::uint64_t step) {
    Limits tried = limits;
    tried.step = step;
    return Scheduler(plan, arrays, traits, tried).run();
  };
  Schedule least = with_step(limits.step);
  if (least.needed <= limits.memory) return least;
  least.needed = kNever;
  for (const std::uint64_t step : kSteps) {
    Schedule schedule = with_step(step);
    if (schedule.needed <= limits.memory) return schedule;
    if (schedule.needed < least.needed) least = std::move(schedule);
  }
  Scheduler(plan, arrays, traits, limits).refuse(std::move(least));
}

}  // namespace tightloop::streaming
