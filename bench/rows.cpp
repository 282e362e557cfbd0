// W7: softmax, layer norm and their kin over rows that fit a cache, and z-scores of columns.
#include "call.hpp"
#include "limit.hpp"

namespace bench {
namespace {

struct Kind {
  const char* name;
  const char* text;
};
/// In the order of the hand-written loops.
constexpr Kind kRows[] = {
    {"softmax", "e = exp(x - max(x, axis=-1, keepdims=True)); e / sum(e, axis=-1, keepdims=True)"},
    {"z-score",
     "d = x - mean(x, axis=-1, keepdims=True); d / sqrt(mean(d*d, axis=-1, keepdims=True))"},
    {"layer norm",
     "d = x - mean(x, axis=-1, keepdims=True)\n"
     "d / sqrt(mean(d*d, axis=-1, keepdims=True) + 1e-5) * y[0] + y[1]"},
    {"unit length", "x / sqrt(sum(x*x, axis=-1, keepdims=True))"},
    {"x - max(x, axis=-1)", "x - max(x, axis=-1, keepdims=True)"}};
constexpr std::size_t kNorm = 2;

struct Shape {
  const char* name;
  std::int64_t rows, columns;
  std::size_t bytes() const { return static_cast<std::size_t>(rows * columns) * sizeof(float); }
  bool large() const { return rows >= 4096; }
};

struct Arrays {
  explicit Arrays(const Shape& s) : x(s.bytes() / 4), out(s.bytes() / 4) { x.fill(1); }
  Buffer<float> x, out;
};

void add_row_kind(Table& table, std::size_t which, const Shape& s, std::vector<Target> targets) {
  const std::string workload = std::string("W7 ") + kRows[which].name;
  if (!table.wants(workload, "float32", s.name)) return;
  Arrays data(s);
  Buffer<float> y(static_cast<std::size_t>(2 * s.columns));
  y.fill(2);
  const tl::Dims shape{s.rows, s.columns};
  Row row{workload, "float32", s.name, table.threads(s.large()), {}, {}, {}, {}, 0, {}};
  std::vector<Named> inputs{{"x", view(data.x, shape)}};
  if (which == kNorm) inputs.push_back({"y", view(y, {2, s.columns})});
  row.own = call(kRows[which].text, inputs, {place(data.out, shape)});
  row.hand = [&](int threads) {
    strict::by_row(static_cast<int>(which), data.out.data(), data.x.data(), y.data(), s.rows,
                   s.columns, threads);
  };
  row.limit = [&](int threads) {
    const bool streaming = 2 * s.bytes() >= std::size_t{8} << 20;
    copy(data.out.data(), data.x.data(), s.bytes(), streaming, threads);
  };
  row.targets = std::move(targets);
  table.add(row);
}

void add_columns(Table& table, const Shape& s) {
  const std::string workload = "W7 z-score over axis 0";
  if (!table.wants(workload, "float32", s.name)) return;
  Arrays data(s);
  const tl::Dims shape{s.rows, s.columns};
  Row row{workload, "float32", s.name, table.threads(s.large()), {}, {}, {}, {}, 0, {}};
  row.own = call("zscore(x, axis=0)", {{"x", view(data.x, shape)}}, {place(data.out, shape)});
  row.hand = [&](int threads) {
    strict::z_score_of_columns(data.out.data(), data.x.data(), s.rows, s.columns, threads);
  };
  row.targets = {{s.large() ? "S8" : "S2", Yardstick::hand, s.large() ? 0.9 : 1.0}};
  table.add(row);
}

}  // namespace

void add_rows(Table& table) {
  for (std::size_t which = 0; which < std::size(kRows); ++which) {
    add_row_kind(table, which, {"(1,1024)", 1, 1024}, {{"S2", Yardstick::hand, 1.0}});
    add_row_kind(table, which, {"(64,1024)", 64, 1024}, {{"S2", Yardstick::hand, 1.0}});
    add_row_kind(table, which, {"(4096,1024)", 4096, 1024}, {{"S6", Yardstick::limit, 0.9}});
    add_row_kind(table, which, {"(65536,1024)", 65536, 1024}, {{"S6", Yardstick::limit, 0.9}});
  }
  add_columns(table, {"(16,64)", 16, 64});
  add_columns(table, {"(1000,64)", 1000, 64});
  add_columns(table, {"(100000,64)", 100000, 64});
}

}  // namespace bench
