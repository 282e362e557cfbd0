// The state of one typing pass: the source graph, the builder, and the rules of each family of
// operations. Each family is defined in a file of its own.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "ops/big_integer.hpp"
#include "typing/builder.hpp"
#include "typing/promotion.hpp"
#include "typing/ranges.hpp"
#include "typing/typing.hpp"

namespace tightloop::typing {

inline constexpr std::uint32_t kNoPast = ~std::uint32_t{0};

/// What a node of the source graph became.
struct Value {
  NodeId id = kNoNode;
  bool weak = false;                   ///< promotes as a Python scalar
  const BigInteger* number = nullptr;  ///< an integer constant, exactly; of one that 64 bits cannot
                                       ///< hold, the node has the nearest value that they can
  std::uint32_t past = kNoPast;  ///< where 64 bits may not hold it: its Past; then `id` is checked
};

using Values = std::span<const Value>;

/// A number of 128 bits: high * 2^64 + low.
struct Words {
  NodeId low = kNoNode;   ///< uint64
  NodeId high = kNoNode;  ///< int64
  Range range;
};

/// An integer that 64 bits may not hold, for those who compare it or turn it to float.
struct Past {
  Op op = Op::constant;        ///< of x: add, subtract, negative, multiply or square
  std::array<Value, 3> x{};    ///< as many as op has
  Range range;                 ///< exact where it fits two words
  bool fits_words = true;      ///< if not, it is op of its operands in float64, or `real`
  std::optional<Words> words;  ///< once somebody asked
  NodeId real = kNoNode;       ///< its value in float64, where that is all there is
  unsigned depth = 0;          ///< how deep such floats are nested in it
};

class Resolver {
 public:
  Resolver(const ir::Graph& graph, std::span<const VariableType> variables, const Policy& policy);

  /// Types every node, then the results. The builder holds the nodes afterwards.
  void run(std::span<const DestinationType> destinations);
  const Builder& builder() const { return b_; }
  const std::vector<NodeId>& results() const { return results_; }
  const std::vector<ir::ReduceSpec>& reduces() const { return reduces_; }
  const std::vector<ir::ViewSpec>& views() const { return views_; }

 private:
  struct Reduction;

  // typing.cpp: leaves, conversions, results
  Value resolve(NodeId node);
  Value leaf(const ir::Node& node);
  Value viewed(const Value& x, std::uint32_t view);
  Value converted(const ir::Node& node, const Value& x);
  Value saturated(DType target, const Value& x);
  Value bit_cast(DType target, const Value& x);
  /// A function of the prelude's own (lang/calls.cpp).
  Value rescued(const Value& x, const Value& y);
  Value full_scale(const Value& x, const Value& y);
  Value elementwise(Op op, Values x);
  Value in_rule(Op op, Values x);
  NodeId finished(const Value& x);
  NodeId stored(const Value& x, const DestinationType& destination, std::size_t index);
  bool value_fits(const Value& x, DType dtype) const;
  /// What a destination's casting means for these dtypes; never `standard` or `wrap`.
  Casting meaning_of(Casting casting, DType from, DType to) const;
  NodeId clipped(NodeId x, DType to);
  NodeId fitted(NodeId x, DType to);

  // elementwise.cpp: one rule per TypeRule, dispatching to integers or floats
  Value arithmetic(Op op, Values x);
  Value divide(Values x);
  Value negate(Op op, const Value& x);
  Value absolute_difference(Values x);
  Value logic(Op op, Values x);
  Value bits(Op op, Values x);
  Value invert(const Value& x);
  Value magnitude(const Value& x);
  Value sign(const Value& x);
  Value rounding(Op op, const Value& x);
  Value select(Op op, Values x);
  Value where(Values x);
  Value real(Op op, Values x);
  Value classify(Op op, const Value& x);
  Value component(Op op, const Value& x);
  Value combine(Values x);
  Value count_bits(const Value& x);
  /// Returns the float dtype in which functions with real results are computed.
  DType real_dtype(Values x) const;

  // compositions.cpp: rows of the table in terms of others
  Value composed(Op op, Values x);
  Value by_lanes(Op op, Values x);
  Value rint(const Value& x);
  Value reciprocal(const Value& x);
  Value float_power(Values x);
  Value angle(const Value& x);
  Value nan_to_num(const Value& x);
  Value nextafter(Values x);
  Value ulp_diff(Values x);
  Value like(const Value& x, int number);

