// A log of what each step of typing and planning made, for --explain=steps and tests. Who does not
// ask for one passes null, and nothing is printed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace tightloop::ir {

class Steps {
 public:
  /// Adds a step under its heading, with the text of what there is after it. `what` names that: of
  /// the same thing with the same text as before, it says that nothing changed.
  void add(std::string_view heading, const std::string& what, std::string text) {
    std::string& before = last_[what];
    ((text_ += text_.empty() ? "== " : "\n== ") += heading) += " ==\n";
    text_ += text.empty() ? "none\n" : text == before ? "no change\n" : text;
    before = std::move(text);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::map<std::string, std::string> last_;
};

}  // namespace tightloop::ir
