#include "streaming/job.hpp"

#include <algorithm>

namespace tightloop::streaming {
namespace {

std::uint64_t clipped(std::int64_t at, std::uint64_t size) {
  return at <= 0 ? 0 : std::min(static_cast<std::uint64_t>(at), size);
}

}  // namespace

std::int64_t Job::steps() const {
  if (depth == 0) return 1;
  std::int64_t n = (loops[depth - 1] + piece - 1) / piece;
  for (std::size_t d = 0; d + 1 < depth; ++d) n *= loops[d];
  return n;
}

Step Job::step(std::int64_t number) const {
  Step s;
  if (depth == 0) return s;
  const std::int64_t extent = loops[depth - 1];
  const std::int64_t pieces = (extent + piece - 1) / piece;
  s.first = number % pieces * piece;
  s.count = std::min(piece, extent - s.first);
  s.at.resize(depth - 1);
  number /= pieces;
  for (std::size_t d = depth - 1; d-- > 0; number /= loops[d]) s.at[d] = number % loops[d];
  return s;
}

Extent Job::extent(const Touch& touch, const Step& step, const Arrays& arrays) const {
  std::int64_t begin = touch.begin, end = touch.end;
  const auto add = [&](std::int64_t from, std::int64_t to) {
    begin += std::min(from, to);
    end += std::max(from, to);
  };
  for (std::size_t d = 0; d < loops.size(); ++d) {
    const std::int64_t s = touch.step[d];
    if (d + 1 < depth) {
      add(step.at[d] * s, step.at[d] * s);
    } else if (d + 1 == depth) {
      add(step.first * s, (step.first + step.count - 1) * s);
    } else {
      add(0, (loops[d] - 1) * s);
    }
  }
  const std::uint64_t size = arrays.all[touch.array].bytes;
  return {clipped(begin, size), clipped(end, size)};
}

std::uint64_t Job::step_bytes(const Arrays& arrays) const {
  std::vector<Extent> of(arrays.all.size(), Extent{~std::uint64_t{0}, 0});
  const Step first = step(0);
  for (const Touch& t : touches) {
    const Extent e = extent(t, first, arrays);
    of[t.array].begin = std::min(of[t.array].begin, e.begin);
    of[t.array].end = std::max(of[t.array].end, e.end);
  }
  std::uint64_t sum = 0;
  for (const Extent& e : of) sum += e.end > e.begin ? e.end - e.begin : 0;
  return sum;
}

void Job::fit(std::uint64_t bytes, const Arrays& arrays) {
  if (depth == 0) return;
  std::int64_t fits = 1, least_too_many = loops[depth - 1] + 1;
  while (fits + 1 < least_too_many) {
    piece = fits + (least_too_many - fits) / 2;
    (step_bytes(arrays) <= bytes ? fits : least_too_many) = piece;
  }
  piece = fits;
}

}  // namespace tightloop::streaming
