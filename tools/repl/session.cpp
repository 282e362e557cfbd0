// Statements: assignments, which stay lazy, definitions, and results.
#include "repl/session.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "asked_attributes.hpp"
#include "repl/commands.hpp"
#include "repl/display.hpp"
#include "repl/generators.hpp"
#include "repl/habits.hpp"
#include "repl/wide_integer.hpp"

namespace tightloop::tool {
namespace {

// A chain of lazy values is one text for the library, which reads all of it for each new value.
constexpr int kMostDepth = 200;

[[noreturn]] void refuse(ErrorCode code, const std::string& message, const std::string& hint,
                         const std::string& source, Span span) {
  Error error(code, message, span, hint);
  error.set_source(source);
  throw error;
}

}  // namespace

bool Session::run(const std::string& input) {
  const std::size_t begin = input.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return true;
  if (input[begin] == ':') return run_command(*this, input.substr(begin));
  bool goes_on = true;
  if (!run_habit(input, goes_on)) run_statements(input);
  return goes_on;
}

bool Session::run_habit(const std::string& input, bool& goes_on) {
  const std::vector<std::string> names = deleted_names(input, workspace_);
  for (const std::string& name : names) {
    if (workspace_.unbind(name)) continue;
    const std::size_t at = input.find(name, input.find("del") + 3);
    refuse(ErrorCode::name, "'" + name + "' is not a variable", "':vars' lists the variables",
           input, {at, at + name.size()});
  }
  if (!names.empty()) return true;
  const std::optional<std::string> meant = habit(input, workspace_);
  if (!meant) return false;
  if (meant->starts_with(':')) {
    goes_on = run_command(*this, *meant);
  } else if (meant->empty()) {
    print_("\n");
  } else {
    run_statements(*meant);
  }
  return true;
}

void Session::run_statements(const std::string& input) {
  const auto source = std::make_shared<const std::string>(input);
  for (const Statement& statement : statements(input)) {
    if (statement.kind == Statement::Kind::definition) {
      if (find_generator(statement.name) != nullptr) {
        refuse(ErrorCode::name, "'" + statement.name + "' is a function of the session",
               "choose another name", input, statement.span);
      }
      workspace_.define(std::string_view(input).substr(statement.span.begin));
    } else if (statement.kind == Statement::Kind::assignment) {
      run_assignment(statement, source);
    } else {
      show(bind(source, statement.span, workspace_));
    }
  }
}

void Session::run_assignment(const Statement& statement,
                             const std::shared_ptr<const std::string>& source) {
  if (!statement.op.empty()) {  // x += 1
    if (workspace_.find(statement.names[0]) == nullptr) {
      refuse(ErrorCode::name, "'" + statement.names[0] + "' is not a variable",
             "give it a value first: " + statement.names[0] + " = 0", *source, statement.target);
    }
    const std::string begin = statement.names[0] + " " + statement.op + " (";
    const std::string right =
        source->substr(statement.span.begin, statement.span.end - statement.span.begin);
    const auto whole = std::make_shared<const std::string>(begin + right + ")");
    return assign(statement.names[0], bind(whole, {0, whole->size()}, workspace_));
  }
  const BoundText expression = bind(source, statement.span, workspace_);
  if (statement.names.size() == 1) return assign(statement.names[0], expression);
  const std::vector<BoundText> values = results(expression);
  if (values.size() != statement.names.size()) {
    refuse(ErrorCode::syntax,
           std::to_string(statement.names.size()) + " names stand for as many values, found " +
               std::to_string(values.size()),
           {}, *source, statement.span);
  }
  for (std::size_t i = 0; i < values.size(); ++i) assign(statement.names[i], values[i]);
}

/// Prints results; "x.shape" and "x.dtype" are texts.
void Session::show(const BoundText& expression) {
  const std::string text = expression.text();
  const AskedResults asked = asked_results(text);
  if (!asked.any()) {
    print_(displayed(expression, workspace_, precision));
    return keep_last(expression);
  }
  std::string out;
  const std::vector<BoundText> all = results(expression);
  for (std::size_t i = 0; i < all.size(); ++i) {
    BoundText one = all[i];
    const AskedResult& result = asked.results.at(i);
    if (result.what == AskedResult::What::value) {
      out += displayed(one, workspace_, precision);
      continue;
    }
    one.span = {expression.span.begin + result.span.begin, expression.span.begin + result.span.end};
    out += attribute_text(result.what, workspace_.types(one).front()) + "\n";
  }
  print_(out);
}

/// Makes '_' the result that has been printed: lazily, unless it is made of a long chain.
void Session::keep_last(const BoundText& expression) {
  constexpr std::int64_t kMostKept = 1'000'000;
  const std::vector<ResultType> types = types_of(expression);
  if (types.size() != 1) return;
  int depth = 0;
  for (const BoundText::Use& use : expression.uses) {
    if (use.value) depth = std::max(depth, use.value->depth + 1);
  }
  if (depth < kMostDepth / 2) return assign("_", expression);
  workspace_.unbind("_");
  std::int64_t count = 1;
  for (const std::int64_t extent : types[0].shape) count *= extent;
  if (count > kMostKept) return;
  auto value = std::make_shared<Value>();
  value->name = "_";
  value->array = workspace_.evaluate(expression).front();
  value->origin = expression.text();
  value->type = types[0];
  workspace_.bind("_", std::move(value));
}

// A constant that no dtype holds may have a name: it is lazy, as all that have one.
std::vector<ResultType> Session::types_of(const BoundText& expression) const {
  try {
    return workspace_.types(expression);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::value || !wide_integer(expression, workspace_)) throw;
    return {{DType::int64, {}, true}};
  }
}

void Session::assign(const std::string& name, const BoundText& expression) {
  const std::string& source = *expression.source;
  if (expression.span.begin == expression.span.end) {
    refuse(ErrorCode::syntax, "an expression is missing after '='", {}, source, expression.span);
  }
  if (const ValuePtr alias = only_value(expression)) {
    auto value = std::make_shared<Value>(*alias);
    value->name = name;
    workspace_.bind(name, std::move(value));
    return;
  }
  const std::vector<ResultType> types = types_of(expression);
  if (types.size() != 1) {
    refuse(ErrorCode::syntax, "a name stands for one value, found " + std::to_string(types.size()),
           "';' or a new line separates statements", source, expression.span);
  }
  auto value = std::make_shared<Value>();
  value->name = name;
  value->expression = expression;
  value->type = types.front();
  for (const BoundText::Use& use : expression.uses) {
    if (use.value) value->depth = std::max(value->depth, use.value->depth + 1);
  }
  if (value->depth > kMostDepth) {
    refuse(ErrorCode::limit,
           "'" + name + "' would be made of a chain of more than " + std::to_string(kMostDepth) +
               " lazy values",
           "compute one of them: ':force " + name + "'", source, expression.span);
  }
  workspace_.bind(name, std::move(value));
}

}  // namespace tightloop::tool
