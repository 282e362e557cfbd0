// The session: lazy variables, what they capture, arrays that it makes, results as it prints them.
#include "repl/session.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "repl/binder.hpp"
#include "repl/generators.hpp"

using namespace tightloop;
using namespace tightloop::tool;

namespace {

/// A session whose output is kept.
struct Typed {
  Typed() : session({}, Terminal{}, [this](std::string_view text) { output += text; }) {}

  /// Runs inputs and returns what the last one prints, without its final newline; an error as its
  /// picture.
  template <class... More>
  std::string operator()(const std::string& input, const More&... more) {
    output.clear();
    try {
      session.run(input);
    } catch (const Error& error) {
      REQUIRE(error.code() != ErrorCode::internal);
      output += error.picture() + "\n";
    }
    if (!output.empty()) output.pop_back();
    if constexpr (sizeof...(more) > 0) return (*this)(more...);
    return output;
  }

  bool is_lazy(const std::string& name) { return !session.workspace().find(name)->array; }

  std::string output;
  Session session;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("tools: a session prints results as NumPy would") {
  Typed t;
  CHECK(t("1 + 1") == "2");
  CHECK(t("arange(3)") == "array([0, 1, 2])");
  CHECK(t("arange(3) * 0.5, 7, arange(2) > 0") ==
        "array([0. , 0.5, 1. ])\n7\narray([False,  True])");
  CHECK(t("zeros((2, 2), 'uint8')") == "array([[0, 0],\n       [0, 0]], dtype=uint8)");
  CHECK(t("zeros(0, 'int8')") == "array([], dtype=int8)");
  CHECK(t("zeros((3, 0))") == "array([], shape=(3, 0), dtype=float64)");
  CHECK(t("arange(2000)") == "array([   0,    1,    2, ..., 1997, 1998, 1999], shape=(2000,))");
  CHECK(t("a = 2; b = 3\na * b; a - b") == "6\n-1");
  CHECK(t("").empty());
  CHECK(t("# nothing").empty());
}

TEST_CASE("tools: assignments are lazy and keep what names stood for") {
  Typed t;
  CHECK(t("x = arange(4); d = x - 1").empty());
  CHECK_FALSE(t.is_lazy("x"));
  CHECK(t.is_lazy("d"));
  CHECK(t("x = 100", "d") == "array([-1,  0,  1,  2])");
  CHECK(t("d + x") == "array([ 99, 100, 101, 102])");
  CHECK(t("d = d * 2", "d = d * 2", "d, sum(d)") == "array([-4,  0,  4,  8])\n8");
  CHECK(t("y = d", "d = 0", "y") == "array([-4,  0,  4,  8])");
  // A constant keeps its meaning when its name gets another one.
  CHECK(t("c = e * 1", "e = 5", "c > 2.7 and c < 2.8, e") == "True\n5");
  // Numbers stay without a dtype of their own.
  CHECK(t("k = 0.5", "zeros(2, 'float32') + k") == "array([0.5, 0.5], dtype=float32)");
  CHECK(t(":force k", "zeros(2, 'float32') + k") == "array([0.5, 0.5], dtype=float32)");
}

TEST_CASE("tools: lazy values keep the functions they were written with") {
  Typed t;
  CHECK(t("f(a, b=2) = a * b", "x = arange(3); g = f(x)", "f(a, b=2) = a + b", "g, f(x)") ==
        "array([0, 2, 4])\narray([2, 3, 4])");
  CHECK(t("h(a) =\n  d = a * a\n  d + 1\n", "h(3)") == "10");
  CHECK(contains(t(":vars"), "f(a, b=2)"));
  CHECK_FALSE(contains(t.output, "__"));
  CHECK(contains(t("f(1, 2, 3)"), "f("));
  CHECK_FALSE(contains(t.output, "__"));
  CHECK(contains(t("zeros(a) = a"), "is a function of the session"));
}

TEST_CASE("tools: forced values are kept and others stay as they were") {
  Typed t;
  t("x = arange(5); d = x * 3; s = d + 1", ":force d");
  CHECK_FALSE(t.is_lazy("d"));
  CHECK(t.is_lazy("s"));
  CHECK(t("d, s") == "array([ 0,  3,  6,  9, 12])\narray([ 1,  4,  7, 10, 13])");
  CHECK(contains(t(":force nothing"), "'nothing' is not a variable"));
}

TEST_CASE("tools: only the shown elements of large lazy results are computed") {
  Typed t;
  // A thousand times more elements than memory would hold.
  t("big = zeros((1000000, 1000000, 100)) + 1; row = arange(1000000)");
  CHECK(contains(t("big"), "array([[[1., 1., 1., ..., 1., 1., 1.],"));
  CHECK(contains(t.output, "shape=(1000000, 1000000, 100))"));
  CHECK(t("big[:, 0, 0] + row") ==
        "array([1.00000e+00, 2.00000e+00, 3.00000e+00, ..., 9.99998e+05,\n"
        "       9.99999e+05, 1.00000e+06], shape=(1000000,))");
  CHECK(t("row - mean(row), 1") ==
        "array([-499999.5, -499998.5, -499997.5, ...,  499997.5,  499998.5,\n"
        "        499999.5], shape=(1000000,))\n1");
  CHECK(t("reshape(arange(4000), (2, 2000))") ==
        "array([[   0,    1,    2, ..., 1997, 1998, 1999],\n"
        "       [2000, 2001, 2002, ..., 3997, 3998, 3999]], shape=(2, 2000))");
  CHECK(contains(t("zeros((7, 7, 7, 7, 7, 7, 7))"), "too many dimensions"));
}

TEST_CASE("tools: errors of a session show where, in what was typed") {
  Typed t;
  t("xs = arange(3); x = xs * 1");
  CHECK(t("x + xx") ==
        "error: unknown variable 'xx'\n 1 | x + xx\n   |     ^~\nhint: did you mean 'xs' or 'x'?");
  CHECK(t("d = (x + zeros(4)) * 2") ==
        "error: operands of '+' do not broadcast: (3,) and (4,)\n"
        " 1 | d = (x + zeros(4)) * 2\n   |      ^~~~~~~~~~~~");
  CHECK(t.session.workspace().find("d") == nullptr);
  CHECK(contains(t("a = 1; b ="), "an expression is missing"));
  CHECK(contains(t("a = x, x"), "a name stands for one value, found 2"));
  CHECK(contains(t("sum(x, axis=3)"), "axis 3"));
  CHECK(contains(t("1 +"), "   |    ^"));
  CHECK(contains(t("$"), "unexpected character"));
  CHECK(contains(t("zeros(2.5)"), "'shape' is an integer or a tuple"));
  CHECK(contains(t("zeros((2, 1.5))"), "an extent is an integer"));
  CHECK(contains(t("zeros(-1)"), "   | ^"));
  CHECK(contains(t("zeros(3, 'flot')"), "unknown dtype 'flot'"));
  CHECK(contains(t("full(3)"), "full() needs fill_value"));
  CHECK(contains(t("ones(3, shape=3)"), "'shape' is given twice"));
  CHECK(contains(t("eye(3, depth=1)"), "no parameter 'depth'"));
  CHECK(contains(t("load('absent.npy')"), "absent.npy"));
  CHECK(contains(t("arange(1, 2, 0)"), "the step is 0"));
  CHECK(contains(t("zeros(x)"), "not one number"));
}

TEST_CASE("tools: a chain of lazy values ends before the library's limits") {
  Typed t;
  t("x = arange(3)");
  std::string last;
  for (int i = 0; i < 300 && last.empty(); ++i) last = t("x = x + 1");
  CHECK(contains(last, "chain of more than"));
  CHECK(contains(last, ":force x"));
  CHECK(t(":force x", "x = x + 1", "x - x[0]") == "array([0, 1, 2])");
}

TEST_CASE("tools: hostile inputs of a session end in an error, soon") {
  const auto repeated = [](const std::string& text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
  };
  Typed t;
  for (const std::string& text : {repeated("zeros(", 100000),
                                  repeated("a(;", 100000),
                                  repeated("x[", 100000),
                                  repeated("zeros(", 200) + "1" + repeated(")", 200),
                                  repeated("(", 100000),
                                  std::string("="),
                                  std::string("\0", 1),
                                  std::string(":"),
                                  std::string(":show"),
                                  std::string(":save x '"),
                                  std::string(":set precision 99999999999"),
                                  std::string("f(x) ="),
                                  std::string("f() = ="),
                                  std::string("zeros(,)"),
                                  std::string("zeros(=1)"),
                                  std::string("zeros((1,,2))"),
                                  std::string("arange(1e300)"),
                                  std::string("arange(nan)"),
                                  std::string("linspace(0, 1, -5)"),
                                  std::string("eye(9000000000000000000)"),
                                  std::string("zeros((4000000000, 4000000000))"),
                                  std::string("arange(0, 9223372036854775807, 1)"),
                                  std::string("arange(-2**63, 2**63 - 1)"),
                                  std::string("arange(0, 1, 0)"),
                                  std::string("eye(2**62, 1, dtype='uint8')"),
                                  std::string("eye(1, 2**63 - 1, dtype='int8')"),
                                  std::string(2 << 20, 'x')}) {
    INFO(text.substr(0, 40));
    CHECK(contains(t(text), "error: "));
  }
}

TEST_CASE("tools: integers that no dtype holds are printed and have names") {
  Typed t;
  CHECK(t("10**20") == "100000000000000000000");
  CHECK(t("-2**64 - 1") == "-18446744073709551617");
  CHECK(t("10**36 + 5") == "1000000000000000000000000000000000005");
  CHECK(t("n = 2**100") == "");
  CHECK(t("n") == "1267650600228229401496703205376");
  CHECK(t("n // 2**98, n * 1.0") == "4\n1.2676506002282294e+30");
  CHECK(t("2**64 - 1") == "18446744073709551615");
}

TEST_CASE("tools: generators make arrays as NumPy's functions do") {
  Typed t;
  CHECK(t("arange(2, 7, 2), arange(5, 0, -2), arange(1, 2, 0.25)") ==
        "array([2, 4, 6])\narray([5, 3, 1])\narray([1.  , 1.25, 1.5 , 1.75])");
  CHECK(t("arange(3, dtype='uint8'), arange(0)") ==
        "array([0, 1, 2], dtype=uint8)\narray([], dtype=int64)");
  CHECK(t("arange(0, 2**63 - 1, 2**61)") ==
        "array([                  0, 2305843009213693952, 4611686018427387904,\n"
        "       6917529027641081856])");
  CHECK(t("arange(-2**63, -2**63 + 2), arange(2**63 - 1, -2**63, -2**63 + 1)") ==
        "array([-9223372036854775808, -9223372036854775807])\n"
        "array([ 9223372036854775807,                    0, -9223372036854775807])");
  CHECK(t("arange(3, 3), arange(3, 3, -1), arange(5, 2), arange(2, 5, -1)") ==
        "array([], dtype=int64)\narray([], dtype=int64)\narray([], dtype=int64)\n"
        "array([], dtype=int64)");
  CHECK(t("linspace(0, 1, 5), linspace(0, 1, num=4, endpoint=False), linspace(2, 3, 1)") ==
        "array([0.  , 0.25, 0.5 , 0.75, 1.  ])\narray([0.  , 0.25, 0.5 , 0.75])\narray([2.])");
  CHECK(t("full((2,), 7), full(2, 1.5), full([2], True), full(2, 3, dtype='int8')") ==
        "array([7, 7])\narray([1.5, 1.5])\narray([ True,  True])\n"
        "array([3, 3], dtype=int8)");
  CHECK(t("eye(2, 3, k=1, dtype='int32'), eye(2, k=-1), eye(2, k=5)") ==
        "array([[0, 1, 0],\n       [0, 0, 1]], dtype=int32)\n"
        "array([[0., 0.],\n       [1., 0.]])\narray([[0., 0.],\n       [0., 0.]])");
  CHECK(t("sum(eye(4, 6) @ eye(6, 4)), zeros(())") == "4.0\n0.0");
  CHECK(t("n = 3", "ones((n, n - 1))") == "array([[1., 1.],\n       [1., 1.],\n       [1., 1.]])");
  for (const Generator& g : generators()) {
    CHECK(g.signature.starts_with(std::string(g.name) + "("));
    CHECK(contains(t(std::string(g.name) + "()"), "needs"));
  }
}

TEST_CASE("tools: random elements follow from the seed and fill their range") {
  Typed t;
  CHECK(t("random(3, seed=1) == random(3, seed=1)") == "array([ True,  True,  True])");
  CHECK(t("any(random(9) == random(9))") == "False");
  for (const char* dtype : {"float16", "bfloat16", "float32", "float64"}) {
    INFO(dtype);
    t("r = random(100000, '" + std::string(dtype) + "', seed=2)");
    CHECK(t("abs(mean(float64(r)) - 0.5) < 0.01, min(r) >= 0, max(r) < 1, "
            "abs(var(float64(r)) - 1/12) < 0.002") == "True\nTrue\nTrue\nTrue");
  }
  for (const char* dtype : {"int8", "uint8", "int16", "uint64"}) {
    INFO(dtype);
    t("r = float64(random(100000, '" + std::string(dtype) + "', seed=2))");
    CHECK(t("w = max(r) - min(r); abs(mean(r) - (max(r) + min(r)) / 2) < w / 100, "
            "abs(std(r) / w - 12 ** -0.5) < 0.01") == "True\nTrue");
  }
  CHECK(t("abs(mean(random(100000, 'bool')) - 0.5) < 0.01") == "True");
}

TEST_CASE("tools: inputs of several lines") {
  const auto joined = [](const std::vector<std::string>& lines) {
    InputLines input;
    std::string more;
    for (const std::string& line : lines) more += input.add(line) ? '+' : '.';
    return more + " " + input.text();
  };
  CHECK(joined({"1 + 2"}) == ". 1 + 2");
  CHECK(joined({"sum(x,", "  axis=0)"}) == "+. sum(x,\n  axis=0)");
  CHECK(joined({"1 + \\", "2"}) == "+. 1 +  2");
  CHECK(joined({"f(x) =", "  d = x", "  d", ""}) == "+++. f(x) =\n  d = x\n  d\n");
  CHECK(joined({"f('("}) == ". f('(");
  CHECK(joined({"x ="}) == ". x =");
  CHECK(joined({"a) + (", ")"}) == "+. a) + (\n)");
  CHECK(joined({std::string(2 << 20, '(')}) == ". " + std::string(2 << 20, '('));
}

TEST_CASE("tools: lists are arrays") {
  Typed t;
  CHECK(t("[1, 2, 3]") == "array([1, 2, 3])");
  CHECK(t("array([[1, 2], [3, 4]])") == "array([[1, 2],\n       [3, 4]])");
  CHECK(t("np.array([[1, 2.5]], dtype=np.float32)") == "array([[1. , 2.5]], dtype=float32)");
  CHECK(t("array((1, 2), 'f4')") == "array([1., 2.], dtype=float32)");
  CHECK(t("[True, False]") == "array([ True, False])");
  CHECK(t("[1, 2j]") == "array([1.+0.j, 0.+2.j])");
  CHECK(t("[18446744073709551615, 1]") ==
        "array([18446744073709551615,                    1], dtype=uint64)");
  CHECK(t("x = [1, 2, 3]", "x * [1, 10, 100]") == "array([  1,  20, 300])");
  CHECK(t("sum([[1, 2], [3, 4]], axis=0)") == "array([4, 6])");
  CHECK(t("reshape(arange(6), [2, 3]).shape") == "(2, 3)");
  CHECK(t("arange(6).reshape(2, 3).shape") == "(2, 3)");
  CHECK(t("maximum(x, [2, 2, 2])") == "array([2, 2, 3])");
  CHECK(t("k = 2", "[k, k + 1]") == "array([2, 3])");
  CHECK(contains(t("[1, [2, 3]]"), "a number stands beside"));
  CHECK(contains(t("[[1, 2], [3]]"), "different lengths"));
}

TEST_CASE("tools: habits of Python's prompt") {
  Typed t;
  CHECK(t("2 + 3", "_ * 10", "_ + 1") == "51");
  CHECK(t("x = 5", "x += 1", "x") == "6");
  CHECK(t("x -= 1; x *= 2 + 1; x //= 2; x **= 2; x %= 30; x <<= 1; x |= 1", "x") == "39");
  CHECK(t("a, b = 1, 2", "a, b = b, a", "a, b") == "2\n1");
  CHECK(contains(t("a, b = 1, 2, 3"), "2 names stand for as many values, found 3"));
  CHECK(contains(t("nope += 1"), "'nope' is not a variable"));
  CHECK(t("del a, b").empty());
  CHECK(contains(t("a"), "unknown variable 'a'"));
  CHECK(contains(t("del a"), "'a' is not a variable"));
  CHECK(t("print(1 + 1, 3)") == "2\n3");
  CHECK(contains(t("?sum"), "sum(x, axis=None"));
  CHECK(contains(t("sum?"), "sum(x, axis=None"));
  CHECK(contains(t("help(sum)"), "sum(x, axis=None"));
  CHECK(contains(t("help"), ":plot"));
  CHECK(t(":h") == t("help()"));
  CHECK(contains(t(":t 1 + 1"), "int"));
  CHECK(t("round(2.675, 1)") == "2.7");
  CHECK(t("x = arange(6.0).reshape(2, 3)", "x.shape, x.dtype, x.size") == "(2, 3)\nfloat64\n6");
  CHECK(t("x.T.shape") == "(3, 2)");
  CHECK(t("np.zeros((2, 3)).shape") == "(2, 3)");
  CHECK(t("np.random.rand(2, 3).shape, randn(4).shape, rand((5, 1)).shape") ==
        "(2, 3)\n(4,)\n(5, 1)");
  CHECK(t("mean(abs(randn(1000)) < 1) > 0.6, all(isfinite(randn(1001, dtype=float32)))") ==
        "True\nTrue");
  CHECK(contains(t("zeros(3, 3)"), "write zeros((3, 3))"));
  CHECK(t("zeros((3, 3)).shape") == "(3, 3)");
  CHECK(contains(t("zeros(3, 'float61')"), "the dtypes are bool"));
  CHECK(t("zeros(2, 'half')") == "array([0., 0.], dtype=float16)");
  CHECK(t("f(x) = x + 1", "f(x) = x", "d = [1, 2].f()", "f(x) = 0", "d") == "array([1, 2])");
  CHECK(contains(t("plot(sin(arange(100) / 10))"), "|"));
  CHECK(contains(t("plot(eye(4))"), "==\n  =="));
  CHECK(t("exit = 3", "exit") == "3");
  CHECK_FALSE(t.session.run("quit()"));
  CHECK(t.session.run("exit"));
  CHECK(t("del exit").empty());
  CHECK_FALSE(t.session.run("exit"));
}

TEST_CASE("tools: the bins of a histogram are equally wide") {
  Typed t;
  const std::string text = t(":hist arange(256)");
  CHECK(contains(text, "  0 to  12  13"));
  CHECK(contains(text, "247 to 259   9"));
}

TEST_CASE("tools: a line has no holes and no more than its range") {
  Typed t;
  const std::string text = t("plot(arange(1000))");
  CHECK(contains(text, "999 |"));
  CHECK(contains(t("plot([1, nan, 3])"), "1 |"));
  CHECK(t("plot([nan, inf])") == "  no finite elements");
  CHECK(contains(t("plot([2, 2, 2])"), "2 |"));
  CHECK(contains(t("plot([1j])"), "a line is of real numbers"));
}
