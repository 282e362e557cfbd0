// .npy files that lie, are cut off or are no files: each is an Error(file) that names the file.
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "io/element_layout.hpp"
#include "io/formats/npy_header.hpp"
#include "io/scratch_folder.hpp"
#include "tightloop/npy.hpp"

using namespace tightloop;
using tightloop::io::test::ScratchFolder;

namespace {

std::string with_header(const std::string& text, const std::string& data = std::string(64, '\1'),
                        int version = 1) {
  std::string out("\x93NUMPY");
  out += static_cast<char>(version);
  out += '\0';
  for (std::size_t i = 0; i < (version == 1 ? 2U : 4U); ++i) {
    out += static_cast<char>(text.size() >> (8 * i));
  }
  return out + text + data;
}

/// Reads both ways; returns the message of the error that both must give.
std::string refusal(const std::string& path) {
  std::string first;
  try {
    map_npy(path);
    return "(mapped without an error)";
  } catch (const Error& error) {
    first = error.what();
    if (error.code() != ErrorCode::file) return "(another code) " + first;
  }
  try {
    read_npy(path);
    return "(read without an error)";
  } catch (const Error& error) {
    if (error.code() != ErrorCode::file) return "(another code) " + std::string(error.what());
    return error.what() == first ? first : "(two messages)";
  }
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("io: hostile headers are refused with the culprit named") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "ends where '{'"},
      {"   ", "ends where"},
      {"{}", "'descr' is missing"},
      {"{", "must be a string"},
      {"[]", "'{' expected"},
      {"{'descr': '<f4'}", "'fortran_order' is missing"},
      {"{'descr': '<f4', 'fortran_order': False}", "'shape' is missing"},
      {"{'fortran_order': False, 'shape': (3,)}", "'descr' is missing"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,)", "ends where '}'"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), } x", "after the closing brace"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'x': 1}", "unknown key 'x'"},
      {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", "twice"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'shape': (3,)}", "twice"},
      {"{'descr': '<f4' 'fortran_order': False, 'shape': (3,)}", "'}' expected"},
      {"{'descr' '<f4', 'fortran_order': False, 'shape': (3,)}", "':' expected"},
      {"{descr: '<f4', 'fortran_order': False, 'shape': (3,)}", "must be a string"},
      {"{,'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", "must be a string"},
      {"{'descr': '<f4, 'fortran_order': False, 'shape': (3,)}", "unsupported dtype '<f4, '"},
      {"{'descr': '<f4", "does not end"},
      {"{'descr': '<f4\\'', 'fortran_order': False, 'shape': (3,)}", "unexpected character"},
      {std::string("{'descr': '<f4\0', 'fortran_order': False, 'shape': (3,)}", 56), "unexpected"},
      {"{'descr': '<f4', 'fortran_order': 0, 'shape': (3,)}", "True or False"},
      {"{'descr': '<f4', 'fortran_order': 'False', 'shape': (3,)}", "True or False"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': 3}", "must be a tuple"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': [3]}", "must be a tuple"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3)}", "must be a tuple"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}", "negative extent"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (,)}", "must hold integers"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3,,4)}", "must hold integers"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3 4)}", "expected in 'shape'"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3.0,)}", "expected in 'shape'"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (0x3,)}", "expected in 'shape'"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (03,)}", "leading zeros"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': ((3,),)}", "must hold integers"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (True,)}", "must hold integers"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (3", "expected in 'shape'"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "63 bits"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807,)}", "63 bits"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "63 bits"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807)}", "63 bits"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}",
       "more than 16 dimensions"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}", "bytes of elements"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (17,)}", "4 of 68 bytes"},
      {"{'descr': '|f4', 'fortran_order': False, 'shape': (3,)}", "no byte order"},
      {"{'descr': '', 'fortran_order': False, 'shape': (3,)}", "unsupported dtype ''"},
      {"{'descr': '<', 'fortran_order': False, 'shape': (3,)}", "unsupported dtype '<'"},
      {"{'descr': '<<f4', 'fortran_order': False, 'shape': (3,)}", "unsupported dtype '<<f4'"},
      {"{'descr': '<f16', 'fortran_order': False, 'shape': (3,)}", "precision"},
      {"{'descr': '<f4294967300', 'fortran_order': False, 'shape': (3,)}", "precision"},
      {"{'descr': '|O', 'fortran_order': False, 'shape': (3,)}", "Python objects"},
      {"{'descr': '<U5', 'fortran_order': False, 'shape': (3,)}", "strings"},
      {"{'descr': '|S5', 'fortran_order': False, 'shape': (3,)}", "strings"},
      {"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (3,)}", "dates"},
      {"{'descr': '|V7', 'fortran_order': False, 'shape': (3,)}", "raw bytes"},
      {"{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (3,)}", "structured"},
      {"{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (3,)}", "structured"},
      {"{'descr': None, 'fortran_order': False, 'shape': (3,)}", "must be a string"},
      {"__import__('os').system('true')", "'{' expected"},
      {std::string(60000, '('), "'{' expected"},
      {"{'shape': " + std::string(60000, '('), "must hold integers"},
      {"{'descr': '" + std::string(60000, 'x') + "', }", "..."},
  };
  const ScratchFolder folder;
  for (const auto& [header, culprit] : cases) {
    for (int version : {1, 2, 3}) {
      const std::string path =
          folder.write("evil.npy", with_header(header, std::string(64, '\1'), version));
      const std::string message = refusal(path);
      CAPTURE(header.substr(0, 100), culprit, message.substr(0, 400), version);
      CHECK(contains(message, "evil.npy"));
      CHECK(contains(message, culprit));
      CHECK(message.size() < 800);
    }
  }
}

