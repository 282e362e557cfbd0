# What the build needs from the machine. Only libtightloop_jit needs LLVM; nothing is downloaded.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)  # .npz files
find_package(PNG REQUIRED)

# glibc's vector math, since 2.35 with the full set of functions.
include(CheckCXXSourceCompiles)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(CMAKE_REQUIRED_LIBRARIES mvec m)
  check_cxx_source_compiles("
    #include <emmintrin.h>
    extern \"C\" __m128d _ZGVbN2v_sin(__m128d);
    extern \"C\" __m128d _ZGVbN2v_tanh(__m128d);
    int main() {
      return static_cast<int>(_mm_cvtsd_f64(_ZGVbN2v_sin(_ZGVbN2v_tanh(_mm_setzero_pd()))));
    }" TIGHTLOOP_HAVE_LIBMVEC)
  unset(CMAKE_REQUIRED_LIBRARIES)
endif()

# LLVM's version file accepts no bare major version, so the majors are tried by their usual places.
if(TIGHTLOOP_JIT)
  set(versions 22 21 20 19)
  if(TIGHTLOOP_LLVM_VERSION)
    set(versions ${TIGHTLOOP_LLVM_VERSION})
  endif()
  if(LLVM_DIR AND TIGHTLOOP_LLVM_VERSION AND NOT LLVM_DIR MATCHES "${TIGHTLOOP_LLVM_VERSION}")
    unset(LLVM_DIR CACHE)
  endif()
  foreach(version IN LISTS versions)
    find_package(LLVM CONFIG QUIET NO_DEFAULT_PATH
      HINTS ${LLVM_DIR} ${LLVM_ROOT} ENV LLVM_DIR
      PATHS /usr/lib/llvm-${version} /usr/lib64/llvm${version} /usr/local/opt/llvm@${version}
            /usr/local/llvm-${version} /opt/llvm-${version})
    if(LLVM_FOUND)
      break()
    endif()
  endforeach()
  if(NOT LLVM_FOUND)
    find_package(LLVM CONFIG QUIET)
  endif()
  if(LLVM_FOUND)
    list(GET versions 0 newest)
    list(GET versions -1 oldest)
    if(LLVM_VERSION_MAJOR LESS oldest OR (TIGHTLOOP_LLVM_VERSION AND
        NOT LLVM_VERSION_MAJOR EQUAL newest))
      message(STATUS "LLVM ${LLVM_PACKAGE_VERSION} at ${LLVM_DIR} is not a version asked for")
      set(LLVM_FOUND FALSE)
    endif()
  endif()
  if(LLVM_FOUND)
    message(STATUS "LLVM ${LLVM_PACKAGE_VERSION}: ${LLVM_DIR}")
  else()
    message(STATUS "LLVM not found: building without the JIT; the reference back end evaluates")
  endif()
endif()

# Only the accuracy tests and measurements need exact values.
if(TIGHTLOOP_TESTS OR TIGHTLOOP_BENCH)
  find_path(MPFR_INCLUDE_DIR mpfr.h)
  find_library(MPFR_LIBRARY mpfr)
  find_library(GMP_LIBRARY gmp)
  find_path(MPC_INCLUDE_DIR mpc.h)
  find_library(MPC_LIBRARY mpc)
  mark_as_advanced(MPFR_INCLUDE_DIR MPFR_LIBRARY GMP_LIBRARY MPC_INCLUDE_DIR MPC_LIBRARY)
  if(MPFR_INCLUDE_DIR AND MPFR_LIBRARY AND GMP_LIBRARY)
    add_library(tightloop_mpfr INTERFACE)
    target_include_directories(tightloop_mpfr SYSTEM INTERFACE "${MPFR_INCLUDE_DIR}")
    target_link_libraries(tightloop_mpfr INTERFACE "${MPFR_LIBRARY}" "${GMP_LIBRARY}")
    if(MPC_INCLUDE_DIR AND MPC_LIBRARY)  # complex functions
      target_link_libraries(tightloop_mpfr INTERFACE "${MPC_LIBRARY}")
      target_compile_definitions(tightloop_mpfr INTERFACE TIGHTLOOP_HAVE_MPC=1)
    endif()
  else()
    message(STATUS "MPFR not found: the accuracy of the math leaves is not tested")
  endif()
endif()
