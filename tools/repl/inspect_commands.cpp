// Tables about expressions.
#include "repl/inspect_commands.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>

#include "quantities.hpp"
#include "repl/binder.hpp"
#include "repl/session.hpp"
#include "summary.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/language.hpp"
#include "timing.hpp"

namespace tightloop::tool {
namespace {

std::string row(std::string name, const std::string& value) {
  name.insert(0, "  ");
  name.resize(14, ' ');
  return name + value + "\n";
}

/// Returns which order the elements have in memory.
std::string order_text(const ArrayView& view) {
  const auto dense = [&](bool fortran) {
    std::int64_t step = static_cast<std::int64_t>(itemsize(view.dtype()));
    for (int i = 0; i < view.ndim(); ++i) {
      const int axis = fortran ? i : view.ndim() - 1 - i;
      if (view.shape()[axis] != 1 && view.strides()[axis] != step) return false;
      step *= view.shape()[axis];
    }
    return true;
  };
  if (view.size() == 0 || (dense(false) && dense(true))) return "C and Fortran";
  return dense(false) ? "C" : dense(true) ? "Fortran" : "neither C nor Fortran";
}

/// Returns the bytes from the lowest to the highest that the elements take.
double bytes_held(const ArrayView& view) {
  if (view.size() == 0) return 0;
  double bytes = static_cast<double>(itemsize(view.dtype()));
  for (int i = 0; i < view.ndim(); ++i) {
    const auto stride = static_cast<double>(view.strides()[i]);
    bytes += static_cast<double>(view.shape()[i] - 1) * (stride < 0 ? -stride : stride);
  }
  return bytes;
}

std::string array_info(const Value& value) {
  const ArrayView view = value.array->view();
  const double bytes =
      static_cast<double>(view.size()) * static_cast<double>(itemsize(view.dtype()));
  const double held = bytes_held(view);
  const auto address = reinterpret_cast<std::uintptr_t>(view.data());
  const int alignment = std::min(std::countr_zero(address), 12);
  const bool swapped = view.byte_order() == ByteOrder::swapped;
  const bool little = (std::endian::native == std::endian::little) != swapped;
  std::string kept = "in memory of its own";
  if (held < bytes) {
    kept = "in " + bytes_text(held) + " that are repeated";
  } else if (view.readonly()) {
    kept = "mapped from a file";
  }
  return row("strides", shape_text(view.strides()) + " bytes") + row("bytes", bytes_text(bytes)) +
         row("order", order_text(view)) +
         row("alignment", std::to_string(1 << alignment) + " bytes") +
         row("byte order", std::string(little ? "little-endian" : "big-endian") +
                               (swapped ? ", not this machine's" : "")) +
         row("kept", kept) + row("from", value.origin);
}

using Inspect = std::string (*)(std::string_view text, BindingsView bindings,
                                const Options& options);

/// Prints what `inspect` tells of an expression.
void inspect_expression(Session& session, const CommandText& text, Inspect inspect) {
  const BoundText expression = bound_argument(session, text);
  const Workspace& workspace = session.workspace();
  std::string out = workspace.with_composition(expression, [&](const Composition& c) {
    return inspect(c.text(), c.bindings(), workspace.options());
  });
  if (out.empty() || out.back() != '\n') out += '\n';
  session.print(out);
}

std::string parts_text(std::string_view text, BindingsView bindings, const Options& options) {
  struct Line {
    std::string dtype, shape, range, expression;
  };
  constexpr std::size_t kLongest = 60;
  std::vector<Line> lines = {{"dtype", "shape", "range", "expression"}};
  for (const Part& part : parts(text, bindings, options)) {
    std::string what = part.text;
    if (what.size() > kLongest) what = what.substr(0, kLongest - 3) + "...";
    for (int result : part.results) what += "   -> result " + std::to_string(result + 1);
    const std::string range = part.lowest.empty() ? "" : part.lowest + ".." + part.highest;
    lines.push_back({std::string(name(part.dtype)) + (part.constant ? " (number)" : ""),
                     shape_text(part.shape), range, what});
  }
  std::size_t widths[3] = {0, 0, 0};
  for (const Line& line : lines) {
    widths[0] = std::max(widths[0], line.dtype.size());
    widths[1] = std::max(widths[1], line.shape.size());
    widths[2] = std::max(widths[2], line.range.size());
  }
  std::string out;
  for (Line& line : lines) {
    line.dtype.resize(widths[0] + 2, ' ');
    line.shape.resize(widths[1] + 2, ' ');
    line.range.resize(widths[2] + 2, ' ');
    out += "  " + line.dtype + line.shape + line.range + line.expression + "\n";
  }
  return out;
}

}  // namespace

BoundText bound_argument(Session& session, const CommandText& text) {
  for (const Token& token : tokenize(text.text())) {
    if (token.kind == TokenKind::separator) refuse(text, "the command takes one expression");
  }
  return bind(text.source, text.span, session.workspace());
}

void info_command(Session& session, const CommandText& text) {
  const BoundText expression = bound_argument(session, text);
  const ValuePtr value = only_value(expression);
  std::string out;
  for (const ResultType& type : session.workspace().types(expression)) {
    if (!out.empty()) out += "\n";
    std::int64_t elements = 1;
    for (std::int64_t extent : type.shape) elements *= extent;
    out += row("dtype", std::string(name(type.dtype)) + (type.constant ? " (a number)" : "")) +
           row("shape", shape_text(type.shape)) + row("elements", std::to_string(elements));
    if (value != nullptr && value->array) {
      out += array_info(*value);
      continue;
    }
    const double bytes = static_cast<double>(elements) * static_cast<double>(itemsize(type.dtype));
    out +=
        row("bytes", bytes_text(bytes) + ", once it is evaluated") + row("kept", "nowhere: lazy");
    if (value != nullptr) out += row("from", value->expression.text());
  }
  session.print(out);
}

void type_command(Session& session, const CommandText& text) {
  inspect_expression(session, text, parts_text);
}

void plan_command(Session& session, const CommandText& text) {
  inspect_expression(session, text, explain);
}

void ir_command(Session& session, const CommandText& text) {
  inspect_expression(session, text, [](std::string_view t, BindingsView b, const Options& o) {
    return kernel_code(t, CodeForm::ir, b, o);
  });
}

void asm_command(Session& session, const CommandText& text) {
  inspect_expression(session, text, [](std::string_view t, BindingsView b, const Options& o) {
    return kernel_code(t, CodeForm::assembly, b, o);
  });
}

void time_command(Session& session, const CommandText& text) {
  inspect_expression(session, text, [](std::string_view t, BindingsView b, const Options& o) {
    std::vector<Array> results = evaluate_all(t, b, o);
    return timing_text(measure(t, b, o, results));
  });
}

void mem_command(Session& session, const CommandText& text) {
  inspect_expression(session, text, [](std::string_view t, BindingsView b, const Options& o) {
    Stats stats;
    Options options = o;
    options.stats = &stats;
    evaluate_all(t, b, options);
    return row("extra", bytes_text(stats.peak_extra_bytes) + ", beyond inputs and results") +
           row("results", bytes_text(stats.bytes_written)) +
           row("read", bytes_text(stats.bytes_read) +
                           (stats.stages == 1 ? " in 1 pass"
                                              : " in " + std::to_string(stats.stages) + " passes"));
  });
}

}  // namespace tightloop::tool
