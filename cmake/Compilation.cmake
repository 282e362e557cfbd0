# How every C++ file of the project is compiled: warnings, sanitizers, the compiler cache, the linker.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(TIGHTLOOP_CCACHE ccache)
mark_as_advanced(TIGHTLOOP_CCACHE)
if(TIGHTLOOP_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${TIGHTLOOP_CCACHE}")
endif()

# A quick linker matters: LLVM is linked statically. Which of them is present decides; none is needed.
foreach(linker mold lld)
  if(linker STREQUAL "mold")
    find_program(TIGHTLOOP_LINKER_${linker} mold)
  else()
    find_program(TIGHTLOOP_LINKER_${linker} ld.lld)
  endif()
  mark_as_advanced(TIGHTLOOP_LINKER_${linker})
  if(TIGHTLOOP_LINKER_${linker} AND NOT TIGHTLOOP_LINKER_FLAG)
    include(CheckLinkerFlag)
    check_linker_flag(CXX "-fuse-ld=${linker}" TIGHTLOOP_CAN_USE_${linker})
    if(TIGHTLOOP_CAN_USE_${linker})
      set(TIGHTLOOP_LINKER_FLAG "-fuse-ld=${linker}")
    endif()
  endif()
endforeach()

# Flags of our own code, kept off whatever project may include this one.
add_library(tightloop_flags INTERFACE)
target_compile_options(tightloop_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow $<$<BOOL:${TIGHTLOOP_WERROR}>:-Werror>)
# g++ 12 takes an assignment of a literal to a std::string for an overlapping copy (GCC bug 105651).
target_compile_options(tightloop_flags INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
# Of masks, which `a | b ? x : y` means as it is written.
target_compile_options(tightloop_flags INTERFACE
  $<$<CXX_COMPILER_ID:Clang>:-Wno-bitwise-conditional-parentheses>)
target_link_options(tightloop_flags INTERFACE ${TIGHTLOOP_LINKER_FLAG})

if(TIGHTLOOP_SANITIZE)
  # Instrumented, g++ takes for uninitialised what is not.
  target_compile_options(tightloop_flags INTERFACE
    -fsanitize=${TIGHTLOOP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(tightloop_flags INTERFACE -fsanitize=${TIGHTLOOP_SANITIZE})
endif()

# With sanitizers, optimising code whose speed no test feels takes longer than it saves.
function(tightloop_unhurried target)
  if(TIGHTLOOP_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# Headers that most files of a target include, parsed once for all of them. Only headers from outside the project, which change with the machine alone.
# `part` is TESTS for what is tests and tools, ALL for the library: it is also built without, so that
# each of its files includes what it uses, and with all warnings.
set(TIGHTLOOP_STANDARD_HEADERS
  <algorithm> <array> <atomic> <bit> <charconv> <cmath> <complex> <cstdint> <cstdio> <cstdlib>
  <cstring> <functional> <limits> <map> <memory> <mutex> <optional> <span> <string> <string_view>
  <tuple> <unordered_map> <utility> <vector>)
function(tightloop_precompile target part)
  if(TIGHTLOOP_PRECOMPILE STREQUAL "ALL" OR TIGHTLOOP_PRECOMPILE STREQUAL part)
    target_precompile_headers(${target} PRIVATE ${TIGHTLOOP_STANDARD_HEADERS} ${ARGN})
    # Templates from a precompiled header are no system code to g++ 12, which warns inside them.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds
      -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized>)
  endif()
endfunction()
