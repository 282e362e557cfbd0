// The tutorial does what it says: each of its commands runs, at a small size, in a folder of its
// own, succeeds, and prints what the page shows but for the numbers. With TIGHTLOOP_WRITE_GOLDEN=1
// they run at full size, in TIGHTLOOP_TUTORIAL_FOLDER, and the page and its picture are written
// anew.
#include <sys/wait.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/scratch_folder.hpp"

namespace {

const std::string kPage = std::string(TIGHTLOOP_SOURCE) + "/docs/tutorial.md";

const std::string kPicture = std::string(TIGHTLOOP_SOURCE) + "/docs/tutorial-report.svg";

/// A piece of the page: prose, a command ("```sh"), or the output of the command before ("```text",
/// or "```text exact" where every character counts).
struct Piece {
  enum class Kind { prose, command, output, exact } kind = Kind::prose;
  std::string text;  ///< without the fences
};

std::vector<Piece> read_page() {
  std::ifstream file(kPage, std::ios::binary);
  REQUIRE(file);
  std::vector<Piece> out(1);
  for (std::string line; std::getline(file, line);) {
    const bool inside = out.back().kind != Piece::Kind::prose;
    if (inside && line == "```") {
      out.emplace_back();
    } else if (!inside && line.starts_with("```")) {
      const bool known = line == "```sh" || line == "```text" || line == "```text exact";
      if (!known) FAIL("the tutorial has a block of another kind: " << line);
      const auto kind = line == "```sh"     ? Piece::Kind::command
                        : line == "```text" ? Piece::Kind::output
                                            : Piece::Kind::exact;
      out.push_back({kind, ""});
    } else {
      out.back().text += line + "\n";
    }
  }
  return out;
}

void write_page(const std::vector<Piece>& pieces) {
  std::ofstream file(kPage, std::ios::binary);
  for (const Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::prose) {
      file << piece.text;
      continue;
    }
    const char* fence = piece.kind == Piece::Kind::command  ? "sh"
                        : piece.kind == Piece::Kind::output ? "text"
                                                            : "text exact";
    file << "```" << fence << "\n" << piece.text << "```\n";
  }
  REQUIRE(file.flush());
}

struct Outcome {
  int status = -1;
  std::string output;  ///< both streams
};

/// Runs a command of the page in a folder, with the program in front of the search path.
Outcome run(const std::string& command, const std::filesystem::path& folder) {
  const std::filesystem::path program(TIGHTLOOP_PROGRAM);
  std::ofstream(folder / ".command", std::ios::binary)
      << "cd '" << folder.string() << "'\nPATH='" << program.parent_path().string()
      << "':$PATH\n"
      // The leak checker's tracer now and then crashes as a short process ends.
      << "export ASAN_OPTIONS=\"${ASAN_OPTIONS:-}:detect_leaks=0\"\n"
      << command;
  Outcome out;
  std::FILE* pipe = ::popen(("sh -eu '" + (folder / ".command").string() + "' 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    out.output.append(buffer.data(), count);
  }
  const int status = ::pclose(pipe);
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return out;
}

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// True for what may stand where a number is, or behind it: units, "2.5x", "-" for no number.
bool is_numeric(const std::string& word) {
  static const std::vector<std::string> kWords{"-",    "inf", "nan", "...",  "B",
                                               "kB",   "MB",  "GB",  "kB/s", "MB/s",
                                               "GB/s", "ns",  "us",  "ms",   "s"};
  for (const std::string& known : kWords) {
    if (word == known) return true;
  }
  bool digits = false;
  for (char c : word) {
    if (is_letter(c) && c != 'e' && c != 'x') return false;
    digits = digits || is_digit(c);
  }
  return digits;
}

/// Returns the words of a text, brackets and commas left out, each run of numbers as one "#".
std::string shape_of(const std::string& text) {
  std::string spaced;
  for (char c : text)
    spaced += c == '(' || c == ')' || c == '[' || c == ']' || c == ',' || c == ';' ? ' ' : c;
  std::istringstream words(spaced);
  std::string out;
  for (std::string word; words >> word;) {
    while (word.size() > 1 && (word.back() == '.' || word.back() == ':') && word != "...")
      word.pop_back();
    if (!is_numeric(word)) {
      out += word + " ";
    } else if (!out.ends_with("# ")) {
      out += "# ";
    }
  }
  return out;
}

}  // namespace

TEST_CASE("docs: numbers are no part of an output's shape") {
  CHECK(shape_of("float16  2.5 GB  25%  1.5x  -1e-05 in float32, [1 2 ... 3]") ==
        "float16 # in float32 # ");
  CHECK(shape_of("median of 7.") == "median of # ");
  CHECK(shape_of("12 - inf") == shape_of("3 4 5.25"));
}

TEST_CASE("docs: the commands of the tutorial run and print what it shows") {
  const bool write = std::getenv("TIGHTLOOP_WRITE_GOLDEN") != nullptr;
  const tightloop::io::test::ScratchFolder scratch;
  // At full size the files are gigabytes: on the disk, and not in memory.
  const char* chosen = std::getenv("TIGHTLOOP_TUTORIAL_FOLDER");
  const std::filesystem::path folder =
      chosen == nullptr ? scratch.path() : std::filesystem::path(chosen);
  // More than a report takes as its sample.
  if (!write) ::setenv("FRAMES", "56", 1);
  std::vector<Piece> pieces = read_page();
  std::string first;
  Outcome last;
  int commands = 0;
  for (Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::command) {
      INFO(piece.text);
      last = run(first + piece.text, folder);
      INFO(last.output);
      REQUIRE(last.status == 0);
      if (commands++ == 0) first = piece.text;  // it sets what the others use
    } else if (piece.kind != Piece::Kind::prose && write) {
      piece.text = last.output;
    } else if (piece.kind == Piece::Kind::exact) {
      CHECK(last.output == piece.text);
    } else if (piece.kind == Piece::Kind::output) {
      CHECK(shape_of(last.output) == shape_of(piece.text));
    }
  }
  CHECK(commands >= 10);
  if (!write) return;
  write_page(pieces);
  std::filesystem::copy_file(folder / "report.svg", kPicture,
                             std::filesystem::copy_options::overwrite_existing);
}
