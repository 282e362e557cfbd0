// The tests are expressions of the language, evaluated in one pass with the conversion itself.
#include "conversion.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "number_text.hpp"
#include "tightloop/argument.hpp"
#include "tightloop/evaluate.hpp"
#include "tightloop/function.hpp"

namespace tightloop::tool {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 22;

std::string cast(const std::string& x, DType to) {
  return "astype(" + x + ", '" + std::string(name(to)) + "')";
}

/// The exponent of the first power of two past the range of an integer type.
int bits_of_range(DType integer) {
  return static_cast<int>(8 * itemsize(integer)) - (is_signed_int(integer) ? 1 : 0);
}

/// Says that an integer, or the integer part of a float, is outside the range; in numbers that
/// every float type holds exactly.
std::string outside(const std::string& x, DType from, DType to) {
  const std::uint64_t half = std::uint64_t{1} << (bits_of_range(to) - 1);
  const std::string low = is_signed_int(to) ? "-" + std::to_string(half) + " * 2" : "0";
  if (is_integer(from)) {
    const std::string high = std::to_string(half - 1 + half);
    return "(" + x + " < " + low + ") or (" + x + " > " + high + ")";
  }
  return "(trunc(" + x + ") < " + low + ".0) or (" + x + " >= " + std::to_string(half) +
         ".0 * 2.0) or isinf(" + x + ")";
}

bool covers(DType to, DType from) {
  if (is_bool(from)) return true;
  if (is_signed_int(from) && !is_signed_int(to)) return false;
  return bits_of_range(to) >= bits_of_range(from);
}

void add_integer_losses(std::vector<Loss>& losses, const std::string& x, DType from, DType to,
                        bool round) {
  if (is_integer(from) || is_bool(from)) {
    if (!covers(to, from))
      losses.push_back(
          {"out of the range of " + std::string(name(to)), outside(x, from, to), true});
    return;
  }
  const std::string out = outside(round ? "round(" + x + ")" : x, from, to);
  losses.push_back({"out of the range of " + std::string(name(to)), out, true});
  losses.push_back({"NaN, which no integer is", "isnan(" + x + ")"});
  if (round) return;
  losses.push_back({"with a fraction, which would be lost",
                    "(trunc(" + x + ") != " + x + ") and not isnan(" + x + ")"});
}

/// The type of one part of a complex number; any other as it is.
DType part_of(DType type) {
  return is_complex(type) ? part_type(type) : type;
}

/// True where some value of one type is past the finite range of a float type.
bool may_overflow(DType from, DType to) {
  const double limit = largest_finite(part_of(to));
  if (is_bool(from)) return false;
  if (is_integer(from)) return std::ldexp(1.0, bits_of_range(from)) > limit;
  return largest_finite(part_of(from)) > limit;
}

/// What a float type cannot hold, but for NaN; an infinity is held where the type has one.
std::string too_large(const std::string& x, DType to) {
  const std::string held = cast(x, to);
  if (info(to).specials == Specials::finite_nan) {
    return "isnan(" + held + ") and not isnan(" + x + ")";
  }
  return "isfinite(" + x + ") and not isfinite(" + held + ")";
}

/// What becomes 0, or a subnormal number that has fewer digits than any other of its type.
void add_underflow(std::vector<Loss>& losses, const std::string& x, DType to) {
  const DType part = part_of(to);
  const std::string held = cast(x, part);
  losses.push_back({"too small for " + std::string(name(to)) + ", which would be 0",
                    "(" + x + " != 0) and (" + held + " == 0)"});
  losses.push_back({"so small that " + std::string(name(to)) + " holds fewer digits",
                    "(" + held + " != " + x + ") and (" + held + " != 0) and (abs(" + x + ") < " +
                        real_text(least_normal(part), DType::float64) + ")"});
}

}  // namespace

std::vector<Loss> possible_losses(DType from, DType to, bool round) {
  std::vector<Loss> losses;
  if (from == to) return losses;
  std::string x = "x";
  DType real = from;
  if (is_complex(from) && !is_complex(to)) {
    losses.push_back({"with an imaginary part", "imag(x) != 0"});
    x = "real(x)";
    real = part_type(from);
  }
  if (is_bool(to)) {
    losses.push_back({"neither 0 nor 1", "(" + x + " != 0) and (" + x + " != 1)"});
  } else if (is_integer(to)) {
    add_integer_losses(losses, x, real, to, round);
  } else if (may_overflow(real, to)) {
    losses.push_back({"too large for " + std::string(name(to)), too_large(x, to), true});
    if (is_integer(real)) return losses;
    const bool parts = is_complex(real);
    add_underflow(losses, parts ? "real(x)" : x, to);
    if (parts) add_underflow(losses, "imag(x)", to);
  }
  return losses;
}

