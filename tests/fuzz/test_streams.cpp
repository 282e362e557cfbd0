// Evaluation in parts against evaluation in memory: random expressions, dtypes, layouts of files,
// sizes of steps, numbers of threads; the bits must be the same, also in the least memory that
// does.
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "ir/shapes.hpp"
#include "random_arrays.hpp"
#include "random_expressions.hpp"
#include "streaming/memory_streams.hpp"
#include "tightloop/tightloop.hpp"

namespace {

using namespace streams;
using fuzz::Random;

struct Case {
  std::string text;
  std::vector<std::unique_ptr<MemorySource>> sources;
  std::vector<std::string> names;
  Options options;
  std::uint64_t step = 0;
};

Dims random_shape(Random& random) {
  switch (random.below(5)) {
    case 0: return {1000 + random.below(9000)};
    case 1: return {100 + random.below(600), 1 + random.below(20)};
    case 2: return {1 + random.below(9), 300 + random.below(900)};
    case 3: return {5 + random.below(40), 1 + random.below(20), 1 + random.below(20)};
    default: return {1 + random.below(500)};
  }
}

std::unique_ptr<MemorySource> random_source(Random& random, DType dtype, const Dims& shape) {
  const fuzz::RandomArray elements = fuzz::random_array(random, dtype, shape, true);
  const auto size = static_cast<std::size_t>(elements.view.size()) * itemsize(dtype);
  std::vector<unsigned char> bytes(elements.memory.get(), elements.memory.get() + size);
  const auto kind = random.chance(30) ? MemorySource::Kind::pipe : MemorySource::Kind::file;
  const ByteOrder order = random.chance(15) ? ByteOrder::swapped : ByteOrder::native;
  return std::make_unique<MemorySource>(kind, dtype, shape, std::move(bytes), random.chance(25),
                                        order);
}

Case make_case(Random& random) {
  Case c;
  const Dims shape = random_shape(random);
  const auto one = static_cast<DType>(random.below(kDTypeCount));
  const int count = 1 + random.below(3);
  for (int i = 0; i < count; ++i) {
    const DType t = random.chance(60) ? one : static_cast<DType>(random.below(kDTypeCount));
    Dims own = shape;
    for (std::int64_t& e : own) e = i > 0 && random.chance(15) ? 1 : e;
    c.sources.push_back(random_source(random, t, own));
    c.names.push_back(std::string(1, static_cast<char>('a' + i)));
  }
  const bool small = c.sources[0]->bytes() <= 400 * itemsize(c.sources[0]->dtype());
  c.text = fuzz::ExpressionGenerator(random, c.names, small).make().text;
  if (random.chance(25)) {
    c.text += ", " + fuzz::ExpressionGenerator(random, c.names, small).make().text;
  }
  if (random.chance(25)) c.options.promotion = Promotion::numpy;
  c.options.overflow = Overflow::wrap;  // with checks, what fits in memory is evaluated whole
  c.options.threads = 1 + random.below(3);
  c.step = std::uint64_t{512} << random.below(6);
  return c;
}

/// Streams a case; returns the memory that it took.
std::uint64_t run(const Case& c, std::uint64_t memory, std::vector<MemorySink>& sinks) {
  std::vector<StreamBinding> vars;
  for (std::size_t i = 0; i < c.names.size(); ++i) vars.push_back({c.names[i], *c.sources[i]});
  std::vector<Sink*> pointers;
  for (MemorySink& s : sinks) pointers.push_back(&s);
  Stats stats;
  StreamOptions options;
  options.options = c.options;
  options.options.stats = &stats;
  options.step = c.step;
  options.memory = memory;
  stream(c.text, vars, pointers, options);
  return stats.peak_extra_bytes;
}

std::string describe(const Case& c) {
  std::string out = c.text + "\n  steps of " + std::to_string(c.step) + ", threads " +
                    std::to_string(c.options.threads);
  for (std::size_t i = 0; i < c.names.size(); ++i) {
    const MemorySource& s = *c.sources[i];
    out += "\n  " + c.names[i] + ": " + std::string(name(s.dtype())) + " " + to_string(s.shape()) +
           (s.fortran_order() ? " Fortran" : "") + (s.swapped() ? " swapped" : "") +
           (s.rewindable() ? "" : " pipe");
  }
  return out;
}

/// Returns what is wrong, or nothing.
std::optional<std::string> check(Case& c, const std::vector<Array>& want) {
  std::uint64_t memory = std::uint64_t{1} << 30;
  for (int round = 0; round < 2; ++round) {
    std::vector<MemorySink> sinks(want.size());
    try {
      memory = run(c, memory, sinks);
    } catch (const Error& e) {
      return std::string(e.what()) + " in round " + std::to_string(round);
    }
    for (std::size_t i = 0; i < want.size(); ++i) {
      if (!same_bits(sinks[i], want[i])) {
        return "result " + std::to_string(i) + " differs in round " + std::to_string(round);
      }
    }
    for (auto& s : c.sources) {  // pipes are used up
      const ArrayView v = s->view();
      const auto* from = static_cast<const unsigned char*>(v.data());
      const auto kind = s->rewindable() ? MemorySource::Kind::file : MemorySource::Kind::pipe;
      s = std::make_unique<MemorySource>(kind, s->dtype(), s->shape(),
                                         std::vector<unsigned char>(from, from + s->bytes()),
                                         s->fortran_order(), v.byte_order());
    }
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("fuzz: evaluation in parts equals evaluation in memory") {
  const char* chosen = std::getenv("TIGHTLOOP_FUZZ_SEED");
  const std::uint64_t seed = chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 20261101;
  constexpr int kCases = 500;
  WARN("seed " << seed << ", " << kCases << " cases");
  int failures = 0;
  for (std::uint64_t i = 0, done = 0; done < kCases && failures < 10; ++i) {
    Random random(seed + i * 7919);
    Case c = make_case(random);
    std::vector<Binding> vars;
    for (std::size_t k = 0; k < c.names.size(); ++k) {
      vars.push_back({c.names[k], Arg(c.sources[k]->view())});
    }
    std::vector<Array> want;
    try {
      want = evaluate_all(c.text, vars, c.options);
    } catch (const Error&) {
      continue;  // types or shapes that do not go together: found before anything is read
    }
    ++done;
    if (const auto wrong = check(c, want)) {
      ++failures;
      UNSCOPED_INFO("case " << i << ": " << *wrong << "\n  " << describe(c));
      CHECK(false);
    }
  }
  CHECK(failures == 0);
}
