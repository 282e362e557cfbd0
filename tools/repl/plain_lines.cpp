// Lines by read(), so that Ctrl-C is seen between bytes.
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "repl/line_source.hpp"

namespace tightloop::tool {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;

class PlainLines : public LineSource {
 public:
  explicit PlainLines(const std::atomic<bool>& interrupted) : interrupted_(interrupted) {}

  Status read(std::string_view prompt, std::string& line) override {
    line.clear();
    if (terminal_) {
      std::fwrite(prompt.data(), 1, prompt.size(), stdout);
      std::fflush(stdout);
    }
    while (line.size() <= kLongestLine) {
      if (next_ == end_ && !fill()) {
        if (interrupted_) return Status::interrupted;
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
    ssize_t got = 0;
    do {
      got = ::read(STDIN_FILENO, buffer_, sizeof buffer_);
    } while (got < 0 && errno == EINTR && !interrupted_);
    next_ = 0;
    end_ = got > 0 ? static_cast<std::size_t>(got) : 0;
    return got > 0;
  }

  const std::atomic<bool>& interrupted_;
  const bool terminal_ = ::isatty(STDIN_FILENO) != 0;
  char buffer_[1 << 16];
  std::size_t next_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

std::unique_ptr<LineSource> plain_lines(const std::atomic<bool>& interrupted) {
  return std::make_unique<PlainLines>(interrupted);
}

}  // namespace tightloop::tool
