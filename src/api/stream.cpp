// The calls that evaluate in parts: windows for sources and results, the plan of an evaluation in
// memory, a schedule of its steps.
#include "tightloop/stream.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/front.hpp"
#include "api/guard.hpp"
#include "base/arena.hpp"
#include "io/element_layout.hpp"
#include "ir/shapes.hpp"
#include "streaming/pipeline.hpp"

namespace tightloop {
namespace {

using streaming::size_text;
using streaming::Window;

/// Small windows take single pages, and so do many windows in little memory.
streaming::Unit unit_for(std::uint64_t bytes, std::uint64_t memory, std::size_t windows) {
  constexpr std::uint64_t kUnits = 8;
  const std::uint64_t large = kUnits * streaming::unit_bytes(streaming::Unit::large);
  return bytes >= large && memory / std::max<std::size_t>(windows, 1) >= large
             ? streaming::Unit::large
             : streaming::Unit::page;
}

/// The arguments of a call: arrays and numbers as they are, sources as views of windows.
class Arguments {
 public:
  Arguments(std::span<const StreamBinding> vars, std::uint64_t memory, std::size_t windows)
      : vars_(vars) {
    std::vector<const Source*> sources;
    args_.reserve(vars.size());
    for (const StreamBinding& v : vars) {
      windows_.push_back(nullptr);
      if (v.source != nullptr) {
        const std::uint64_t bytes = v.source->bytes();
        windows_.back() = std::make_unique<Window>(bytes, unit_for(bytes, memory, windows));
      }
      args_.push_back(v.source == nullptr ? v.value : Arg(view_of(*v.source, *windows_.back())));
      if (v.source == nullptr) continue;
      sources.push_back(v.source);
      reading_bytes_ += v.source->reading_bytes();
    }
    std::sort(sources.begin(), sources.end());
    if (std::adjacent_find(sources.begin(), sources.end()) != sources.end()) {
      throw Error(ErrorCode::value, "a source is given twice");
    }
    for (std::size_t i = 0; i < vars.size(); ++i) variables_.push_back({vars[i].name, &args_[i]});
    detail::check_names(variables_);
  }

  std::span<const detail::Variable> variables() const { return variables_; }
  const Arg& arg(std::size_t i) const { return args_[i]; }
  Source* source(std::size_t i) const { return vars_[i].source; }
  Window* window(std::size_t i) const { return windows_[i].get(); }
  /// What sources take themselves while they are read.
  std::uint64_t reading_bytes() const { return reading_bytes_; }

 private:
  static ArrayView view_of(const Source& s, const Window& window) {
    const ByteOrder order = s.swapped() ? ByteOrder::swapped : ByteOrder::native;
    return io::view_elements(window.data(), {s.dtype(), s.shape(), order, s.fortran_order(), 0});
  }

  std::span<const StreamBinding> vars_;
  std::vector<std::unique_ptr<Window>> windows_;
  std::vector<Arg> args_;
  std::vector<detail::Variable> variables_;
  std::uint64_t reading_bytes_ = 0;
};

/// While it lives, reads of a source end once a flag is set.
class StoppableReads {
 public:
  StoppableReads(Source& source, const std::atomic<bool>* stop) : source_(source) {
    source_.stop_when(stop);
  }
  ~StoppableReads() { source_.stop_when(nullptr); }
  StoppableReads(const StoppableReads&) = delete;
  StoppableReads& operator=(const StoppableReads&) = delete;

 private:
  Source& source_;
};

/// What evaluates where there is no memory for a code generator. Never destroyed.
exec::EngineCore& interpreter() {
  static exec::EngineCore& engine = *new exec::EngineCore(exec::EngineCore::Kind::interpreter);
  return engine;
}

enum class Purpose : std::uint8_t { run, explain };

class Streaming {
 public:
  Streaming(std::string_view text, std::span<const StreamBinding> vars,
            std::span<Sink* const> sinks, const StreamOptions& options, Purpose purpose,
            exec::EngineCore& engine)
      : options_(options),
        windows_(vars.size() + sinks.size()),
        arguments_(vars, options.memory, windows_),
        sinks_(sinks),
        purpose_(purpose) {
    detail::check_options(options.options);
    if (options.options.stats != nullptr) *options.options.stats = Stats{};
    if (options.options.events != nullptr) options.options.events->clear();
    prepared_ = prepare({text, {}}, arguments_.variables(), {}, options.options, engine);
    // Sources cannot always be read again, nor sinks written: averages are scaled from the start.
    program_ = &prepared_->program->scaled();
    for (const std::uint32_t at : prepared_->argument_of_input) {
      program_args_.push_back(&arguments_.arg(at));
    }
    const std::size_t results = graph().results.size();
    if (!sinks.empty() && sinks.size() != results) {
      detail::throw_result_count(sinks.size(), results);
    }
    executable_ = program_->executable(program_args_, options.options);
    Options work = options.options;
    work.most_bytes = 0;  // it bounds `memory`
    exec::Program::check_demand(executable_->demand(), 0, work);
    describe_inputs();
    describe_results();
  }

