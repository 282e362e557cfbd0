// Literals: their dtypes and values, and minus signs that belong to them.
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>

#include "catch.hpp"
#include "lang/same_graph.hpp"

using namespace tightloop;
using lang_test::parse;

namespace {

/// The only node of a text that is one constant.
Scalar constant(std::string_view text) {
  INFO(text);
  const ir::Graph g = parse(text);
  REQUIRE(g.nodes().size() == 1);
  REQUIRE(g[g.results[0]].op == Op::constant);
  return g.constants()[g[0].attr];
}

template <class T>
void check(std::string_view text, T value) {
  INFO(text);
  CHECK(constant(text) == Scalar::of(value));
}

void check_int(std::string_view text, std::int64_t value) {
  check(text, value);
}

}  // namespace

TEST_CASE("lang: integer literals") {
  check_int("0", 0);
  check_int("00", 0);
  check_int("7", 7);
  check_int("1_000", 1000);
  check_int("1_0_0", 100);
  check_int("0xff", 255);
  check_int("0XfF", 255);
  check_int("0x_ff", 255);
  check_int("0xdead_beef", 0xdeadbeef);
  check_int("0o17", 15);
  check_int("0b101", 5);
  check_int("0B1_1", 3);
  check_int("0x0001", 1);
  check_int("9223372036854775807", std::numeric_limits<std::int64_t>::max());
  check("9223372036854775808", std::uint64_t{1} << 63);
  check("18446744073709551615", std::numeric_limits<std::uint64_t>::max());
  check("0xffffffffffffffff", std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("lang: integers past 64 bits keep their digits") {
  const std::string_view texts[] = {"18446744073709551616",
                                    "-9223372036854775809",
                                    "-18446744073709551615",
                                    "-18446744073709551616",
                                    "100000000000000000000000000000000000000000000",
                                    "a * 18446744073709551617**2",
                                    "340282366920938463463374607431768211456 .T"};
  for (const std::string_view text : texts) {
    const ir::Graph graph = parse(text);
    CHECK(ir::to_text(graph, graph.results[0]) == text);
  }
  const ir::Graph hex = parse("0x1_0000_0000_0000_0000");
  CHECK(ir::to_text(hex, hex.results[0]) == "18446744073709551616");
  const ir::Graph zeros = parse("1" + std::string(900, '0'));
  CHECK(ir::to_text(zeros, zeros.results[0], 2000) == "1" + std::string(900, '0'));
  // What somebody wrote as an operation stays one where 64 bits hold it.
  const ir::Graph shifted = parse("3 << 62 | 5");
  CHECK(ir::to_text(shifted, shifted.results[0]) == "3 << 62 | 5");
}

TEST_CASE("lang: a minus before a literal is part of it") {
  check_int("-5", -5);
  check_int("--5", 5);
  check_int("-(5)", -5);
  check_int("-0", 0);
  check_int("-9223372036854775808", std::numeric_limits<std::int64_t>::min());
  check_int("-(9223372036854775808)", std::numeric_limits<std::int64_t>::min());
  check("--9223372036854775808", std::uint64_t{1} << 63);
  check_int("d = 5; -d", -5);
  check("-2.5", -2.5);
  check("-0.0", -0.0);
  check("-inf", -std::numeric_limits<double>::infinity());
  check("-2j", std::complex<double>(-0.0, -2));
  CHECK(parse("-2**2").nodes().size() == 3);  // -(2**2): a constant, a power, a negation
  CHECK(to_text(parse("2**-1"), 2) == "2**-1");
  CHECK(parse("2**-1").nodes().size() == 3);
  CHECK(parse("+5").nodes().size() == 2);
  CHECK(parse("-True").nodes().size() == 2);
  CHECK(parse("1 + 2").nodes().size() == 3);
  CHECK(parse("negative(5)").nodes().size() == 2);
}

TEST_CASE("lang: float literals are correctly rounded") {
  check("2.5", 2.5);
  check("1.", 1.0);
  check(".5", 0.5);
  check("1e-3", 1e-3);
  check("1E3", 1e3);
  check("1.e5", 1e5);
  check("1_0.2_5e1_0", 10.25e10);
  check("00.5", 0.5);
  check("01e1", 10.0);
  check("0.1", 0.1);
  check("1e22", 1e22);
  check("9007199254740993.0", 9007199254740992.0);
  check("2.2250738585072011e-308", 2.2250738585072011e-308);
  check("4.9406564584124654e-324", std::numeric_limits<double>::denorm_min());
  check("1.7976931348623157e308", std::numeric_limits<double>::max());
  check("1e309", std::numeric_limits<double>::infinity());
  check("1e999999999999999999", std::numeric_limits<double>::infinity());
  check("1e-999", 0.0);
  check("0e999", 0.0);
  check("0.0e999999999999999999", 0.0);
  check("0." + std::string(400, '0') + "1e401", 1.0);
  check(std::string(400, '9') + "e-400", 1.0);
  check("1" + std::string(400, '0') + ".0e-400", 1.0);
  // One ulp above halfway, decided by the 700th digit.
  check("9007199254740993." + std::string(700, '0') + "1", 9007199254740994.0);
}

TEST_CASE("lang: imaginary, bool and named literals") {
  check("2j", std::complex<double>(0, 2));
  check("2.5J", std::complex<double>(0, 2.5));
  check("1e3j", std::complex<double>(0, 1000));
  check("07j", std::complex<double>(0, 7));
  check("complex(1.5, -2)", std::complex<double>(1.5, -2));
  check("True", true);
  check("False", false);
  check("pi", std::numbers::pi);
  check("e", std::numbers::e);
  check("inf", std::numeric_limits<double>::infinity());
  CHECK(std::isnan(constant("nan").as<double>()));
}

TEST_CASE("lang: names are bindings, then variables, then constants") {
  const std::string_view names[] = {"e", "and", "sum", "_x1"};
  const auto text = [&](std::string_view t) {
    const ir::Graph g = lang::parse(t, names);
    return to_text(g, g.results[0]);
  };
  CHECK(text("e + pi") == "e + 3.141592653589793");
  CHECK(text("sum(sum)") == "sum(sum)");
  CHECK(text("_x1 + 1") == "_x1 + 1");
  CHECK(text("e = 2; e * e") == "2 * 2");
  CHECK(text("e = e + 1; e") == "e + 1");
  CHECK(text("pi = 3; e * pi") == "e * 3");
  CHECK(text("sum = e; sum(sum)") == "sum(e)");
}
