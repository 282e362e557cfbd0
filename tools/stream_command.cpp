// What streams refuse, their options, and the run with its progress.
#include "stream_command.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events_text.hpp"
#include "exit_status.hpp"
#include "json_output.hpp"
#include "process_memory.hpp"
#include "progress_bar.hpp"
#include "standard_output.hpp"
#include "summary.hpp"
#include "tightloop/tightloop.hpp"
#include "variables.hpp"

namespace tightloop::tool {
namespace {

constexpr const char* kStandard = "-";

bool is_pipe(const std::string& path) {
  struct stat info {};
  return names_standard_input(path) || (::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode));
}

/// Passes a result on to its file or pipe. Keeps what is small, for --json, and why writing to
/// standard output failed.
class Target final : public Sink {
 public:
  explicit Target(const std::string& path)
      : standard_(path == kStandard),
        to_(path == kStandard ? npy_descriptor_sink(STDOUT_FILENO, "standard output")
                              : file_sink(path)) {}

  void begin(DType dtype, const Dims& shape) override {
    dtype_ = dtype;
    shape_ = shape;
    small_ = ArrayView(static_cast<const void*>(nullptr), dtype, shape).size() <= kMostKept;
    if (small_) kept_.emplace(dtype, shape);
    guarded([&] { to_->begin(dtype, shape); });
  }
  void write(const void* elements, std::size_t bytes) override {
    if (small_) std::memcpy(static_cast<char*>(kept_->data()) + at_, elements, bytes);
    at_ += bytes;
    guarded([&] { to_->write(elements, bytes); });
  }
  void flush() override {
    guarded([&] { to_->flush(); });
  }
  void finish() override {
    guarded([&] { to_->finish(); });
  }

  /// The result; without its elements where there are many.
  Array result() const {
    if (small_) return *kept_;
    return Array(nullptr, ArrayView(static_cast<const void*>(nullptr), dtype_, shape_));
  }
  /// True where standard output could not be written.
  bool closed() const { return closed_; }

 private:
  static constexpr std::int64_t kMostKept = 10'000;

  template <class F>
  void guarded(F&& f) {
    try {
      f();
    } catch (const Error& error) {
      closed_ = standard_ && error.code() == ErrorCode::file;
      throw;
    }
  }

  const bool standard_;
  std::unique_ptr<Sink> to_;
  DType dtype_ = DType::bool_;
  Dims shape_;
  std::optional<Array> kept_;
  std::size_t at_ = 0;
  bool small_ = false;
  bool closed_ = false;
};

/// The variables of a command as numbers and sources.
struct Inputs {
  explicit Inputs(const Command& command) {
    for (const NamedText& v : command.variables) {
      if (const std::optional<Arg> number = parse_number(v.text)) {
        bindings.emplace_back(v.name, *number);
        continue;
      }
      if (!names_source(v.text)) {
        throw UsageError("'" + v.name + "=" + v.text + "': neither a number nor an existing file");
      }
      sources.push_back(open_source(v.text, reading_limits(command.memory)));
      bindings.emplace_back(v.name, *sources.back());
    }
  }
  std::vector<std::unique_ptr<Source>> sources;
  std::vector<StreamBinding> bindings;
};

/// Lets the pipes of the standard streams hold more at a time, where they are pipes: fewer switches
/// between the programs of a pipeline.
void widen_pipes() {
  constexpr int kBytes = 1 << 20;  // what any user may ask for
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO}) ::fcntl(fd, F_SETPIPE_SZ, kBytes);
}

void check(const Command& command) {
  if (command.time) {
    throw UsageError(
        "--time repeats the evaluation in memory: it goes with neither --memory nor -o -");
  }
  if (command.steps) {
    throw UsageError(
        "--explain=steps tells of loops over whole arrays in memory: it goes with neither --memory "
        "nor pipes");
  }
  const auto standard = [](const auto& text) { return text == kStandard; };
  const bool to_output = std::any_of(command.outputs.begin(), command.outputs.end(), standard);
  if (to_output && (command.json || command.events)) {
    throw UsageError(
        "-o - writes a result to standard output: it goes with neither --json nor "
        "--events");
  }
  const auto from_input =
      std::count_if(command.variables.begin(), command.variables.end(),
                    [&](const NamedText& v) { return names_standard_input(v.text); });
  if (from_input > 1) throw UsageError("standard input, '-', can be read only once");
}