  /// True where code can be generated beside all else.
  bool has_room_for_code() {
    const std::uint64_t code = options_.code + code_bytes();
    if (options_.memory < code) return false;
    try {
      return make_schedule().needed + taken() + code <= options_.memory;
    } catch (const Error& e) {
      if (e.code() != ErrorCode::memory) throw;
      return false;
    }
  }

  std::vector<Array> run() {
    std::optional<streaming::Schedule> schedule;
    if (!is_whole()) schedule = make_schedule();  // what is refused has written nothing
    begin_sinks();
    schedule ? run_in_parts(*schedule) : run_whole();
    detail::check_mapped(program_args_);
    for (Sink* sink : sinks_) {
      if (sink != nullptr) sink->flush();
    }
    for (Sink* sink : sinks_) {
      if (sink != nullptr) sink->finish();
    }
    std::vector<Array> out;
    for (std::size_t i = 0; i < results_.size(); ++i) {
      if (sink(i) == nullptr) out.push_back(results_[i]);
    }
    return out;
  }

  std::string explain() {
    std::string text = to_string(graph()) + "\n";
    text += to_string(plan());
    const streaming::Schedule schedule = make_schedule();
    for (std::size_t p = 0; p < schedule.sweeps.size(); ++p) {
      const streaming::Sweep& sweep = schedule.sweeps[p];
      text += "pass " + std::to_string(p + 1) + ": " + std::to_string(sweep.items.size()) +
              (sweep.items.size() == 1 ? " step\n" : " steps\n");
      for (const streaming::Track& t : sweep.tracks) {
        const bool resident = schedule.resident[t.array];
        text += "  " + traits_[t.array].name + ": " +
                size_text(resident ? arrays_.all[t.array].bytes : t.most) + " of " +
                size_text(arrays_.all[t.array].bytes) + " at a time" +
                (resident ? ", kept in memory\n" : "\n");
      }
    }
    return text + "memory: " + size_text(schedule.needed) + " of " + size_text(options_.memory) +
           "\n";
  }

 private:
  const ir::TypedGraph& graph() const { return program_->graph(); }
  const plan::LoopPlan& plan() const { return executable_->plan(); }
  Sink* sink(std::size_t result) const { return sinks_.empty() ? nullptr : sinks_[result]; }

  void describe_inputs() {
    for (std::size_t i = 0; i < program_args_.size(); ++i) {
      const std::uint32_t at = prepared_->argument_of_input[i];
      Source* source = arguments_.source(at);
      const Window* window = arguments_.window(at);
      arrays_.all.push_back({source == nullptr ? 0 : source->bytes(), source != nullptr,
                             window == nullptr ? 0 : window->slack()});
      traits_.push_back({graph().inputs[i].name, source != nullptr && !source->rewindable(),
                         source != nullptr && source->fortran_order()});
      inputs_.push_back({source, arguments_.window(at)});
      scalars_.push_back(program_args_[i]->weak()
                             ? exec::scalar_as(*program_args_[i], graph().inputs[i].dtype)
                             : Scalar{});
      addresses_.push_back(program_args_[i]->weak() ? nullptr : program_args_[i]->view().data());
    }
    arrays_.inputs = arrays_.all.size();
  }

