// The calls of the library: evaluate text over arrays, compile it once and call it often, and the
// options and statistics of both.
#pragma once

#include <array>
#include <atomic>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tightloop/array.hpp"
#include "tightloop/definitions.hpp"
#include "tightloop/error.hpp"
#include "tightloop/event.hpp"
#include "tightloop/list.hpp"

namespace tightloop {

/// How dtypes of operands give the dtype of a result.
enum class Promotion : std::uint8_t {
  exact,    ///< an integer result is exact, or an Error; it is no wider than its range needs
  numpy,    ///< NEP 50: integers wrap in their dtype, halves round after every operation
  numexpr,  ///< that package's kinds: bool, int32, int64, float32, float64 and complex128; what is
            ///< narrower is converted first, literals are int32 (int64) or float64
};
/// `strict`: every operation rounds as IEEE 754 says, in the order written, except that reductions
/// sum in a fixed tree. `fast` also allows contraction and reassociation.
enum class Fp : std::uint8_t { strict, fast };
/// What happens when an integer element does not fit 64 bits, the widest lane there is.
enum class Overflow : std::uint8_t {
  wrap,          ///< it wraps modulo 2^64
  check,         ///< an Error(overflow) names the sub-expression and the first index
  by_promotion,  ///< check with Promotion::exact; wrap with the others, as those packages do
};
/// Which conversions a destination accepts, and what becomes of an element that it cannot hold.
enum class Casting : std::uint8_t {
  standard,    ///< with exact promotion same_value among integers, else same_kind. With the other
               ///< promotions same_kind; Overflow::check then checks integers as well
  no,          ///< the dtypes are equal
  safe,        ///< NumPy's: the dtype holds every value of the other
  same_kind,   ///< NumPy's: within a kind or to a wider one; integers wrap, floats round
  unsafe,      ///< any: integers wrap, floats are cut off towards zero and stop at the range's ends
  same_value,  ///< any, but an element whose value would change is an Error that names the first
  wrap,        ///< any integer dtype from any other, modulo 2^n; else same_kind
  saturate,    ///< any but complex to real: clipped to the range of the destination first
};

/// Runs independent tasks on threads. A host may plug in its own through Options::executor.
class TIGHTLOOP_API Executor {
 public:
  virtual ~Executor();
  /// Returns how many threads can run tasks at once, the caller included; at least 1.
  virtual int concurrency() const noexcept = 0;
  /// Calls task(context, i) once for every i in [0, count), on at most `threads` threads, the
  /// caller among them, and returns when all are done. Tasks do not throw. Must be callable from
  /// several threads at once and from inside a task.
  virtual void run(std::size_t count, void (*task)(void* context, std::size_t index), void* context,
                   int threads) = 0;
};

/// Returns the library's own executor. It starts no thread before the first large evaluation,
/// honours the affinity mask and the cgroup's CPU quota, and works again in a forked child.
TIGHTLOOP_API Executor& default_executor();

/// Holds what an evaluation did. Filled in when Options::stats points to one.
struct Stats {
  double parse_seconds = 0;            ///< text to graph; 0 when the text was known
  double type_seconds = 0;             ///< graph to typed graph
  double plan_seconds = 0;             ///< typed graph and layouts to loops
  double compile_seconds = 0;          ///< loops to machine code; 0 when every kernel was cached
  double run_seconds = 0;              ///< the loops themselves
  std::uint64_t peak_extra_bytes = 0;  ///< most memory held at once beyond inputs and results
  std::uint64_t bytes_read = 0;        ///< bytes of input elements, each array once per pass
  std::uint64_t bytes_written = 0;     ///< bytes of result elements
  int stages = 0;                      ///< passes over memory
  int kernels_compiled = 0;
};

/// Holds the choices of one evaluation. Plain data; copy freely.
struct Options {
  Promotion promotion = Promotion::exact;
  Fp fp = Fp::strict;
  Overflow overflow = Overflow::by_promotion;
  Casting casting = Casting::standard;  ///< of evaluate_into, assign, Function::into, `dtype`
  std::optional<DType> dtype = {};      ///< of new arrays and streamed results: converted to
                                        ///< it under `casting`; none leaves them as they are
  int threads = 0;                      ///< at most so many; 0 means all that are allowed
  Executor* executor = nullptr;         ///< null means default_executor()
  /// A call whose loops would compute more elements (of a matrix product: multiplications) is an
  /// Error(limit) before it starts; 0: no bound.
  std::uint64_t most_elements = 0;
  /// A call that would take more bytes for new results and for what its loops keep for later ones
  /// is an Error(limit) before it starts; 0: no bound. Kernels and their threads' scratch memory do
  /// not count. stream() also holds no more than this.
  std::uint64_t most_bytes = 0;
  const Definitions* definitions = nullptr;  ///< null means default_definitions()
  Stats* stats = nullptr;                    ///< filled in when not null
  EventList events =
      nullptr;  ///< a std::vector<Event>*; when not null, receives the first event of each kind
  EventSet raise = {};  ///< kinds of events that are an Error(arithmetic)
  /// When not null: once true, the evaluation ends soon (well within 100 ms, unless a kernel is
  /// being compiled) with Error(stopped). Destinations are then partly written. Must outlive the
  /// call; whoever sets it resets it.
  const std::atomic<bool>* stop = nullptr;
};

/// One argument: an array that is borrowed for the call, or a weak scalar (NEP 50) that is copied.
/// An array or vector that would be destroyed with the expression that names it is kept.
class Arg {
 public:
  Arg(const ArrayView& view) : view_(view.as_const()) {}
  Arg(const Array& array) : view_(array.view_.as_const()) {}
  Arg(Array&& array) : view_(array.view_.as_const()), owner_(std::move(array.owner_)) {}
  Arg(const Array&& array) : view_(array.view_.as_const()), owner_(array.owner_) {}
  template <Element T, class A>
  requires(!std::is_same_v<T, bool>) Arg(const std::vector<T, A>& v)
      : view_(ArrayView::vector(v.data(), dtype_of<T>, v.size(), true)) {}
  template <Element T, class A>
  requires(!std::is_same_v<T, bool>) Arg(std::vector<T, A>&& v)
      : Arg(std::make_shared<const std::vector<T, A>>(std::move(v))) {}
  template <Element T, class A>
  requires(!std::is_same_v<T, bool>) Arg(const std::vector<T, A>&& v)
      : Arg(std::make_shared<const std::vector<T, A>>(v)) {}
  template <Element T>
  Arg(std::span<T> v) : view_(ArrayView::vector(v.data(), dtype_of<T>, v.size(), true)) {}
  template <Element T, std::size_t N>
  Arg(const std::array<T, N>& v)
      : view_(static_cast<const void*>(v.data()), dtype_of<T>, Dims{static_cast<std::int64_t>(N)}) {
  }
  template <Element T, std::size_t N>
  Arg(std::array<T, N>&& v) : Arg(std::make_shared<const std::array<T, N>>(v)) {}
  template <class T>
  requires(std::is_arithmetic_v<T>&& Element<T>) Arg(T value) : weak_(true) {
    if constexpr (std::is_same_v<T, bool>) {
      dtype_ = DType::bool_;
      store(static_cast<std::uint8_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
      dtype_ = DType::float64;
      store(static_cast<double>(value));
    } else if constexpr (std::is_signed_v<T>) {
      dtype_ = DType::int64;
      store(static_cast<std::int64_t>(value));
    } else {
      dtype_ = DType::uint64;
      store(static_cast<std::uint64_t>(value));
    }
  }
  Arg(std::complex<double> value) : dtype_(DType::complex128), weak_(true) { store(value); }

  bool weak() const noexcept { return weak_; }
  /// Returns the array; only meaningful when not weak().
  const ArrayView& view() const noexcept { return view_; }
  /// Returns bool, int64, uint64, float64 or complex128: how scalar() is held.
  DType scalar_dtype() const noexcept { return dtype_; }
  /// Returns the 16 bytes that hold the weak scalar.
  const void* scalar() const noexcept { return scalar_; }

 private:
  /// Keeps a container.
  template <class C>
  explicit Arg(std::shared_ptr<const C> kept)
      : view_(
            ArrayView::vector(kept->data(), dtype_of<typename C::value_type>, kept->size(), true)),
        owner_(std::const_pointer_cast<C>(kept)) {}
  template <class V>
  void store(V v) noexcept {
    std::memcpy(scalar_, &v, sizeof v);
  }
  ArrayView view_;
  alignas(16) unsigned char scalar_[16] = {};
  DType dtype_ = DType::float64;
  bool weak_ = false;
  std::shared_ptr<void> owner_;  // of an array that only this argument holds
};

/// A name of the expression and what it stands for.
struct Binding {
  std::string_view name;
  Arg value;
};

/// Variables that are kept for later calls: owns the names, shares the Arrays and keeps vectors
/// that are handed over; vectors, spans and views with a name of their own are borrowed and must
/// outlive it.
///
///   tl::Bindings vars = {{"a", a}, {"b", tl::evaluate("2 * a", {{"a", a}})}};
///   vars.push_back({"c", 3});
class Bindings {
 public:
  /// One of them; unlike a Binding it shares the Array that it is made of.
  struct Variable : Binding {
    Variable(const Binding& binding) : Binding(binding) {}
    template <class T>
    requires std::is_constructible_v<Arg, T> Variable(std::string_view n, T&& v)
        : Binding{n, shared(std::forward<T>(v))} {}

