// The leaves for hosts with the x86-64 baseline; CMakeLists.inc gives the compiler flags.
#if defined(__x86_64__)
#define TIGHTLOOP_MATH_LEVEL 2
#include "math/kernels.hpp"
#endif
