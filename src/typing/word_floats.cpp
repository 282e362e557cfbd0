// Two words to a float, rounded once: the bits that no float has are gathered in one below those
// that round ("round to odd": Boldo and Melquiond, Emulation of FMA and correctly rounded sums).
#include "typing/resolver.hpp"

namespace tightloop::typing {
namespace {

constexpr Range kWord = range_of(DType::uint64);
constexpr Range kSigned = range_of(DType::int64);

}  // namespace

NodeId Resolver::past_to_float(std::uint32_t at, DType t) {
  if (is_complex(t)) return b_.cast(past_to_float(at, real_part(t)), t);
  const Past past = pasts_[at];
  if (past.real != kNoNode) return b_.cast(past.real, t);
  if (const auto w = words_of_past(at)) return words_to_float(*w, t);
  const DType lane = DType::float64;
  const NodeId x = to_float(past.x[0], lane);
  if (past.op == Op::negative) return b_.cast(b_.make(Op::negative, lane, {x}), t);
  if (past.op == Op::square) return b_.cast(b_.make(Op::square, lane, {x}), t);
  return b_.cast(b_.make(past.op, lane, {x, to_float(past.x[1], lane)}), t);
}

NodeId Resolver::scaled_float(NodeId integer, NodeId scale, DType t) {
  const DType lane = ir::lane_of(t);
  const NodeId rounded = is_half(t) ? b_.round_half(integer, t) : b_.cast(integer, lane);
  return b_.make(Op::multiply, lane, {rounded, b_.cast(scale, lane)});
}

// Below 2^72 in size: of what int64 does not hold, 55 bits and the one that gathers the rest.
NodeId Resolver::near_words_to_float(const Words& w, DType t) {
  const auto signed_word = [&](NodeId x) { return b_.cast(x, DType::int64); };
  const NodeId fits = b_.make(Op::equal, DType::bool_, {w.high, sign_word(w.low)});
  const NodeId rest = words(Op::bit_and, w.low, constant_word(511));
  const NodeId lost = word(b_.make(Op::not_equal, DType::bool_, {rest, constant_word(0)}));
  const NodeId above = words(Op::shift_left, word(w.high), constant_word(55));
  const NodeId below = words(Op::shift_right, w.low, constant_word(9));
  const NodeId kept = words(Op::bit_or, words(Op::bit_or, above, below), lost);
  const NodeId integer = choose(fits, signed_word(w.low), signed_word(kept), DType::int64, kSigned);
  const NodeId scale =
      choose(fits, b_.real(DType::float64, 1), b_.real(DType::float64, 512), DType::float64, {});
  return scaled_float(integer, scale, t);
}

NodeId Resolver::words_to_float(const Words& w, DType t) {
  const int128 near = static_cast<int128>(1) << 72;
  if (-near <= w.range.lo && w.range.hi < near) return near_words_to_float(w, t);
  const NodeId zero = constant_word(0);
  const auto test = [&](Op op, NodeId x, NodeId y) { return b_.make(op, DType::bool_, {x, y}); };
  const NodeId below = test(Op::less, w.high, high_word(0));
  const auto sized = [&](NodeId minus, NodeId plain) {
    return choose(below, minus, plain, DType::uint64, kWord);
  };
  const NodeId high_bits = word(w.high);
  const NodeId borrow = word(test(Op::not_equal, w.low, zero));
  const NodeId low = sized(words(Op::subtract, zero, w.low), w.low);
  const NodeId high =
      sized(words(Op::subtract, words(Op::subtract, zero, high_bits), borrow), high_bits);
  // Shifted until the highest bit of `high` is at most one place from the top.
  const NodeId size = b_.make(Op::cast, DType::float64, {high});
  const NodeId bits = b_.make(Op::bitcast, DType::uint64, {size}, kWord);
  const NodeId exponent = words(Op::shift_right, bits, constant_word(52));
  const Range places{0, 63};
  const NodeId most =
      b_.make(Op::minimum, DType::uint64, {exponent, constant_word(1086)}, {0, 1086});
  const NodeId least =
      b_.make(Op::maximum, DType::uint64, {most, constant_word(1023)}, {1023, 1086});
  const NodeId up = b_.make(Op::subtract, DType::uint64, {constant_word(1086), least}, places);
  const NodeId down = b_.make(Op::subtract, DType::uint64, {constant_word(64), up}, {1, 64});
  const NodeId rest = test(Op::not_equal, words(Op::shift_left, low, up), zero);
  const NodeId top =
      words(Op::bit_or, words(Op::shift_left, high, up), words(Op::shift_right, low, down));
  const NodeId kept = words(Op::bit_or, top, word(rest));
  const NodeId power = b_.make(Op::add, DType::uint64, {down, constant_word(1023)}, {1024, 1087});
  const NodeId scale =
      b_.make(Op::bitcast, DType::float64, {words(Op::shift_left, power, constant_word(52))});
  const NodeId small = test(Op::equal, high, zero);
  const NodeId value =
      scaled_float(choose(small, low, kept, DType::uint64, kWord),
                   choose(small, b_.real(DType::float64, 1), scale, DType::float64, {}), t);
  const DType lane = ir::lane_of(t);
  return choose(below, b_.make(Op::negative, lane, {value}), value, lane, {});
}

}  // namespace tightloop::typing