   private:
    template <class T>
    static Arg shared(T&& value) {
      if constexpr (std::is_base_of_v<Array, std::remove_cvref_t<T>>) {
        return Arg(Array(std::forward<T>(value)));
      } else {
        return Arg(std::forward<T>(value));
      }
    }
  };

  Bindings() = default;
  Bindings(std::initializer_list<Variable> list) {
    for (const Variable& item : list) push_back(item);
  }
  Bindings(std::span<const Binding> items) {
    for (const Binding& item : items) push_back(item);
  }
  template <class A>
  Bindings(const std::vector<Binding, A>& items) : Bindings(std::span<const Binding>(items)) {}
  void push_back(const Variable& item) {
    names_.push_back(std::make_shared<const std::string>(item.name));
    items_.push_back({*names_.back(), item.value});
  }
  std::size_t size() const noexcept { return items_.size(); }
  bool empty() const noexcept { return items_.empty(); }
  std::span<const Binding> items() const noexcept { return {items_.begin(), items_.size()}; }

 private:
  List<Binding> items_;
  List<std::shared_ptr<const std::string>> names_;  // shared with copies
};

/// What a call takes as its variables: `{{"a", a}, {"b", b}}`, Bindings, or a vector or span of
/// Binding. Borrows for the call; no type for variables of your own, which Bindings is.
class BindingsView {
 public:
  BindingsView() = default;
  BindingsView(std::initializer_list<Binding> list) : items_(list.begin(), list.size()) {}
  BindingsView(std::span<const Binding> items) : items_(items) {}
  BindingsView(const Bindings& vars) : items_(vars.items()) {}
  template <class A>
  BindingsView(const std::vector<Binding, A>& items) : items_(items) {}
  std::span<const Binding> items() const noexcept { return items_; }

