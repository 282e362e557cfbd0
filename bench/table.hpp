// The table of ratios: a row is a workload beside its yardsticks, all timed in turns so that what
// changes on the machine changes for all of them. In: rows, one at a time. Out: text and JSON.
#pragma once

#include <array>
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "tightloop/tightloop.hpp"

namespace bench {

/// What a row compares the library with.
enum class Yardstick : std::uint8_t {
  hand,    ///< the loop an expert would write
  limit,   ///< what memory allows
  other,   ///< the same workload in another dtype
  seconds  ///< a given time
};

/// What targets.md asks of a row: yardstick / own time >= least.
struct Target {
  const char* id;
  Yardstick yardstick;
  double least;
};

/// Runs one call on that many threads.
using Run = std::function<void(int threads)>;

struct Row {
  std::string workload;
  std::string dtype;
  std::string size;
  std::vector<int> threads;
  Run own;
  Run hand;
  Run limit;
  Run other;
  double seconds = 0;  ///< the most that it may take
  std::vector<Target> targets;
};

/// Median times of a row with one number of threads; 0 where there is no such yardstick.
struct Times {
  std::string workload, dtype, size;
  int threads = 1;
  double own = 0;
  std::array<double, 4> yardsticks{};  // by Yardstick
  double gain = 0;                     // of more threads: own gain / limit's gain, or hand's
  std::vector<std::string> missed;     // "S1 0.91 < 0.95"
};

class Table {
 public:
  struct Settings {
    std::string filter = ".*";
    std::vector<int> threads = {1, 2};
    int repeats = 9;
    double seconds_per_repeat = 0.02;
    bool lines = true;  ///< print each row when it is measured
  };
  explicit Table(Settings settings);

  /// Returns whether the row of that name is asked for; ask before making its data.
  bool wants(const std::string& workload, const std::string& dtype, const std::string& size) const;
  /// Returns the numbers of threads to time: one for what fits a cache, else those asked for.
  std::vector<int> threads(bool large) const;
  /// Times a row and keeps the result.
  void add(const Row& row);
  static void print_heading();
  void print_summary() const;
  /// Prints all rows as a table of Markdown.
  void print_markdown() const;
  /// Takes the rows of a file that write_json made, if it exists; measured rows replace them.
  void read_json(const std::string& path);
  bool write_json(const std::string& path) const;

 private:
  static void print_line(const Times& times);
  void keep(Times times);
  void finish(const Row& row, std::vector<Times> times);
  Settings settings_;
  std::regex filter_;
  std::vector<Times> rows_;
};

/// Every workload, by room.
void add_differences(Table& table);  // W1 W2 W3
void add_maps(Table& table);         // W4 W6
void add_reductions(Table& table);   // W5 W8
void add_rows(Table& table);         // W7
void add_layouts(Table& table);      // W9
void add_products(Table& table);     // matrix products
void add_calls(Table& table);        // W10

}  // namespace bench