TEST_CASE("io: unusual but valid headers are read") {
  const ScratchFolder folder;
  for (const char* header :
       {"{'descr':'<i2','fortran_order':False,'shape':(2,3)}",
        "{\"shape\": (2, 3,), \"fortran_order\": False, \"descr\": \"<i2\"}",
        " \t\n{ 'shape' : ( 2 , 3 ) , 'descr' : '<i2' , 'fortran_order' : False , } \r\n\n",
        "{'descr': 'i2', 'fortran_order': False, 'shape': (2L, 3L), }\n",
        "{'descr': '=i2', 'fortran_order': False, 'shape': (2, 3), }"}) {
    CAPTURE(header);
    const Array array = map_npy(folder.write("x.npy", with_header(header)));
    CHECK(array.dtype() == DType::int16);
    CHECK(array.shape() == Dims{2, 3});
  }
}

TEST_CASE("io: preambles that are no .npy file's") {
  const ScratchFolder folder;
  const std::string good = with_header("{'descr': '<i2', 'fortran_order': False, 'shape': (2,)}\n");
  const auto message = [&](const std::string& bytes) {
    return refusal(folder.write("odd.npy", bytes));
  };
  CHECK(contains(message(""), "is empty"));
  CHECK(contains(message("hello, this is text"), "is not a .npy file"));
  CHECK(contains(message("PK\x03\x04"), "is not a .npy file"));
  CHECK(contains(message(good.substr(0, 3)), "5 bytes are missing"));
  CHECK(contains(message(good.substr(0, 9)), "1 bytes are missing"));
  for (const std::pair<char, char>& version :
       {std::pair<char, char>('\0', '\0'), {'\4', '\0'}, {'\1', '\1'}, {'\xff', '\xff'}}) {
    std::string bytes = good;
    bytes[6] = version.first;
    bytes[7] = version.second;
    CHECK(contains(message(bytes), "unsupported .npy version"));
  }
  std::string long_header = good;
  long_header[8] = '\xff';
  long_header[9] = '\xff';
  CHECK(contains(message(long_header), "bytes are missing"));
  std::string huge = with_header(std::string(2'000'000, ' '), "", 2);
  CHECK(contains(message(huge), "a .npy header of 2000000 bytes"));
  huge.replace(8, 4, "\xff\xff\xff\xff");
  CHECK(contains(message(huge), "bytes are missing"));
}