 private:
  std::span<const Binding> items_;
};

/// Where a result is written: the caller's memory, with its own dtype, strides and byte order.
class Destination {
 public:
  Destination(const ArrayView& view) : view_(view) {}
  Destination(Array& array) : view_(array.view()) {}
  template <Element T, class A>
  requires(!std::is_same_v<T, bool>) Destination(std::vector<T, A>& v)
      : view_(ArrayView::vector(v.data(), dtype_of<T>, v.size(), false)) {}
  template <Element T>
  requires(!std::is_const_v<T>) Destination(std::span<T> v)
      : view_(ArrayView::vector(v.data(), dtype_of<T>, v.size(), false)) {}
  template <Element T, std::size_t N>
  requires(!std::is_const_v<T>) Destination(std::array<T, N>& v)
      : view_(ArrayView::vector(v.data(), dtype_of<T>, N, false)) {}
  const ArrayView& view() const noexcept { return view_; }

 private:
  ArrayView view_;
};

/// Evaluates an expression that has one result. Thread-safe. Throws Error.
TIGHTLOOP_API Array evaluate(std::string_view text, BindingsView vars = {},
                             const Options& options = {});

namespace detail {
TIGHTLOOP_API List<Array> evaluate_list(std::string_view text, BindingsView vars,
                                        const Options& options);
[[noreturn]] TIGHTLOOP_API void throw_result_count(std::size_t wanted, std::size_t got);
}  // namespace detail

/// Evaluates an expression of one or more results, all of which come from shared passes over the
/// inputs. Thread-safe. Throws Error.
TIGHTLOOP_IN_CALLER std::vector<Array> evaluate_all(std::string_view text, BindingsView vars = {},
                                                    const Options& options = {}) {
  return detail::evaluate_list(text, vars, options);
}

/// As above, for exactly N results: `auto [mse, worst] = evaluate_all<2>(...)`.
template <std::size_t N>
std::array<Array, N> evaluate_all(std::string_view text, BindingsView vars = {},
                                  const Options& options = {}) {
  List<Array> list = detail::evaluate_list(text, vars, options);
  if (list.size() != N) detail::throw_result_count(N, list.size());
  std::array<Array, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = std::move(list[i]);
  return out;
}

/// Evaluates into the caller's memory, which may overlap the inputs in any way: the result is as if
/// the inputs had been copied first. The shape must equal the result's, or the result broadcasts to
/// it, or it is a vector without gaps of as many elements, which receives them in C order. The
/// dtype converts under Options::casting: an element that does not fit is an Error(overflow) with
/// the index of the first, and its hint says whether the destination is as it was or holds all
/// elements as Casting::unsafe stores them. Nothing is written when an Error is thrown before the
/// loops start. Thread-safe.
TIGHTLOOP_API void evaluate_into(Destination out, std::string_view text, BindingsView vars = {},
                                 const Options& options = {});
TIGHTLOOP_API void evaluate_all_into(std::span<const Destination> outs, std::string_view text,
                                     BindingsView vars = {}, const Options& options = {});

/// The dtype of a parameter of a compiled Function; weak(t) declares a weak scalar.
struct ParameterType {
  ParameterType(DType t) : dtype(t) {}
  DType dtype;
  bool weak = false;
};
/// Declares a weak scalar parameter: bool_, int64, uint64, float64 or complex128.
inline ParameterType weak(DType t) {
  ParameterType p(t);
  p.weak = true;
  return p;
}
struct Parameter {
  std::string_view name;
  ParameterType type;
};

namespace detail {
struct FunctionState;
struct PreparedState;
}  // namespace detail

/// A call that is bound to its arrays: what can be known of it is found once, by Function::prepare,
/// and a run only computes. It keeps the Function, scalars and what it was handed by rvalue;
/// elements of other arrays are read, and results written, where they were: that memory must
/// outlive it. Copies share one state.
class TIGHTLOOP_API PreparedCall {
 public:
  /// Evaluates once more. Throws what Function::into throws. Runs of one call may not overlap in
  /// time: they write to the same memory.
  void operator()() const;

