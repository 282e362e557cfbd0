// From a call of the public face to a program: what is parsed and typed once is found again by its
// text and the types of its variables.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exec/program.hpp"
#include "tightloop/argument.hpp"
#include "tightloop/lazy.hpp"
#include "tightloop/options.hpp"

namespace tightloop::detail {

/// A program and where its inputs come from.
struct Prepared {
  std::unique_ptr<exec::Program> program;
  std::vector<std::uint32_t> argument_of_input;  ///< parallel to program->graph().inputs
};

/// What a call evaluates: text over named variables, or steps over numbered leaves.
struct Expression {
  std::string_view text;
  std::span<const Step> steps;
};

/// One variable as the front end sees it: a name (text only) and what stands for it.
struct Variable {
  std::string_view name;
  const Arg* value = nullptr;
};

struct RecentCall;

/// A program while a call uses it. It is taken from where its thread keeps it and goes back there
/// afterwards, so that no owners are counted.
class Lease {
 public:
  explicit Lease(std::shared_ptr<const Prepared> program) : program_(std::move(program)) {}
  explicit Lease(RecentCall& home);
  ~Lease() {
    if (home_ != nullptr) go_home();
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  const Prepared& operator*() const { return *program_; }
  const Prepared* operator->() const { return program_.get(); }
  std::shared_ptr<const Prepared> share() const { return program_; }

 private:
  void go_home();
  std::shared_ptr<const Prepared> program_;
  RecentCall* home_ = nullptr;
};

/// Finds or makes the program of an expression for variables of these types; `destinations` is
/// empty or holds one view per result. Throws Error with the text attached.
Lease prepare_for_call(const Expression& expression, std::span<const Variable> variables,
                       std::span<const Destination> destinations, const Options& options,
                       exec::EngineCore& engine);
/// The same for those that keep the program.
std::shared_ptr<const Prepared> prepare(const Expression& expression,
                                        std::span<const Variable> variables,
                                        std::span<const Destination> destinations,
                                        const Options& options, exec::EngineCore& engine);

/// Tells what each step from the expression to the loops makes; nothing is kept. Throws Error.
std::string steps_text(const Expression& expression, std::span<const Variable> variables,
                       const Options& options);

/// Throws Error where there are too many variables, or two of one name.
void check_names(std::span<const Variable> variables);
/// Throws Error(value) for options out of their range.
void check_options(const Options& options);

/// Throws Error(file) where an argument is in a mapped file that has become shorter; see
/// guard_mapped_files().
void check_mapped(std::span<const Arg* const> arguments);

/// Forgets all prepared programs.
void forget_prepared();

/// Evaluates with an engine of the caller's choice (tests compare engines in one process).
std::vector<Array> evaluate_with(exec::EngineCore& engine, std::string_view text, BindingsView vars,
                                 const Options& options);

}  // namespace tightloop::detail
