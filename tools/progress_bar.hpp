// How far a long evaluation is, on one line of a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tightloop::tool {

/// Returns the line: share, bar, bytes, rate and the time left, at most `width` columns.
std::string progress_line(std::uint64_t done, std::uint64_t in_all, double seconds, int width);

/// Returns "3:07" for 187 seconds, "2:00:00" for two hours.
std::string clock_text(double seconds);
/// Returns a bar between two texts where there is room for one, at most `width` columns.
std::string with_bar(std::string_view before, double share, std::string_view after, int width);
/// The columns of standard error's terminal.
int terminal_width();
/// Writes to standard error, past what C keeps in buffers; what fails is not tried again.
void write_to_terminal(std::string_view text);

/// Draws on standard error, from the second second on, if that is a terminal.
class ProgressBar {
 public:
  ProgressBar();
  /// Wipes the line.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(std::uint64_t done, std::uint64_t in_all);

 private:
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_ = start_;
  const bool terminal_;
  bool visible_ = false;
};

}  // namespace tightloop::tool
