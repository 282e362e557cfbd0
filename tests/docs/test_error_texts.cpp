// What users read when an expression is bad: every message, with its place and hint, is as in the
// golden file error_texts.txt. One command writes it anew; its differences are to be read.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

using namespace tightloop;

namespace {

const std::string kPath = std::string(TIGHTLOOP_SOURCE) + "/tests/docs/error_texts.txt";

struct Block {
  std::string variables;
  std::string text;
  std::string picture;
};

struct Golden {
  std::string preface;
  std::vector<Block> blocks;
};

Golden read_golden() {
  std::ifstream file(kPath, std::ios::binary);
  REQUIRE(file);
  Golden out;
  enum class At { preface, variables, text, picture } at = At::preface;
  for (std::string line; std::getline(file, line);) {
    if (line == "----") {
      out.blocks.emplace_back();
      at = At::variables;
    } else if (at == At::preface) {
      out.preface += line + "\n";
    } else if (at == At::variables) {
      out.blocks.back().variables = line;
      at = At::text;
    } else if (at == At::text && line == "=>") {
      at = At::picture;
    } else {
      std::string& part = at == At::text ? out.blocks.back().text : out.blocks.back().picture;
      part += (part.empty() ? "" : "\n") + line;
    }
  }
  return out;
}

struct Inputs {
  std::vector<std::string> names;
  std::vector<Array> arrays;
  Options options;
};

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

/// Reads "a: float32 (3, 4); i: int64 (3,) = 7; overflow=check".
Inputs make_inputs(const std::string& description) {
  Inputs out;
  std::istringstream parts(description);
  for (std::string part; std::getline(parts, part, ';');) {
    part = trimmed(part);
    if (part == "overflow=check") {
      out.options.overflow = Overflow::check;
      continue;
    }
    const std::size_t colon = part.find(':');
    const std::size_t open = part.find('(');
    const std::size_t close = part.find(')');
    const std::size_t equals = part.find('=');
    REQUIRE(close != part.npos);
    out.names.push_back(trimmed(part.substr(0, colon)));
    const std::string dtype = trimmed(part.substr(colon + 1, open - colon - 1));
    const std::string shape = part.substr(open, close + 1 - open);
    const std::string fill = equals == part.npos ? "0" : trimmed(part.substr(equals + 1));
    out.arrays.push_back(
        evaluate("broadcast_to(astype(" + fill + ", '" + dtype + "'), " + shape + ")"));
  }
  return out;
}

std::string picture_of(const Block& block) {
  const Inputs inputs = make_inputs(block.variables);
  std::vector<Binding> bindings;
  for (std::size_t i = 0; i < inputs.names.size(); ++i) {
    bindings.push_back({inputs.names[i], Arg(inputs.arrays[i])});
  }
  try {
    evaluate_all(block.text, bindings, inputs.options);
  } catch (const Error& e) {
    return "(" + std::string(to_string(e.code())) + ") " + e.picture();
  }
  return "(no error)";
}

}  // namespace

TEST_CASE("docs: error texts are as in the golden file") {
  Golden golden = read_golden();
  const bool write = std::getenv("TIGHTLOOP_WRITE_GOLDEN") != nullptr;
  CHECK(golden.blocks.size() >= 60);
  for (Block& block : golden.blocks) {
    const std::string picture = picture_of(block);
    if (write) {
      block.picture = picture;
      continue;
    }
    INFO(block.variables << "\n" << block.text);
    INFO("if it is meant: TIGHTLOOP_WRITE_GOLDEN=1 tightloop_tests \"docs: error texts*\"");
    CHECK(picture == block.picture);
    CHECK(picture.find("internal") == picture.npos);
  }
  if (!write) return;
  std::ofstream file(kPath, std::ios::binary);
  file << golden.preface;
  for (const Block& block : golden.blocks) {
    file << "----\n" << block.variables << "\n" << block.text << "\n=>\n" << block.picture << "\n";
  }
  REQUIRE(file.flush());
}
