// Where a kernel comes from: memory, the folder, the interpreter or the code generator; who asks
// for one that is being compiled waits for it.
#include "exec/cache/kernel_cache.hpp"

#include <new>

#include "base/background.hpp"
#include "base/locks.hpp"
#include "exec/cache/host_identity.hpp"
#include "exec/cache/jit_loader.hpp"
#include "exec/cache/loaded_image.hpp"
#include "math/leaf_array.hpp"
#include "tightloop/error.hpp"

namespace tightloop::exec {
namespace {

constexpr std::size_t kMostHeld = std::size_t{96} << 20;  // bytes of keys and kernels
constexpr std::size_t kHeadroom = std::size_t{6} << 20;   // of a small kernel's code generation
constexpr std::size_t kPerInstruction = std::size_t{2} << 10;
constexpr std::int64_t kMostInBackground = 1 << 16;
constexpr std::size_t kLargeBody = 512;  // takes longer to compile than others should wait

std::string identity_for(const std::string& target) {
  const std::string host = host_identity(jit_object_path());
  return host.empty() ? host : "target '" + target + "' on " + host;
}

/// What an instruction costs to generate code for, as a multiple of a simple one.
std::int64_t code_cost(const kernel::KernelPlan& plan, const kernel::Inst& inst) {
  if (inst.nargs == 0) return 1;
  const DType lane = plan.body[inst.args[0]].lane;
  const bool math = in_table(inst.op) && info(inst.op).lowering == Lowering::math;
  switch (inst.op) {
    case Op::mod:
    case Op::fmod:
    case Op::floor_divide: return 96;
    case Op::divide: return is_integer(lane) ? 32 : is_complex(lane) ? 16 : 1;
    default: return is_complex(lane) ? (math ? 64 : 4) : math ? 6 : 1;
  }
}

std::int64_t code_cost(const kernel::KernelPlan& plan) {
  constexpr std::int64_t kReduction = 80;
  constexpr std::int64_t kKernel = 32;  // an empty one
  auto cost = kKernel + static_cast<std::int64_t>(plan.reductions.size()) * kReduction;
  for (const kernel::Inst& inst : plan.body) cost += code_cost(plan, inst);
  return cost;
}

/// The width of the vector registers that kernels for a target use; 0 where it is not known without
/// the code generator.
int vector_bytes(const std::string& target) {
  if (target == "x86-64-v4") return 64;
  if (target == "x86-64-v3") return 32;
  if (target == "x86-64-v2" || target == "x86-64") return 16;
  return target.empty() ? math::host_lanes(DType::float64).back() * 8 : 0;
}

}  // namespace

KernelCache::~KernelCache() {
  if (when_ != CompileTime::first && when_ != CompileTime::never) base::wait_for_background();
  while (true) {
    Pending last;
    {
      const std::lock_guard lock(base::locks().kernels);
      for (const auto& [key, pending] : pending_) {
        if (!pending->is_lost()) last = pending;
      }
    }
    if (last == nullptr) return;
    try {
      (void)last->wait(nullptr);
    } catch (...) {  // somebody else's
    }
  }
}

KernelCache::KernelCache(std::string target, const std::string& folder, CompileTime when,
                         std::size_t capacity)
    : target_(std::move(target)),
      when_(when),
      capacity_(capacity),
      disk_(folder, folder.empty() ? std::string() : identity_for(target_)),
      kernels_(capacity, kMostHeld) {
  if (when == CompileTime::never) stop_compiling();
}

kernel::Backend& KernelCache::backend() const {
  std::string error;
  kernel::Backend* backend = load_jit(target_, error);
  if (backend == nullptr) throw NoCodeGenerator(error);
  return *backend;
}

std::shared_ptr<const kernel::Kernel> KernelCache::find(const std::string& key) {
  const std::lock_guard lock(base::locks().kernels);
  auto kernel = kernels_.find(key);
  if (kernel != nullptr) ++hits_;
  return kernel;
}

/// A kernel that can be had without the code generator; else null.
std::shared_ptr<const kernel::Kernel> KernelCache::at_once(const kernel::KernelPlan& plan,
                                                           const std::string& key,
                                                           KernelOrigin& origin,
                                                           CodeBudget& budget) {
  std::string error;
  if (const auto image = disk_.load(key)) {
    origin = KernelOrigin::disk;
    if (auto kernel = load_image(*image, error)) return kernel;
  }
  origin = KernelOrigin::interpreted;
  if (!compiles()) return interpret_always(plan);
  const std::int64_t cost = code_cost(plan);
  const bool later = when_ != CompileTime::first && cost <= kMostInBackground;
  if (when_ == CompileTime::background || cost > budget.left) {
    if (auto kernel = interpret(plan, key, later)) return kernel;
  }
  budget.left -= cost;
  return nullptr;
}

std::shared_ptr<const kernel::Kernel> KernelCache::interpret(const kernel::KernelPlan& plan,
                                                             const std::string& key,
                                                             bool compile_when_warm) {
  auto interpreted = InterpretedKernel::make(plan, vector_bytes(target_));
  if (interpreted == nullptr) return nullptr;
  auto kernel = std::make_shared<TieredKernel>(std::move(interpreted));
  if (!compile_when_warm) return kernel;
  const std::weak_ptr<const TieredKernel> weak = kernel;
  kernel->when_warm([this, plan, key, weak] {
    try {
      base::run_in_background([this, plan, key, weak] { compile_later(plan, key, weak); });
    } catch (...) {  // no memory or no thread: it stays as it is
    }
  });
  return kernel;
}

std::shared_ptr<const kernel::Kernel> KernelCache::interpret_always(
    const kernel::KernelPlan& plan) {
  auto interpreted = InterpretedKernel::make(plan, vector_bytes(target_), Interpreted::always);
  if (interpreted == nullptr)
    throw Error(ErrorCode::internal, "a kernel that cannot be interpreted");
  return std::make_shared<TieredKernel>(std::move(interpreted));
}

/// Runs on the background thread. Whatever goes wrong, the kernel at hand goes on.
void KernelCache::compile_later(const kernel::KernelPlan& plan, const std::string& key,
                                const std::weak_ptr<const TieredKernel>& weak) {
  if (weak.expired()) return;
  try {
    std::shared_ptr<const kernel::Kernel> compiled = compile(plan, key);
    {
      const std::lock_guard lock(base::locks().kernels);
      ++compiled_;
    }
    if (const auto kernel = weak.lock()) kernel->replace(std::move(compiled));
  } catch (...) {
  }
}

std::shared_ptr<const kernel::Kernel> KernelCache::compile(const kernel::KernelPlan& plan,
                                                           const std::string& key) {
  std::string error;
  kernel::KernelImage image;
  kernel::Backend& generator = backend();
  require_headroom(kHeadroom + static_cast<std::size_t>(code_cost(plan)) * kPerInstruction);
  switch (generator.compile(plan, image, error)) {
    case kernel::Compiled::done: break;
    case kernel::Compiled::no_memory: throw std::bad_alloc();
    case kernel::Compiled::failed:
      throw Error(ErrorCode::internal, "code generation failed: " + error);
  }
  auto kernel = load_image(image, error);
  if (kernel == nullptr) throw NoCodeGenerator(error);  // of no use here: code may not be executed
  disk_.store(key, image);
  return kernel;
}

KernelCache::Pending KernelCache::join(const std::string& key, bool& fresh) {
  const std::lock_guard lock(base::locks().kernels);
  if (kernels_.find(key) != nullptr) return nullptr;
  Pending& known = pending_[key];
  fresh = known == nullptr || known->is_lost();
  if (fresh) known = std::make_shared<Compilation>();
  return known;
}

void KernelCache::start(const Pending& pending, const kernel::KernelPlan& plan,
                        const std::string& key, StopFlag stop) {
  Compilation::start(
      pending, plan.body.size() > kLargeBody, stop,
      [this, plan, key] { return compile(plan, key); },
      [this, key](const std::shared_ptr<const kernel::Kernel>& kernel) {
        KernelOrigin origin = KernelOrigin::compiled;
        try {
          if (kernel != nullptr) keep(key, kernel, origin);
        } catch (...) {  // no memory: it serves those who wait
        }
        const std::lock_guard lock(base::locks().kernels);
        pending_.erase(key);
      });
}

std::shared_ptr<const kernel::Kernel> KernelCache::get(const kernel::KernelPlan& plan,
                                                       KernelOrigin& origin, StopFlag stop,
                                                       CodeBudget* budget) {
  CodeBudget own;
  if (budget == nullptr) budget = &own;
  origin = KernelOrigin::memory;
  std::string key = to_string(plan);
  if (auto kernel = find(key)) return kernel;
  if (auto kernel = at_once(plan, key, origin, *budget))
    return keep(std::move(key), kernel, origin);
  while (true) {
    origin = KernelOrigin::memory;
    bool fresh = false;
    const Pending pending = join(key, fresh);
    if (pending == nullptr) {
      if (auto kernel = find(key)) return kernel;
      continue;
    }
    if (fresh) start(pending, plan, key, stop);
    try {
      auto kernel = pending->wait(stop);
      if (fresh) origin = KernelOrigin::compiled;
      return kernel;
    } catch (const Error& e) {
      // Whoever was to start it left before it began.
      if (fresh || e.code() != ErrorCode::stopped || is_set(stop)) throw;
    }
  }
}

/// Adds a kernel, unless another thread was first: then that thread's serves both.
std::shared_ptr<const kernel::Kernel> KernelCache::keep(
    std::string key, const std::shared_ptr<const kernel::Kernel>& kernel, KernelOrigin& origin) {
  std::vector<std::shared_ptr<const kernel::Kernel>> dropped;  // freed when the lock is gone
  const std::lock_guard lock(base::locks().kernels);
  if (auto first = kernels_.find(key)) {
    origin = KernelOrigin::memory;
    return first;
  }
  if (origin == KernelOrigin::disk) ++loaded_;
  if (origin == KernelOrigin::compiled) ++compiled_;
  // A kernel that is interpreted holds its plan, which is some times the size of its text.
  const std::size_t bytes = 12 * key.size();
  dropped = kernels_.insert(std::move(key), kernel, bytes);
  return kernel;
}

void KernelCache::clear() {
  base::LruMap<const kernel::Kernel> dropped(capacity_, kMostHeld);
  const std::lock_guard lock(base::locks().kernels);
  kernels_.swap(dropped);
}

std::size_t KernelCache::size() const {
  const std::lock_guard lock(base::locks().kernels);
  return kernels_.size();
}

std::uint64_t KernelCache::hits() const {
  const std::lock_guard lock(base::locks().kernels);
  return hits_;
}

std::uint64_t KernelCache::compiled() const {
  const std::lock_guard lock(base::locks().kernels);
  return compiled_;
}

std::uint64_t KernelCache::loaded() const {
  const std::lock_guard lock(base::locks().kernels);
  return loaded_;
}

}  // namespace tightloop::exec
