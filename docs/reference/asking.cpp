// Types by the typing rules, examples by the engine.
#include "asking.hpp"

#include <algorithm>

#include "lang/parser.hpp"
#include "summary.hpp"
#include "types/text.hpp"
#include "typing/typing.hpp"

namespace tightloop::docs {

std::optional<ResultType> type_of(std::string_view text, const std::vector<TypedName>& variables,
                                  Promotion promotion) {
  std::vector<std::string_view> names;
  for (const TypedName& v : variables) names.push_back(v.name);
  ir::Graph graph = lang::parse(text, names);
  std::vector<typing::VariableType> types;
  for (const std::string& input : graph.inputs()) {
    const auto it = std::find_if(variables.begin(), variables.end(),
                                 [&](const TypedName& v) { return v.name == input; });
    types.push_back({it->dtype, false});
  }
  try {
    const ir::TypedGraph typed =
        typing::resolve(std::move(graph), types, {promotion, Fp::strict, Overflow::wrap});
    const ir::TypedNode& node = typed.nodes[typed.results[0]];
    return ResultType{node.dtype, node.range};
  } catch (const Error& e) {
    if (e.code() == ErrorCode::internal) throw;
    return std::nullopt;
  }
}

namespace {

std::vector<Binding> bindings(const std::vector<ExampleArray>& arrays) {
  std::vector<Binding> out;
  for (const ExampleArray& a : arrays) out.push_back({a.name, Arg(a.array)});
  return out;
}

}  // namespace

std::string run(std::string_view text, const std::vector<ExampleArray>& arrays) {
  std::string out;
  for (const Array& result : evaluate_all(text, bindings(arrays))) {
    out += tool::array_text(result) + "\n";
  }
  return out;
}

std::string failure(std::string_view text, const std::vector<ExampleArray>& arrays,
                    const Options& options) {
  try {
    evaluate_all(text, bindings(arrays), options);
  } catch (const Error& e) {
    return e.picture() + "\n";
  }
  throw Error(ErrorCode::internal, "the example '" + std::string(text) + "' is no error");
}

Array numbers(const std::vector<double>& values, DType dtype, std::string_view shape) {
  const std::string x = shape.empty() ? "x" : "reshape(x, " + std::string(shape) + ")";
  return evaluate("astype(" + x + ", '" + std::string(name(dtype)) + "')", {{"x", values}});
}

std::string listing(const std::vector<ExampleArray>& arrays) {
  std::string out = "```\n";
  for (const ExampleArray& a : arrays) out += a.name + ": " + tool::array_text(a.array) + "\n";
  return out + "```\n";
}

std::vector<std::vector<std::string>> type_rows(std::string_view text,
                                                const std::vector<std::string_view>& variables,
                                                std::string& refused) {
  std::vector<std::vector<std::string>> rows;
  const auto append = [](std::string& list, std::string_view item) {
    if (!list.empty()) list += ", ";
    list += item;
  };
  for (const DType dtype : kDTypes) {
    std::vector<TypedName> typed;
    for (const std::string_view v : variables) typed.push_back({v, dtype});
    const auto result = type_of(text, typed);
    if (!result) {
      append(refused, name(dtype));
      continue;
    }
    const std::string to(result->dtype == dtype ? "the same" : name(result->dtype));
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r[1] == to; });
    if (row == rows.end()) {
      rows.push_back({std::string(name(dtype)), to});
    } else {
      append((*row)[0], name(dtype));
    }
  }
  // A dtype that alone stays the same goes to the others that give it.
  const auto same =
      std::find_if(rows.begin(), rows.end(), [](const auto& r) { return r[1] == "the same"; });
  if (same == rows.end()) return rows;
  const auto given =
      std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r[1] == (*same)[0]; });
  if (given == rows.end()) return rows;
  (*given)[0] = (*same)[0] + ", " + (*given)[0];
  rows.erase(same);
  return rows;
}

std::string table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows) {
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    out += "|";
    for (const std::string& cell : cells) out += " " + cell + " |";
    out += "\n";
  };
  line(head);
  line(std::vector<std::string>(head.size(), "---"));
  for (const auto& row : rows) line(row);
  return out;
}

std::string code(std::string_view text) {
  std::string out = "`";
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out + "`";
}

}  // namespace tightloop::docs
