# Builds small programs against the shared library and runs them: one that loads it late, one that
# evaluates while the process ends, some whose containers have another layout; these with the static
# library, too.
# Run as: cmake -DSOURCE=<top folder> -DLIBRARY=<libtightloop.so> -DARCHIVE=<the same, static>
#   "-DLIBRARIES=<what that needs>" -DJIT=<libtightloop_jit.so or empty> -DWORK=<folder to write in>
#   -DC=<cc> -DCXX=<c++> -P check.cmake
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${WORK}"
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}\nended with ${status}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
cmake_path(GET LIBRARY PARENT_PATH folder)
set(programs "${SOURCE}/tests/programs")
set(cxx "${CXX}" -std=c++20 -O1 -Wall -Wextra -Werror "-I${SOURCE}/include")
set(link "-L${folder}" -ltightloop "-Wl,-rpath,${folder}" -pthread)

# What is loaded late finds little room for static thread-local storage.
foreach(object IN ITEMS ${LIBRARY} ${JIT})
  find_program(readelf readelf NO_CACHE)
  if(readelf)
    run("${readelf}" -dlW "${object}")
    if(output MATCHES "STATIC_TLS")
      string(REGEX MATCH "TLS +0x[0-9a-f]+ 0x[0-9a-f]+ 0x[0-9a-f]+ 0x[0-9a-f]+ (0x[0-9a-f]+)" tls
        "${output}")
      math(EXPR bytes "${CMAKE_MATCH_1}")
      if(bytes GREATER 64)
        message(FATAL_ERROR "${object} has ${bytes} bytes of static thread-local storage")
      endif()
    endif()
  endif()
endforeach()

# Thirty objects with thread-local storage of their own, half of them with a little that is static.
foreach(n RANGE 1 30)
  math(EXPR odd "${n} % 2")
  if(odd)
    set(variable "__thread char own[200];")
  else()
    set(variable "__attribute__((tls_model(\"initial-exec\"))) __thread char own[16];")
  endif()
  file(WRITE "${WORK}/other${n}.c" "${variable}
    int use${n}(void) { own[1] += 1; own[3] += 2; return own[1] + own[3]; }\n")
  run("${C}" -shared -fPIC -O1 "other${n}.c" -o "other${n}.so")
endforeach()
run(${cxx} -shared -fPIC "${programs}/plugin.cpp" -o plugin.so ${link})
run("${C}" -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror "${programs}/late_loader.c" -o late_loader -ldl -pthread)
run(./late_loader "${LIBRARY}" "${JIT}")

foreach(compile first background)
  set(ENV{TIGHTLOOP_COMPILE} ${compile})
  run(${cxx} "${programs}/at_exit.cpp" -o at_exit ${link})
  run(./at_exit)
  # Each place that evaluates while the process ends says so.
  string(REGEX MATCHALL "right: [a-z -]+\n" places "${output}")
  list(LENGTH places count)
  if(NOT count EQUAL 9)
    message(FATAL_ERROR "9 places should have evaluated while the process ended:\n${output}")
  endif()
endforeach()
unset(ENV{TIGHTLOOP_COMPILE})

run(${cxx} "${programs}/no_threads.cpp" -o no_threads ${link})
run(./no_threads)


# Other libraries' arrays, where this machine has the libraries.
set(adapters)
find_path(eigen Eigen/Core PATH_SUFFIXES eigen3 NO_CACHE)
if(eigen)
  list(APPEND adapters -DTIGHTLOOP_HAVE_EIGEN=1 -isystem "${eigen}")
endif()
find_path(fmt fmt/format.h NO_CACHE)
if(fmt)
  list(APPEND adapters -DTIGHTLOOP_HAVE_FMT=1 -DFMT_HEADER_ONLY=1)
endif()
run(${cxx} ${adapters} "${programs}/adapters.cpp" -o adapters ${link})
run(./adapters)

# The library was compiled without these macros.
foreach(program "${programs}/containers.cpp" "${SOURCE}/tests/headers/accepted.cpp")
  foreach(macro _GLIBCXX_DEBUG _GLIBCXX_ASSERTIONS NOTHING)
    run(${cxx} "-D${macro}" "${program}" -o program ${link})
    run(./program)
  endforeach()
endforeach()

# In one binary with the library, which then finds the JIT object among the program's libraries.
separate_arguments(libraries UNIX_COMMAND "${LIBRARIES}")
set(link "${ARCHIVE}" ${libraries} -Wl,--gc-sections "-Wl,-rpath,${folder}" -pthread)
set(backend reference)
if(JIT)
  set(backend jit)
endif()
foreach(program "${programs}/containers.cpp" "${SOURCE}/tests/headers/accepted.cpp"
    "${SOURCE}/tests/package/main.cpp")
  run(${cxx} -D_GLIBCXX_DEBUG "${program}" -o program ${link})
  run(./program ${backend})
endforeach()
