// The leaves for hosts with AVX2 and FMA; CMakeLists.inc gives the compiler flags.
#if defined(__x86_64__)
#define TIGHTLOOP_MATH_LEVEL 3
#include "math/kernels.hpp"
#endif
