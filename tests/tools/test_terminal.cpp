// Sessions on a pseudo-terminal: editing, completion, history, several lines, carets, Ctrl-C and
// Ctrl-D, colours, and the memory that lazy values take.
#include <sys/stat.h>

#include <string>

#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "repl/line_source.hpp"
#include "tools/pseudo_terminal.hpp"

using tightloop::io::test::ScratchFolder;
using tightloop::test::PseudoTerminal;

namespace {

// The terminal throws away what the program writes while it passes Ctrl-C on, so that nothing can
// be expected before the next input.
const std::string kInterrupt = "\x03";
const std::string kEnd = "\x04";
const std::string kUp = "\x1b[A";

/// A session in a folder of its own, whose terminal shows no more than ASCII.
struct Typist {
  explicit Typist(const PseudoTerminal::Variables& more)
      : program({TIGHTLOOP_PROGRAM}, variables(more), folder.path()) {}

  PseudoTerminal::Variables variables(const PseudoTerminal::Variables& more) const {
    PseudoTerminal::Variables out = {{"TERM", "xterm"},
                                     {"LC_ALL", "C"},
                                     {"XDG_STATE_HOME", folder.file("state")},
                                     {"TIGHTLOOP_CACHE", "off"}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }

  /// Types a line and waits for what it is to show, then for the prompt.
  bool answers(const std::string& line, const std::string& shown) {
    program.type(line + "\n");
    return program.shows(shown) && program.shows(">>> ");
  }

  ScratchFolder folder;
  PseudoTerminal program;
};

bool no_terminals() {
  if (PseudoTerminal::available()) return false;
  WARN("this machine has no pseudo-terminals: nothing is tested");
  return true;
}

}  // namespace

TEST_CASE("tools: a session on a terminal answers, shows mistakes and ends with Ctrl-D") {
  if (no_terminals()) return;
  Typist t(PseudoTerminal::Variables{});
  REQUIRE(t.program.shows(">>> "));
  CHECK(t.answers("20 + 22", "42"));
  CHECK(t.answers("x = arange(3)", ""));
  CHECK(t.answers("x + nope", "unknown variable 'nope'\r\n 1 | x + nope\r\n   |     ^~~~"));
  CHECK(t.answers(":sho eye(4)", "==\r\n  =="));
  t.program.type("sum(x,\n");
  CHECK(t.program.shows("... "));
  CHECK(t.answers("axis=0) + 39", "42"));
  t.program.type("sum(\n");
  CHECK(t.program.shows("... "));
  t.program.type(kInterrupt);
  CHECK(t.answers("21 * 2 + 200", "242"));
  t.program.type(kEnd);
  CHECK(t.program.wait() == 0);
}

TEST_CASE("tools: a session on a terminal takes what Python's takes") {
  if (no_terminals()) return;
  Typist t(PseudoTerminal::Variables{});
  REQUIRE(t.program.shows(">>> "));
  CHECK(t.answers("x = [20, 22]", ""));
  CHECK(t.answers("x.sum()", "42"));
  CHECK(t.answers("_ + 1", "43"));
  CHECK(t.answers("x += 100", ""));
  CHECK(t.answers("x", "array([120, 122])"));
  CHECK(t.answers("?sum", "sum(x, axis=None"));
  CHECK(t.answers("plot(arange(50))", "49 |"));
  CHECK(t.answers("save('y.npy', x)", ""));
  CHECK(t.answers("load('y.npy') - 100", "array([20, 22])"));
  CHECK(t.answers("del x", ""));
  CHECK(t.answers("x", "unknown variable 'x'"));
  t.program.type("quit()\n");
  CHECK(t.program.wait() == 0);
}

TEST_CASE("tools: Ctrl-C stops an evaluation, and the session goes on") {
  if (no_terminals()) return;
  Typist t(PseudoTerminal::Variables{});
  REQUIRE(t.program.shows(">>> "));
  // Hours of work.
  CHECK(t.answers("x = arange(2000000); y = ones((2000000, 2000000)) * x", ""));
  t.program.type("sum(sin(y) * exp(y)), 7\n");
  // Before the line has been read, Ctrl-C would take it back.
  CHECK(t.program.shows(", 7\r\n"));
  t.program.type(kInterrupt);
  CHECK(t.answers("20 + 22", "42"));
  t.program.type("r = random((100000, 10000))\n");
  CHECK(t.program.shows("10000))\r\n"));
  t.program.type(kInterrupt);
  CHECK(t.answers("21 * 2", "42"));
  CHECK(t.answers("r", "unknown variable 'r'"));
  t.program.type(":quit\n");
  CHECK(t.program.wait() == 0);
}

TEST_CASE("tools: lazy variables take no memory") {
  if (no_terminals()) return;
  constexpr long long kMegabyte = 1'000'000;
  Typist t(PseudoTerminal::Variables{});
  REQUIRE(t.program.shows(">>> "));
  CHECK(t.answers("a = zeros((50, 1000, 1000)); sum(a[0, 0])", "0.0"));
  const long long before = t.program.peak_memory();
  REQUIRE(before > 0);
  CHECK(t.answers("d = a + 1; e = d * d - mean(d, axis=0)", ""));
  CHECK(t.answers(":info d", "400 MB, once it is evaluated"));
  CHECK(t.answers("d", "shape=(50, 1000, 1000)"));
  CHECK(t.program.peak_memory() - before < 40 * kMegabyte);
  // The measure itself: what is kept is seen.
  CHECK(t.answers("f = d[:8]", ""));
  CHECK(t.answers(":force f", ""));
  CHECK(t.program.peak_memory() - before > 60 * kMegabyte);
}

TEST_CASE("tools: Tab completes names, functions, files and commands") {
  if (no_terminals()) return;
  if (!tightloop::tool::has_line_editing()) return;
  Typist t(PseudoTerminal::Variables{});
  REQUIRE(t.program.shows(">>> "));
  CHECK(t.answers("measured_value = aran\t5) * 2", ""));
  CHECK(t.answers("measu\t + 1", "array([1, 3, 5, 7, 9])"));
  t.program.type("su\t\t");
  CHECK(t.program.shows("subtract(  sum("));
  CHECK(t.answers("m(measu\t)", "20"));
  CHECK(t.answers(":sav\tmeasu\t numbers.npy", ""));
  CHECK(t.answers("load(\"numb\t\") - 1", "array([-1,  1,  3,  5,  7])"));
}

TEST_CASE("tools: the history is kept from session to session, for its owner alone") {
  if (no_terminals()) return;
  if (!tightloop::tool::has_line_editing()) return;
  Typist t(PseudoTerminal::Variables{});
  REQUIRE(t.program.shows(">>> "));
  CHECK(t.answers("20 + 22", "42"));
  t.program.type(kUp + " + 1\n");
  CHECK(t.program.shows("43"));
  t.program.type("sum(arange(3),\n");
  CHECK(t.program.shows("... "));
  CHECK(t.answers("axis=0)", "\n3"));
  t.program.type(":quit\n");
  CHECK(t.program.wait() == 0);
  struct stat status {};
  REQUIRE(::stat(t.folder.file("state/tightloop/history").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(::stat(t.folder.file("state/tightloop").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);

  PseudoTerminal again({TIGHTLOOP_PROGRAM, "repl"}, t.variables({}), t.folder.path());
  REQUIRE(again.shows(">>> "));
  // The last input but two, an input of two lines, and :quit.
  again.type(kUp + kUp + kUp + " + 100\n");
  CHECK(again.shows("143"));
  CHECK(again.shows(">>> "));
}

TEST_CASE("tools: colours are shown on terminals that want them") {
  if (no_terminals()) return;
  const std::string red = "\x1b[1;31merror:";
  Typist coloured(PseudoTerminal::Variables{});
  CHECK(coloured.answers("nope", "unknown variable"));
  CHECK(coloured.program.seen().find(red) != std::string::npos);
  Typist plain(PseudoTerminal::Variables{{"NO_COLOR", "1"}});
  CHECK(plain.answers("nope", "unknown variable"));
  CHECK(plain.program.seen().find(red) == std::string::npos);
  Typist dumb(PseudoTerminal::Variables{{"TERM", "dumb"}});
  CHECK(dumb.answers("nope", "unknown variable"));
  CHECK(dumb.answers(":show eye(4)", "==\r\n  =="));
  CHECK(dumb.program.seen().find('\x1b') == std::string::npos);
  Typist direct(PseudoTerminal::Variables{{"LC_ALL", "C.UTF-8"}, {"COLORTERM", "truecolor"}});
  CHECK(direct.answers(":show eye(2)", "\x1b[38;2;255;255;255;48;2;0;0;0m\xe2\x96\x80"));
}
