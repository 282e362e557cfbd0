// A lane's result depends on that lane alone, and leaves give the same bits at every width.
#include "catch.hpp"
#include "samples.hpp"

#include <string>

namespace tightloop::math {
namespace {

template <class T>
void check_equal_widths() {
  std::vector<T> xs = landmarks<T>();
  std::vector<T> ys = xs;
  for (std::size_t i = 0; i < ys.size(); ++i) ys[i] = xs[(i * 31 + 5) % xs.size()];
  const std::vector<T> more = random_arguments<T>(20000, 7),
                       partners = random_arguments<T>(20000, 8);
  xs.insert(xs.end(), more.begin(), more.end());
  ys.insert(ys.end(), partners.begin(), partners.end());
  const std::vector<int> widths = host_lanes(dtype_of<T>);
  for (const Op op : math_ops()) {
    const T* second = info(op).arity == 2 ? ys.data() : nullptr;
    std::vector<T> narrow(xs.size()), wide(xs.size());
    for (std::size_t w = 1; w < widths.size(); ++w) {
      apply_leaf(op, widths[w], xs.data(), second, w == 1 ? narrow.data() : wide.data(), xs.size());
      if (w == 1) continue;
      std::size_t differ = xs.size();
      for (std::size_t i = xs.size(); i-- > 0;) {
        if (bits_of(narrow[i]) != bits_of(wide[i])) differ = i;
      }
      if (differ == xs.size()) continue;
      CAPTURE(std::string(id(op)), widths[w], xs[differ], ys[differ], narrow[differ], wide[differ]);
      CHECK(differ == xs.size());
    }
  }
}

template <class T>
void check_independence() {
  const std::vector<T> xs = landmarks<T>();
  // Neighbours that take other paths: specials, huge, tiny and plain values, rotated through.
  std::vector<T> others{
      1, std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::max(),
      0, -std::numeric_limits<T>::infinity(), std::numeric_limits<T>::denorm_min()};
  for (const Op op : math_ops()) {
    for (const int lanes : host_lanes(dtype_of<T>)) {
      const auto n = static_cast<std::size_t>(lanes);
      std::vector<T> x(n), y(n), got(n), alone(n);
      const T* second = info(op).arity == 2 ? y.data() : nullptr;
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < xs.size(); ++i) {
        const std::size_t place = i % n;
        const T partner = xs[(i * 7 + 3) % xs.size()];
        x.assign(n, xs[i]);
        y.assign(n, partner);
        apply_leaf(op, lanes, x.data(), second, alone.data(), n);
        for (std::size_t j = 0; j < n; ++j) {
          if (j == place) continue;
          x[j] = others[(i + j) % others.size()];
          y[j] = others[(i / 5 + j) % others.size()];
        }
        apply_leaf(op, lanes, x.data(), second, got.data(), n);
        if (bits_of(got[place]) != bits_of(alone[place])) ++wrong;
        for (std::size_t j = 1; j < n; ++j) {
          if (bits_of(alone[j]) != bits_of(alone[0])) ++wrong;
        }
      }
      CAPTURE(std::string(id(op)), lanes, sizeof(T));
      CHECK(wrong == 0);
    }
  }
}

}  // namespace

TEST_CASE("math: leaves give the same bits at every width") {
  check_equal_widths<float>();
  check_equal_widths<double>();
}

TEST_CASE("math: a lane's result depends on that lane alone") {
  check_independence<float>();
  check_independence<double>();
}

TEST_CASE("math: arrays of any length and alignment") {
  std::vector<double> xs = random_arguments<double>(67, 3), whole(67), part(67);
  for (const int lanes : host_lanes(DType::float64)) {
    const double* none = nullptr;
    apply_leaf(Op::exp, lanes, xs.data(), none, whole.data(), xs.size());
    for (std::size_t n = 0; n < 20; ++n) {
      part.assign(67, 42);
      apply_leaf(Op::exp, lanes, xs.data() + 1, none, part.data() + 3, n);
      for (std::size_t i = 0; i < n; ++i) CHECK(bits_of(part[i + 3]) == bits_of(whole[i + 1]));
      CHECK(part[n + 3] == 42);
    }
  }
}

}  // namespace tightloop::math
