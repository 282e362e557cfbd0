// The table. What follows "write" is accepted as it stands, where x and y are arrays.
#include "lang/absent.hpp"

namespace tightloop::lang {
namespace {

struct Row {
  std::string_view names;  // with spaces around each
  std::string_view hint;
};

constexpr Row kRows[] = {
    {" median nanmedian percentile quantile ",
     "it is not there yet; write mean(x) for the average"},
    {" sort argsort unique partition ",
     "sorting is not there yet; write min(x), max(x) for the extremes"},
    {" cumsum cumprod accumulate ",
     "running sums are not there yet; write sum(x) for the last one"},
    {" diff ", "write x[1:] - x[:-1] for the differences of neighbours"},
    {" divmod ", "write x // y, x % y for both"},
    {" zeros empty ",
     "write broadcast_to(0.0, (3, 3)) for zeros of a shape; zeros_like(x) takes "
     "that of x"},
    {" ones ", "write broadcast_to(1.0, (3, 3)) for ones of a shape; ones_like(x) takes that of x"},
    {" full ", "write broadcast_to(7, (3, 3)) for one value in a shape"},
    {" array arange linspace eye random rand randn load meshgrid ",
     "arrays are passed as variables; the session ('tightloop repl') makes them"},
    {" concatenate stack hstack vstack append ",
     "joining is not there yet: pass the joined array as a variable"},
    {" squeeze ", "write reshape(x, -1) for one axis"},
    {" expand_dims ", "write x[None] for a new first axis"},
    {" swapaxes moveaxis permute ", "write transpose(x, (1, 0)) for axes in another order"},
    {" flip flipud ", "write x[::-1] for the first axis turned round"},
    {" fliplr ", "write x[:, ::-1] for the second axis turned round"},
    {" item tolist ", "a result of one element is a number already"},
    {" shape ", "write x.shape[0] for the extent of one axis"},
    {" print ", "results are printed as they are; write x for its elements"},
};

}  // namespace

std::string_view absent_hint(std::string_view function) {
  for (const Row& row : kRows) {
    const std::size_t at = row.names.find(function);
    if (at == std::string_view::npos || at == 0 || function.empty()) continue;
    if (row.names[at - 1] == ' ' && row.names[at + function.size()] == ' ') return row.hint;
  }
  return {};
}

}  // namespace tightloop::lang