  // floats.cpp: float and complex lanes
  /// Returns the float or complex dtype the operands promote to; none where all are integral.
  std::optional<DType> common_float(Values x) const;
  Value floating(Op op, DType dtype, Values x);
  /// Converts an operand to a float or complex dtype; numpy promotion rounds it to half types.
  NodeId to_float(const Value& x, DType dtype);
  /// The same for what is compared or chosen: a weak operand is first rounded to a half type (NEP
  /// 50), unless it lies past the largest value of that type and would become an infinity.
  NodeId to_compared(const Value& x, DType dtype);
  Value power(Values x);
  Value power_in(DType dtype, Values x);
  Value complex_power(Values x);
  /// Raises to a power >= 1 by squaring; multiply(x, y, n) makes the product that is the n-th
  /// power.
  using Multiply = std::function<NodeId(NodeId x, NodeId y, unsigned n)>;
  static NodeId repeated(NodeId base, unsigned exponent, const Multiply& multiply);
  /// Returns the exponent where it is a constant whole number.
  std::optional<int128> constant_exponent(const Value& y) const;
  /// True where an operation of that dtype has to be rounded to it in a node of its own.
  bool rounds(Op op, DType dtype) const;

  // compare.cpp
  Value compare(Op op, Values x);
  NodeId compare_integers(Op op, NodeId x, NodeId y);
  std::optional<NodeId> compare_past(Op op, Values x);

  // complex_order.cpp: complex numbers in order, by their parts
  struct ComplexParts;
  struct ComplexExtreme;
  Value of_complex_parts(Op op, Values x);
  Value of_complex_parts(const Reduction& r);
  ComplexParts parts_of(NodeId z);
  NodeId in_complex_order(Op op, NodeId x, NodeId y);
  NodeId complex_extreme(Op op, NodeId x, NodeId y);
  ComplexExtreme complex_extremes(Op op, const Reduction& r);
  Value complex_extreme_of(Op op, const Reduction& r);
  Value complex_position(Op op, const Reduction& r);

  // integers.cpp: exact promotion of integers and bools
  Value exact_integer(Op op, Values x);
  Value exact_word(Op op, Values x);
  std::optional<DType> common_lane(Values x, const Fit& fit) const;
  Value exact_square(const Value& x);
  Value integer_repeated(NodeId base, unsigned exponent, DType lane, bool weak);
  Value exact_magnitude(const Value& x);
  Value exact_absdiff(const Value& x, const Value& y);
  Value exact_shift(Op op, const Value& x, const Value& by);
  Value exact_power(const Value& x, const Value& y);
  Value exact_fmod(const Value& x, const Value& y);
  /// The remainder with the sign of x, in a lane that holds it.
  NodeId signed_remainder(const Value& x, const Value& y, DType lane, const Range& range);
  Value exact_invert(const Value& x);
  /// Brings a count into a lane, where it shifts as far; by value, or as negative or past the
  /// width.
  NodeId shift_count(NodeId count, DType lane, bool by_value);
  NodeId narrowed(NodeId x, DType dtype);
  /// Where x is a difference of integers in the source, its magnitude; else none.
  std::optional<Value> magnitude_of_difference(const Value& x);

  // constants.cpp: integer constants of any size
  Value integer_literal(BigInteger exact);
  std::optional<Value> literal_result(RangeRule rule, Values x);
  std::optional<Value> literal_quotient(Values x);
  /// The values of an integer operand, past 64 bits for constants; +-kHuge is this or more.
  Range value_range(const Value& x) const;
  /// Compares x, in the float dtype t, with a constant past 64 bits.
  NodeId float_comparison(Op op, const Value& x, const Value& y, DType t);
  [[noreturn]] void no_dtype(const Value& x) const;

