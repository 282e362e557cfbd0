// Lines by read(), after signals have been looked at.
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "repl/line_source.hpp"

namespace tightloop::tool {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;

class PlainLines : public LineSource {
 public:
  explicit PlainLines(TerminalSignals& signals) : signals_(signals) {}

  Status read(std::string_view prompt, std::string& line) override {
    line.clear();
    if (terminal_) {
      std::fwrite(prompt.data(), 1, prompt.size(), stdout);
      std::fflush(stdout);
    }
    while (line.size() <= kLongestLine) {
      if (next_ == end_ && !fill()) {
        if (*signals_.stop()) return Status::interrupted;
        return line.empty() ? Status::end : Status::line;
      }
      const char c = buffer_[next_++];
      if (c == '\n') return Status::line;
      line += c;
    }
    return Status::line;  // too long: the session refuses it
  }

  void remember(const std::string&) override {}

 private:
  bool fill() {
    TerminalSignals::Wake wake = signals_.wait(STDIN_FILENO);
    while (wake != TerminalSignals::Wake::input && wake != TerminalSignals::Wake::interrupt) {
      wake = signals_.wait(STDIN_FILENO);
    }
    next_ = end_ = 0;
    if (wake == TerminalSignals::Wake::interrupt) return false;
    ssize_t got = 0;
    do {
      got = ::read(STDIN_FILENO, buffer_, sizeof buffer_);
    } while (got < 0 && errno == EINTR);
    end_ = got > 0 ? static_cast<std::size_t>(got) : 0;
    return got > 0;
  }

  TerminalSignals& signals_;
  const bool terminal_ = ::isatty(STDIN_FILENO) != 0;
  char buffer_[1 << 16];
  std::size_t next_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

std::unique_ptr<LineSource> plain_lines(TerminalSignals& signals) {
  return std::make_unique<PlainLines>(signals);
}

}  // namespace tightloop::tool
