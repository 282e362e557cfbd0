// Keeps LLVM's static objects alive to the very end: destructors and exit handlers of the program
// may still evaluate, and so compile, when those of this object would have run. What LLVM registers
// to be destroyed finds this function instead of the C library's.

extern "C" int __cxa_atexit(void (*)(void*), void*, void*) noexcept;

extern "C" __attribute__((visibility("hidden"))) int __cxa_atexit(void (*)(void*), void*,
                                                                  void*) noexcept {
  return 0;
}
