// Error: its one-line text, its picture, and the positions the picture can draw.
#include <string>
#include <type_traits>

#include "catch.hpp"
#include "tightloop/error.hpp"

using tightloop::Error;
using tightloop::ErrorCode;
using tightloop::Span;

namespace {

std::string picture(const std::string& source, Span span, const std::string& hint = {}) {
  Error error(ErrorCode::syntax, "bad", span, hint);
  error.set_source(source);
  return error.picture();
}

std::string shown(const std::string& line, const std::string& carets, int number = 1) {
  const std::string n = std::to_string(number);
  return "error: bad\n " + n + " | " + line + "\n " + std::string(n.size(), ' ') + " | " + carets;
}

}  // namespace

TEST_CASE("types: what joins message and hint") {
  const Error plain(ErrorCode::name, "unknown variable 'aa'", {4, 6});
  CHECK(std::string(plain.what()) == "unknown variable 'aa'");
  CHECK(plain.hint().empty());
  const Error hinted(ErrorCode::name, "unknown variable 'aa'", {4, 6}, "did you mean 'a'?");
  CHECK(std::string(hinted.what()) == "unknown variable 'aa'; did you mean 'a'?");
  CHECK(hinted.hint() == "did you mean 'a'?");
  CHECK(hinted.code() == ErrorCode::name);
  CHECK(hinted.span() == Span{4, 6});
  CHECK(hinted.source().empty());
}

TEST_CASE("types: error copies are equal") {
  Error error(ErrorCode::shape, "m", {1, 2}, "h");
  error.set_source("abc");
  const Error copy(error);
  Error assigned(ErrorCode::internal, "x");
  assigned = copy;
  CHECK(assigned.picture() == error.picture());
  CHECK(assigned.code() == ErrorCode::shape);
  CHECK(std::string(assigned.what()) == "m; h");
  CHECK(assigned.source() == "abc");
}

TEST_CASE("types: every error code has its name") {
  CHECK(std::string(to_string(ErrorCode::syntax)) == "syntax");
  CHECK(std::string(to_string(ErrorCode::name)) == "name");
  CHECK(std::string(to_string(ErrorCode::type)) == "type");
  CHECK(std::string(to_string(ErrorCode::shape)) == "shape");
  CHECK(std::string(to_string(ErrorCode::value)) == "value");
  CHECK(std::string(to_string(ErrorCode::overflow)) == "overflow");
  CHECK(std::string(to_string(ErrorCode::arithmetic)) == "arithmetic");
  CHECK(std::string(to_string(ErrorCode::file)) == "file");
  CHECK(std::string(to_string(ErrorCode::limit)) == "limit");
  CHECK(std::string(to_string(ErrorCode::unsupported)) == "unsupported");
  CHECK(std::string(to_string(ErrorCode::memory)) == "memory");
  CHECK(std::string(to_string(ErrorCode::stopped)) == "stopped");
  CHECK(std::string(to_string(ErrorCode::internal)) == "internal");
}

TEST_CASE("types: picture points at the span") {
  CHECK(picture("sum(aa - b)", {4, 6}) == shown("sum(aa - b)", "    ^~"));
  CHECK(picture("sum(aa - b)", {4, 5}) == shown("sum(aa - b)", "    ^"));
  CHECK(picture("a", {0, 1}) == shown("a", "^"));
  CHECK(picture("a", {0, 1}, "try b") == shown("a", "^") + "\nhint: try b");
}

TEST_CASE("types: picture without a place shows no source") {
  CHECK(picture("a + b", {}) == "error: bad");
  CHECK(picture("a + b", {}, "h") == "error: bad\nhint: h");
  CHECK(Error(ErrorCode::syntax, "bad", {1, 2}).picture() == "error: bad");
}

TEST_CASE("types: picture at and past the end of the text") {
  CHECK(picture("a +", {3, 3}) == shown("a +", "   ^"));
  CHECK(picture("a +", {3, 9}) == shown("a +", "   ^"));
  CHECK(picture("a +", {50, 60}) == shown("a +", "   ^"));
  CHECK(picture("a +\n", {3, 4}) == shown("a +", "   ^"));
  CHECK(picture("a +\n", {4, 4}) == shown("", "^", 2));
}

TEST_CASE("types: picture finds the line") {
  CHECK(picture("d = a\nsum(q)", {10, 11}) == shown("sum(q)", "    ^", 2));
  CHECK(picture("d = a\r\nsum(q)\r\n", {11, 12}) == shown("sum(q)", "    ^", 2));
  CHECK(picture("d = a\rsum(q)", {10, 11}) == shown("sum(q)", "    ^", 2));
  CHECK(picture("(a\n+ b\n", {0, 6}) == shown("(a", "^~"));
  CHECK(picture("a +\r\nb", {3, 5}) == shown("a +", "   ^"));
  CHECK(picture("a +\r\nb", {4, 5}) == shown("a +", "   ^"));
  const std::string lines(99, '\n');
  CHECK(picture(lines + "x", {99, 100}) == shown("x", "^", 100));
}

TEST_CASE("types: picture counts columns, not bytes") {
  CHECK(picture("a\t+ q", {4, 5}) == shown("a    + q", "       ^"));
  CHECK(picture("\xc3\xa9 + q", {5, 6}) == shown("\xc3\xa9 + q", "    ^"));
  CHECK(picture("\xe4\xb8\xad + q", {6, 7}) == shown("\xe4\xb8\xad + q", "     ^"));
  // Bytes that would disturb a terminal are replaced.
  CHECK(picture(std::string("a\x1b[q", 4), {3, 4}) == shown("a\xef\xbf\xbd[q", "   ^"));
  CHECK(picture("a\xff q", {3, 4}) == shown("a\xef\xbf\xbd q", "   ^"));
  CHECK(picture("a\xe2\x80\xae q", {5, 6}) == shown("a\xef\xbf\xbd q", "   ^"));
}

TEST_CASE("types: picture cuts long lines around the caret") {
  const std::string left(500, 'l');
  const std::string right(500, 'r');
  const std::string both = picture(left + "Q" + right, {500, 501});
  CHECK(both == shown("..." + std::string(36, 'l') + "Q" + std::string(39, 'r') + "...",
                      std::string(39, ' ') + "^"));
  const std::string end = picture(left + "Q", {500, 501});
  CHECK(end == shown("..." + std::string(75, 'l') + "Q", std::string(78, ' ') + "^"));
  const std::string begin = picture("Q" + right, {0, 1});
  CHECK(begin == shown("Q" + std::string(75, 'r') + "...", "^"));
  const std::string wide = picture(left, {10, 490});
  CHECK(wide.find('^') != std::string::npos);
  CHECK(wide.size() < 250);
  // Never cuts inside a code point, even of a line of a megabyte.
  std::string accents;
  for (int i = 0; i < 300'000; ++i) accents += "\xc3\xa9";
  const std::string cut = picture(accents, {300'000, 300'002});
  CHECK(cut.size() < 400);
  CHECK(cut.find("\xef\xbf\xbd") == std::string::npos);
}
