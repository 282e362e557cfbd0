// How long the first result of an expression takes: in a fresh process, with its kernel in the
// folder or never seen, and in a process that has evaluated others; and how long compiling takes.
// Prints milliseconds as JSON, medians, with the target of each.
//   first_result [--repeats=N]
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "tightloop/tightloop.hpp"

extern char** environ;

namespace {

namespace tl = tightloop;
using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times.empty() ? 0 : times[times.size() / 2];
}

/// The wall time of a process of this program that evaluates `text` once ("": nothing).
double run_process(const std::string& self, const std::string& text) {
  std::string option = "--evaluate=" + text;
  char* arguments[] = {const_cast<char*>(self.c_str()), option.data(), nullptr};
  const auto start = Clock::now();
  pid_t pid = 0;
  if (posix_spawn(&pid, self.c_str(), nullptr, nullptr, arguments, environ) != 0) std::exit(1);
  int status = 0;
  waitpid(pid, &status, 0);
  if (status != 0) std::exit(1);
  return milliseconds_since(start);
}

int evaluate_once(const char* text) {
  if (*text == '\0') return 0;
  const std::vector<double> x(1000, 0.5), y(1000, 2);
  return tl::evaluate(text, {{"x", x}, {"y", y}}).size() > 0 ? 0 : 1;
}

bool first_row = true;

void print(const char* name, double ms, double target) {
  std::printf("%s  \"%s\": {\"ms\": %.3f", first_row ? "{\n" : ",\n", name, ms);
  if (target > 0) std::printf(", \"target_ms\": %g", target);
  std::printf("}");
  first_row = false;
}

void measure_processes(const std::string& self, int repeats) {
  const std::string folder = std::filesystem::temp_directory_path().string() + "/tightloop-first-" +
                             std::to_string(getpid());
  setenv("TIGHTLOOP_CACHE_DIR", folder.c_str(), 1);
  const std::string text = "sum(abs(x - y)) + 1";
  const auto times = [&](const std::string& expression, bool fresh) {
    std::vector<double> out;
    for (int i = 0; i < repeats; ++i) {
      if (fresh) std::filesystem::remove_all(folder);
      out.push_back(run_process(self, expression));
    }
    return median(out);
  };
  print("a process that evaluates nothing", times("", false), 0);
  print("fresh process, kernel never seen", times(text, true), 10);
  setenv("TIGHTLOOP_COMPILE", "first", 1);  // puts the kernel in the folder
  print("fresh process, kernel compiled first", times(text, true), 0);
  unsetenv("TIGHTLOOP_COMPILE");
  print("fresh process, kernel in the folder", times(text, false), 2.5);
  std::filesystem::remove_all(folder);
  setenv("TIGHTLOOP_CACHE", "off", 1);
}

/// First results of expressions that differ from all before, on 10,000 elements.
void measure_warm(int repeats) {
  const std::vector<double> x(10'000, 0.5), y(10'000, 2);
  const struct {
    const char* name;
    const char* text;
  } rows[] = {
      {"warm process, 2*x + 3*y", "%d.5*x + 3*y"},
      {"warm process, sum(abs(x - y))", "sum(abs(x - y*%d.5))"},
      {"warm process, exp(x) + log(x**2)", "exp(x) + log(x**2)*%d.5"},
      {"warm process, std(x)", "std(x*%d.5)"},
      {"warm process, argmax(x - y)", "argmax(x - y*%d.5)"},
      {"warm process, softmax(x)", "softmax(x*%d.5)"},
  };
  for (const auto& row : rows) {
    std::vector<double> times;
    for (int i = 0; i < 3 * repeats; ++i) {
      char text[80];
      std::snprintf(text, sizeof text, row.text, i);
      const auto start = Clock::now();
      tl::evaluate(text, {{"x", x}, {"y", y}});
      times.push_back(milliseconds_since(start));
    }
    print(row.name, median(times), 0.5);
  }
}

std::string terms(int count, int seed) {
  std::string text = "y";
  for (int i = 0; i < count; ++i) {
    text += " + x * " + std::to_string(i + seed) + (i % 3 == 0 ? ".25" : ".5");
  }
  return text;
}

/// To be run with TIGHTLOOP_COMPILE=first, whose compile_seconds are those of the optimised kernel.
void measure_compilation(int repeats) {
  const std::vector<double> x(10, 0.5), y(10, 2);
  const auto time = [&](const char* name, double target, int count, auto&& text) {
    std::vector<double> times;
    for (int i = 0; i < count; ++i) {
      tl::Stats stats;
      tl::Options options;
      options.stats = &stats;
      tl::evaluate(text(i), {{"x", x}, {"y", y}}, options);
      times.push_back(stats.compile_seconds * 1e3);
    }
    print(name, median(times), target);
  };
  const auto numbered = [](const char* a, const char* b) {
    return [=](int i) { return a + std::to_string(i) + ".5" + b; };
  };
  time("compile, simple", 1, repeats, numbered("x * ", " + 3*y"));
  time("compile, simple reduction", 1, repeats, numbered("sum(abs(x - y * ", "))"));
  time("compile, math", 2.5, repeats, numbered("exp(x) + log(x**2) * ", ""));
  time("compile, 500 nodes", 30, std::min(repeats, 7), [](int i) { return terms(167, i); });
  time("compile, 1,000 nodes", 0, std::min(repeats, 5), [](int i) { return terms(333, i); });
  time("compile, 5,000 nodes", 300, std::min(repeats, 3), [](int i) { return terms(1667, i); });
}

}  // namespace

int main(int argc, char** argv) {
  int repeats = 15;
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "--evaluate=", 11) == 0) return evaluate_once(argv[i] + 11);
    if (std::strcmp(argv[i], "--compilation") == 0) {
      first_row = false;
      measure_compilation(repeats);
      return 0;
    }
    if (std::strncmp(argv[i], "--repeats=", 10) == 0)
      repeats = std::max(1, std::atoi(argv[i] + 10));
  }
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  measure_processes(self, repeats);
  measure_warm(repeats);
  std::fflush(stdout);
  setenv("TIGHTLOOP_COMPILE", "first", 1);
  const int status = std::system((self + " --compilation").c_str());
  std::printf("\n}\n");
  return status == 0 ? 0 : 1;
}
