// Steps by number, and what each touches: one extent of bytes, or the teeth of a comb.
#include "streaming/job.hpp"

#include <algorithm>
#include <utility>

namespace tightloop::streaming {
namespace {

constexpr std::int64_t kGap = 4096;  // a page: less between two parts is held with them

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

std::uint64_t Comb::teeth() const {
  std::uint64_t n = 1;
  for (const Row& r : rows) n *= static_cast<std::uint64_t>(r.count);
  return n;
}

Extent Comb::tooth(std::uint64_t i, std::uint64_t size) const {
  std::int64_t at = begin;
  for (const Row& r : rows) {
    const auto count = static_cast<std::uint64_t>(r.count);
    at += static_cast<std::int64_t>(i % count) * r.stride;
    i /= count;
  }
  return {clipped(at, size), clipped(at + length, size)};
}

std::uint64_t Comb::held_bytes() const {
  const std::int64_t pages = (length + kGap - 1) / kGap + 1;
  return teeth() * static_cast<std::uint64_t>(pages * kGap);
}

Comb Job::comb(const Touch& touch, const Step& step) const {
  Comb out;
  out.begin = touch.first;
  out.length = touch.item;
  std::vector<Row> rows = touch.rest;
  for (std::size_t d = 0; d < loops.size(); ++d) {
    const std::int64_t s = touch.step[d];
    if (d + 1 < depth) {
      out.begin += step.at[d] * s;
    } else if (d + 1 == depth) {
      out.begin += step.first * s;
      rows.push_back({step.count, s});
    } else {
      rows.push_back({loops[d], s});
    }
  }
  for (Row& r : rows) {
    if (r.stride >= 0) continue;
    out.begin += (r.count - 1) * r.stride;
    r.stride = -r.stride;
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return a.stride < b.stride; });
  for (const Row& r : rows) {
    if (r.count <= 1 || r.stride == 0) continue;
    if (out.rows.empty() && r.stride <= out.length + kGap) {
      out.length += (r.count - 1) * r.stride;
    } else {
      out.rows.push_back(r);
    }
  }
  return out;
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
  std::uint64_t sum = 0;
  for (const Touch& t : touches) {
    if (combed && t.array < arrays.inputs) {
      sum += comb(t, first).held_bytes();
      continue;
    }
    const Extent e = extent(t, first, arrays);
    of[t.array].begin = std::min(of[t.array].begin, e.begin);
    of[t.array].end = std::max(of[t.array].end, e.end);
  }
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
