#include "run/jit_loader.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <map>
#include <mutex>

#include "math/leaf.hpp"

namespace tightloop::run {
namespace {

/// The object stands beside the binary that holds this code: libtightloop.so, or a program that
/// links the library statically.
std::string find_object() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&load_jit), &info) == 0 || info.dli_fname == nullptr) {
    return "libtightloop_jit.so";
  }
  char* real = realpath(info.dli_fname, nullptr);
  const std::string own = real != nullptr ? real : info.dli_fname;
  std::free(real);
  const std::size_t slash = own.rfind('/');
  return (slash == std::string::npos ? std::string() : own.substr(0, slash + 1)) +
         "libtightloop_jit.so";
}

plan::MakeBackend find_maker(std::string& error) {
  static auto& failure = *new std::string;
  static const plan::MakeBackend maker = [] {
    void* handle = dlopen(jit_object_path().c_str(), RTLD_NOW | RTLD_LOCAL);
    void* symbol = handle != nullptr ? dlsym(handle, plan::kMakeBackendSymbol) : nullptr;
    if (symbol == nullptr) {
      const char* why = dlerror();
      failure = std::string("the code generator cannot be loaded: ") +
                (why != nullptr ? why : "unknown reason");
    }
    return reinterpret_cast<plan::MakeBackend>(symbol);
  }();
  if (maker == nullptr) error = failure;
  return maker;
}

}  // namespace

std::string jit_object_path() {
  static const auto* const path = new std::string(find_object());
  return *path;
}

plan::Backend* load_jit(const std::string& target, std::string& error) {
  static std::mutex mutex;
  // Never destroyed: kernels may run while static objects are torn down.
  static auto* backends = new std::map<std::string, plan::Backend*>;
  const std::lock_guard lock(mutex);
  if (const auto at = backends->find(target); at != backends->end()) return at->second;
  const plan::MakeBackend make = find_maker(error);
  if (make == nullptr) return nullptr;
  plan::Backend* backend = make(&math::find_leaf, target.c_str(), &error);
  if (backend != nullptr) backends->emplace(target, backend);
  return backend;
}

}  // namespace tightloop::run
