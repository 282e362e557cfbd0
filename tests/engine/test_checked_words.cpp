// Sums, differences and products of 64-bit words at the edge of what their result holds, one such
// pair among elements that are harmless; against integers of 128 bits.
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "tightloop/tightloop.hpp"

namespace tl = tightloop;

namespace {

__extension__ using Int = __int128;

constexpr Int kPastWords = Int{1} << 100;
constexpr std::size_t kCount = 37;  // whole vectors of every width, and a rest

template <class T>
bool fits(Int value) {
  return value >= Int{std::numeric_limits<T>::min()} && value <= Int{std::numeric_limits<T>::max()};
}

/// Values near powers of two, and what is just inside and outside the range when it is multiplied
/// by one of them.
template <class T>
std::vector<T> edges() {
  std::vector<T> out;
  const auto add = [&](Int value) {
    if (fits<T>(value)) out.push_back(static_cast<T>(value));
  };
  for (const int bit : {0, 1, 2, 15, 31, 32, 33, 47, 62, 63, 64}) {
    for (const int off : {-1, 0, 1}) {
      add((Int{1} << bit) + off);
      add(-(Int{1} << bit) + off);
    }
  }
  for (const Int factor : {Int{3}, Int{-3}, Int{7}, Int{1000003}, (Int{1} << 33) + 5}) {
    for (const Int most : {(Int{1} << 63) - 1, -(Int{1} << 63), (Int{1} << 64) - 1}) {
      for (const int off : {-1, 0, 1}) add(most / factor + off);
    }
    add(factor);
  }
  return out;
}

template <class R, class X>
void check(const std::string& text, const std::vector<X>& x, const tl::Bindings& vars,
           std::size_t edge, Int wanted, const std::vector<Int>& others) {
  std::string index;
  try {
    const tl::Array got = tl::evaluate(text, vars);
    bool same = got.dtype() == tl::dtype_of<R> && fits<R>(wanted);
    for (std::size_t i = 0; same && i < x.size(); ++i) {
      same = Int{got.values<R>()[i]} == (i == edge ? wanted : others[i]);
    }
    if (same) return;
    index = "a result";
  } catch (const tl::Error& e) {
    const std::string what = e.what();
    if (e.code() == tl::ErrorCode::overflow && !fits<R>(wanted) &&
        what.find("at index (" + std::to_string(edge)) != std::string::npos) {
      return;
    }
    index = what;
  }
  CAPTURE(text, index, edge, static_cast<double>(wanted));
  CHECK(false);
}

template <class X, class Y, class R>
void check_operation(char op) {
  const auto exact = [op](Int a, Int b) {
    Int product = 0;
    // Past 127 bits it fits no word either.
    if (__builtin_mul_overflow(a, b, &product)) product = kPastWords;
    return op == '+' ? a + b : op == '-' ? a - b : product;
  };
  std::vector<X> x(kCount);
  std::vector<Y> y(kCount);
  std::vector<Int> others(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    x[i] = static_cast<X>(i + 50);
    y[i] = static_cast<Y>(i % 5 + 1);
    others[i] = exact(Int{x[i]}, Int{y[i]});
  }
  const std::string text = std::string("x ") + op + " y";
  std::size_t turn = 0;
  for (const X a : edges<X>()) {
    for (const Y b : edges<Y>()) {
      const std::size_t edge = std::array<std::size_t, 4>{0, 6, 21, 36}[turn++ % 4];
      const X old_x = std::exchange(x[edge], a);
      const Y old_y = std::exchange(y[edge], b);
      check<R>(text, x, {{"x", x}, {"y", y}}, edge, exact(Int{a}, Int{b}), others);
      x[edge] = old_x;
      y[edge] = old_y;
    }
  }
}

template <class T>
void check_constants() {
  std::vector<T> x(kCount, 1);
  for (const std::int64_t c :
       {2L, -2L, -1L, 3L, -3L, 7L, 1000003L, -1000003L, 1L << 31, 1L << 62,
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min() + 1}) {
    const std::vector<Int> others(kCount, Int{c});
    const std::string text = "x * (" + std::to_string(c) + ")";
    std::size_t turn = 0;
    for (const T a : edges<T>()) {
      const std::size_t edge = turn++ % kCount;
      x[edge] = a;
      // Of unsigned operands a negative constant makes a signed result.
      if (std::is_signed_v<T> || c < 0) {
        check<std::int64_t>(text, x, {{"x", x}}, edge, Int{a} * c, others);
      } else {
        check<std::uint64_t>(text, x, {{"x", x}}, edge, Int{a} * c, others);
      }
      x[edge] = 1;
    }
  }
}

}  // namespace

TEST_CASE("engine: words at the edge of their range, one among many") {
  using S = std::int64_t;
  using U = std::uint64_t;
  for (const char op : {'+', '-', '*'}) {
    check_operation<S, S, S>(op);
    check_operation<U, S, S>(op);
    check_operation<S, U, S>(op);
    if (op == '-') {
      check_operation<U, U, S>(op);
    } else {
      check_operation<U, U, U>(op);
    }
  }
}

TEST_CASE("engine: words times constants at the edge of their range") {
  check_constants<std::int64_t>();
  check_constants<std::uint64_t>();
}
