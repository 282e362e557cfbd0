// Arrays of other libraries as arguments and destinations, and printing through fmt. Compiled with
// TIGHTLOOP_HAVE_EIGEN and TIGHTLOOP_HAVE_FMT where these are there.
#include <array>
#include <cstddef>
#include <cstdio>
#include <tightloop/mdspan.hpp>
#include <tightloop/tightloop.hpp>
#if TIGHTLOOP_HAVE_EIGEN
#include <tightloop/eigen.hpp>
#endif
#if TIGHTLOOP_HAVE_FMT
#include <tightloop/fmt.hpp>
#endif

namespace tl = tightloop;

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  ++failures;
  std::fprintf(stderr, "does not hold: %s\n", what);
}

/// The members of std::mdspan that the adapter asks for, of two dimensions in Fortran order.
template <class T>
struct FortranSpan {
  struct extents_type {};
  using element_type = T;
  static constexpr std::size_t rank() { return 2; }
  std::size_t extent(std::size_t i) const { return shape[i]; }
  std::size_t stride(std::size_t i) const { return i == 0 ? 1 : shape[0]; }
  T* data_handle() const { return data; }
  T* data;
  std::array<std::size_t, 2> shape;
};

void spans() {
  double data[6] = {1, 2, 3, 4, 5, 6};
  const FortranSpan<const double> in{data, {2, 3}};
  const tl::ArrayView v = tl::view(in);
  expect(v.readonly() && v.shape() == tl::Dims{2, 3}, "a read-only span");
  expect(tl::evaluate("x[1, 0] * 10 + x[0, 2]", {{"x", v}}).item<double>() == 25,
         "elements of a span");
  const FortranSpan<double> out{data, {2, 3}};
  tl::evaluate_into(tl::view(out), "x * 2", {{"x", v}});
  expect(data[5] == 12, "a span as a destination");
}

#if TIGHTLOOP_HAVE_EIGEN
void matrices() {
  Eigen::MatrixXd m(2, 3);
  m << 1, 2, 3, 4, 5, 6;
  const Eigen::Matrix<float, 2, 3, Eigen::RowMajor> rows = m.cast<float>();
  const Eigen::VectorXd v = m.row(1);
  expect(tl::view(m).shape() == tl::Dims{2, 3} && tl::view(v).shape() == tl::Dims{3},
         "shapes of matrices and vectors");
  expect(
      tl::evaluate("max(abs(a - b))", {{"a", tl::view(m)}, {"b", tl::view(rows)}}).item<double>() ==
          0,
      "both storage orders");
  expect(tl::evaluate("sum(a * v)", {{"a", tl::view(m)}, {"v", tl::view(v)}}).item<double>() == 109,
         "a matrix and a vector");
  const Eigen::MatrixXd want = m * 2;
  auto right = m.rightCols(2);
  tl::evaluate_into(tl::view(right), "x * 2", {{"x", tl::view(right)}});
  auto left = m.leftCols(1);
  tl::evaluate_into(tl::view(left), "x * 2", {{"x", tl::view(left)}});
  expect(m == want, "blocks as destinations");
}
#endif

}  // namespace

int main() {
  spans();
#if TIGHTLOOP_HAVE_EIGEN
  matrices();
#endif
#if TIGHTLOOP_HAVE_FMT
  const int v[] = {1, 2, 3};
  expect(fmt::format("{}|{:>10}", tl::ArrayView(v, {3}), tl::Array::copy_of({v, {3}})) ==
             "[1, 2, 3]| [1, 2, 3]",
         "fmt");
#endif
  return failures == 0 ? 0 : 1;
}
