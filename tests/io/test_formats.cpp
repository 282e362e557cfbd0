// The table of formats: what it says is what opening and saving do.
#include <unistd.h>

#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "catch.hpp"
#include "io/counted.hpp"
#include "io/messages.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/file_formats.hpp"
#include "tightloop/stream.hpp"

using namespace tightloop;
using namespace tightloop::io::test;

TEST_CASE("io: every end of the table is read, written and streamed as the table says") {
  const ScratchFolder folder;
  std::set<std::string> names;
  std::set<std::string> ends;
  for (const FileFormat* format : file_formats()) {
    INFO(format->name);
    CHECK(names.insert(std::string(format->name)).second);
    CHECK_FALSE(format->doc.empty());
    CHECK(format->doc.find('\n') == std::string::npos);
    CHECK((format->can_read || format->can_write));
    CHECK((format->can_write || !format->in_parts));
    CHECK((format->detail.empty() || format->detail.front() == ':'));
    std::istringstream words{std::string(format->ends)};
    for (std::string end; words >> end;) {
      INFO(end);
      CHECK(end.front() == '.');
      CHECK(ends.insert(end).second);
      const std::string path = folder.file("x" + end);
      CHECK(has_file_sink(path) == format->in_parts);
      if (!format->can_write) continue;
      // One of these dtypes every format holds.
      Array array = counted(DType::uint8, Dims{4, 3});
      try {
        save(path, array);
      } catch (const Error&) {
        array = counted(DType::float32, Dims{4, 3});
        save(path, array);
      }
      const bool raw = format->name == "raw";
      const Array back = load(path + (raw ? ":uint8:4x3" : format->name == "text" ? ":uint8" : ""));
      CHECK(same(back, array));
      if (!format->in_parts) {
        const std::string message = message_of([&] { file_sink(path); });
        CHECK(contains(message, "use .npy, .raw or .bin"));
        continue;
      }
      const auto sink = file_sink(path);
      sink->begin(DType::uint8, Dims{4, 3});
      sink->write(std::as_const(array).data(), 12);
      sink->flush();
      sink->finish();
      CHECK(same(load(path + (raw ? ":uint8:4x3" : "")), array));
    }
  }
}

TEST_CASE("io: lists of ends for sentences") {
  CHECK(list_file_ends(&FileFormat::in_parts) == ".npy, .raw and .bin");
  CHECK(list_file_ends(&FileFormat::in_parts, " or ") == ".npy, .raw or .bin");
  CHECK(list_file_ends(&FileFormat::in_parts, " ", " ") == ".npy .raw .bin");
  CHECK(file_formats().data() == file_formats().data());
}

TEST_CASE("io: formats of streams are named by their ends") {
  const ScratchFolder folder;
  const Array image = counted(DType::uint16, Dims{3, 4});
  save(folder.file("x.pgm"), image);
  save(folder.file("x.csv"), image);
  const auto piped = [&](const std::string& bytes, const std::string& spec) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], bytes.data(), bytes.size()) == static_cast<::ssize_t>(bytes.size()));
    ::close(ends[1]);
    const int saved = ::dup(0);
    ::dup2(ends[0], 0);
    Array out(DType::uint8, Dims{});
    const std::string message = message_of([&] { out = load(spec); });
    ::dup2(saved, 0);
    ::close(saved);
    ::close(ends[0]);
    return std::pair{message, out};
  };
  CHECK(same(piped(folder.read("x.pgm"), "-:pgm").second, image));
  CHECK(
      same(piped("P2 4 1 9 1 2 3 4", "-:pnm").second, load(folder.write("y", "P2 4 1 9 1 2 3 4"))));
  CHECK(same(piped(folder.read("x.csv"), "-:csv:uint16").second, image));
  CHECK(same(piped(folder.read("x.csv"), "-:CSV:uint16").second, image));
  for (const char* spec : {"-:png", "-:npz", "-:x.csv", "-:npy:x", "-:pgm:uint8", "-:raw:uint8"}) {
    INFO(spec);
    const std::string message = piped(folder.read("x.pgm"), spec).first;
    CHECK(contains(message, "is no format of a stream"));
    CHECK(contains(message, "streams are .npy, .pgm, .ppm, .pnm, .txt, .csv and .tsv"));
  }
}
