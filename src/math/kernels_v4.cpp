// The leaves for hosts with AVX-512; CMakeLists.inc gives the compiler flags.
#if defined(__x86_64__)
#define TIGHTLOOP_MATH_LEVEL 4
#include "math/kernels.hpp"
#endif
