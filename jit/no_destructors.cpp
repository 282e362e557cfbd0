// The code generator works on threads that nobody waits for when the process exits, and destructors
// and exit handlers of the program may still evaluate, and so compile. So none of its static
// objects, LLVM's included, may be destroyed: the registration of destructors, as the C++ ABI
// defines it, is taken over for this binary and forgets them.

extern "C" __attribute__((visibility("hidden"))) int __cxa_atexit(void (*)(void*), void*, void*) {
  return 0;
}