  void describe_results() {
    const std::vector<Dims>& shapes = plan().shapes;
    for (std::size_t i = 0; i < graph().results.size(); ++i) {
      const ir::NodeId id = graph().results[i];
      dtypes_.push_back(graph().nodes[id].dtype);
      shapes_.push_back(shapes[id]);
      const std::uint64_t bytes = io::element_bytes(dtypes_[i], shapes_[i]);
      const bool in_parts = sink(i) != nullptr || purpose_ == Purpose::explain;
      const streaming::Unit unit = unit_for(bytes, options_.memory, windows_);
      arrays_.all.push_back({bytes, in_parts, 2 * streaming::unit_bytes(unit)});
      traits_.push_back(
          {graph().results.size() == 1 ? "the result" : "result " + std::to_string(i + 1)});
      result_windows_.push_back(sink(i) == nullptr ? nullptr
                                                   : std::make_unique<Window>(bytes, unit));
      outputs_.push_back({sink(i), result_windows_.back().get(), bytes});
      if (!in_parts) returned_ += bytes;
    }
  }

  /// Only an evaluation in memory can tell where something happened.
  bool is_whole() const {
    return exec::wants_events(options_.options) ||
           (graph().checks_any() && bytes_in_all() <= options_.memory);
  }

  /// What is held throughout, beside windows and accumulators.
  std::uint64_t taken() const {
    constexpr std::uint64_t kPerNode = 512;  // of the expression: measured
    const std::uint64_t text = options_.code > 0 ? kPerNode * graph().nodes.size() : 0;
    return returned_ + arguments_.reading_bytes() + text;
  }

  /// Measured: what the code generator holds of an instruction while it works.
  std::uint64_t code_bytes() const {
    constexpr std::uint64_t kPerInstruction = 3 << 10;
    std::uint64_t most = 0;
    for (const plan::Stage& s : plan().stages) {
      for (const plan::Nest* nest : s.nests()) {
        most = std::max<std::uint64_t>(most, nest->kernel.body.size());
      }
    }
    return most * kPerInstruction;
  }

  std::uint64_t bytes_in_all() const {
    std::uint64_t sum = returned_;
    for (const streaming::ArrayUse& a : arrays_.all) sum += a.windowed ? a.bytes : 0;
    return sum;
  }

  void begin_sinks() {
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      if (sink(i) != nullptr) sink(i)->begin(dtypes_[i], shapes_[i]);
    }
  }

  /// Windows of large units are the fastest, those of single pages hold least.
  streaming::Schedule make_schedule() {
    try {
      return schedule_with_units(true);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::memory) throw;
    }
    return schedule_with_units(false);
  }

  void use_unit(Window* window, streaming::ArrayUse& array, bool large) const {
    if (window == nullptr) return;
    const streaming::Unit unit =
        large ? unit_for(array.bytes, options_.memory, windows_) : streaming::Unit::page;
    window->use(unit);
    array.slack = 2 * streaming::unit_bytes(unit);
  }

