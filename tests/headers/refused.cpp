// Mistakes that must not compile, one a number: check.cmake defines CASE, and expects the text that
// stands behind "refused:" in the compiler's message. Case 0 compiles.
#include <span>
#include <string>
#include <tightloop/tightloop.hpp>
#include <vector>

namespace tl = tightloop;

tl::Array fresh();
std::vector<double> fresh_vector();
void use(tl::ArrayView view);

void mistakes(const std::vector<double>& x, const std::vector<double>& y, const tl::Array& a) {
  const auto e = tl::lazy(x);
  (void)e;
  (void)y;
  (void)a;
#if CASE == 1  // refused: deleted
  const tl::ArrayView view = fresh();
  use(view);
#elif CASE == 2   // refused: deleted
  use(fresh());
#elif CASE == 3   // refused: deleted
  const tl::ArrayView view = fresh().view();
  use(view);
#elif CASE == 4   // refused: deleted
  const double* at = fresh().data<double>();
  (void)at;
#elif CASE == 5   // refused: (conversion|no viable)
  const std::span<const double> s = fresh().values<double>();
  (void)s;
#elif CASE == 6   // refused: deleted
  const double sum = tl::sum(tl::lazy(fresh().view()));
  (void)sum;
#elif CASE == 7   // refused: deleted
  const auto kept = tl::lazy(fresh_vector()) + 1;
  (void)kept;
#elif CASE == 9   // refused: write tightloop::all\(\.\.\.\) or tightloop::any\(\.\.\.\) around it
  if (tl::lazy(x) == tl::lazy(y)) use(a);
#elif CASE == 10  // refused: write tightloop::all\(\.\.\.\) or tightloop::any\(\.\.\.\) around it
  const bool differ = tl::abs(e - 1) > 2;
  (void)differ;
#elif CASE == 11  // refused: a text is no operand of an expression
  const tl::Array r = e + "abc";
#elif CASE == 12  // refused: a text is no operand of an expression
  const tl::Array r = std::string("abc") * e;
#elif CASE == 13  // refused: write tightloop::lazy\(array\) here
  const tl::Array r = e + y;
#elif CASE == 14  // refused: write tightloop::lazy\(array\) here
  const tl::Array r = a - e;
#elif CASE == 15  // refused: write tightloop::lazy\(array\) here
  const double s = tl::sum(x);
  (void)s;
#elif CASE == 16  // refused: write tightloop::lazy\(array\) here
  const tl::Array r = tl::maximum(e, a);
#elif CASE == 17  // refused: write tightloop::lazy\(array\) here
  const double s = tl::mse(e, y);
  (void)s;
#elif CASE == 18  // refused: a text is no operand of an expression
  const tl::Array r = tl::hypot(e, "3");
#elif CASE == 19  // refused: lazy\(\) takes an Array, ArrayView, std::vector
  const tl::Array r = tl::lazy("x + 1");
#elif CASE == 20  // refused: lazy\(\) takes an Array, ArrayView, std::vector
  const std::vector<bool> bits = {true};
  const tl::Array r = tl::lazy(bits);
#elif CASE == 21  // refused: deleted
  const void* at = fresh().data();
  (void)at;
#endif
}
