// A program on a pseudo-terminal: what a person would type goes in, what they would see comes out.
#pragma once

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tightloop::test {

class PseudoTerminal {
 public:
  using Variables = std::vector<std::pair<std::string, std::string>>;

  /// Tells whether this machine gives pseudo-terminals to anybody.
  static bool available() {
    int ends[2];
    if (::openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr) != 0) return false;
    for (int end : ends) ::close(end);
    return true;
  }

  /// Starts a program with its arguments and some environment variables changed, in a folder.
  PseudoTerminal(const std::vector<std::string>& command, const Variables& variables,
                 const std::string& folder) {
    winsize size{24, 80, 0, 0};
    child_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    if (child_ == 0) {
      ::unsetenv("NO_COLOR");
      ::unsetenv("COLORTERM");
      // libedit does not free what it has searched for; the rooms look for leaks of our own.
      const char* checks = ::getenv("ASAN_OPTIONS");
      if (checks != nullptr) {
        ::setenv("ASAN_OPTIONS", (std::string(checks) + ":detect_leaks=0").c_str(), 1);
      }
      for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
      std::vector<char*> arguments;
      for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      if (::chdir(folder.c_str()) == 0) ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;
  ~PseudoTerminal() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    if (terminal_ >= 0) ::close(terminal_);
  }

  void type(const std::string& keys) {
    const ssize_t put = ::write(terminal_, keys.data(), keys.size());
    static_cast<void>(put);
  }

  /// Waits for a text among what is shown after the last text that was found; false where it does
  /// not come in time, or the program has ended.
  bool shows(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    for (;;) {
      const std::size_t found = seen_.find(text, looked_);
      if (found != std::string::npos) {
        looked_ = found + text.size();
        return true;
      }
      if (std::chrono::steady_clock::now() > end || !read_some()) return false;
    }
  }

  /// Waits for the end of the program; returns its exit status, -1 where it ended otherwise. A
  /// program that says nothing more but does not end is killed.
  int wait() {
    while (read_some()) {
    }
    int status = 0;
    siginfo_t gone{};
    for (int turn = 0; turn < 200 && gone.si_pid == 0; ++turn) {
      if (turn > 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (::waitid(P_PID, static_cast<id_t>(child_), &gone, WEXITED | WNOHANG | WNOWAIT) != 0)
        break;
    }
    if (gone.si_pid == 0) ::kill(child_, SIGKILL);
    ::waitpid(child_, &status, 0);
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// Everything that was shown so far.
  const std::string& seen() const { return seen_; }

  /// Returns the most memory that the program has held, in bytes.
  long long peak_memory() const {
    std::ifstream status("/proc/" + std::to_string(child_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.rfind("VmHWM:", 0) == 0) return std::atoll(line.c_str() + 6) * 1024;
    }
    return -1;
  }

 private:
  bool read_some() {
    pollfd waiting{terminal_, POLLIN, 0};
    constexpr int kMilliseconds = 20'000;
    if (::poll(&waiting, 1, kMilliseconds) <= 0) return false;
    std::array<char, 4096> buffer;
    const ssize_t got = ::read(terminal_, buffer.data(), buffer.size());
    if (got <= 0) return false;  // EIO: the program has ended
    seen_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }

  int terminal_ = -1;
  pid_t child_ = -1;
  std::string seen_;
  std::size_t looked_ = 0;
};

}  // namespace tightloop::test
