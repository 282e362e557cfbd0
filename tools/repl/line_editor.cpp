// Lines edited with libedit: history, completion, and signals that come while it waits.
#include "repl/line_source.hpp"

#ifdef TIGHTLOOP_HAVE_LIBEDIT

#include <histedit.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <filesystem>

#include "repl/history_file.hpp"
#include "repl/terminal.hpp"

namespace tightloop::tool {
namespace {

constexpr int kMostInputs = 2000;
constexpr std::size_t kMostListed = 200;

class EditedLines : public LineSource {
 public:
  EditedLines(TerminalSignals& signals, std::function<Completion(std::string_view)> complete)
      : signals_(signals), complete_(std::move(complete)), path_(history_path()) {
    std::setlocale(LC_CTYPE, "");
    editor_ = el_init("tightloop", stdin, stdout, stderr);
    history_ = history_init();
    if (editor_ == nullptr || history_ == nullptr) return;
    HistEvent event;
    history(history_, &event, H_SETSIZE, kMostInputs);
    history(history_, &event, H_SETUNIQUE, 1);
    if (!path_.empty()) history(history_, &event, H_LOAD, path_.c_str());
    el_set(editor_, EL_CLIENTDATA, this);
    el_set(editor_, EL_EDITOR, "emacs");
    el_set(editor_, EL_PROMPT, &EditedLines::prompt);
    el_set(editor_, EL_HIST, history, history_);
    el_set(editor_, EL_GETCFN, &EditedLines::get_character);
    el_set(editor_, EL_ADDFN, "tightloop-complete", "Complete a name", &EditedLines::complete_key);
    el_set(editor_, EL_BIND, "^I", "tightloop-complete", nullptr);
    el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_source(editor_, nullptr);
  }
  EditedLines(const EditedLines&) = delete;
  EditedLines& operator=(const EditedLines&) = delete;

  ~EditedLines() override {
    if (history_ != nullptr) {
      save_history();
      history_end(history_);
    }
    if (editor_ != nullptr) el_end(editor_);
  }

  bool usable() const { return editor_ != nullptr && history_ != nullptr; }

  Status read(std::string_view prompt, std::string& line) override {
    prompt_ = prompt;
    int count = 0;
    // Otherwise libedit would show the prompt first, and take a Ctrl-D typed then for a NUL.
    el_set(editor_, EL_PREP_TERM, 1);
    const char* text = el_gets(editor_, &count);
    if (text == nullptr || count <= 0) {
      std::fputc('\n', stdout);
      if (!*signals_.stop()) return Status::end;
      el_reset(editor_);
      return Status::interrupted;
    }
    line.assign(text, static_cast<std::size_t>(count));
    if (line.back() == '\n') line.pop_back();
    return Status::line;
  }

  void remember(const std::string& input) override {
    if (input.find_first_not_of(" \t\n") == std::string::npos) return;
    HistEvent event;
    history(history_, &event, H_ENTER, (input + "\n").c_str());
  }

 private:
  static EditedLines& self(EditLine* editor) {
    void* data = nullptr;
    el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<EditedLines*>(data);
  }

  static char* prompt(EditLine* editor) { return self(editor).prompt_.data(); }

  /// Reads one character of the locale's encoding. libedit's own reader would begin anew after
  /// Ctrl-C.
  static int get_character(EditLine* editor, wchar_t* out) {
    EditedLines& lines = self(editor);
    std::mbstate_t state{};
    for (;;) {
      const TerminalSignals::Wake wake = lines.signals_.wait(STDIN_FILENO);
      if (wake == TerminalSignals::Wake::interrupt) return -1;
      if (wake != TerminalSignals::Wake::input) {
        lines.after_signal(wake);
        continue;
      }
      char byte = 0;
      const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return static_cast<int>(got);
      switch (std::mbrtowc(out, &byte, 1, &state)) {
        case static_cast<std::size_t>(-2): continue;  // more bytes follow
        case static_cast<std::size_t>(-1):
          state = {};
          *out = L'?';
          return 1;
        case 0: *out = L'\0'; return 1;
        default: return 1;
      }
    }
  }

  void after_signal(TerminalSignals::Wake wake) {
    if (wake == TerminalSignals::Wake::resized) return el_resize(editor_);
    el_set(editor_, EL_PREP_TERM, 1);
    el_set(editor_, EL_REFRESH);
  }

  static unsigned char complete_key(EditLine* editor, int) {
    const LineInfo* info = el_line(editor);
    const std::string_view line(info->buffer,
                                static_cast<std::size_t>(info->cursor - info->buffer));
    const Completion found = self(editor).complete_(line);
    if (found.candidates.empty()) return CC_REFRESH_BEEP;
    const std::string_view word = line.substr(found.begin);
    std::string all = common_prefix(found.candidates);
    const bool only = found.candidates.size() == 1;
    if (only && all.back() != '(' && all.back() != '/' && all.front() == ':') all += ' ';
    if (all.size() > word.size()) {
      return el_insertstr(editor, all.c_str() + word.size()) == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (only) return CC_REFRESH;
    list(found.candidates);
    return CC_REDISPLAY;
  }

  /// Prints candidates in columns below the line.
  static void list(const std::vector<std::string>& candidates) {
    std::size_t width = 0;
    for (const std::string& candidate : candidates) width = std::max(width, candidate.size());
    width += 2;
    const auto columns =
        std::max<std::size_t>(1, static_cast<std::size_t>(current_terminal().columns) / width);
    std::string text = "\n";
    const std::size_t count = std::min(candidates.size(), kMostListed);
    for (std::size_t i = 0; i < count; ++i) {
      std::string word = candidates[i];
      const bool last = i + 1 == count || (i + 1) % columns == 0;
      if (!last) word.resize(width, ' ');
      text += word + (last ? "\n" : "");
    }
    if (count < candidates.size()) {
      text += "... and " + std::to_string(candidates.size() - count) + " more\n";
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  /// Writes the history beside its file, then renames: a full disk leaves the old one.
  void save_history() {
    if (path_.empty()) return;
    const std::string fresh = new_history_file(path_);
    if (fresh.empty()) return;
    HistEvent event;
    std::error_code failed;
    if (history(history_, &event, H_SAVE, fresh.c_str()) >= 0) {
      std::filesystem::rename(fresh, path_, failed);
    } else {
      std::filesystem::remove(fresh, failed);
    }
  }

  TerminalSignals& signals_;
  const std::function<Completion(std::string_view)> complete_;
  const std::string path_;
  std::string prompt_;
  EditLine* editor_ = nullptr;
  History* history_ = nullptr;
};

}  // namespace

bool has_line_editing() {
  return true;
}

std::unique_ptr<LineSource> edited_lines(TerminalSignals& signals,
                                         std::function<Completion(std::string_view)> complete) {
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::string_view(term) == "dumb") return nullptr;
  auto lines = std::make_unique<EditedLines>(signals, std::move(complete));
  if (!lines->usable()) return nullptr;
  return lines;
}

}  // namespace tightloop::tool

#else

namespace tightloop::tool {

bool has_line_editing() {
  return false;
}

std::unique_ptr<LineSource> edited_lines(TerminalSignals&,
                                         std::function<Completion(std::string_view)>) {
  return nullptr;
}

}  // namespace tightloop::tool

#endif
