// From the command line to the printed report.
#include "precision/precision.hpp"

#include <stdlib.h>

#include "function_list.hpp"
#include "precision/report.hpp"
#include "standard_output.hpp"
#include "text_file.hpp"

namespace tightloop::tool {

int run_precision(std::span<const char* const> arguments) {
  // What is timed is compiled code, and not how long it takes until there is some.
  ::setenv("TIGHTLOOP_COMPILE", "first", 0);
  const PrecisionRequest request = parse_precision(arguments);
  if (request.help) return print(precision_help());
  Command defined;
  defined.definition_files = request.definition_files;
  defined.definitions = request.definitions;
  const Definitions definitions = read_definitions(defined);
  std::vector<std::vector<NamedText>> datasets;
  for (const std::string& file : request.files) {
    datasets.push_back(request.variables);
    datasets.back().insert(datasets.back().begin(), {"x", file});
  }
  if (datasets.empty()) datasets.push_back(request.variables);
  std::string text;
  for (const std::vector<NamedText>& variables : datasets) {
    const PrecisionReport report = examine(request, variables, definitions);
    if (!request.plot.empty()) write_text(request.plot, report_svg(report));
    if (request.json) {
      text += report_json(report) + "\n";
    } else {
      text += (text.empty() ? "" : "\n\n") + report_text(report);
    }
  }
  return print(text);
}

}  // namespace tightloop::tool
