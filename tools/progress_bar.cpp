// The line's text, fitted to the terminal.
#include "progress_bar.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "quantities.hpp"

namespace tightloop::tool {
namespace {

constexpr double kPatience = 1.0;  // seconds before the bar appears
constexpr double kBetween = 0.1;   // seconds from one drawing to the next

}  // namespace

std::string clock_text(double seconds) {
  const auto all = static_cast<std::uint64_t>(std::clamp(seconds + 0.5, 0.0, 3.6e8));
  char text[48];
  if (all >= 3600) {
    std::snprintf(
        text, sizeof text, "%llu:%02llu:%02llu", static_cast<unsigned long long>(all / 3600),
        static_cast<unsigned long long>(all / 60 % 60), static_cast<unsigned long long>(all % 60));
  } else {
    std::snprintf(text, sizeof text, "%llu:%02llu", static_cast<unsigned long long>(all / 60),
                  static_cast<unsigned long long>(all % 60));
  }
  return text;
}

int terminal_width() {
  struct winsize size {};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

void write_to_terminal(std::string_view text) {
  const ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(ignored);
}

std::string with_bar(std::string_view before, double share, std::string_view after, int width) {
  const int room = width - static_cast<int>(before.size() + after.size()) - 3;
  std::string bar;
  if (room >= 10) {
    const auto cells = static_cast<std::size_t>(std::min(room, 40));
    const auto full = static_cast<std::size_t>(share * static_cast<double>(cells));
    bar = "[" + std::string(full, '#') + std::string(cells - full, '.') + "] ";
  }
  return (std::string(before) + bar + std::string(after))
      .substr(0, static_cast<std::size_t>(std::max(width, 1)));
}

std::string progress_line(std::uint64_t done, std::uint64_t in_all, double seconds, int width) {
  const double share =
      in_all == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(in_all));
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3.0f%% ", share * 100);
  std::string numbers =
      bytes_text(done) + " of " + bytes_text(in_all) + ", " + bytes_text(rate) + "/s";
  if (rate > 0 && share < 1) {
    numbers +=
        ", " + clock_text(static_cast<double>(in_all - std::min(done, in_all)) / rate) + " left";
  }
  return with_bar(percent, share, numbers, width);
}

ProgressBar::ProgressBar() : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (visible_) write_to_terminal("\r\033[K");
}

void ProgressBar::update(std::uint64_t done, std::uint64_t in_all) {
  if (!terminal_) return;
  const auto now = Clock::now();
  const auto since = [&](Clock::time_point then) {
    return std::chrono::duration<double>(now - then).count();
  };
  if (since(start_) < kPatience || since(drawn_) < kBetween) return;
  drawn_ = now;
  visible_ = true;
  // One column less: a full line would wrap.
  write_to_terminal("\r" + progress_line(done, in_all, since(start_), terminal_width() - 1) +
                    "\033[K");
}

}  // namespace tightloop::tool
