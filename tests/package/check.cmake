# Installs the library to a folder, moves that folder, and builds and runs a project that finds the
# library there; then looks for what must not be in an installed file.
# Run as: cmake -DSOURCE=<top folder> -DBUILD=<build folder> -DWORK=<folder to write in>
#   -DCOMPILER=<c++> -DGENERATOR=<generator> -DLIBDIR=<lib> -DBUILD_TYPE=<type>
#   -DSTATIC=<whether the library is a static one> -P check.cmake
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}\nended with ${status}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/first")
# An installed tree stands on its own wherever it is moved.
file(RENAME "${WORK}/first" "${WORK}/prefix")
set(prefix "${WORK}/prefix")

set(backend reference)
if(EXISTS "${prefix}/${LIBDIR}/libtightloop_jit.so")
  set(backend jit)
elseif(EXISTS "${BUILD}/lib/libtightloop_jit.so")
  message(FATAL_ERROR "libtightloop_jit.so was built but not installed")
endif()
set(library libtightloop.so)
if(STATIC)
  set(library libtightloop.a)
endif()
if(NOT EXISTS "${prefix}/${LIBDIR}/${library}")
  message(FATAL_ERROR "${library} is not installed")
endif()
foreach(header tightloop.hpp ops.def)
  if(NOT EXISTS "${prefix}/include/tightloop/${header}")
    message(FATAL_ERROR "include/tightloop/${header} is not installed")
  endif()
endforeach()

run("${CMAKE_COMMAND}" -S "${SOURCE}/tests/package" -B "${WORK}/build" -G "${GENERATOR}"
  "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${COMPILER}" -DCMAKE_BUILD_TYPE=Debug)
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${WORK}/build/consumer" "${backend}")
message("consumer: ${output}")

# The same program without CMake.
find_program(pkg_config pkg-config NO_CACHE)
if(pkg_config)
  set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
  set(static)
  set(more "-Wl,-rpath,${prefix}/${LIBDIR}")
  set(programs package/main)
  if(STATIC)
    # Its flags alone, by which the program finds the JIT object, too; and containers of another
    # layout than the library's in one binary with it.
    set(static --static)
    set(more -D_GLIBCXX_DEBUG)
    list(APPEND programs programs/containers headers/accepted)
  endif()
  run("${pkg_config}" ${static} --cflags --libs tightloop)
  separate_arguments(flags UNIX_COMMAND "${output}")
  foreach(program IN LISTS programs)
    run("${COMPILER}" -std=c++20 "${SOURCE}/tests/${program}.cpp" -o "${WORK}/by_pkg_config"
      ${flags} ${more})
    run("${WORK}/by_pkg_config" "${backend}")
  endforeach()
endif()

if(EXISTS "${prefix}/bin/tightloop")
  run("${prefix}/bin/tightloop" --version)
  message("program: ${output}")
  run("${prefix}/bin/tightloop" "sum(7 * 6)")
  if(NOT output MATCHES "42")
    message(FATAL_ERROR "the installed program says of 7 * 6: ${output}")
  endif()
endif()

# Debug information names source files by intent; what users get does not.
if(BUILD_TYPE STREQUAL "Release")
  file(GLOB_RECURSE installed "${prefix}/*")
  foreach(file IN LISTS installed)
    execute_process(COMMAND grep -c -F -e "${SOURCE}/" -e "${BUILD}/" "${file}"
      OUTPUT_VARIABLE count)
    if(count GREATER 0)
      message(FATAL_ERROR "${file} holds a path of this machine")
    endif()
  endforeach()
endif()
# LLVM stays behind the one exported function.
if(backend STREQUAL "jit")
  run(nm -D --defined-only "${prefix}/${LIBDIR}/libtightloop_jit.so")
  string(REGEX MATCHALL "[^ \n]+\n" symbols "${output}")
  if(NOT symbols MATCHES "^tightloop_make_backend_[0-9]+\n$")
    message(FATAL_ERROR "libtightloop_jit.so exports ${symbols}")
  endif()
endif()