StreamOptions options_of(const Command& command, ProgressBar& bar) {
  StreamOptions options;
  options.options = command.options;
  const MemoryShares shares = memory_for_arrays(command.memory);
  options.memory = shares.arrays;
  options.code = shares.code;
  options.beside = shares.beside;
  if (!command.quiet) {
    options.progress = [&bar](std::uint64_t done, std::uint64_t in_all) {
      bar.update(done, in_all);
    };
  }
  return options;
}

/// Saves the results that were not written in parts; returns all, in order.
std::vector<Array> save_held(const Command& command,
                             const std::vector<std::unique_ptr<Target>>& targets,
                             std::vector<Array> held) {
  if (targets.empty()) return held;
  std::vector<Array> results;
  std::vector<SavedArray> saved;
  auto next = held.begin();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    results.push_back(targets[i] != nullptr ? targets[i]->result() : *next++);
    if (targets[i] == nullptr) saved.push_back({command.outputs[i], results[i]});
  }
  save_all(saved);
  return results;
}

std::string printed(const Command& command, const std::vector<Array>& results, const Stats& stats,
                    const std::vector<Event>& events) {
  const std::vector<Event>* asked = command.events ? &events : nullptr;
  if (command.json) {
    return json_text(results, stats, cache_info().backend, std::nullopt, asked) + '\n';
  }
  std::string text;
  if (command.outputs.empty()) {
    for (const Array& result : results) text += array_text(result) + '\n';
  }
  return text + events_text(events);
}

}  // namespace

bool wants_streams(const Command& command) {
  if (command.memory > 0) return true;
  const auto standard = [](const std::string& path) { return path == kStandard; };
  if (std::any_of(command.outputs.begin(), command.outputs.end(), standard)) return true;
  if (command.time) return false;  // repeats: everything has to be in memory
  double bytes = 0;
  for (const NamedText& v : command.variables) {
    if (parse_number(v.text)) continue;
    if (is_pipe(v.text)) return true;
    struct stat info {};
    if (::stat(v.text.c_str(), &info) == 0) bytes += static_cast<double>(info.st_size);
  }
  const double machine =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return bytes > machine / 2;
}

int run_streams(const Command& command) {
  check(command);
  widen_pipes();
  const Inputs inputs(command);
  std::optional<ProgressBar> bar(std::in_place);
  StreamOptions options = options_of(command, *bar);
  if (command.action == Command::Action::explain) {
    return print(explain_stream(command.expression, inputs.bindings, options));
  }
  Stats stats;
  options.options.stats = &stats;
  std::vector<Event> events;
  if (command.events) options.options.events = &events;
  std::vector<std::unique_ptr<Target>> targets;  // null: a format that is written as a whole
  std::vector<Sink*> sinks;
  for (const std::string& path : command.outputs) {
    const bool in_parts = path == kStandard || has_file_sink(path);
    targets.push_back(in_parts ? std::make_unique<Target>(path) : nullptr);
    sinks.push_back(targets.back().get());
  }
  std::vector<Array> held;
  try {
    held = stream(command.expression, inputs.bindings, sinks, options);
  } catch (const Error& error) {
    const auto closed = [](const auto& t) { return t != nullptr && t->closed(); };
    if (std::none_of(targets.begin(), targets.end(), closed)) throw;
    if (!nobody_reads_output()) std::fprintf(stderr, "tightloop: %s\n", error.picture().c_str());
    return kOutputClosed;
  }
  bar.reset();
  const std::vector<Array> results = save_held(command, targets, std::move(held));
  const std::string text = printed(command, results, stats, events);
  return text.empty() ? kDone : print(text);
}

}  // namespace tightloop::tool
