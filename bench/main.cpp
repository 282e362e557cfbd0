// tightloop_bench: times the workloads W1 to W10 and matrix products beside the yardsticks "hand"
// and "limit" and prints one table of ratios (above 1: faster than the yardstick), which names the
// targets that a row is short of.
//   tightloop_bench [--filter=REGEX] [--quick] [--repeats=N] [--threads=1,2] [--json=FILE]
//                   [--merge] [--table | --markdown]
// A filter is searched for in "workload, dtype, size". With --merge the rows that FILE has already
// are kept where they are not measured again.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "table.hpp"

namespace bench {
namespace {

struct Arguments {
  Table::Settings table;
  std::string json;
  bool markdown = false;
  bool merge = false;
};

bool read(Arguments& out, const std::string& argument) {
  const std::size_t equals = argument.find('=');
  const std::string name = argument.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
  if (name == "--filter") {
    out.table.filter = value;
  } else if (name == "--quick") {
    out.table.repeats = 3;
    out.table.seconds_per_repeat = 0.005;
  } else if (name == "--repeats") {
    out.table.repeats = std::stoi(value);
  } else if (name == "--threads") {
    out.table.threads.clear();
    for (const char c : value) {
      if (c >= '1' && c <= '9') out.table.threads.push_back(c - '0');
    }
    if (out.table.threads.empty()) return false;
  } else if (name == "--json") {
    out.json = value;
  } else if (name == "--markdown") {
    out.markdown = true;
    out.table.lines = false;
  } else if (name == "--merge") {
    out.merge = true;
  } else {
    return name == "--table";
  }
  return true;
}

void run(const Arguments& arguments, char* program) {
  char interleaved[] = "--benchmark_enable_random_interleaving=true";
  char* list[] = {program, interleaved};
  int count = 2;
  benchmark::Initialize(&count, list);
  Table table(arguments.table);
  if (arguments.merge) table.read_json(arguments.json);
  if (!arguments.markdown) Table::print_heading();
  add_differences(table);
  add_maps(table);
  add_reductions(table);
  add_rows(table);
  add_layouts(table);
  add_products(table);
  add_calls(table);
  arguments.markdown ? table.print_markdown() : table.print_summary();
  if (!arguments.json.empty() && !table.write_json(arguments.json)) {
    throw std::runtime_error("cannot write " + arguments.json);
  }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  // What is timed is the kernels, not the interpreter that stands in for them while they compile.
  setenv("TIGHTLOOP_COMPILE", "first", 0);
  try {
    bench::Arguments arguments;
    for (int i = 1; i < argc; ++i) {
      if (bench::read(arguments, argv[i])) continue;
      std::fprintf(stderr, "tightloop_bench: '%s' is no argument of it\n", argv[i]);
      return 2;
    }
    bench::run(arguments, argv[0]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "tightloop_bench: %s\n", e.what());
    return 2;
  }
  return 0;
}
