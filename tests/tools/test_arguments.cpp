// The command line: options, expressions that begin with '-', variables, numbers.
#include "arguments.hpp"

#include <cmath>
#include <complex>
#include <cstring>
#include <string>
#include <vector>

#include "catch.hpp"
#include "variables.hpp"

using namespace tightloop;
using namespace tightloop::tool;

namespace {

Command parse(std::vector<const char*> words) {
  words.insert(words.begin(), "tightloop");
  return parse_command(static_cast<int>(words.size()), words.data());
}

std::string mistake(std::vector<const char*> words) {
  try {
    parse(std::move(words));
    return "(no error)";
  } catch (const UsageError& error) {
    return error.what();
  }
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

template <class T>
T value_of(const std::string& text) {
  const auto number = parse_number(text);
  REQUIRE(number);
  REQUIRE(number->weak());
  REQUIRE(number->scalar_dtype() == dtype_of<T>);
  T value;
  std::memcpy(&value, number->scalar(), sizeof value);
  return value;
}

}  // namespace

TEST_CASE("tools: a whole command line") {
  const Command c = parse({"a+b", "a=x.npy", "b=-3", "-o", "out.npy", "--threads", "2",
                           "--promotion=numpy", "--fp", "fast", "--overflow", "check", "--json",
                           "--time", "--events", "--raise", "divide,underflow"});
  CHECK(c.action == Command::Action::evaluate);
  CHECK(c.expression == "a+b");
  REQUIRE(c.variables.size() == 2);
  CHECK(c.variables[0].name == "a");
  CHECK(c.variables[0].text == "x.npy");
  CHECK(c.variables[1].text == "-3");
  CHECK(c.outputs == std::vector<std::string>{"out.npy"});
  CHECK(c.options.threads == 2);
  CHECK(c.options.promotion == Promotion::numpy);
  CHECK(c.options.fp == Fp::fast);
  CHECK(c.options.overflow == Overflow::check);
  CHECK(c.options.raise == EventSet{EventKind::divide, EventKind::underflow});
  CHECK(c.events);
  CHECK(c.json);
  CHECK(c.time);
}

TEST_CASE("tools: expressions and values that look like options") {
  CHECK(parse({"-a", "a=1"}).expression == "-a");
  CHECK(parse({"-offset", "offset=1"}).expression == "-offset");
  CHECK(parse({"-h", "h=1"}).expression == "-h");
  CHECK(parse({"--json", "-1"}).expression == "-1");
  CHECK(parse({"--", "--a", "a=1"}).expression == "--a");
  CHECK(parse({"--json", "--", "--time"}).expression == "--time");
  CHECK_FALSE(parse({"--json", "--", "--time"}).time);
  CHECK(parse({"sum(a, axis=(-2,-1))", "a=x"}).expression == "sum(a, axis=(-2,-1))");
  CHECK(parse({"[1,2]"}).expression == "[1,2]");
  CHECK(parse({"a", "a=b=c.npy"}).variables[0].text == "b=c.npy");
  CHECK(parse({"a", "-o", "-x.npy"}).outputs[0] == "-x.npy");
  CHECK(parse({"a", "-o", "[x,y]", "-o", "a b"}).outputs ==
        std::vector<std::string>{"[x,y]", "a b"});
  CHECK(parse({"a", "--output=o.npy"}).outputs[0] == "o.npy");
}

TEST_CASE("tools: help, version, explain") {
  CHECK(parse({"--help"}).action == Command::Action::help);
  CHECK(parse({"-h"}).action == Command::Action::help);
  CHECK(parse({"--version", "a"}).action == Command::Action::version);
  CHECK(parse({"a", "--explain"}).action == Command::Action::explain);
  CHECK(!parse({"a", "--explain"}).steps);
  CHECK(parse({"--explain=steps", "a"}).action == Command::Action::explain);
  CHECK(parse({"--explain=steps", "a"}).steps);
  CHECK(contains(mistake({"--explain=kernels", "a"}), "explain"));
  for (const char* word : {"--threads", "--promotion", "--fp", "--overflow", "--json", "--time",
                           "--explain", "--version", "--help", "-o", "NAME=", "EXPR"}) {
    CHECK(contains(help_text(), word));
  }
}

TEST_CASE("tools: mistakes on the command line are named") {
  CHECK(contains(mistake({}), "an expression is missing"));
  CHECK(contains(mistake({"a", "b"}), "'b' is neither"));
  CHECK(contains(mistake({"a", "1a=3"}), "'1a' in '1a=3' is not a name"));
  CHECK(contains(mistake({"a", "=3"}), "is not a name"));
  CHECK(contains(mistake({"a", "a-b=3"}), "is not a name"));
  CHECK(contains(mistake({"a", "a=1", "a=2"}), "'a' is given twice"));
  CHECK(contains(mistake({"a", "--threads", "x"}), "--threads"));
  CHECK(contains(mistake({"a", "--threads", "-1"}), "--threads"));
  CHECK(contains(mistake({"a", "--threads", "99999999999999"}), "--threads"));
  CHECK(contains(mistake({"a", "--threads"}), "needs a value"));
  CHECK(contains(mistake({"a", "-o"}), "needs a value"));
  CHECK(contains(mistake({"a", "-o", ""}), "needs a value"));
  CHECK(contains(mistake({"a", "-o", "x.npy", "-o", "./x.npy"}), "given twice"));
  CHECK(contains(mistake({"a", "--fp", "loose"}), "--fp"));
  CHECK(contains(mistake({"a", "--promotion=none"}), "--promotion"));
  CHECK(contains(mistake({"a", "--jsn"}), "--jsn"));
  CHECK(contains(mistake({"a", "--explain", "--json"}), "--explain"));
}

TEST_CASE("tools: numbers become weak scalars") {
  CHECK(value_of<std::int64_t>("7") == 7);
  CHECK(value_of<std::int64_t>("-7") == -7);
  CHECK(value_of<std::int64_t>("+7") == 7);
  CHECK(value_of<std::int64_t>("1_000") == 1000);
  CHECK(value_of<std::int64_t>("0xff") == 255);
  CHECK(value_of<std::int64_t>("-0XFF") == -255);
  CHECK(value_of<std::int64_t>("9223372036854775807") == INT64_MAX);
  CHECK(value_of<std::int64_t>("-9223372036854775808") == INT64_MIN);
  CHECK(value_of<std::uint64_t>("9223372036854775808") == std::uint64_t{1} << 63);
  CHECK(value_of<std::uint64_t>("18446744073709551615") == UINT64_MAX);
  CHECK(value_of<double>("2.5") == 2.5);
  CHECK(value_of<double>(".5") == 0.5);
  CHECK(value_of<double>("5.") == 5);
  CHECK(value_of<double>("-1e-3") == -1e-3);
  CHECK(value_of<double>("1E5") == 1e5);
  CHECK(std::signbit(value_of<double>("-0.0")));
  CHECK(value_of<double>("inf") == HUGE_VAL);
  CHECK(value_of<double>("-inf") == -HUGE_VAL);
  CHECK(std::isnan(value_of<double>("nan")));
  CHECK(value_of<bool>("True"));
  CHECK_FALSE(value_of<bool>("False"));
  using Complex = std::complex<double>;
  CHECK(value_of<Complex>("1+2j") == Complex(1, 2));
  CHECK(value_of<Complex>("(1-2.5j)") == Complex(1, -2.5));
  CHECK(value_of<Complex>("-2j") == Complex(0, -2));
  CHECK(value_of<Complex>("1e3+2e-3j") == Complex(1e3, 2e-3));
  CHECK(value_of<Complex>("-inf+infj") == Complex(-HUGE_VAL, HUGE_VAL));
}

TEST_CASE("tools: what is no number is not taken for one") {
  for (const char* text :
       {"",     "-",     "+",     "1.2.3", "1e", "1e+",   "0x",    "0xg",     "_1",    "1_",
        "1__0", "12abc", "True1", "true",  "j",  "1+2",   "1+2j3", "1+2j+3j", "2j+1",  "(1)",
        "()",   "(1+2j", "--1",   "- 1",   " 1", "x.npy", ".",     "e5",      "0x1p3", "infx"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text));
  }
  CHECK_THROWS_AS(parse_number("18446744073709551616"), UsageError);
  CHECK_THROWS_AS(parse_number("-9223372036854775809"), UsageError);
  CHECK_THROWS_AS(parse_number("1e999"), UsageError);
  CHECK_THROWS_AS(parse_number(std::string(1'000'000, '9')), UsageError);
}

TEST_CASE("tools: values that are neither numbers nor files") {
  std::vector<Array> arrays;
  CHECK_THROWS_AS(bind_variables({{"x", "1.2.3"}}, arrays), UsageError);
  CHECK_THROWS_AS(bind_variables({{"x", ""}}, arrays), UsageError);
  CHECK_THROWS_AS(bind_variables({{"x", "no/such/file"}}, arrays), Error);
  CHECK_THROWS_AS(bind_variables({{"x", "absent.npy"}}, arrays), Error);
  CHECK(bind_variables({{"x", "3"}, {"y", "2j"}}, arrays).size() == 2);
  CHECK(arrays.empty());
}
