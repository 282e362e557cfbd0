// Memory beyond inputs and results, as the kernel of the operating system sees it.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

/// Reads a line of /proc/self/status in KiB.
long status_kib(const char* field) {
  std::ifstream in("/proc/self/status");
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind(field, 0) == 0)
      return std::strtol(line.c_str() + std::strlen(field), nullptr, 10);
  }
  return -1;
}

void reset_peak() {
  std::ofstream out("/proc/self/clear_refs");
  out << "5";
}

/// Peak growth in KiB while `text` runs over x and y, with kernels and threads warm.
long peak_growth(const char* text, const tl::ArrayView& x, const tl::ArrayView& y,
                 const tl::Destination& out) {
  for (int i = 0; i < 2; ++i) tl::evaluate_into(out, text, {{"x", x}, {"y", y}});
  reset_peak();
  const long before = status_kib("VmRSS:");
  tl::evaluate_into(out, text, {{"x", x}, {"y", y}});
  return status_kib("VmHWM:") - before;
}

}  // namespace

TEST_CASE("engine: 400 MB of input need less than 1 MiB and 64 KiB per thread") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return;  // sanitizers have memory of their own
#endif
  if (tl::cache_info().backend != "jit") return;
  const std::int64_t rows = 500, columns = 50000;  // float64: 200 MB each
  std::vector<double> x(static_cast<std::size_t>(rows * columns), 1.25);
  std::vector<double> y(static_cast<std::size_t>(rows * columns), 0.5);
  std::vector<double> map(x.size()), by_row(500), by_column(50000), total(1);
  const tl::ArrayView xs(x.data(), {rows, columns}), ys(y.data(), {rows, columns});
  const long bound = 1024 + 64 * tl::default_executor().concurrency();
  const auto grown = [&](const char* text, const tl::ArrayView& out) {
    const long kib = peak_growth(text, xs, ys, out);
    INFO(text << " grew by " << kib << " KiB, allowed " << bound);
    CHECK(kib < bound);
  };
  grown("sum(abs(x - y))", tl::ArrayView(total.data(), tl::Dims{}));
  grown("exp(x) * log(y) + x", tl::ArrayView(map.data(), {rows, columns}));
  grown("mean(x * y, axis=1)", tl::ArrayView(by_row.data(), {rows}));
  grown("mean(x * y, axis=0)", tl::ArrayView(by_column.data(), {columns}));
  grown("sum(x[::-1, ::2] - y[:, 1::2])", tl::ArrayView(total.data(), tl::Dims{}));
  grown("sum((x[::-1, ::2] - y[:, 1::2]) * x[:, ::-2] + y[::-1, ::-2])",
        tl::ArrayView(total.data(), tl::Dims{}));
  grown("sum((x - mean(x))**2)", tl::ArrayView(total.data(), tl::Dims{}));
  CHECK(total[0] == 0);
}
