// Where the object is looked for, the memory that must be free to load it, and dlopen().
#include "exec/cache/jit_loader.hpp"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <new>

#include "base/locks.hpp"
#include "math/leaf.hpp"

namespace tightloop::exec {
namespace {

constexpr char kObject[] = "libtightloop_jit.so";

/// Looks where a program looks for its shared libraries; empty where the object is in none of these
/// folders.
std::string find_among_libraries() {
  std::string found;
#ifdef __GLIBC__
  void* program = dlopen(nullptr, RTLD_LAZY);
  Dl_serinfo size{};
  if (program != nullptr && dlinfo(program, RTLD_DI_SERINFOSIZE, &size) == 0) {
    const std::unique_ptr<void, void (*)(void*)> memory(std::malloc(size.dls_size), &std::free);
    auto* folders = static_cast<Dl_serinfo*>(memory.get());
    if (folders == nullptr) throw std::bad_alloc();
    *folders = size;
    if (dlinfo(program, RTLD_DI_SERINFO, folders) != 0) folders->dls_cnt = 0;
    for (unsigned i = 0; i < folders->dls_cnt && found.empty(); ++i) {
      const std::string path = std::string(folders->dls_serpath[i].dls_name) + '/' + kObject;
      if (access(path.c_str(), R_OK) == 0) found = path;
    }
  }
  if (program != nullptr) dlclose(program);
#endif
  return found;
}

/// The object stands beside the binary that holds this code: libtightloop.so, or a program that
/// links the library statically. Such a program may have the object among its shared libraries.
std::string find_object() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&load_jit), &info) == 0 || info.dli_fname == nullptr) {
    return kObject;
  }
  char* real = realpath(info.dli_fname, nullptr);
  const std::string own = real != nullptr ? real : info.dli_fname;
  std::free(real);
  const std::size_t slash = own.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  std::string beside = own.substr(0, name) + kObject;
  if (own.compare(name, 15, "libtightloop.so") == 0 || access(beside.c_str(), R_OK) == 0) {
    return beside;
  }
  std::string elsewhere = find_among_libraries();
  return elsewhere.empty() ? beside : elsewhere;
}

constexpr std::size_t kToStart = std::size_t{12} << 20;

/// The object's static objects end the process, or leave the system's loader locked, where they
/// find no memory: it is loaded only where there is enough.
void require_room_for(const std::string& object) {
  struct stat file {};
  if (stat(object.c_str(), &file) != 0) return;  // dlopen says what is wrong
  require_headroom(static_cast<std::size_t>(file.st_size) + kToStart);
}

/// What is there but cannot be mapped may be next time: that is no reason to go on without for
/// good.
bool lacks_memory(const std::string& why) {
  return why.find("failed to map segment") != std::string::npos ||
         why.find("cannot map zero-fill pages") != std::string::npos ||
         why.find("cannot allocate memory for") != std::string::npos ||
         why.find("cannot create shared object descriptor") != std::string::npos ||
         why.find("cannot create cache for search path") != std::string::npos ||
         why.find("out of memory") != std::string::npos ||
         why.find("cannot read file data: Cannot allocate memory") != std::string::npos;
}

/// Throws std::bad_alloc where memory is what lacks.
kernel::MakeBackend find_maker(std::string& error) {
  static kernel::MakeBackend maker = nullptr;  // under locks().loading
  if (maker != nullptr) return maker;
  require_room_for(jit_object_path());
  void* handle = dlopen(jit_object_path().c_str(), RTLD_NOW | RTLD_LOCAL);
  void* symbol = handle != nullptr ? dlsym(handle, kernel::kMakeBackendSymbol) : nullptr;
  if (symbol == nullptr) {
    const char* why = dlerror();
    const std::string text = why != nullptr ? why : "unknown reason";
    if (lacks_memory(text)) throw std::bad_alloc();
    error = "the code generator cannot be loaded: " + text;
  }
  return maker = reinterpret_cast<kernel::MakeBackend>(symbol);
}

}  // namespace

void require_headroom(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  munmap(memory, bytes);
}

std::string jit_object_path() {
  static const auto* const path = new std::string(find_object());
  return *path;
}

kernel::Backend* load_jit(const std::string& target, std::string& error) {
  // Never destroyed: kernels may run while static objects are torn down.
  static auto* backends = new std::map<std::string, kernel::Backend*>;
  const std::lock_guard lock(base::locks().loading);
  if (const auto at = backends->find(target); at != backends->end()) return at->second;
  const kernel::MakeBackend make = find_maker(error);
  if (make == nullptr) return nullptr;
  require_headroom(kToStart);
  kernel::Backend* backend = make(&math::find_leaf, target.c_str(), &error);
  if (backend != nullptr) backends->emplace(target, backend);
  return backend;
}

}  // namespace tightloop::exec
