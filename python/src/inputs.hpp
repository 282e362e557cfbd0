// Python objects as arguments of the library: arrays without a copy, numbers as weak scalars.
#pragma once

#include <Python.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "python_error.hpp"
#include "tightloop/argument.hpp"

namespace tightloop::python {

/// How large arrays a text may make of those that go in.
enum class Reach {
  broadcast,  ///< what they broadcast to
  product,    ///< products of their sizes: products of matrices, axes that are added. What meets
              ///< itself (x[:, None] * x) counts twice
  any,        ///< any size
};

/// What the inputs of one call keep alive, and what kind of arrays they are.
class Keep {
 public:
  Keep() = default;
  Keep(const Keep&) = delete;
  Keep& operator=(const Keep&) = delete;
  ~Keep();

  /// Holds a reference until the call ends: others may drop theirs while it runs without the GIL.
  void borrow(PyObject* object);
  void take(Ref object) { borrow(object.get()); }

  void count(const tl::ArrayView& view, bool torch) noexcept;
  /// True where there are arrays, and all of them are torch's.
  bool all_torch() const noexcept { return torch_ > 0 && torch_ == arrays_; }
  /// Says how large arrays a text may make of these.
  void expect(Reach reach) noexcept { reach_ = reach; }
  /// Says that the call compiles first, which takes milliseconds.
  void expect_compiling() noexcept { compiles_ = true; }
  /// True where a call is short enough not to let other threads run meanwhile.
  bool is_small() const noexcept { return !compiles_ && elements() <= kSmall; }
  /// True where a call may take so long that Ctrl-C has to end it.
  bool is_long() const noexcept { return elements() > kLong; }

 private:
  static constexpr double kSmall = 1 << 12;
  static constexpr double kLong = 1 << 18;
  /// The most elements that an array on the way may have.
  double elements() const noexcept;

  static constexpr std::size_t kFew = 8;
  PyObject* few_[kFew];
  std::size_t held_ = 0;
  std::vector<PyObject*> more_;
  double product_ = 1;                  // of the sizes of all arrays
  std::int64_t extents_[tl::kMaxRank];  // what they broadcast to, from the last axis on
  int rank_ = 0;
  Reach reach_ = Reach::product;
  bool compiles_ = false;
  int arrays_ = 0;
  int torch_ = 0;
};

/// Reads an input. `name` is the variable's, for messages. Throws PythonError: TypeError for what
/// is no array of one of the dtypes and no number.
tl::Arg read_argument(PyObject* object, std::string_view name, Keep& keep);

/// Reads an array to write to. Throws PythonError: TypeError, ValueError where it is read-only.
tl::ArrayView read_destination(PyObject* object, Keep& keep);

/// Reads a NumPy array. Throws PythonError for dtypes that Tightloop has not, for masked arrays and
/// for more dimensions than can be merged to 16.
tl::ArrayView view_of_numpy(PyObject* array, std::string_view name, bool writable);

}  // namespace tightloop::python
