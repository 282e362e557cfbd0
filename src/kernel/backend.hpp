// The narrow door to code generation: a kernel plan goes in, an image of its code comes out.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "kernel/kernel_image.hpp"
#include "kernel/kernel_plan.hpp"

namespace tightloop::kernel {

/// A kernel that can be called. What it runs may be replaced by faster code with the same results
/// while others call it. The code lives as long as the object.
class Kernel {
 public:
  virtual ~Kernel() = default;
  void call(KernelFrame& frame) const {
    frame.kernel = this;
    fn_.load(std::memory_order_acquire)(&frame);
  }

 protected:
  void set(KernelFn fn) const { fn_.store(fn, std::memory_order_release); }
  /// Runs another kernel's compiled code from now on; that kernel has to stay alive.
  void set(const Kernel& compiled) const { set(compiled.fn_.load(std::memory_order_acquire)); }

 private:
  mutable std::atomic<KernelFn> fn_{nullptr};
};

/// Finds the leaf function of vector math: returns null where there is none. `precision` is
/// float64, float32 or, for less exact ones in float32 lanes, a half type; `lanes` the number of
/// elements in one vector register argument; arity is the op's. The function takes and returns
/// whole vectors in registers, e.g. __m512d(__m512d, __m512d). Where `precision` is complex there
/// is one for lanes = 1, which replaces n elements in memory by its results: void(T* re, T* im,
/// int64 n), or void(T* re, T* im, const T* y_re, const T* y_im, int64 n).
using FindLeaf = void* (*)(Op op, DType precision, int lanes);

/// How compiling a kernel ended.
enum class Compiled : unsigned char { done, failed, no_memory };

class Backend {
 public:
  virtual ~Backend() = default;
  /// Compiles; sets `error` on failure. Thread-safe: several kernels may be compiled at once. Never
  /// throws.
  virtual Compiled compile(const KernelPlan& plan, KernelImage& image, std::string& error) = 0;
  /// Names the target CPU, its features and the code generator's version.
  virtual std::string fingerprint() const = 0;
  /// Returns the assembly or IR text of a plan, for `--explain` and tests.
  virtual std::string assembly(const KernelPlan& plan, std::string& error) = 0;
  virtual std::string ir(const KernelPlan& plan, std::string& error) = 0;
  /// Returns how wide a kernel's steps are: "16 lanes in 64-byte registers, 2 steps at a time".
  virtual std::string width(const KernelPlan& plan) const = 0;
};

/// The one symbol that the shared object of jit/ exports. `target` is empty for the host, or an x86
/// level ("x86-64-v3") or CPU name. Returns null and sets `error` on failure; throws
/// std::bad_alloc.
using MakeBackend = Backend* (*)(FindLeaf find_leaf, const char* target, std::string* error);
inline constexpr const char* kMakeBackendSymbol = "tightloop_make_backend_3";

}  // namespace tightloop::kernel