  // past_words.cpp: integer arrays with constants past 64 bits
  bool any_beyond(Values x) const;
  Value past_words(Op op, Values x);
  Value past_linear(Op op, const Value& x, const Value& y);
  Value past_quotient(Op op, const Value& x, const BigInteger& divisor, bool weak);
  Value past_bits(Op op, const Value& x, const BigInteger& c, bool weak);
  Value past_extreme(Op op, const Value& x, const Value& y);
  Value past_clip(Values x);
  Value past_where(Values x);
  Value past_shift(Op op, const Value& x, const Value& y);
  Value past_power(const Value& base, const Value& exponent);
  Value past_remainder(Op op, const BigInteger& c, const Value& y, bool weak);
  struct LongDivision {
    NodeId quotient, remainder, large;  ///< large: the quotient is no word
  };
  LongDivision divided(const BigInteger& size, NodeId divisor);
  /// A word as an integer result; `bad` marks the elements that its dtype does not hold.
  Value checked(NodeId word, NodeId bad, const Fit& fit, bool weak);
  /// The operation at hand as text, for messages.
  std::string operation_text() const { return "'" + ir::to_text(graph_, current_, 60) + "'"; }
  NodeId at_least(NodeId x, const BigInteger& bound);
  NodeId outside(NodeId x, const BigInteger& lowest, const BigInteger& highest);

  // wide.cpp: 64-bit integers whose operands share no lane
  Value wide(Op op, Values x, const Fit& fit);
  NodeId wide_sum(Op op, NodeId x, NodeId y, const Fit& fit);
  NodeId lost_by_signed(Op op, NodeId x, NodeId y, NodeId d);
  NodeId lost_by_unsigned(Op op, NodeId x, NodeId y, NodeId d);
  NodeId wide_product(NodeId x, NodeId y, const Fit& fit);
  NodeId wide_quotient(Op op, NodeId x, NodeId y, const Fit& fit);
  NodeId wide_bits(Op op, NodeId x, NodeId y, const Fit& fit);
  NodeId wide_where(NodeId c, NodeId x, NodeId y, const Fit& fit);
  NodeId wide_absdiff(NodeId x, NodeId y, const Fit& fit);
  NodeId wide_extreme(Op op, NodeId x, NodeId y, const Fit& fit);
  NodeId wide_exponent(NodeId y);
  NodeId word(NodeId x);
  NodeId words(Op op, NodeId x, NodeId y) {
    return b_.make(op, DType::uint64, {x, y}, range_of(DType::uint64));
  }
  NodeId held(NodeId word, const Fit& fit);
  NodeId constant_word(int128 value) { return b_.integer(DType::uint64, value); }
  NodeId is_negative(NodeId x);
  NodeId size_of(NodeId x);
  NodeId reported(NodeId value, NodeId bad, const Fit& fit);

  // two_words.cpp: integers past 64 bits on their way to a comparison or a float
  /// Notes what `result` of op(x) is where 64 bits may not hold it.
  void follow(Value& result, Op op, Values x);
  bool follows_words(Values x) const;
  /// The result of an operation that selects of values past 64 bits, or brings them back.
  std::optional<Value> past_selection(Op op, Values x);
  std::optional<Value> quotient_of_words(Op op, Values x);
  std::optional<Words> selected_words(Op op, Values x);
  Range exact_range(const Value& x) const;
  static bool any_past(Values x);
  std::uint32_t add_past(const Past& past);
  std::optional<Words> words_of(const Value& x);
  std::optional<Words> words_of_past(std::uint32_t past);
  Words combined(const Past& past);
  Words sum_of_words(Op op, const Words& x, const Words& y, const Range& range);
  Words product_of_words(const Words& x, const Words& y, const Range& range);
  NodeId high_product(NodeId x, NodeId y);
  NodeId words_compare(Op op, const Words& x, const Words& y);
  Words choose_words(NodeId c, const Words& x, const Words& y);
  Words lesser_words(const Words& x, const Words& y);
  Words greater_words(const Words& x, const Words& y);
  Words shift_words(const Words& x, unsigned count);
  Value value_of_words(const Words& w, bool weak);
  /// One word of two, checked.
  NodeId narrowed_words(const Words& w, const Fit& fit);
  Value magnitude_of_words(const Words& w, bool weak);
  Value sign_of_words(const Words& w, bool weak);
  NodeId high_word(int128 value);
  NodeId bit_word(NodeId truth);
  NodeId sign_word(NodeId word);

  // word_floats.cpp: two words to floats, rounded once
  NodeId past_to_float(std::uint32_t past, DType dtype);
  NodeId words_to_float(const Words& w, DType dtype);
  NodeId near_words_to_float(const Words& w, DType dtype);
  NodeId scaled_float(NodeId integer, NodeId scale, DType dtype);

