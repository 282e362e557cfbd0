// Files and kept values; histograms and pictures have rooms of their own.
#include "repl/output_commands.hpp"

#include <algorithm>
#include <utility>

#include "repl/binder.hpp"
#include "repl/histogram.hpp"
#include "repl/inspect_commands.hpp"
#include "repl/line_plot.hpp"
#include "repl/picture.hpp"
#include "repl/session.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/npy.hpp"
#include "tightloop/source.hpp"

namespace tightloop::tool {
namespace {

/// Cuts the last word off, without the quotes that it may have. Empty where there is only one.
std::string take_last_word(CommandText& text) {
  std::string_view words = text.text();
  if (words.empty()) return {};
  const char last = words.back();
  std::size_t cut = std::string_view::npos;
  std::string word;
  if (last == '\'' || last == '"') {
    const std::size_t open = words.rfind(last, words.size() - 2);
    if (words.size() < 2 || open == std::string_view::npos || open == 0) return {};
    word = words.substr(open + 1, words.size() - open - 2);
    cut = open;
  } else {
    const std::size_t space = words.find_last_of(" \t");
    if (space == std::string_view::npos) return {};
    word = words.substr(space + 1);
    cut = space + 1;
  }
  std::string_view rest = words.substr(0, cut);
  while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\t')) rest.remove_suffix(1);
  text.span.end = text.span.begin + rest.size();
  return word;
}

/// Binds an argument that has one result.
std::pair<BoundText, ResultType> single(Session& session, const CommandText& text) {
  BoundText expression = bound_argument(session, text);
  const std::vector<ResultType> types = session.workspace().types(expression);
  if (types.size() != 1) {
    refuse(text, "the command takes one value, found " + std::to_string(types.size()));
  }
  return {std::move(expression), types.front()};
}

}  // namespace

void save_command(Session& session, const CommandText& text) {
  CommandText what = text;
  const std::string path = take_last_word(what);
  if (path.empty() || what.text().empty()) {
    refuse(text, "':save' needs an expression and a file", ":save EXPR FILE");
  }
  const auto [expression, type] = single(session, what);
  const Workspace& workspace = session.workspace();
  const ValuePtr value = only_value(expression);
  if (value != nullptr && value->array) return save(path, *value->array);
  if (!path.ends_with(".npy")) return save(path, workspace.evaluate(expression).front());
  // Straight into the file: no second copy in memory.
  workspace.with_composition(expression, [&, &type = type](const Composition& c) {
    NpyWriter writer(path, type.dtype, type.shape);
    evaluate_into(writer.view(), c.text(), c.bindings(), workspace.options());
    writer.commit();
  });
}

void force_command(Session& session, const CommandText& text) {
  const std::string name(text.text());
  const ValuePtr value = session.workspace().find(name);
  if (value == nullptr) refuse(text, "'" + name + "' is not a variable");
  // A number without a dtype stays one.
  if (value->array || value->type.constant) return;
  auto forced = std::make_shared<Value>(*value);
  forced->array = session.workspace().evaluate(value->expression).front();
  forced->origin = value->expression.text();
  forced->expression = {};
  forced->depth = 0;
  session.workspace().bind(name, std::move(forced));
}

void hist_command(Session& session, const CommandText& text) {
  const auto [expression, type] = single(session, text);
  if (is_complex(type.dtype)) {
    refuse(text, "a histogram is of real numbers", "take abs(...) or real(...)");
  }
  session.print(histogram(expression, type, session.workspace(), session.terminal()));
}

void plot_command(Session& session, const CommandText& text) {
  const auto [expression, type] = single(session, text);
  if (type.shape.size() != 1) return show_command(session, text);
  if (is_complex(type.dtype)) {
    refuse(text, "a line is of real numbers", "plot abs(...) or real(...)");
  }
  if (type.shape[0] == 0) refuse(text, "the line has no elements");
  session.print(line_plot(expression, type, session.workspace(), session.terminal()));
}

void show_command(Session& session, const CommandText& text) {
  CommandText what = text;
  std::string path = take_last_word(what);
  if (!path.ends_with(".png")) {
    what = text;
    path.clear();
  }
  const auto [expression, type] = single(session, what);
  const Dims& shape = type.shape;
  const bool colour = shape.size() == 3 && (shape[2] == 3 || shape[2] == 4);
  if ((shape.size() != 2 && !colour) || is_complex(type.dtype)) {
    refuse(what,
           "an image has real elements and the shape (height, width), or (height, width, 3) "
           "for colours");
  }
  if (shape[0] == 0 || shape[1] == 0) refuse(what, "the image has no elements");
  if (path.empty()) {
    session.print(picture(expression, type, session.workspace(), session.terminal()));
  } else {
    save(path, as_image(expression, type, session.workspace()));
  }
}

}  // namespace tightloop::tool
