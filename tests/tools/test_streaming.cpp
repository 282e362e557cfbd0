// The program over data larger than its memory, and in pipelines.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "byte_size.hpp"
#include "catch.hpp"
#include "progress_bar.hpp"
#include "quantities.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

namespace fs = std::filesystem;

/// A folder of its own that goes away.
struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "tightloop-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  fs::path path;
};

struct Ended {
  int status = -1;
  std::uint64_t peak_bytes = 0;
};

/// Runs a command line of the shell, in which $T is the program; a line that hangs ends with 124.
Ended run(const std::string& line) {
  ::setenv("T", TIGHTLOOP_PROGRAM, 1);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execlp("timeout", "timeout", "100", "/bin/sh", "-c", line.c_str(),
             static_cast<char*>(nullptr));
    ::_exit(127);
  }
  Ended out;
  int status = 0;
  struct rusage usage {};
  ::wait4(child, &status, 0, &usage);
  out.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  out.peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
  return out;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_ramp(const std::string& path, const Dims& shape) {
  NpyWriter writer(path, DType::float64, shape);
  const ArrayView view = writer.view();
  auto* to = static_cast<double*>(view.mutable_data());
  for (std::int64_t i = 0; i < view.size(); ++i) to[i] = static_cast<double>(i % 10007) / 7;
  writer.commit();
}

bool same_elements(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(),
                     static_cast<std::size_t>(a.size()) * itemsize(a.dtype())) == 0;
}

}  // namespace

TEST_CASE("tools: a file larger than --memory is evaluated within it") {
  const Folder folder;
  write_ramp(folder / "x.npy", {600, 200, 200});  // 192 MB
  const Array x = map_npy(folder / "x.npy");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  const std::string memory = "288M";  // the program itself takes more of it
#else
  const std::string memory = "144M";
#endif
  const std::string files = "x=" + (folder / "x.npy") + " -o " + (folder / "y.npy");
  for (const char* text : {"float16(x)", "mean(x, axis=1)", "mean(x, axis=0)", "x[1:] - x[:-1] > 0",
                           "float32(x - mean(x))"}) {
    INFO(text);
    const Ended ended =
        run("exec \"$T\" '" + std::string(text) + "' --memory " + memory + " " + files);
    CHECK(ended.status == 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(ended.peak_bytes < (std::uint64_t{144} << 20));
#endif
    CHECK(same_elements(map_npy(folder / "y.npy"), evaluate(text, {{"x", x}})));
  }
  const Ended refused =
      run("exec \"$T\" 'x.T + 1' --memory " + memory + " " + files + " 2>" + (folder / "log"));
  CHECK(refused.status == 2);
  CHECK_THAT(text_of(folder / "log"), Catch::Contains("--memory") || Catch::Contains("memory"));
}

TEST_CASE("tools: a stage of a pipeline reads and writes .npy") {
  const Folder folder;
  write_ramp(folder / "x.npy", {300, 1000});
  write_ramp(folder / "big.npy", {1000, 1000});
  const Array x = map_npy(folder / "x.npy");
  const std::string at = "cd " + folder.path.string() + " && ";
  CHECK(run(at + "cat x.npy | \"$T\" 'float16(x)' x=- -o - | cat >y.npy").status == 0);
  CHECK(same_elements(map_npy(folder / "y.npy"), evaluate("float16(x)", {{"x", x}})));
  CHECK(run(at + "\"$T\" 'x + 1' x=- -o - <x.npy | \"$T\" 'y * 2, sum(y)' y=- -o - -o s.npy >z.npy")
            .status == 0);
  CHECK(same_elements(map_npy(folder / "z.npy"), evaluate("(x + 1) * 2", {{"x", x}})));
  CHECK(same_elements(map_npy(folder / "s.npy"), evaluate("sum(x + 1)", {{"x", x}})));
  // The reader goes away: the end, without a word.
  CHECK(
      run(at + "(\"$T\" 'x + 1' x=- -o - <x.npy; echo $? >status) 2>log | head -c 1000 >/dev/null")
          .status == 0);
  CHECK(text_of(folder / "status") == "1\n");
  CHECK(text_of(folder / "log").empty());
  // Also where the one before has more to say but does not say it.
  CHECK(run(at + "touch go; (head -c 6500000 big.npy; while [ -e go ]; do sleep 0.05; done) | "
                 "(\"$T\" 'x + 1' x=- -o - 2>log; echo $? >status; rm go) | head -c 1000 "
                 ">/dev/null")
            .status == 0);
  CHECK(text_of(folder / "status") == "1\n");
  // The writer stops early: an error, and no file.
  CHECK(run(at + "head -c 100000 x.npy | \"$T\" 'x + 1' x=- -o w.npy 2>log").status == 2);
  CHECK_THAT(text_of(folder / "log"), Catch::Contains("standard input"));
  CHECK_FALSE(fs::exists(folder / "w.npy"));
  CHECK(run(at + "\"$T\" 'x + 1' x=- -o w.npy </dev/null 2>log").status == 2);
  CHECK(run(at + "\"$T\" 'x' x=- -o - --json <x.npy 2>log").status == 2);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.path)) {
    CHECK(entry.path().filename().string().find(".tmp-") == std::string::npos);
  }
}

TEST_CASE("tools: sizes of memory are read and written") {
  using tool::parse_byte_size;
  CHECK(parse_byte_size("4096", "--memory") == 4096);
  CHECK(parse_byte_size("256M", "--memory") == std::uint64_t{256} << 20);
  CHECK(parse_byte_size("1.5GiB", "--memory") == std::uint64_t{3} << 29);
  CHECK(parse_byte_size("64kb", "--memory") == 65536);
  for (const char* wrong : {"", "M", "-1M", "1X", "1e3000", "9999999T", "12 M", "nan", "1MBB"}) {
    INFO(wrong);
    CHECK_THROWS_AS(parse_byte_size(wrong, "--memory"), tool::UsageError);
  }
  CHECK(tool::bytes_text(1.5e9) == "1.50 GB");
  CHECK(tool::bytes_text(std::uint64_t{999}) == "999 B");
  CHECK(tool::bytes_text(123.4e6) == "123 MB");
  CHECK(tool::bytes_text(999.6e3) == "1.00 MB");
  CHECK(tool::bytes_text(1e22) == "10000 EB");
}

TEST_CASE("tools: the line of progress fits its width") {
  using tool::progress_line;
  CHECK(progress_line(0, 0, 0, 80).substr(0, 4) == "  0%");
  const std::string line = progress_line(1 << 30, std::uint64_t{1} << 32, 2.0, 100);
  CHECK_THAT(line, Catch::Contains(" 25%") && Catch::Contains("1.07 GB of 4.29 GB") &&
                       Catch::Contains("537 MB/s") && Catch::Contains("0:06 left"));
  for (const int width : {1, 10, 40, 60, 200}) {
    CHECK(progress_line(12345678, 99999999, 3.5, width).size() <= static_cast<std::size_t>(width));
  }
  CHECK_THAT(progress_line(1, std::uint64_t{1} << 60, 1, 100), Catch::Contains("left"));
}
