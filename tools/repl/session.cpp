// Statements: assignments, which stay lazy, definitions, and results.
#include "repl/session.hpp"

#include <algorithm>
#include <utility>

#include "repl/binder.hpp"
#include "repl/commands.hpp"
#include "repl/display.hpp"
#include "repl/generators.hpp"

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
  run_statements(input);
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
      continue;
    }
    const BoundText expression = bind(source, statement.span, workspace_);
    if (statement.kind == Statement::Kind::assignment) {
      assign(statement.name, expression);
    } else {
      print_(displayed(expression, workspace_, precision));
    }
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
  const std::vector<ResultType> types = workspace_.types(expression);
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