 private:
  friend class Function;
  std::shared_ptr<const detail::PreparedState> state_;
};

/// A compiled expression: any shapes, fixed dtypes. Copies share one state; every member is
/// thread-safe. A call with layouts seen before does not allocate, lock or parse.
class TIGHTLOOP_API Function {
 public:
  /// Evaluates the (only) result into a new array; arguments in the order of the parameters.
  Array operator()(std::initializer_list<Arg> args) const;
  TIGHTLOOP_IN_CALLER std::vector<Array> all(std::span<const Arg> args) const { return list(args); }
  /// Evaluates into the caller's memory; see evaluate_into.
  void into(const Destination& out, std::initializer_list<Arg> args) const;
  void into(std::span<const Destination> outs, std::span<const Arg> args) const;
  /// Binds arguments and destinations for calls that are repeated as they are. Throws Error for
  /// what `into` would refuse before it computes; nothing is written.
  PreparedCall prepare(const Destination& out, std::initializer_list<Arg> args) const;
  PreparedCall prepare(std::span<const Destination> outs, std::span<const Arg> args) const;
  /// Returns the number of results.
  std::size_t results() const noexcept;

 private:
  friend TIGHTLOOP_API Function compile(std::string_view, std::span<const Parameter>,
                                        const Options&);
  friend struct detail::FunctionState;
  List<Array> list(std::span<const Arg> args) const;
  std::shared_ptr<detail::FunctionState> state_;
};

/// Parses and types an expression for parameters of these dtypes; the kernels of a layout are
/// compiled at its first call. Throws Error. `options.stats` and `options.events` are not kept.
TIGHTLOOP_API Function compile(std::string_view text, std::initializer_list<Parameter> parameters,
                               const Options& options = {});
/// The same for as many parameters as the program knows when it runs.
TIGHTLOOP_API Function compile(std::string_view text, std::span<const Parameter> parameters,
                               const Options& options = {});

/// Returns the typed graph (range and dtype of every node) and the loop plan as text.
TIGHTLOOP_API std::string explain(std::string_view text, BindingsView vars = {},
                                  const Options& options = {});

/// Returns what each step from text to loops makes, under a heading each: the graph as it is read,
/// the typed graph, the outlines of stages, their drafts, passes, loops and hints to the memory. A
/// step that changed nothing says so. Computes nothing and keeps nothing. Throws Error as explain
/// does. Thread-safe.
TIGHTLOOP_API std::string explain_steps(std::string_view text, BindingsView vars = {},
                                        const Options& options = {});

/// Counts what the process-wide kernel cache holds and did.
struct CacheInfo {
  std::size_t kernels = 0;     ///< kernels held now
  std::uint64_t hits = 0;      ///< plans that found their kernel
  std::uint64_t compiled = 0;  ///< kernels compiled since the start
  std::uint64_t loaded = 0;    ///< kernels read from the folder since the start
  std::string backend;         ///< "jit" or "reference"
  std::string target;          ///< what the kernels are compiled for: "host" or a CPU's name
  std::string folder;          ///< where kernels are kept between processes; empty: nowhere
};
TIGHTLOOP_API CacheInfo cache_info();
/// Forgets all cached programs and kernels; those in use stay valid until they end.
TIGHTLOOP_API void clear_cache();

}  // namespace tightloop