TEST_CASE("io: a file cut off anywhere says how much is missing") {
  const ScratchFolder folder;
  const std::string header = "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2)}\n";
  const std::string whole = with_header(header, std::string(48, '\2'));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string message = refusal(folder.write("cut.npy", whole.substr(0, size)));
    CAPTURE(size, message);
    CHECK(contains(message, size == 0 ? "is empty" : "missing"));
    const std::size_t data_begin = whole.size() - 48;
    if (size >= data_begin) {
      CHECK(contains(message, std::to_string(whole.size() - size) + " of 48 bytes"));
    }
  }
  CHECK_NOTHROW(map_npy(folder.write("cut.npy", whole)));
}

TEST_CASE("io: what is no regular file is refused without waiting") {
  const ScratchFolder folder;
  CHECK(contains(refusal(folder.file("absent.npy")), "No such file"));
  CHECK(contains(refusal(folder.path().string()), "is a folder"));
  REQUIRE(::mkfifo(folder.file("pipe.npy").c_str(), 0600) == 0);
  CHECK(contains(refusal(folder.file("pipe.npy")), "is a pipe"));
  CHECK(contains(refusal("/dev/null"), "is a device"));
  CHECK(contains(refusal(""), "cannot open ''"));
  CHECK(contains(refusal(folder.file("x.npy") + std::string(1, '\0') + "y"), "NUL"));
  CHECK(contains(refusal(folder.file("line\nbreak\x1b")), "line\\x0abreak\\x1b"));
  CHECK(contains(refusal(folder.file(std::string(300, 'x'))), "cannot open"));
}

TEST_CASE("io: mutated headers give an error or a valid array") {
  constexpr unsigned kSeed = 20240607;
  constexpr int kRounds = 20'000;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random()) % below; };
  const std::vector<std::string> seeds = {
      with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }\n"),
      with_header("{'descr': '|b1', 'fortran_order': True, 'shape': (), }\n", "\1", 2),
      with_header("{'descr': '>c16', 'fortran_order': True, 'shape': (1, 0, 4), }\n", "", 3)};
  const std::string alphabet = "{}()[]',:\"0123456789-<>=|TrueFalsedhpfiuc \n\\L\x80\xff";
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = seeds[pick(seeds.size())];
    for (std::size_t edits = 1 + pick(4); edits > 0; --edits) {
      const std::size_t at = pick(bytes.size());
      switch (pick(5)) {
        case 0: bytes[at] = static_cast<char>(random()); break;
        case 1: bytes[at] = alphabet[pick(alphabet.size())]; break;
        case 2: bytes.erase(at, 1 + pick(8)); break;
        case 3: bytes.insert(at, 1, alphabet[pick(alphabet.size())]); break;
        default: bytes.insert(at, bytes.substr(pick(bytes.size()), pick(12))); break;
      }
      if (bytes.empty()) bytes = "x";
    }
    const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
    try {
      const std::size_t front = std::min(bytes.size(), io::kNpyPreambleBytes);
      const io::NpyPreamble preamble =
          io::parse_npy_preamble(std::span(data, front), bytes.size(), "f");
      const io::NpyHeader header = io::parse_npy_header(
          std::string_view(bytes).substr(preamble.text_offset, preamble.text_size), preamble, "f");
      // What is accepted must be consistent, so that a view can be made of it.
      const ArrayView view(bytes.data(), header.dtype, header.shape,
                           io::element_strides(header.dtype, header.shape, header.fortran_order),
                           header.order);
      REQUIRE(static_cast<std::uint64_t>(view.size()) * itemsize(view.dtype()) ==
              header.data_bytes);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::file) FAIL(error.what());
    }
  }
}
