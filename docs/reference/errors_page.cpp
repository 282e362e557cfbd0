// docs/errors.md: the codes of Error, what the program does with them, and examples that are run.
#include "asking.hpp"
#include "pages.hpp"

namespace tightloop::docs {
namespace {

struct Code {
  ErrorCode code;
  std::string_view meaning;
  std::string_view example;  ///< empty: none that a text alone can show
};

constexpr Code kCodes[] = {
    {ErrorCode::syntax, "the text is no expression", "a + * b"},
    {ErrorCode::name, "a variable, function, dtype or keyword that does not exist",
     "sum(aa, axs=0)"},
    {ErrorCode::type, "an operation without a meaning for these dtypes, or a refused conversion",
     "~x"},
    {ErrorCode::shape, "shapes that do not broadcast, an axis that is not there", "a + x[:, :2]"},
    {ErrorCode::value, "a bad value of an argument", "18446744073709551616"},
    {ErrorCode::overflow, "an integer element past 64 bits, or past its destination", "i * i"},
    {ErrorCode::arithmetic, "a floating-point event that `raise=` names", "a / (a - a)"},
    {ErrorCode::file, "a file that cannot be read, understood or written", ""},
    {ErrorCode::limit, "a hard limit: length, nesting, nodes, rank, inputs, expansion",
     "reshape(a, (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,4))"},
    {ErrorCode::unsupported, "valid, but nothing in this process can run it", ""},
    {ErrorCode::memory, "memory could not be had", ""},
    {ErrorCode::stopped, "`Options::stop` ended the evaluation", ""},
    {ErrorCode::internal, "a fault of the library, never the caller's", ""},
};
static_assert(std::size(kCodes) == static_cast<std::size_t>(ErrorCode::internal) + 1);

}  // namespace

Page errors_page() {
  const std::vector<ExampleArray> arrays = {
      {"a", numbers({1, 2, 3, 4}, DType::float64)},
      {"x", numbers({1, 2, 3, 4, 6, 8}, DType::float64, "(2, 3)")},
      {"i", evaluate("int64(x) << 40", {{"x", std::vector<double>{1, 2, 3}}})}};
  Options checked;
  checked.overflow = Overflow::check;
  checked.raise = EventSet::all();
  std::string out =
      "# Errors\n\nEvery mistake is a `tightloop::Error` with a code, a message, a place in the "
      "text and often a hint; `picture()` shows all of it. The program prints the picture and ends "
      "with an exit status: 0 done, 1 the standard output could not be written, 2 a mistake in the "
      "call, the expression or a file, 3 a fault of the program.\n\n";
  std::vector<std::vector<std::string>> rows;
  for (const Code& c : kCodes) {
    rows.push_back({code(to_string(c.code)), std::string(c.meaning),
                    c.code == ErrorCode::internal ? "3" : "2"});
  }
  out +=
      table({"code", "meaning", "exit status"}, rows) + "\nThe examples use\n\n" + listing(arrays);
  for (const Code& c : kCodes) {
    if (c.example.empty()) continue;
    out += "\n`" + std::string(to_string(c.code)) + "`\n\n```\n" +
           failure(c.example, arrays, checked) + "```\n";
  }
  return {"errors.md", out};
}

std::vector<Page> reference_pages() {
  return {operations_page(), functions_page(), promotion_page(), errors_page(), formats_page()};
}

}  // namespace tightloop::docs
