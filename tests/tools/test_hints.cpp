// Mistakes that people make, and what the messages tell them to write: it is typed, and accepted.
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

/// Returns what stands after "write " in a hint, up to " for ", ";" or the end.
std::string suggestion(const std::string& hint) {
  const std::size_t at = hint.find("write ");
  if (at == std::string::npos) return {};
  std::string out = hint.substr(at + 6);
  for (const char* end : {" for ", "; "}) out = out.substr(0, out.find(end));
  return out;
}

}  // namespace

TEST_CASE("tools: what a hint says is accepted when it is typed") {
  const Array x = evaluate("reshape(broadcast_to(2.0, (3, 4)), (3, 4))", {});
  const Array y = evaluate("x + 1", {{"x", x}});
  const std::vector<Binding> variables = {{"x", x}, {"y", y}, {"k", 2.5}};
  const std::string mistakes[] = {
      "max(3, 4)",         "min(3, 4)",     "max(x, y)",     "max(x, k)",
      "x.shape",           "x.mean",        "x.float32()",   "x.einsum('ij->')",
      "median(x)",         "percentile(x)", "sort(x)",       "cumsum(x)",
      "diff(x)",           "divmod(x, y)",  "zeros((3, 3))", "zeros(3, 3)",
      "ones(4)",           "full(3, 7)",    "squeeze(x)",    "expand_dims(x, 0)",
      "swapaxes(x, 0, 1)", "flip(x)",       "fliplr(x)",     "shape(x)",
      "x.median()",        "np.median(x)",  "print(x)",      "x + 'abc'",
  };
  for (const std::string& mistake : mistakes) {
    INFO(mistake);
    std::string hint;
    try {
      evaluate_all(mistake, variables);
    } catch (const Error& error) {
      hint = error.hint();
    }
    INFO("hint: " << hint);
    const std::string meant = suggestion(hint);
    REQUIRE_FALSE(meant.empty());
    INFO("write " << meant);
    CHECK_NOTHROW(evaluate_all(meant, variables));
  }
}

TEST_CASE("tools: every spelling of a dtype is one wherever a dtype can stand") {
  const Array x = evaluate("broadcast_to(1, (2,))", {});
  struct Row {
    const char* text;
    DType dtype;
  };
  for (const Row row : {Row{"f4", DType::float32},
                        {"half", DType::float16},
                        {"<i2", DType::int16},
                        {"single", DType::float32},
                        {"double", DType::float64},
                        {"int", DType::int64},
                        {"float", DType::float64},
                        {"|u1", DType::uint8},
                        {"=c16", DType::complex128},
                        {"bool_", DType::bool_},
                        {"d", DType::float64},
                        {"bfloat16", DType::bfloat16},
                        {"uint", DType::uint64}}) {
    INFO(row.text);
    CHECK(find_dtype(row.text) == row.dtype);
    const std::string text = row.text;
    CHECK(evaluate("astype(x, '" + text + "')", {{"x", x}}).dtype() == row.dtype);
    CHECK(evaluate("x.astype('" + text + "')", {{"x", x}}).dtype() == row.dtype);
  }
  for (int i = 0; i < kDTypeCount; ++i) {
    CHECK(find_dtype(name(static_cast<DType>(i))) == static_cast<DType>(i));
    CHECK(dtype_list().find(name(static_cast<DType>(i))) != std::string::npos);
  }
  CHECK_FALSE(find_dtype("float61"));
  CHECK_FALSE(find_dtype(""));
  CHECK_FALSE(find_dtype("<"));
  CHECK_THROWS_WITH(evaluate("astype(x, 'qqqqqqqqq')", {{"x", x}}),
                    Catch::Contains("unknown dtype"));
}