  // word_sums.cpp: sums and extremes of integers of 64 bits and more
  struct IntegerTotal;
  /// The sum of x, exact; its one word is checked and of dtype `acc`.
  IntegerTotal exact_total(const Value& x, DType acc, std::uint32_t spec);
  Words total_of_words(NodeId x, std::uint32_t spec, NodeId& reduction);
  NodeId total_of_products(const Words& high, const Words& low);
  /// min or max of values past 64 bits; none where they are not words.
  std::optional<Value> extreme_of_words(Op op, const Value& x, std::uint32_t spec);

  // numpy.cpp: NumPy's promotion of integers and bools
  Value numpy_integer(Op op, Values x);
  /// Returns the integral dtype the operands promote to, or float64 for int64 with uint64.
  DType numpy_dtype(Values x) const;
  NodeId numpy_operand(const Value& x, DType dtype);
  Value numpy_bool(Op op, Values x);
  Value numpy_magnitude(const Value& x);
  Value numpy_lane(Op op, DType dtype, Values x);
  Value numpy_power(Values x);
  Value strong(const Value& x);

  // numexpr.cpp: that package's promotion
  Value numexpr(Op op, Values x);
  DType numexpr_kind(const Value& x) const;
  Value in_kind(const Value& x, DType kind);
  Value numexpr_leaf(const Value& x);
  Value numexpr_result(const Value& x);
  std::optional<Value> numexpr_power(Values x);
  Value numexpr_floor(Op op, Values x, DType kind);

  // reductions.cpp: sums, extremes, quantifiers and positions
  Value reduction(const ir::Node& node);
  Reduction gathered(const ir::Node& node);
  Value total(Op op, const Reduction& r);
  Value total(Op op, const Value& x, std::uint32_t attr);
  Value float_total(Op op, const Reduction& r, DType dtype);
  NodeId watched(NodeId sum);
  bool may_be_negative_zero(NodeId x) const;
  /// `seed` where no element counts, else `sum`; `reduced` is the node that reduces them.
  NodeId or_seed(const Reduction& r, NodeId reduced, NodeId seed, NodeId sum);
  Value integer_total(Op op, const Value& x, DType acc, std::uint32_t spec);
  Value extreme(Op op, const Reduction& r);
  Value seeded_extreme(Op op, const Reduction& r);
  Value skipping_seed(Op op, const Reduction& r, NodeId missing);
  Value counted(Op op, const Reduction& r);
  Value position(Op op, const Reduction& r);
  Value spread(const Reduction& r);
  /// x where the reduction's mask is set and `otherwise` elsewhere; x itself without a mask.
  NodeId selected(const Reduction& r, double otherwise);
  Value selected_value(const Reduction& r, int otherwise);
  /// The mask in the shape of x, so that it counts what it selects.
  NodeId full_mask(const Reduction& r);

  // moments.cpp: means, deviations and norms
  Value mean(const Reduction& r);
  Value deviation(const Reduction& r, bool root);
  Value norm(const Reduction& r);
  Value log_sum_exp(const Reduction& r);
  /// The number of elements that count, float64; `reduction` is a node that reduces them.
  NodeId count(const Reduction& r, NodeId reduction);
  NodeId sum_of(const Reduction& r, DType lane, NodeId& reduction);
  NodeId float_sum_of(const Reduction& r, DType lane);
  NodeId squared_deviations(const Reduction& r);
  /// What is reduced, times a power of two.
  Reduction scaled(const Reduction& r, double scale);
  /// True where an average of r is computed scaled, too.
  bool scales(const Reduction& r) const;
  /// Averages of what has been scaled, as if it had not.
  NodeId unscaled_mean(NodeId plain_sum, NodeId sum, NodeId n);
  NodeId unscaled(NodeId length);
  NodeId squared_magnitude(NodeId x);
  /// A float64 or complex128 value as the result of a reduction of dtype `from` that averages.
  Value averaged(NodeId value, DType from);
  /// The result of a reduction, seen with its reduced axes as axes of extent 1.
  NodeId with_axes(NodeId reduced, std::uint32_t spec);
  /// The number of a spec that differs in its options alone: it has none.
  std::uint32_t axes_of(std::uint32_t spec);

  /// A number of elements as the user asks for it, whatever they hold.
  Value extent(const ir::Node& node);

