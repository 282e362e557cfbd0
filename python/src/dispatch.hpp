// An expression whose function depends on the dtypes of its arrays: the functions that were made,
// each found by one look-up. What tightloop.numexpr's calls go through.
#pragma once

#include <Python.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "python_error.hpp"

namespace tightloop::python {

/// What a call wants beside its arrays: references that the caller holds.
struct NumexprOptions {
  PyObject* out = nullptr;  ///< null or None: a new array
  PyObject* order = nullptr;
  PyObject* casting = nullptr;
};

/// The function for one combination of dtypes.
struct Variant {
  Variant(PyObject* made, int threads);
  /// Evaluates over arrays, which are NumPy's own. Throws.
  Ref run(std::span<PyObject* const> arrays, const NumexprOptions& options);

  Ref object;         ///< of the class _Variant of _kernel.py, which does what is rare
  Ref again;          ///< the Dispatch of the same expression with the kinds of this one
  int threads;        ///< that the function was made for
  Ref function;       ///< a Function that takes the arrays as they come; null where it cannot
  int result_number;  ///< NumPy's number of the dtype of results; -1 where it is not known

 private:
  bool allows(std::span<PyObject* const> arrays, PyObject* casting);
  bool takes(std::span<PyObject* const> arrays, const NumexprOptions& options) const;
  std::atomic<unsigned> allowed_{0};  // a bit for each rule of casting under which inputs may come
};

/// The functions of one expression. May be used from any thread.
class Dispatch {
 public:
  Dispatch(Ref names, Ref make) : names_(std::move(names)), make_(std::move(make)) {}
  /// The variables' names, a tuple of interned str, in the order of the arrays.
  PyObject* names() const noexcept { return names_.get(); }
  /// Finds the function for arrays of these dtypes, or has it made. Throws.
  std::shared_ptr<Variant> variant(std::span<PyObject* const> arrays);
  int traverse(visitproc visit, void* arg);
  void clear();

 private:
  static constexpr std::size_t kMostKept = 512;
  Ref names_;
  Ref make_;  // make(arrays) gives a _Variant
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Variant>> variants_;  // by NumPy's numbers
  std::string last_key_;
  std::shared_ptr<Variant> last_;
};

/// Adds to the module the type Dispatch(names, make) and set_numexpr_threads(count), which says how
/// many threads functions are made for from now on. Throws PythonError.
void add_dispatch(PyObject* module);

/// The dispatch in an object; null where it is none.
Dispatch* dispatch_in(PyObject* object) noexcept;

}  // namespace tightloop::python
