// Evaluates a list of expressions for the comparisons with other packages. In: one case per line on
// standard input, fields separated by tabs: options ("numpy,check"), expression, then NAME=FILE.npy
// or NAME:NUMBER for each variable. Out: one line per case on standard output, and the elements of
// all results one after the other in the file that the first argument names. With --table it prints
// the op table instead. Of the options "steps" says that the expression is a template's (see
// batch_steps.hpp), and "into:DTYPE:LENGTH" that its only result goes into such a destination.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "batch_steps.hpp"
#include "tightloop/op.hpp"
#include "tightloop/tightloop.hpp"

namespace {

namespace tl = tightloop;

std::vector<std::string> split(std::string_view line, char separator) {
  std::vector<std::string> fields;
  for (;;) {
    const std::size_t cut = line.find(separator);
    fields.emplace_back(line.substr(0, cut));
    if (cut == std::string_view::npos) return fields;
    line.remove_prefix(cut + 1);
  }
}

/// How a case is evaluated.
struct How {
  tl::Options options;
  bool steps = false;
  std::optional<tl::DType> into;
  std::int64_t length = 0;
};

tl::Casting casting_of(std::string_view name) {
  if (name == "standard") return tl::Casting::standard;
  if (name == "wrap") return tl::Casting::wrap;
  if (name == "saturate") return tl::Casting::saturate;
  if (name == "same_value") return tl::Casting::same_value;
  throw std::invalid_argument("unknown casting");
}

How how_of(const std::string& text) {
  How how;
  tl::Options& options = how.options;
  options.threads = 1;
  for (const std::string& word : split(text, ',')) {
    if (word == "numpy") {
      options.promotion = tl::Promotion::numpy;
    } else if (word == "numexpr") {
      options.promotion = tl::Promotion::numexpr;
    } else if (word == "fast") {
      options.fp = tl::Fp::fast;
    } else if (word == "check") {
      options.overflow = tl::Overflow::check;
    } else if (word == "steps") {
      how.steps = true;
    } else if (word.starts_with("casting:")) {
      options.casting = casting_of(std::string_view(word).substr(8));
    } else if (word.starts_with("into:")) {
      const std::vector<std::string> parts = split(word, ':');
      how.into = tl::find_dtype(parts.at(1));
      how.length = std::stoll(parts.at(2));
    } else if (word != "exact") {
      throw std::invalid_argument("unknown option " + word);
    }
  }
  return how;
}

tl::Arg number(const std::string& text) {
  if (text == "True" || text == "False") return text == "True";
  if (text.back() == 'j') return std::complex<double>(0, std::stod(text));
  if (text.find_first_of(".en") != std::string::npos) return std::stod(text);
  if (text.front() == '-') return static_cast<std::int64_t>(std::stoll(text));
  return static_cast<std::uint64_t>(std::stoull(text));
}

class Batch {
 public:
  explicit Batch(const char* path) : out_(path, std::ios::binary) {
    if (!out_) throw std::runtime_error("cannot write the results");
  }

  void run(const std::string& line) {
    const std::vector<std::string> fields = split(line, '\t');
    const How how = how_of(fields.at(0));
    std::vector<tl::Binding> bindings;
    for (std::size_t i = 2; i < fields.size(); ++i) {
      const std::size_t at = fields[i].find_first_of("=:");
      const std::string_view name = std::string_view(fields[i]).substr(0, at);
      const std::string value = fields[i].substr(at + 1);
      if (fields[i][at] == '=') {
        bindings.push_back({name, array(value)});
      } else {
        bindings.push_back({name, number(value)});
      }
    }
    try {
      print(evaluate(how, fields.at(1), bindings));
    } catch (const tl::Error& error) {
      std::string what = error.what();
      for (char& c : what) c = c == '\n' || c == '\t' ? ' ' : c;
      std::cout << "error\t" << tl::to_string(error.code()) << '\t' << what << '\n';
    }
    if (++cases_ % 500 == 0) tl::clear_cache();
  }

 private:
  static std::vector<tl::Array> evaluate(const How& how, const std::string& text,
                                         const std::vector<tl::Binding>& bindings) {
    if (!how.steps && !how.into) return tl::evaluate_all(text, bindings, how.options);
    tl::Array out;
    if (how.into) out = tl::Array(*how.into, {how.length});
    if (!how.steps) {
      tl::evaluate_into(out, text, bindings, how.options);
      return {out};
    }
    const std::vector<std::string> words = split(text, ' ');
    const peers::Steps list(words, bindings);
    if (how.into) {
      tl::detail::evaluate_steps_into(out, list.steps(), list.leaves(), how.options);
    } else {
      out = tl::detail::evaluate_steps(list.steps(), list.leaves(), how.options);
    }
    return {out};
  }

  const tl::Array& array(const std::string& path) {
    const auto found = arrays_.find(path);
    if (found != arrays_.end()) return found->second;
    return arrays_.emplace(path, tl::read_npy(path)).first->second;
  }

  void print(const std::vector<tl::Array>& results) {
    std::cout << "ok";
    for (const tl::Array& result : results) {
      std::cout << '\t' << tl::name(result.dtype()) << ' ' << written_;
      for (std::int64_t extent : result.shape()) std::cout << ' ' << extent;
      const std::size_t bytes =
          static_cast<std::size_t>(result.size()) * tl::itemsize(result.dtype());
      out_.write(static_cast<const char*>(result.data()), static_cast<std::streamsize>(bytes));
      written_ += bytes;
    }
    std::cout << '\n';
  }

  std::ofstream out_;
  std::size_t written_ = 0;
  std::size_t cases_ = 0;
  std::map<std::string, tl::Array> arrays_;
};

void print_table() {
  for (const tl::OpInfo& row : tl::op_table()) {
    std::cout << row.id << '\t' << row.names << '\t' << static_cast<int>(row.arity) << '\t'
              << (row.kind == tl::OpKind::reduction ? "reduction" : "elementwise") << '\t'
              << (row.lowering == tl::Lowering::math ? "math" : "instr") << '\t'
              << static_cast<int>(row.max_ulp) << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::invalid_argument("one argument: --table or the file for results");
  std::ios::sync_with_stdio(false);
  if (std::string_view(argv[1]) == "--table") {
    print_table();
    return 0;
  }
  Batch batch(argv[1]);
  for (std::string line; std::getline(std::cin, line);) batch.run(line);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "evaluate_batch: %s\n", error.what());
  return 1;
}