namespace {

/// One compiled pass over a block: the converted elements, and a count per loss.
class BlockPass {
 public:
  BlockPass(DType from, const Conversion& conversion, const std::vector<Loss>& losses)
      : counts_(losses.size()) {
    const bool part = is_complex(from) && !is_complex(conversion.to);
    const bool rounds = conversion.round && is_integer(conversion.to) && !is_integer(from);
    std::string x = part ? "real(x)" : "x";
    if (rounds && !is_bool(from)) x = "round(" + x + ")";
    std::string text = cast(x, conversion.to);
    if (conversion.saturate && !is_bool(conversion.to)) {
      const DType range = part_of(conversion.to);
      const std::string saturated = "saturate(" + x + ", '" + std::string(name(range)) + "')";
      const std::string clipped =
          range == conversion.to ? saturated : cast(saturated, conversion.to);
      // An infinity that the type holds is no loss.
      const bool keeps_infinities =
          info(range).specials == Specials::ieee && !is_integer(from) && !is_bool(from);
      text = keeps_infinities ? "where(isinf(" + x + "), " + text + ", " + clipped + ")" : clipped;
    }
    for (const Loss& loss : losses) text += ", count_nonzero(" + loss.test + ")";
    function_ = compile(text, {{"x", from}});
  }

  void run(const ArrayView& in, const ArrayView& out) {
    std::vector<Destination> outs = {out};
    for (std::int64_t& count : counts_) outs.emplace_back(ArrayView(&count, Dims{}));
    const Arg argument(in);
    function_.into(outs, {&argument, 1});
  }
  std::int64_t count(std::size_t loss) const { return counts_[loss]; }

 private:
  std::vector<std::int64_t> counts_;
  Function function_;
};

/// Returns the index of an element that is the `position`-th of the file.
std::vector<std::int64_t> index_of(std::int64_t position, const Source& source) {
  const Dims& shape = source.shape();
  std::vector<std::int64_t> index(static_cast<std::size_t>(shape.size()));
  for (int i = 0; i < shape.size(); ++i) {
    const int axis = source.fortran_order() ? i : shape.size() - 1 - i;
    index[static_cast<std::size_t>(axis)] = position % shape[axis];
    position /= shape[axis];
  }
  return index;
}

/// Returns where in a block the first element is for which the test is true.
std::int64_t first_of(const std::string& test, const ArrayView& in) {
  const Array lost = evaluate(test, {{"x", in}});
  const auto flags = lost.values<bool>();
  return std::find(flags.begin(), flags.end(), true) - flags.begin();
}

void note(std::vector<Loss>& losses, const BlockPass& pass, const ArrayView& in,
          std::int64_t before, const Source& source) {
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (pass.count(i) == 0) continue;
    if (losses[i].count == 0) {
      const std::int64_t first = first_of(losses[i].test, in);
      losses[i].index = index_of(before + first, source);
      const auto width = static_cast<std::int64_t>(itemsize(in.dtype()));
      const ArrayView element(static_cast<const std::byte*>(in.data()) + first * width, in.dtype(),
                              Dims{}, Dims{}, in.byte_order());
      const Array native = Array::copy_of(element);
      losses[i].value = element_text(in.dtype(), native.view().data());
    }
    losses[i].count += pass.count(i);
  }
}

}  // namespace

std::vector<Loss> convert(Source& source, const Conversion& conversion, const TakeBlock& take) {
  const DType from = source.dtype();
  const std::size_t width = itemsize(from);
  std::vector<Loss> losses = possible_losses(from, conversion.to, conversion.round);
  BlockPass pass(from, conversion, losses);
  const std::uint64_t elements = source.bytes() / width;
  const auto block =
      static_cast<std::int64_t>(std::min<std::uint64_t>(elements, kBlockBytes / width));
  Array in(from, Dims{block});
  Array out(conversion.to, Dims{block});
  const ByteOrder order = source.swapped() ? ByteOrder::swapped : ByteOrder::native;
  for (std::uint64_t done = 0; done < elements;) {
    const auto now = static_cast<std::int64_t>(
        std::min<std::uint64_t>(elements - done, static_cast<std::uint64_t>(block)));
    const std::size_t count = static_cast<std::size_t>(now);
    source.read(in.data(), count * width);
    const ArrayView from_block(std::as_const(in).data(), from, Dims{now},
                               Dims{static_cast<std::int64_t>(width)}, order);
    const ArrayView to_block(out.data(), conversion.to, Dims{now});
    pass.run(from_block, to_block);
    note(losses, pass, from_block, static_cast<std::int64_t>(done), source);
    take(std::as_const(out).data(), count * itemsize(conversion.to));
    done += count;
  }
  return losses;
}

}  // namespace tightloop::tool
