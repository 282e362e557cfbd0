// The interactive session: runs what is typed and prints results. It knows nothing of terminals'
// input; repl.cpp feeds it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "element_columns.hpp"
#include "repl/binder.hpp"
#include "repl/terminal.hpp"
#include "repl/workspace.hpp"

namespace tightloop::tool {

class Session {
 public:
  using Print = std::function<void(std::string_view)>;

  Session(const Options& options, const Terminal& terminal, Print print)
      : workspace_(options), terminal_(terminal), print_(std::move(print)) {}

  /// Runs one input: statements, or a command that begins with ':'. Returns false after :quit.
  /// Throws Error and UsageError; what was printed and bound before stays.
  bool run(const std::string& input);

  Workspace& workspace() { return workspace_; }
  const Terminal& terminal() const { return terminal_; }
  void print(std::string_view text) const { print_(text); }

  /// Digits after the point that arrays are printed with.
  int precision = kPrintPrecision;

 private:
  bool run_habit(const std::string& input, bool& goes_on);
  void run_statements(const std::string& input);
  void run_assignment(const Statement& statement, const std::shared_ptr<const std::string>& source);
  void show(const BoundText& expression);
  void keep_last(const BoundText& expression);
  void assign(const std::string& name, const BoundText& expression);
  std::vector<ResultType> types_of(const BoundText& expression) const;

  Workspace workspace_;
  Terminal terminal_;
  Print print_;
};

}  // namespace tightloop::tool