  // contractions.cpp
  Value contraction(const ir::Node& node);
  Value product_in_dtype(const Value& x, const Value& y, DType dtype, const std::uint32_t* sum);
  Value product_of_floats(const Value& x, const Value& y, DType dtype, const std::uint32_t* sum);
  /// Finds the contractions whose results are operands of the same einsum.
  void find_parts();
  /// The dtype of what a source node sums: its own, but for a part of an einsum.
  DType summand(NodeId of, const Value& x) const;
  /// NumPy's result of an integral contraction.
  Value in_dtype(const Value& x, DType dtype);
  std::optional<Value> checked_products(const Value& x, const Value& y,
                                        const std::array<Value, 2>& aligned, std::uint32_t spec);
  /// The number of a spec that reduces all axes.
  std::uint32_t all_axes();

  // shared by the rules
  bool exact(Values x) const;
  const ir::TypedNode& typed(const Value& x) const { return b_[x.id]; }
  const ir::TypedNode& typed(NodeId x) const { return b_[x]; }
  DType dtype(const Value& x) const { return b_[x.id].dtype; }
  Range range(const Value& x) const { return b_[x.id].range; }
  bool all_integral(Values x) const;
  bool all_bool(Values x) const;
  static bool all_weak(Values x);
  /// True for a constant that 64 bits cannot hold.
  static bool beyond_words(const Value& x) {
    return x.number != nullptr && x.number->bits() >= 64 && !holds(DType::uint64, *x.number) &&
           !holds(DType::int64, *x.number);
  }
  static bool holds(DType t, const BigInteger& value) {
    const auto v = value.narrow();
    return v && range_of(t).contains({*v, *v});
  }
  NodeId truth(const Value& x);
  NodeId logical(Op op, NodeId x, NodeId y) { return b_.make(op, DType::bool_, {x, y}); }
  NodeId logical_not(NodeId x) { return b_.make(Op::logical_not, DType::bool_, {x}); }
  NodeId choose(NodeId c, NodeId x, NodeId y, DType dtype, const Range& range);
  NodeId node(Op op, DType dtype, const std::vector<NodeId>& args, const Range& range = {},
              bool may_wrap = false);
  /// A constant in the shape of x.
  NodeId filled(NodeId constant, NodeId x);
  bool has_complex(Values x) const;
  void reject_complex(Op op, Values x) const;
  [[noreturn]] void fail(ErrorCode code, const std::string& message,
                         const std::string& hint = {}) const;
  [[noreturn]] void undefined(Op op, DType dtype, const std::string& hint = {}) const;

  const ir::Graph& graph_;
  std::span<const VariableType> variables_;
  Policy policy_;
  bool check_;
  Builder b_;
  NodeId current_ = kNoNode;
  std::vector<Value> values_;
  std::deque<BigInteger> numbers_;  // what Value::number points to
  std::vector<Past> pasts_;
  std::vector<NodeId> results_;
  // Those of the source graph, then what lowering adds.
  std::vector<ir::ReduceSpec> reduces_;
  std::vector<ir::ViewSpec> views_;
  using Axes = std::tuple<bool, bool, bool, std::vector<std::int64_t>>;
  std::map<Axes, std::uint32_t> plain_;               // specs without options
  std::map<std::uint32_t, std::uint32_t> expansion_;  // by spec: the view that puts its axes back
  // Parts of an einsum in the source graph, and the dtypes of their operands.
  std::set<NodeId> parts_;
  std::map<NodeId, DType> summands_;
  bool parts_found_ = false;
};

/// A reduction with its operands, all of them strong.
struct Resolver::Reduction {
  Op op = Op::sum;  ///< nansum and the like: sum, with a mask
  Value x;
  NodeId mask = kNoNode;  ///< bool: the elements that count; none: all do
  bool skips_nan = false;
  bool has_where = false;  ///< the mask has a part that the user gave
  std::optional<Value> initial;
  double ddof = 0;
  std::uint32_t spec = 0;
};

/// A sum of integers.
struct Resolver::IntegerTotal {
  Value value;
  NodeId reduction = kNoNode;  ///< one of its nodes that reduces what it sums
};

/// Returns the canonical spelling of an operation, for messages.
std::string spelling(Op op);

}  // namespace tightloop::typing