  streaming::Schedule schedule_with_units(bool large) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      use_unit(inputs_[i].window, arrays_.all[i], large);
    }
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      use_unit(outputs_[i].window, arrays_.all[arrays_.inputs + i], large);
    }
    streaming::Limits limits;
    limits.beside = options_.beside + taken();
    limits.allowed = options_.beside + options_.memory;
    limits.memory = options_.memory - std::min(taken(), options_.memory);
    limits.step = options_.step > 0
                      ? options_.step
                      : std::clamp<std::uint64_t>(limits.memory / 16, 4 << 10, 4 << 20);
    limits.threads = exec::workers_of(options_.options).threads;
    limits.machine = &exec::EngineCore::standard().machine();
    return streaming::make_schedule(plan(), arrays_, traits_, limits);
  }

  [[noreturn]] void refuse_whole(const std::string& why) const {
    throw Error(ErrorCode::memory,
                why + " " + streaming::enough_text(bytes_in_all() + options_.beside) +
                    " of memory, but only " + size_text(options_.memory + options_.beside) +
                    " are allowed",
                {}, "allow more memory");
  }

  void* address_of_result(std::size_t i) {
    return outputs_[i].window != nullptr ? static_cast<void*>(outputs_[i].window->data())
                                         : results_[i].data();
  }

  void make_results() {
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      results_.push_back(sink(i) == nullptr ? Array(dtypes_[i], shapes_[i]) : Array());
    }
  }

  void run_in_parts(const streaming::Schedule& schedule) {
    make_results();
    std::vector<void*> results;
    for (std::size_t i = 0; i < shapes_.size(); ++i) results.push_back(address_of_result(i));
    streaming::Evaluation evaluation;
    evaluation.bound = &executable_->in_parts();
    evaluation.call = {addresses_.data(), scalars_.data(), results.data()};
    evaluation.arrays = &arrays_;
    evaluation.schedule = &schedule;
    evaluation.inputs = inputs_;
    evaluation.outputs = outputs_;
    evaluation.memory = options_.memory - std::min(options_.memory, taken());
    evaluation.workers = exec::workers_of(options_.options);
    evaluation.progress = options_.progress;
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t events = streaming::run_in_parts(evaluation);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    if (options_.options.stats != nullptr) fill_stats(schedule, seconds.count());
    if ((events & kernel::kNoted) != 0 && graph().checks_any()) {
      throw Error(ErrorCode::overflow,
                  graph().check_overflow ? "an integer result does not fit"
                                         : "an element does not fit the dtype of its result",
                  {}, "evaluated in memory, a part of the data shows where");
    }
  }

  void fill_stats(const streaming::Schedule& schedule, double seconds) const {
    Stats& s = *options_.options.stats;
    s.run_seconds += seconds;
    s.peak_extra_bytes = schedule.needed;
    s.bytes_read = plan().bytes_read;
    s.bytes_written = plan().bytes_written;
    s.stages = static_cast<int>(schedule.sweeps.size());
  }

  void run_whole() {
    if (bytes_in_all() > options_.memory) {
      refuse_whole("finding events is not done in parts: it takes");
    }
    make_results();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].source == nullptr) continue;
      inputs_[i].window->open(0, arrays_.all[i].bytes);
      Source& source = *inputs_[i].source;
      if (source.rewindable()) source.seek(0);
      const StoppableReads reads(source, options_.options.stop);
      source.read(inputs_[i].window->data(), arrays_.all[i].bytes);
    }
    std::vector<ArrayView> views;
    std::vector<const ArrayView*> outs;
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      if (outputs_[i].window != nullptr) outputs_[i].window->open(0, outputs_[i].bytes);
      views.emplace_back(address_of_result(i), dtypes_[i], shapes_[i]);
    }
    for (const ArrayView& v : views) outs.push_back(&v);
    program_->store(outs, program_args_, options_.options);
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      if (sink(i) != nullptr && outputs_[i].bytes > 0) {
        sink(i)->write(views[i].data(), outputs_[i].bytes);
      }
    }
  }

  const StreamOptions& options_;
  const std::size_t windows_;  // at most
  const Arguments arguments_;
  const std::span<Sink* const> sinks_;
  const Purpose purpose_;
  std::shared_ptr<const detail::Prepared> prepared_;
  const exec::Program* program_ = nullptr;
  std::shared_ptr<const exec::Executable> executable_;
  std::vector<const Arg*> program_args_;  // by input, as the vectors below
  std::vector<Scalar> scalars_;
  std::vector<const void*> addresses_;
  std::vector<streaming::Input> inputs_;
  std::vector<DType> dtypes_;  // by result, as the vectors below
  std::vector<Dims> shapes_;
  std::vector<std::unique_ptr<Window>> result_windows_;
  std::vector<streaming::Output> outputs_;
  std::vector<Array> results_;
  std::uint64_t returned_ = 0;  // bytes of results without a sink
  streaming::Arrays arrays_;
  std::vector<streaming::ArrayTraits> traits_;
};

StreamOptions bounded(StreamOptions options) {
  const std::uint64_t most = options.options.most_bytes;
  if (most != 0) options.memory = std::min(options.memory, most);
  return options;
}

}  // namespace

List<Array> detail::stream_list(std::string_view text, std::span<const StreamBinding> vars,
                                std::span<Sink* const> sinks, const StreamOptions& options) {
  const StreamOptions within = bounded(options);
  return detail::guarded(text, [&]() -> List<Array> {
    if (within.code > 0) {
      Streaming interpreted(text, vars, sinks, within, Purpose::run, interpreter());
      if (!interpreted.has_room_for_code()) return interpreted.run();
    }
    return Streaming(text, vars, sinks, within, Purpose::run, exec::EngineCore::standard()).run();
  });
}

std::string explain_stream(std::string_view text, std::span<const StreamBinding> vars,
                           const StreamOptions& options) {
  const StreamOptions within = bounded(options);
  return detail::guarded(text, [&] {
    return Streaming(text, vars, {}, within, Purpose::explain, exec::EngineCore::standard())
        .explain();
  });
}

}  // namespace tightloop
